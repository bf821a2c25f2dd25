import { join } from 'node:path/posix';
import type { Disk } from './disk.ts';
import { StoreError } from './errors.ts';
import { parseKeyIndexConfig, type KeyIndexConfig } from './key-index-config.ts';
import { KeyIndexFiles } from './key-index-files.ts';
import type { FullKeyFile } from './key-index-files.ts';
import { decodeKeyMark, encodeKeyMark, KEY_MARK_MAGIC, type KeyIndexMark } from './key-index-mark.ts';
import { KeyChain, type KeyEntry } from './key-chain.ts';
import { emptyKeyRange, type KeyFileRange, type KeyIndexFile } from './key-index-file.ts';
import { readKeyEntries, verifyKeyFile, type KeyFileVerdict } from './key-file-verify.ts';
import { searchKeyFile, type KeySearch } from './key-search.ts';
import { NewestKeyFile } from './newest-key-file.ts';
import { SetAside, setAsideFolder } from './set-aside.ts';
import { SlotFile } from './slot-file.ts';
import { noStoreMetrics, type StoreMetrics } from './store-metrics.ts';

export const KEY_MARK_FILE = 'mark';
/** Messages that one query gives at most (RocketMQ: maxMsgsNumBatch). */
export const KEY_QUERY_COUNT_MAX = 64;

export interface KeyQuery {
  /** `hashKeyOfTopic` of topic and key. */
  readonly hash: number;
  /** Store times, ms, both included. The index is exact to a second: `accept` looks closer. */
  readonly begin: number;
  readonly end: number;
  /** At most KEY_QUERY_COUNT_MAX. */
  readonly countMax: number;
  /** Messages below this log address are gone. */
  readonly startAddress: number;
}

/** Index and hash of a log entry. */
export interface KeyIndexPosition {
  readonly index: number;
  readonly hash: number;
}

/**
 * Hash of topic and key -> log addresses, in flat hash files as RocketMQ's IndexFile: a function of the log, built behind
 * it and never in its way. The owner adds the keys of entry after entry, says where an entry is complete, and asks for
 * checkpoints; a restart goes on behind the last one. Everything it finds is to be compared with the record itself: hashes
 * collide, and a file that decayed may only ever hide a message, not invent one.
 */
export class KeyIndex {
  readonly #config: KeyIndexConfig;
  readonly #files: KeyIndexFiles;
  readonly #slots: SlotFile;
  #newest: NewestKeyFile | null = null;
  #nextNumber = 1;
  #completeTo: KeyIndexPosition;
  #markedIndex: number;
  #sinceMark = 0;
  #lastTimestamp = 0;
  #lastAddress = 0;
  /** Full files that the next checkpoint syncs and closes, oldest first. */
  readonly #unsynced: NewestKeyFile[] = [];
  #checkpoint: Promise<void> | null = null;
  #failure: StoreError | null = null;
  #closed = false;

  private constructor(disk: Disk, directory: string, config: KeyIndexConfig, slots: SlotFile) {
    this.#config = config;
    this.#files = new KeyIndexFiles(disk, directory, config);
    this.#slots = slots;
    const mark = decodeKeyMark(slots.payload);
    this.#completeTo = { index: mark.index, hash: mark.hash };
    this.#markedIndex = mark.index;
    if (mark.newest > 0) this.#restore(mark);
    this.#files.retire(mark.oldest, mark.newest);
  }

