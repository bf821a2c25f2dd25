import {
  EntryKind,
  INITIAL_HARD_STATE,
  allocateFrame,
  sealEntry,
  type Entry,
  type HardState,
  type LogPosition,
  type LogStorage,
} from '../src/index.ts';
import { MemoryLogStorage } from '../src/memory-storage.ts';

/** What a test plants to see that its checks find it. */
export type DiskFault = 'none' | 'forgets-votes' | 'acknowledges-early';

/**
 * The disk of one member: a page cache, the writes that are on their way, and the platter. Writes reach the
 * platter in order, each when the test says so; a crash loses those that did not.
 */
export class SimulatedDisk {
  readonly #fault: DiskFault;
  readonly #platter = new MemoryLogStorage();
  #cache = new MemoryLogStorage();
  #pending: (readonly Entry[])[] = [];
  #hardState: HardState = INITIAL_HARD_STATE;

  /** `terms` are those of the entries that are durable from the start. */
  constructor(fault: DiskFault = 'none', terms: readonly number[] = []) {
    this.#fault = fault;
    const entries = entriesOf(terms);
    this.#platter.append(entries);
    this.#cache.append(entries);
    this.#hardState = { ...INITIAL_HARD_STATE, term: terms.at(-1) ?? 0, standing: 'full' };
  }

  get log(): LogStorage {
    return this.#cache;
  }

  get hardState(): HardState {
    return this.#hardState;
  }

  /** What a crash would leave. */
  get durableLog(): LogStorage {
    return this.#platter;
  }

  get pendingCount(): number {
    return this.#pending.length;
  }

  saveHardState(state: HardState): void {
    this.#hardState = state;
  }

  append(entries: readonly Entry[]): void {
    this.#cache.append(entries);
    this.#pending.push(entries);
  }

  /** The oldest write reaches the platter. Returns its last entry. */
  completeWrite(): LogPosition {
    const entries = this.#pending.shift() ?? [];
    this.#platter.append(entries);
    return lastOf(entries);
  }

  /** Power fails. */
  crash(): void {
    this.#pending = [];
    this.#cache = new MemoryLogStorage();
    this.#cache.append(allEntries(this.#platter));
    if (this.#fault === 'forgets-votes') this.#hardState = { ...this.#hardState, votedFor: null };
  }
}

/** A log whose entries have these terms; logs with equal terms up to an index are equal up to there. */
function entriesOf(terms: readonly number[]): Entry[] {
  const entries: Entry[] = [];
  let address = 0;
  let prevHash = 0;
  for (const [at, term] of terms.entries()) {
    const entry = sealEntry(allocateFrame(0), {
      index: at + 1,
      term,
      kind: EntryKind.NoOp,
      address,
      prevHash,
    });
    entries.push(entry);
    address += entry.frame.length;
    prevHash = entry.hash;
  }
  return entries;
}

export function allEntries(log: LogStorage): Entry[] {
  return log.entries(log.firstIndex(), log.lastPosition().index + 1, Infinity);
}

export function lastOf(entries: readonly Entry[]): LogPosition {
  const last = entries.at(-1);
  if (last === undefined) throw new Error('a write without entries');
  return { index: last.index, term: last.term, address: last.address + last.frame.length, hash: last.hash };
}
