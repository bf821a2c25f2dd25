import type { CommandReply } from '../machine/machine.ts';
import type { RecordOutcomes } from '../machine/record-outcomes.ts';
import type { EntryWaiters } from './entry-waiters.ts';

interface PendingEntry {
  readonly index: number;
  readonly term: number;
  readonly waiters: EntryWaiters;
  readonly bytes: number;
  /** Monotonic milliseconds after which nobody waits any longer. */
  readonly deadline: number;
  /** An older entry of another term at the same index: this member lost leadership and won it again. */
  readonly older: PendingEntry | null;
}

/**
 * Entries that this member proposed and that have not been applied yet, by index.
 *
 * They are kept when leadership is lost: the entry may still become committed. (index, term) names an entry
 * uniquely (Raft paper §5.3, Log Matching), so if another term is applied at its index it is certainly lost.
 */
export class PendingEntries {
  readonly #byIndex = new Map<number, PendingEntry>();
  #count = 0;
  #bytes = 0;

  /** Records and commands waited for. */
  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(index: number, term: number, waiters: EntryWaiters, bytes: number, deadline: number): void {
    const older = this.#byIndex.get(index) ?? null;
    // Deleted first, so that the map stays in the order of the deadlines.
    this.#byIndex.delete(index);
    this.#byIndex.set(index, { index, term, waiters, bytes, deadline, older });
    this.#count += waiters.count;
    this.#bytes += bytes;
  }

  /** An entry was applied at `index`; those whose entry was replaced by it are told who leads. */
  applied(
    index: number,
    term: number,
    outcomes: RecordOutcomes,
    replies: readonly CommandReply[],
    leader: () => string | null,
  ): void {
    if (this.#byIndex.size === 0) return;
    let entry = this.#take(index);
    while (entry !== null) {
      if (entry.term === term) {
        entry.waiters.settleApplied(outcomes, replies);
      } else {
        entry.waiters.settleRefused('not-leader', leader());
      }
      entry = entry.older;
    }
  }

  /** A snapshot took the place of the entries up to `index`: they are decided, but nobody here saw how. */
  skippedTo(index: number): void {
    for (const pending of [...this.#byIndex.keys()]) {
      if (pending <= index) this.#settleUnknown(pending, 'decided while this member was behind');
    }
  }

  /** Settles as unknown what is due. Returns the next deadline, null when nothing waits. */
  expire(now: number): number | null {
    for (const entry of this.#byIndex.values()) {
      if (entry.deadline > now) return entry.deadline;
      this.#settleUnknown(entry.index, 'not confirmed in time');
    }
    return null;
  }

  /** Nobody will hear of these entries any more. */
  abandon(reason: string): void {
    for (const index of [...this.#byIndex.keys()]) this.#settleUnknown(index, reason);
  }

  #settleUnknown(index: number, reason: string): void {
    let entry = this.#take(index);
    while (entry !== null) {
      entry.waiters.settleUnknown(reason);
      entry = entry.older;
    }
  }

  #take(index: number): PendingEntry | null {
    const first = this.#byIndex.get(index) ?? null;
    if (first === null) return null;
    this.#byIndex.delete(index);
    for (let entry: PendingEntry | null = first; entry !== null; entry = entry.older) {
      this.#count -= entry.waiters.count;
      this.#bytes -= entry.bytes;
    }
    return first;
  }
}
