import { Level } from 'level';
import { crc32 } from 'node:zlib';
import { StoreError } from './errors.ts';
import { readInt53, writeInt53 } from './int53.ts';

export interface StateEntry {
  readonly key: Buffer;
  readonly value: Buffer;
}

export type StateOperation =
  | { readonly type: 'put'; readonly key: Buffer; readonly value: Buffer }
  | { readonly type: 'del'; readonly key: Buffer };

export interface StateEncoding {
  readonly keyEncoding: 'buffer';
  readonly valueEncoding: 'buffer';
}

/**
 * The part of abstract-level that this package uses. `batch` with sync must be atomic, and durable when it
 * resolves; the iterator gives keys in the order of their bytes, `gte` included, `lt` excluded, and shows the
 * database as it was at the moment of the call, whatever is written while it is read.
 */
export interface StateLevel {
  open(): Promise<void>;
  close(): Promise<void>;
  batch(operations: StateOperation[], options: StateEncoding & { readonly sync: boolean }): Promise<void>;
  iterator(
    options: StateEncoding & { readonly gte: Buffer; readonly lt: Buffer },
  ): AsyncIterable<[Buffer, Buffer]>;
}

/** The real database, over LevelDB. Opened by `StateDb.open`. */
export function nodeLevel(directory: string): StateLevel {
  return new Level<Buffer, Buffer>(directory, { keyEncoding: 'buffer', valueEncoding: 'buffer' });
}

/** First bytes of keys. Keys of the caller follow their own prefix unchanged. */
export const callerPrefix = 0x63;
export const markPrefix = 0x6d;
export const queueBlockPrefix = 0x62;
export const queuePagePrefix = 0x71;
/** Behind those that a snapshot is made from. */
export const queueTailsPrefix = 0x74;

/** Which state of the flat files a checkpoint refers to. */
export interface CheckpointMark {
  /** Index of the last log entry whose effects are contained. */
  readonly appliedIndex: number;
  readonly uniqKeys: UniqKeyMark;
}

/** The window of the uniq-key table: sequence numbers from tail (included) to head (excluded). */
export interface UniqKeyMark {
  readonly head: number;
  readonly tail: number;
  /** Highest storeTimestamp ever inserted; milliseconds. */
  readonly newestTimestamp: number;
  /** Entries for which the ring file named so has places; 0 for no file. */
  readonly fileCapacity: number;
}

/** A put of the caller; strings are UTF-8. */
export interface StatePut {
  readonly key: Buffer | string;
  readonly value: Buffer | string;
}

/** Everything one checkpoint changes. Deletes apply before puts. */
export interface StateBatch {
  readonly mark: CheckpointMark;
  readonly indexPuts: readonly StateEntry[];
  readonly indexDeletes: readonly Buffer[];
  readonly puts: readonly StatePut[];
  readonly deletes: readonly (Buffer | string)[];
}

/** The content of the last checkpoint; everything in key order. */
export interface LoadedState {
  /** Null if no checkpoint was ever committed: then all else is empty. */
  readonly mark: CheckpointMark | null;
  readonly queuePages: readonly StateEntry[];
  readonly queueBlocks: readonly StateEntry[];
  /** Value of the record of tails; null before the first checkpoint. */
  readonly queueTails: Buffer | null;
  /** What the caller put, under the caller's keys. */
  readonly entries: readonly StateEntry[];
}

const MARK_KEY: Buffer = Buffer.from([markPrefix]);
const MARK_VERSION = 3;
/** u32 version, then appliedIndex, head, tail, newestTimestamp, fileCapacity of 8 bytes each, u32 rows check, u32 crc32. */
const MARK_BYTES = 52;
const AT_ROWS_CHECK = 44;
const encoding: StateEncoding = { keyEncoding: 'buffer', valueEncoding: 'buffer' };

