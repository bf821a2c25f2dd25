/** Whether a node that was damaged holds again everything that its groups have committed, whole. */
export type RepairProof = (node: string) => boolean;
/**
 * Whether the other voters that are intact could do without the node: a majority of each group has on its platters whatever
 * the node's log holds beyond its durable mark.
 */
export type CopyProof = (node: string, isIntact: (other: string) => boolean) => boolean;

/**
 * What is damaged where. Data of a node may be lost only while a majority of the voters is intact, counting a node as
 * damaged until it is proven whole again; so whatever is committed stays on an intact node, and a loss is always a bug.
 * A new voter counts like a damaged one until it has caught up: it gives no votes before. Losing what was not synced is
 * no damage: nobody may have relied on it.
 *
 * A node that can tell that it lost something does not vote before it has caught up, so that one copy on an intact node is
 * enough. The end of a log beyond its durable mark is another matter: without it the log looks as if a crash had torn it, and no
 * node can know by itself that it had confirmed what is gone. Paper and practice have no answer to that (FAST '18, §3.3.3:
 * the last entry), so such a loss is allowed only where a majority can do without the node's copy.
 */
export class FaultAtlas {
  readonly #votersLeast: () => number;
  readonly #proof: RepairProof;
  readonly #copies: CopyProof;
  readonly #damaged: Map<string, string> = new Map();
  readonly #unseen: Set<string> = new Set();
  readonly #joining: Set<string> = new Set();
  readonly #ever: Set<string> = new Set();

  /** `votersLeast`: of the groups' voters at this moment, as few as any member knows of. */
  constructor(votersLeast: () => number, proof: RepairProof, copies: CopyProof) {
    this.#votersLeast = votersLeast;
    this.#proof = proof;
    this.#copies = copies;
  }

  /** Whether data of this node may be lost now, in a way that it can tell. Looks again at nodes that were damaged. */
  mayDamage(node: string): boolean {
    if (this.#damaged.has(node)) return true;
    if (this.#missingBeside(node) >= this.#most) this.#lookAgain();
    return this.#missingBeside(node) < this.#most;
  }

  /** Whether this node may lose what it has acknowledged without being able to know it. */
  mayDamageUnseen(node: string): boolean {
    return this.mayDamage(node) && this.#copies(node, (other) => other !== node && !this.#missing.has(other));
  }

  /** The node was made a voter. */
  joined(node: string): void {
    this.#joining.add(node);
  }

  /** `unseen`: the node may be unable to tell that it lost something. */
  damage(node: string, what: string, unseen = false): void {
    this.#damaged.set(node, what);
    this.#ever.add(node);
    if (unseen) this.#unseen.add(node);
  }

  /** Whether a node lost data in a way that it can tell, so that it must not act as if it remembered. */
  mustNotice(node: string): boolean {
    return this.#damaged.has(node) && !this.#unseen.has(node);
  }

  /** What was done to it last; null for an intact node. */
  damageOf(node: string): string | null {
    return this.#damaged.get(node) ?? null;
  }

  /** Whether anything was ever done to it: a log that is whole again says nothing about the other files. */
  wasDamaged(node: string): boolean {
    return this.#ever.has(node);
  }

  get damaged(): readonly string[] {
    return [...this.#damaged.keys()];
  }

  /** The most nodes that may be damaged at a time. */
  get #most(): number {
    return Math.floor((this.#votersLeast() - 1) / 2);
  }

  get #missing(): ReadonlySet<string> {
    return new Set([...this.#damaged.keys(), ...this.#joining]);
  }

  #missingBeside(node: string): number {
    const missing = this.#missing;
    return missing.size - (missing.has(node) ? 1 : 0);
  }

  #lookAgain(): void {
    for (const node of this.#missing) {
      if (!this.#proof(node)) continue;
      this.#damaged.delete(node);
      this.#unseen.delete(node);
      this.#joining.delete(node);
    }
  }
}
