import { continues, type Entry, type LogIndex } from './entry.ts';
import { RaftError } from './errors.ts';
import {
  INITIAL_HARD_STATE,
  type HardState,
  type HardStateStorage,
  type LogPosition,
  type LogStorage,
} from './storage.ts';

const ORIGIN: LogPosition = Object.freeze({ index: 0, term: 0, address: 0, hash: 0 });

/**
 * The reference implementation of LogStorage: a page cache and a platter, both in memory. `crash` shows what a
 * power cut would leave. For tests and simulation; it holds the whole log.
 */
export class MemoryLogStorage implements LogStorage {
  /** Position before `#entries[0]`. */
  #base: LogPosition;
  #entries: Entry[] = [];
  /** What the platter holds, from the same base. */
  #durable: Entry[] = [];
  /** Leading entries in which `#entries` and `#durable` are the same; only a cut lowers it between syncs. */
  #shared = 0;
  #committed: LogIndex = 0;

  /** `base` is where the log starts: address 0 unless the log continues another one. */
  constructor(base: LogPosition = ORIGIN) {
    this.#base = base;
  }

  firstIndex(): LogIndex {
    return this.#base.index + 1;
  }

  lastPosition(): LogPosition {
    const last = this.#entries.at(-1);
    return last === undefined ? this.#base : positionAfter(last);
  }

  positionAt(index: LogIndex): LogPosition | null {
    if (index === this.#base.index) return this.#base;
    const entry = this.#entries[index - this.firstIndex()];
    return entry === undefined ? null : positionAfter(entry);
  }

  term(index: LogIndex): number | null {
    if (index === this.#base.index) return this.#base.term;
    return this.#entries[index - this.firstIndex()]?.term ?? null;
  }

  entries(from: LogIndex, to: LogIndex, bytesMax: number): Entry[] {
    const first = this.firstIndex();
    if (from < first) throw new RaftError('LOG_COMPACTED', `entry ${from} is before the first one, ${first}`);
    const end = first + this.#entries.length;
    if (from > end) throw new RaftError('LOG_UNAVAILABLE', `entry ${from} is after the last one, ${end - 1}`);
    const found: Entry[] = [];
    let bytes = 0;
    for (let index = from; index < Math.min(to, end); index++) {
      const entry = this.#entries[index - first];
      if (entry === undefined) break;
      bytes += entry.frame.length;
      if (found.length > 0 && bytes > bytesMax) break;
      found.push(entry);
    }
    return found;
  }

  entriesInMemory(from: LogIndex, to: LogIndex, bytesMax: number): Entry[] {
    return this.entries(from, to, bytesMax);
  }

  fetchEntry(_index: LogIndex, done: (error: Error | null) => void): void {
    done(null);
  }

  append(entries: readonly Entry[]): void {
    const start = entries[0];
    if (start === undefined) return;
    const before = this.positionAt(start.index - 1);
    if (before === null) {
      const code = start.index < this.firstIndex() ? 'LOG_COMPACTED' : 'LOG_GAP';
      throw new RaftError(code, `entry ${start.index} does not touch a log of ${this.firstIndex()} and more`);
    }
    checkChain(before, entries);
    const kept = start.index - this.firstIndex();
    this.#entries.length = kept;
    this.#shared = Math.min(this.#shared, kept);
    for (const entry of entries) this.#entries.push(entry);
  }

  sync(): Promise<void> {
    // The state of this moment becomes durable, not the state at the time the promise is looked at.
    const from = this.#shared;
    const added = this.#entries.slice(from);
    this.#durable.length = from;
    for (const entry of added) this.#durable.push(entry);
    this.#shared = this.#entries.length;
    return Promise.resolve();
  }

  reset(position: LogPosition): Promise<void> {
    this.#base = position;
    this.#entries = [];
    this.#durable = [];
    this.#shared = 0;
    this.#committed = position.index;
    return Promise.resolve();
  }

  markCommitted(index: LogIndex): void {
    this.#committed = Math.max(this.#committed, index);
  }

  /** The highest index given to `markCommitted`. */
  get committedIndex(): LogIndex {
    return this.#committed;
  }

  /** Forgets everything that no sync covered, cuts included, as a power cut would. */
  crash(): void {
    this.#entries = this.#durable.slice();
    this.#shared = this.#entries.length;
  }

  /** Drops the entries before `index`, which must be held or be last + 1; durable at once. */
  dropPrefix(index: LogIndex): void {
    const base = this.positionAt(index - 1);
    if (base === null) throw new RaftError('LOG_UNAVAILABLE', `the log cannot start at ${index}`);
    const dropped = index - this.firstIndex();
    this.#entries.splice(0, dropped);
    this.#durable.splice(0, dropped);
    this.#shared = Math.max(0, this.#shared - dropped);
    this.#base = base;
  }
}

/** HardStateStorage in memory; what was saved is durable. */
export class MemoryHardStateStorage implements HardStateStorage {
  #state: HardState;

  constructor(state: HardState = INITIAL_HARD_STATE) {
    this.#state = state;
  }

  load(): HardState {
    return this.#state;
  }

  save(state: HardState): void {
    const { term, votedFor, commit, standing } = state;
    this.#state = { term, votedFor, commit, standing };
  }
}

function positionAfter(entry: Entry): LogPosition {
  const { index, term, hash } = entry;
  return { index, term, address: entry.address + entry.frame.length, hash };
}

/** Throws `ENTRY_CHAIN_BROKEN` unless the entries lie one behind the other, the first at `before`. */
function checkChain(before: LogPosition, entries: readonly Entry[]): void {
  let previous: Entry | null = null;
  for (const entry of entries) {
    const chained: boolean =
      previous === null
        ? entry.address === before.address && entry.prevHash === before.hash && entry.term >= before.term
        : continues(entry, previous);
    if (!chained) {
      throw new RaftError('ENTRY_CHAIN_BROKEN', `entry ${entry.index} does not continue the log before it`);
    }
    previous = entry;
  }
}
