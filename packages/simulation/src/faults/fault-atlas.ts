/** Whether a node that was damaged holds again everything that its groups have committed, whole. */
export type RepairProof = (node: string) => boolean;

/**
 * What is damaged where. Data of a node may be lost only while a majority of the voters is intact, counting a node as
 * damaged until it is proven whole again; so whatever is committed stays on an intact node, and a loss is always a bug.
 * Losing what was not synced is no damage: nobody may have relied on it.
 */
export class FaultAtlas {
  readonly #votersLeast: () => number;
  readonly #proof: RepairProof;
  readonly #damaged: Map<string, string> = new Map();

  /** `votersLeast`: of the groups' voters at this moment, as few as any member knows of. */
  constructor(votersLeast: () => number, proof: RepairProof) {
    this.#votersLeast = votersLeast;
    this.#proof = proof;
  }

  /** Whether data of this node may be lost now. Looks again at nodes that were damaged. */
  mayDamage(node: string): boolean {
    if (this.#damaged.has(node)) return true;
    if (this.#damaged.size >= this.#most) this.#lookAgain();
    return this.#damaged.size < this.#most;
  }

  damage(node: string, what: string): void {
    this.#damaged.set(node, what);
  }

  /** What was done to it last; null for an intact node. */
  damageOf(node: string): string | null {
    return this.#damaged.get(node) ?? null;
  }

  get damaged(): readonly string[] {
    return [...this.#damaged.keys()];
  }

  /** The most nodes that may be damaged at a time. */
  get #most(): number {
    return Math.floor((this.#votersLeast() - 1) / 2);
  }

  #lookAgain(): void {
    for (const node of this.damaged) if (this.#proof(node)) this.#damaged.delete(node);
  }
}
