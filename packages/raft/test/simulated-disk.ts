import {
  EntryKind,
  INITIAL_HARD_STATE,
  MemoryLogStorage,
  allocateFrame,
  sealEntry,
  type Entry,
  type HardState,
  type LogPosition,
  type LogStorage,
} from '../src/index.ts';

/** What a test plants to see that its checks find it. */
export type DiskFault = 'none' | 'forgets-votes' | 'acknowledges-early';

const ORIGIN: LogPosition = { index: 0, term: 0, address: 0, hash: 0 };

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

  /** `terms` are those of the entries that are durable from the start; null for a disk on which nothing ever was. */
  constructor(fault: DiskFault = 'none', terms: readonly number[] | null = []) {
    this.#fault = fault;
    if (terms === null) return;
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

  /** Retention drops the entries up to `index`, which are durable. */
  dropTo(index: number): void {
    this.#platter.dropPrefix(index + 1);
    this.#cache.dropPrefix(index + 1);
  }

  /** The log begins anew behind `position`. Returns the last entries of the writes that were on their way. */
  reset(position: LogPosition): LogPosition[] {
    const lost = this.#pending.map(lastOf);
    this.#pending = [];
    // Both change at once; what a promise would add is tested with the driver.
    void this.#platter.reset(position);
    void this.#cache.reset(position);
    return lost;
  }

  /** Power fails. */
  crash(): void {
    this.#pending = [];
    const first = this.#platter.firstIndex();
    this.#cache = new MemoryLogStorage(this.#platter.positionAt(first - 1) ?? ORIGIN);
    this.#cache.append(allEntries(this.#platter));
    if (this.#fault === 'forgets-votes') this.#hardState = { ...this.#hardState, votedFor: null };
  }

  /** Everything is gone. */
  lose(): void {
    this.reset(ORIGIN);
    this.#hardState = INITIAL_HARD_STATE;
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
