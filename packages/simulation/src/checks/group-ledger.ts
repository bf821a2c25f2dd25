import type { MirrorEntry } from './log-mirror.ts';
import type { Reporter } from './reporter.ts';

/** An entry that some member knew as committed. */
export interface CommittedEntry extends MirrorEntry {
  /** Term of the member that was first seen to know it; the commit took place in this term or an earlier one. */
  readonly knownTerm: number;
}

const TERMS_PER_INDEX = 2 ** 20;

/**
 * What was ever seen in the logs of a group, by anybody.
 *
 * - log-matching: entries of one index and term are the same everywhere, with all that precedes them (paper §5.3).
 * - state-machine-safety: no two members ever know different entries of one index as committed (paper §5.4.3).
 */
export class GroupLedger {
  readonly #reporter: Reporter;
  readonly #group: string;
  /** Hash of the entry by index and term. */
  readonly #seen: Map<number, { readonly hash: number; readonly by: string }> = new Map();
  readonly #committed: CommittedEntry[] = [];

  constructor(group: string, reporter: Reporter) {
    this.#group = group;
    this.#reporter = reporter;
  }

  /** Entries beyond this index were not seen committed by anybody. */
  get committedIndex(): number {
    return this.#committed.length;
  }

  committed(index: number): CommittedEntry | null {
    return this.#committed[index - 1] ?? null;
  }

  /** A member's log holds this entry. */
  sawEntry(member: string, entry: MirrorEntry): void {
    const key = entry.index * TERMS_PER_INDEX + entry.term;
    const first = this.#seen.get(key);
    if (first === undefined) this.#seen.set(key, { hash: entry.hash, by: member });
    else if (first.hash !== entry.hash) {
      this.#reporter.report(
        'log-matching',
        `${this.#group}: entry ${entry.index} of term ${entry.term} differs between ${first.by} and ${member}`,
      );
    }
  }

  /** A member knows this entry as committed. Returns whether that is news to everybody. */
  sawCommitted(member: string, term: number, entry: MirrorEntry): boolean {
    const known = this.#committed[entry.index - 1];
    if (known === undefined) {
      if (entry.index !== this.#committed.length + 1) {
        throw new Error(`entry ${entry.index} is known as committed before ${this.#committed.length + 1}`);
      }
      this.#committed.push({ ...entry, knownTerm: term });
      return true;
    }
    if (known.hash !== entry.hash) {
      this.#reporter.report(
        'state-machine-safety',
        `${this.#group}: entry ${entry.index} is committed as of term ${known.term}, and on ${member} as of term ${entry.term}`,
      );
    }
    return false;
  }

  /** The last committed entry that every leader of a term later than its commit must have: `term` is the leader's. */
  lastCommittedBefore(term: number): CommittedEntry | null {
    for (let at = this.#committed.length - 1; at >= 0; at -= 1) {
      const entry = this.#committed[at];
      if (entry !== undefined && entry.knownTerm < term) return entry;
    }
    return null;
  }
}