  /**
   * Open the index in a directory of its own as of its last checkpoint; null if there is none yet. INDEX_CORRUPT if anything
   * of it is missing, damaged or made with other settings: then `begin` sets it aside.
   */
  static open(disk: Disk, directory: string, settings: Partial<KeyIndexConfig> = {}): KeyIndex | null {
    const config = parseKeyIndexConfig(settings);
    const path = join(directory, KEY_MARK_FILE);
    let slots: SlotFile | null;
    try {
      slots = SlotFile.open(disk, path, KEY_MARK_MAGIC);
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'STATE_INVALID') throw error;
      throw new StoreError('INDEX_CORRUPT', `${path} is damaged`, { file: path, cause: error });
    }
    if (slots === null) return null;
    try {
      return new KeyIndex(disk, directory, config, slots);
    } catch (error) {
      slots.close();
      throw error;
    }
  }

  /**
   * Begin an empty index behind an entry of the log. What was in the directory goes aside if it is doubtful; if it speaks of
   * a log that is gone, `tidy` removes it.
   */
  static begin(
    disk: Disk,
    directory: string,
    settings: Partial<KeyIndexConfig>,
    { index, hash }: KeyIndexPosition,
    before: 'doubtful' | 'gone',
    metrics: Pick<StoreMetrics, 'setAside'> = noStoreMetrics,
  ): KeyIndex {
    const config = parseKeyIndexConfig(settings);
    disk.mkdir(directory);
    const names = disk.list(directory).filter((name) => name !== setAsideFolder);
    const aside = new SetAside(disk, directory, { kind: 'key-index', metrics });
    if (before === 'doubtful') for (const name of names) aside.takeFile(name, 'damaged');
    const mark = { index, hash, newest: 0, oldest: 0, range: emptyKeyRange };
    const slots = SlotFile.create(disk, join(directory, KEY_MARK_FILE), KEY_MARK_MAGIC, encodeKeyMark(mark));
    return new KeyIndex(disk, directory, config, slots);
  }

  /** The last log entry all of whose keys are in. */
  get completeTo(): KeyIndexPosition {
    return this.#completeTo;
  }

  /** Index of the entry up to which a restart finds the index complete. */
  get markedIndex(): number {
    return this.#markedIndex;
  }

  /** Keys added since the last checkpoint began. */
  get entriesSinceCheckpoint(): number {
    return this.#sinceMark;
  }

  /** Store time and log address of the message indexed last; 0 before the first. */
  get last(): { readonly timestamp: number; readonly address: number } {
    return { timestamp: this.#lastTimestamp, address: this.#lastAddress };
  }

  get entryCount(): number {
    const full = this.#files.full.reduce((sum, { range }) => sum + range.entries, 0);
    return full + (this.#newest?.range.entries ?? 0);
  }

  /** One key of the message at a log address; addresses never fall. Errors of the disk are final. */
  add(hash: number, address: number, storeTimestamp: number): void {
    this.#requireUsable();
    try {
      const file = this.#newest ?? this.#beginFile(storeTimestamp);
      file.add(hash, address, storeTimestamp);
      this.#sinceMark += 1;
      this.#lastTimestamp = storeTimestamp;
      this.#lastAddress = address;
      if (file.isFull) this.#endFile(file);
    } catch (error) {
      throw this.#fail(error);
    }
  }

  /** All keys of the entry at this position, and of those before, were added. */
  complete(position: KeyIndexPosition): void {
    this.#completeTo = position;
  }

  /**
   * Log addresses, the newest first, of messages that may have the key and that `accept` confirms: it sees each candidate
   * once. INDEX_CORRUPT if a file turns out to be damaged.
   */
  query(query: KeyQuery, accept: (address: number) => boolean): number[] {
    this.#requireUsable();
    const search: KeySearch = {
      query: { ...query, countMax: Math.min(query.countMax, KEY_QUERY_COUNT_MAX) },
      accept,
      found: [],
      stepsLeft: this.#config.queryStepsMax,
      lastAddress: -1,
    };
    if (this.#newest !== null && overlaps(this.#newest.range, query)) this.#newest.search(search);
    for (const file of [...this.#files.full].reverse()) {
      if (search.found.length >= search.query.countMax || search.stepsLeft <= 0) break;
      if (file.range.lastAddress < query.startAddress) break;
      if (overlaps(file.range, query)) this.#searchFull(file, search);
    }
    return search.found;
  }

  /**
   * Makes durable what was added up to `completeTo` of this moment. One at a time; a rejection is final. `logSynced` resolves
   * when the log is durable up to an index: the mark must not be ahead of a log that lost its unsynced end.
   */
  checkpoint(logSynced: (index: number) => Promise<void> = () => Promise.resolve()): Promise<void> {
    this.#checkpoint ??= this.#write(logSynced).finally(() => {
      this.#checkpoint = null;
    });
    return this.#checkpoint;
  }

  /** Let go of full files whose messages all lie below a log address, and of the oldest above filesMax. */
  async dropBefore(address: number, logSynced?: (index: number) => Promise<void>): Promise<void> {
    this.#requireUsable();
    const below = this.#files.forgetOldest(({ range }) => range.lastAddress < address);
    let over = this.#files.full.length + 1 - this.#config.filesMax;
    const above = this.#files.forgetOldest(() => over-- > 0);
    if (!below && !above) return;
    // The mark first: it must not speak of files that are gone.
    await this.#checkpoint;
    await this.checkpoint(logSynced);
    await this.tidy();
  }

  /** Removes files that do not count, off the event loop. What fails here is done again next time. */
  async tidy(): Promise<void> {
    this.#requireUsable();
    const newest = this.#newest?.number ?? this.#nextNumber - 1;
    this.#files.retire(this.#files.full[0]?.number ?? newest, newest);
    await this.#files.removeRetired();
  }

  /** Every entry, oldest first, read from the files, each checked against its file's check. For inspection. */
  *entries(): Generator<KeyEntry, void, undefined> {
    this.#newest?.flush();
    for (const file of this.#files.full) yield* this.#entriesOf(file);
    if (this.#newest !== null) yield* this.#entriesOf(this.#newest);
  }

  /** Read all of it and tell what is wrong with each file, null if nothing is. The caller sets the pace. */
  *verify(): Generator<KeyFileVerdict, void, undefined> {
    this.#newest?.flush();
    for (const { number } of this.#files.full)
      yield this.#files.use(number, (file) => verifyKeyFile(file, null));
    if (this.#newest === null) return;
    const { number, range } = this.#newest;
    yield this.#files.use(number, (file) => verifyKeyFile(file, range));
  }

  /** Idempotent. Nothing is written that was not asked for; waits for a checkpoint under way. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#checkpoint?.catch(() => undefined);
    this.#newest?.close();
    for (const file of this.#unsynced) file.close();
    this.#slots.close();
  }

  #restore({ newest, oldest, range }: KeyIndexMark): void {
    this.#files.openFull(oldest, newest);
    this.#newest = restoreNewest(this.#files.openNewest(newest), range);
    this.#nextNumber = newest + 1;
    this.#lastTimestamp = range.maxTimestamp;
    this.#lastAddress = range.lastAddress;
    if (this.#newest.isFull) this.#endFile(this.#newest);
  }

  #beginFile(storeTimestamp: number): NewestKeyFile {
    this.#newest = NewestKeyFile.begin(this.#files.create(this.#nextNumber, storeTimestamp));
    this.#nextNumber += 1;
    return this.#newest;
  }

  #endFile(file: NewestKeyFile): void {
    const { number, baseTime, range } = file;
    file.end();
    this.#files.add({ number, baseTime, range });
    this.#unsynced.push(file);
    this.#newest = null;
  }

  /**
   * 1. In the turn of the call: write what is in memory, and note how far it goes. 2. Sync the files written to. 3. Write and
   * sync the mark. Before, the old mark counts, and what lies beyond it means nothing.
   */
  async #write(logSynced: (index: number) => Promise<void>): Promise<void> {
    this.#requireUsable();
    try {
      const ended = [...this.#unsynced];
      const mark = this.#markNow();
      const newest = this.#newest;
      newest?.flush();
      this.#sinceMark = 0;
      for (const file of ended) {
        await file.sync();
        this.#unsynced.shift();
        file.close();
      }
      if (newest !== null) await newest.sync();
      await this.#files.syncNames();
      await logSynced(mark.index);
      this.#slots.write(encodeKeyMark(mark));
      await this.#slots.sync();
      this.#markedIndex = mark.index;
    } catch (error) {
      throw this.#fail(error);
    }
  }

  /** Names the newest file even if it is full, so that a restart knows where the numbers go on. */
  #markNow(): KeyIndexMark {
    const { full } = this.#files;
    const newest = this.#newest ?? full.at(-1);
    const { index, hash } = this.#completeTo;
    if (newest === undefined) return { index, hash, newest: 0, oldest: 0, range: emptyKeyRange };
    const oldest = full[0]?.number ?? newest.number;
    return { index, hash, newest: newest.number, oldest, range: newest.range };
  }

  #searchFull({ number }: FullKeyFile, search: KeySearch): void {
    this.#files.use(number, (file) => {
      const slot = file.readSlot(search.query.hash % file.size.slots);
      searchKeyFile(file, slot, new KeyChain(file), search);
    });
  }

  *#entriesOf({
    number,
    range,
  }: Pick<FullKeyFile, 'number' | 'range'>): Generator<KeyEntry, void, undefined> {
    const file = this.#files.open(number);
    try {
      yield* readKeyEntries(file, range);
    } finally {
      file.close();
    }
  }

  #fail(error: unknown): StoreError {
    this.#failure ??=
      error instanceof StoreError
        ? error
        : new StoreError('STORAGE_FAILED', 'the key index failed', { cause: error });
    return this.#failure;
  }

  #requireUsable(): void {
    if (this.#failure !== null) throw this.#failure;
    if (this.#closed) throw new StoreError('STORAGE_FAILED', 'the key index is closed');
  }
}

function overlaps({ minTimestamp, maxTimestamp }: KeyFileRange, { begin, end }: KeyQuery): boolean {
  return minTimestamp <= end && maxTimestamp >= begin;
}

function restoreNewest(file: KeyIndexFile, range: KeyFileRange): NewestKeyFile {
  try {
    return NewestKeyFile.restore(file, range);
  } catch (error) {
    file.close();
    throw error;
  }
}