/**
 * The state database: small keyed state, changed only by whole checkpoints. The only user of `level`.
 *
 * LevelDB drops batches of its log that no longer check out and goes on with those behind them, and reads tables without a
 * look at their checksums. So the mark carries a check over all rows of this checkpoint, but for the blocks of queues,
 * which are complete or the queue directory says so, and are checked themselves when they are read, and for the record of
 * tails, which has a check of its own.
 */
export class StateDb {
  readonly #level: StateLevel;
  readonly #owner: number;
  /** What each row adds to the check. */
  readonly #rows = new Map<string, number>();
  #rowsCheck = 0;

  private constructor(level: StateLevel, owner: number) {
    this.#level = level;
    this.#owner = owner;
  }

  /** `owner`: see `DerivedStateConfig.owner`. */
  static async open(level: StateLevel, owner: number = 0): Promise<StateDb> {
    await guarded('open', () => level.open());
    return new StateDb(level, owner);
  }

  /**
   * STATE_DB_FAILED if it cannot be read; INDEX_CORRUPT if the mark is damaged, of another owner or missing beside records,
   * or if the records are not those of its checkpoint.
   */
  async load(): Promise<LoadedState> {
    const marks = await this.#range(markPrefix);
    const queuePages = await this.#range(queuePagePrefix);
    const queueBlocks = await this.#range(queueBlockPrefix);
    const queueTails = (await this.#range(queueTailsPrefix))[0]?.value ?? null;
    const rows = await this.#range(callerPrefix);
    const entries = rows.map(({ key, value }) => ({ key: key.subarray(1), value }));
    const [stored, ...others] = marks;
    if (stored === undefined) {
      if (queuePages.length + queueBlocks.length + entries.length > 0) throw corrupt('has no mark');
      return { mark: null, queuePages, queueBlocks, queueTails: null, entries };
    }
    if (others.length > 0 || stored.key.length !== 1) throw corrupt('has a second mark');
    const { rowsCheck, ...mark } = decodeMark(stored.value, this.#owner);
    for (const { key, value } of [...rows, ...queuePages]) this.#count(key, value);
    if (this.#rowsCheck !== rowsCheck) {
      throw corrupt('has lost rows of its last checkpoint, or has others');
    }
    return { mark, queuePages, queueBlocks, queueTails, entries };
  }

  /**
   * All of the batch becomes durable, or nothing. A rejection (STATE_DB_FAILED) leaves open which of the two;
   * the database must be closed and opened again to know.
   */
  async commit(batch: StateBatch): Promise<void> {
    const operations: StateOperation[] = [];
    for (const key of batch.indexDeletes) operations.push({ type: 'del', key });
    for (const key of batch.deletes) operations.push({ type: 'del', key: callerKey(key) });
    for (const { key, value } of batch.indexPuts) operations.push({ type: 'put', key, value });
    for (const { key, value } of batch.puts) {
      operations.push({ type: 'put', key: callerKey(key), value: toBuffer(value) });
    }
    for (const operation of operations) {
      this.#count(operation.key, operation.type === 'put' ? operation.value : null);
    }
    operations.push({
      type: 'put',
      key: MARK_KEY,
      value: encodeMark(batch.mark, this.#rowsCheck, this.#owner),
    });
    await guarded('commit', () => this.#level.batch(operations, { ...encoding, sync: true }));
  }

  /**
   * The caller's entries, the mark, and the pages of the queue directory, all as of this moment: a later commit does
   * not show. The mark decides which checkpoint that is.
   */
  contentNow(): AsyncIterable<[Buffer, Buffer]> {
    const bounds = { gte: Buffer.from([callerPrefix]), lt: Buffer.from([queuePagePrefix + 1]) };
    return this.#level.iterator({ ...encoding, ...bounds });
  }

  async close(): Promise<void> {
    await guarded('close', () => this.#level.close());
  }

  /** A row has this value from now on, null for none. */
  #count(key: Buffer, value: Buffer | null): void {
    if (key[0] === queueBlockPrefix || key[0] === queueTailsPrefix) return;
    const name = key.toString('latin1');
    const before = this.#rows.get(name) ?? 0;
    const now = value === null ? 0 : rowCheck(key, value, this.#owner);
    this.#rowsCheck = (this.#rowsCheck - before + now) >>> 0;
    if (value === null) this.#rows.delete(name);
    else this.#rows.set(name, now);
  }

  async #range(prefix: number): Promise<StateEntry[]> {
    const found: StateEntry[] = [];
    const bounds = { gte: Buffer.from([prefix]), lt: Buffer.from([prefix + 1]) };
    await guarded('read', async () => {
      for await (const [key, value] of this.#level.iterator({ ...encoding, ...bounds }))
        found.push({ key, value });
    });
    return found;
  }
}

async function guarded(what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const { message } = deepestCause(error);
    throw new StoreError('STATE_DB_FAILED', `the state database failed to ${what}: ${message}`, {
      cause: error,
    });
  }
}

/** The error of LevelDB itself, which names the file. */
function deepestCause(error: unknown): { readonly message: string } {
  if (!(error instanceof Error)) return { message: String(error) };
  return error.cause instanceof Error ? deepestCause(error.cause) : error;
}

function toBuffer(value: Buffer | string): Buffer {
  return typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
}

function callerKey(key: Buffer | string): Buffer {
  const bytes = toBuffer(key);
  const prefixed = Buffer.allocUnsafe(bytes.length + 1);
  prefixed[0] = callerPrefix;
  bytes.copy(prefixed, 1);
  return prefixed;
}

function markFields(mark: CheckpointMark): number[] {
  const { head, tail, newestTimestamp, fileCapacity } = mark.uniqKeys;
  return [mark.appliedIndex, head, tail, newestTimestamp, fileCapacity];
}

function encodeMark(mark: CheckpointMark, rowsCheck: number, owner: number): Buffer {
  const value = Buffer.alloc(MARK_BYTES);
  value.writeUInt32LE(MARK_VERSION, 0);
  markFields(mark).forEach((field, index) => {
    writeInt53(value, field, 4 + index * 8);
  });
  value.writeUInt32LE(rowsCheck, AT_ROWS_CHECK);
  value.writeUInt32LE(crc32(value.subarray(0, MARK_BYTES - 4), owner), MARK_BYTES - 4);
  return value;
}

/** The mark as it is stored. */
export interface StoredMark extends CheckpointMark {
  /** Sum of `rowCheck` over all rows but those of blocks. */
  readonly rowsCheck: number;
}

/** What one row adds to the check of all, u32. */
export function rowCheck(key: Buffer, value: Buffer, owner: number): number {
  return crc32(value, crc32(key, owner));
}

/** INDEX_CORRUPT for bytes that are no mark of this owner. */
export function decodeMark(value: Buffer, owner: number): StoredMark {
  if (value.length !== MARK_BYTES) throw corrupt('has a mark of a wrong length');
  if (crc32(value.subarray(0, MARK_BYTES - 4), owner) !== value.readUInt32LE(MARK_BYTES - 4)) {
    throw corrupt('has a damaged mark, or that of another member');
  }
  if (value.readUInt32LE(0) !== MARK_VERSION) throw corrupt('has a mark of an unknown version');
  const field = (place: number): number => {
    const number = readInt53(value, 4 + place * 8);
    if (number === null) throw corrupt('has a mark with an impossible number');
    return number;
  };
  return {
    appliedIndex: field(0),
    uniqKeys: { head: field(1), tail: field(2), newestTimestamp: field(3), fileCapacity: field(4) },
    rowsCheck: value.readUInt32LE(AT_ROWS_CHECK),
  };
}

function corrupt(what: string): StoreError {
  return new StoreError('INDEX_CORRUPT', `the state database ${what}`);
}
