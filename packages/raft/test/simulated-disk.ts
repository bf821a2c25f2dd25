import {
  INITIAL_HARD_STATE,
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

  constructor(fault: DiskFault = 'none') {
    this.#fault = fault;
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

export function allEntries(log: LogStorage): Entry[] {
  return log.entries(log.firstIndex(), log.lastPosition().index + 1, Infinity);
}

export function lastOf(entries: readonly Entry[]): LogPosition {
  const last = entries.at(-1);
  if (last === undefined) throw new Error('a write without entries');
  return { index: last.index, term: last.term, address: last.address + last.frame.length, hash: last.hash };
}
