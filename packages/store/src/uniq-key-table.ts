import type { Disk } from './disk.ts';
import { StoreError } from './errors.ts';
import { WORD_RANGE } from './int53.ts';
import type { UniqKeyMark } from './state-db.ts';
import {
  ADDRESS_WORD,
  ENTRY_WORDS,
  KEY_WORD,
  KEY_WORDS,
  QUEUE_NUMBER_WORD,
  QUEUE_OFFSET_WORD,
  STORE_TIMESTAMP_WORD,
  hashKey,
  readKey,
} from './uniq-key-entry.ts';
import { UniqKeyIndex } from './uniq-key-index.ts';
import { UniqKeyRing } from './uniq-key-ring.ts';
import { UniqKeyRingFile } from './uniq-key-ring-file.ts';

export interface UniqKeyTableConfig {
  /** Newest messages remembered. Part of the replicated state: the same on all replicas. */
  readonly windowCountMax: number;
  /** Age after which a message is forgotten; milliseconds. The same on all replicas. */
  readonly windowMs: number;
  /** Begins every hash, so that nobody who chooses keys can choose collisions. May differ between replicas. */
  readonly hashSeed: number;
  /** See `DerivedStateConfig.owner`. */
  readonly owner?: number;
}

/** Entries written to the ring file at a time as they come, so that a checkpoint finds little left to do. */
const WRITE_ENTRIES = 1024;
/** Most time that can count as passed between two messages, ms: a clock that leaps is no clock. */
const STEP_MS_MAX = 1_000;

/**
 * (topicNumber, UNIQ_KEY) -> where the message was stored first, for the newest messages.
 *
 * The window: an insert first drops, from the oldest on, entries beyond windowCountMax - 1, and entries older
 * than windowMs; then it adds its own. The age of an entry is the sum of the steps of storeTimestamp from each
 * entry to the next one since then, where a step back counts as none and a step forward as a second at most: the
 * time is that of the masters' wall clocks, and when one of them is set, or wrong, nothing is forgotten early.
 * Nothing else changes the content, so replicas that insert the same have the same. Inserting a key that is
 * held hides the older entry for good.
 *
 * The ring file has twice the places of the window, so the window of the last checkpoint stays whole while up
 * to windowCountMax entries follow; `needsCheckpoint` and then `mustWait` are raised well before.
 */
export class UniqKeyTable {
  readonly #ring: UniqKeyRing;
  readonly #index: UniqKeyIndex;
  readonly #file: UniqKeyRingFile;
  readonly #countMax: number;
  readonly #windowMs: number;
  readonly #hashSeed: number;
  readonly #key: Uint32Array = new Uint32Array(KEY_WORDS);
  #newestTimestamp = 0;
  /** Age of the oldest entry. */
  #spanMs = 0;
  /** Entries before this sequence number are in the file, or have left the window. */
  #written: number;
  /** Tail of the window of the last committed checkpoint. */
  #committedTail: number;
  /** Tails of windows that are being copied from the file; there are few. */
  readonly #pinnedTails = new Set<{ readonly tail: number }>();

  /** `count`: entries that are about to be restored. */
  private constructor(
    file: UniqKeyRingFile,
    config: UniqKeyTableConfig,
    firstSequence: number,
    count: number,
  ) {
    this.#ring = new UniqKeyRing(firstSequence, Math.max(config.windowCountMax, count));
    this.#index = new UniqKeyIndex(count);
    this.#file = file;
    this.#countMax = config.windowCountMax;
    this.#windowMs = config.windowMs;
    this.#hashSeed = config.hashSeed | 0;
    this.#written = firstSequence;
    this.#committedTail = firstSequence;
  }

  /**
   * The table as of a checkpoint, or empty. INDEX_CORRUPT if the file is missing, short or damaged. If the
   * window has been configured anew, the entries move to a file of the new size with the next checkpoint.
   */
  static open(
    disk: Disk,
    directory: string,
    config: UniqKeyTableConfig,
    mark: UniqKeyMark | null,
  ): UniqKeyTable {
    const { owner = 0 } = config;
    const capacity = config.windowCountMax * 2;
    if (mark === null) {
      return new UniqKeyTable(UniqKeyRingFile.open(disk, directory, { capacity, owner }, true), config, 0, 0);
    }
    const held = mark.head - mark.tail;
    if (held < 0 || held > mark.fileCapacity) {
      throw new StoreError('INDEX_CORRUPT', 'the checkpoint names an impossible window of keys');
    }
    const file = UniqKeyRingFile.open(disk, directory, { capacity: mark.fileCapacity, owner }, false);
    if (mark.fileCapacity === capacity) return UniqKeyTable.#load(file, file, config, mark);
    try {
      return UniqKeyTable.#load(
        file,
        UniqKeyRingFile.open(disk, directory, { capacity, owner }, true),
        config,
        mark,
      );
    } finally {
      file.close();
    }
  }

  static #load(
    source: UniqKeyRingFile,
    target: UniqKeyRingFile,
    config: UniqKeyTableConfig,
    mark: UniqKeyMark,
  ): UniqKeyTable {
    const table = new UniqKeyTable(target, config, mark.tail, mark.head - mark.tail);
    try {
      source.read(mark.tail, mark.head, (words, at) => {
        table.#restore(words, at);
      });
    } catch (error) {
      target.close();
      throw error;
    }
    table.#newestTimestamp = mark.newestTimestamp;
    while (table.#ring.count > config.windowCountMax) table.#evict();
    // Another file has none of the entries yet, and nothing in it is referred to.
    table.#written = source === target ? mark.head : table.#ring.tail;
    table.#committedTail = source === target ? mark.tail : table.#ring.tail;
    return table;
  }

  get size(): number {
    return this.#ring.count;
  }

  /** Half of the entries that may follow the last checkpoint have come. */
  get needsCheckpoint(): boolean {
    return this.#room <= this.#countMax / 2;
  }

  /** Three quarters have come: apply no further entry before the running checkpoint is committed. */
  get mustWait(): boolean {
    return this.#room <= this.#countMax / 4;
  }

  /**
   * Look up a UNIQ_KEY given as bytes. Returns a handle for the accessors below, valid until the next insert,
   * or -1.
   */
  find(topicNumber: number, buffer: Buffer, at: number, length: number): number {
    readKey(buffer, at, length, this.#key);
    const place = this.#placeOf(topicNumber, hashKey(this.#hashSeed, topicNumber, this.#key, 0));
    return place < 0 ? -1 : this.#index.slotAt(place);
  }

  queueNumber(handle: number): number {
    return this.#ring.wordsOf(handle)[this.#ring.wordOf(handle) + QUEUE_NUMBER_WORD] as number;
  }

  queueOffset(handle: number): number {
    return this.#int53(handle, QUEUE_OFFSET_WORD);
  }

  /** Physical offset of the record. */
  address(handle: number): number {
    return this.#int53(handle, ADDRESS_WORD);
  }

  /** Milliseconds since the epoch. */
  storeTimestamp(handle: number): number {
    return this.#int53(handle, STORE_TIMESTAMP_WORD);
  }

  /**
   * Remember a message. Numbers are uint32, offsets, address and time safe integers: INDEX_RANGE. With
   * `mustWait` disregarded, LIMIT_EXCEEDED once the window of the last checkpoint would be overwritten.
   */
  insert(
    topicNumber: number,
    buffer: Buffer,
    at: number,
    length: number,
    queueNumber: number,
    queueOffset: number,
    address: number,
    storeTimestamp: number,
  ): void {
    requireNumbers(topicNumber, queueNumber, queueOffset, address, storeTimestamp);
    if (this.#room <= 0) {
      throw new StoreError(
        'LIMIT_EXCEEDED',
        'too many keys since the last checkpoint; mustWait was disregarded',
      );
    }
    readKey(buffer, at, length, this.#key);
    this.#newestTimestamp = Math.max(this.#newestTimestamp, storeTimestamp);
    this.#makeRoom(storeTimestamp);
    const slot = this.#ring.push();
    const words = this.#ring.wordsOf(slot);
    const word = this.#ring.wordOf(slot);
    words[word] = topicNumber;
    for (let part = 0; part < KEY_WORDS; part += 1) words[word + KEY_WORD + part] = this.#key[part] as number;
    words[word + QUEUE_NUMBER_WORD] = queueNumber;
    setInt53(words, word + QUEUE_OFFSET_WORD, queueOffset);
    setInt53(words, word + ADDRESS_WORD, address);
    setInt53(words, word + STORE_TIMESTAMP_WORD, storeTimestamp);
    this.#addToIndex(topicNumber, slot);
    if ((this.#ring.head - this.#written) % WRITE_ENTRIES === 0) this.#writeIfRoom();
  }

  /** Put what is not in the file there, unsynced, and name the window. */
  snapshotDirty(): UniqKeyMark {
    this.#writePending();
    return {
      head: this.#ring.head,
      tail: this.#ring.tail,
      newestTimestamp: this.#newestTimestamp,
      fileCapacity: this.#file.capacity,
    };
  }

  sync(): Promise<void> {
    return this.#file.sync();
  }

  /** The checkpoint with this mark is durable. */
  committed(mark: UniqKeyMark): void {
    this.#committedTail = mark.tail;
  }

  /**
   * Keep the window of the last committed checkpoint whole in the file until `release` is called, so that it can be
   * read by `readPinned` while inserts go on. Meanwhile the limits on inserts count from there.
   */
  pin({ tail }: UniqKeyMark): { readonly release: () => void } {
    const pinned = { tail };
    this.#pinnedTails.add(pinned);
    return { release: (): void => void this.#pinnedTails.delete(pinned) };
  }

  /** Visit the entries [from, to) of a pinned window in the file: INDEX_CORRUPT as when opening. */
  readPinned(from: number, to: number, visit: (words: Uint32Array, at: number) => void): void {
    this.#file.read(from, to, visit);
  }

  /** Add an entry of a snapshot, the oldest first, to a new table. */
  importEntry(words: Uint32Array, at: number): void {
    if (this.#ring.count >= this.#countMax) this.#evict();
    this.#restore(words, at);
    if ((this.#ring.head - this.#written) % WRITE_ENTRIES === 0) this.#writeIfRoom();
  }

  /** The highest storeTimestamp ever inserted, as a snapshot states it. */
  importNewestTimestamp(timestamp: number): void {
    this.#newestTimestamp = timestamp;
  }

  close(): void {
    this.#file.close();
  }

  /** Entries that may still come before the file would overwrite what the last checkpoint refers to. */
  get #room(): number {
    let tail = this.#committedTail;
    for (const pinned of this.#pinnedTails) tail = Math.min(tail, pinned.tail);
    return tail + this.#file.capacity - this.#ring.head;
  }

  #int53(handle: number, word: number): number {
    const words = this.#ring.wordsOf(handle);
    const at = this.#ring.wordOf(handle) + word;
    return (words[at + 1] as number) * WORD_RANGE + (words[at] as number);
  }

  /** Place in the index of the entry with this topic and the key at hand, or -1. */
  #placeOf(topicNumber: number, hash: number): number {
    const key = this.#key;
    for (let place = this.#index.first(hash); place >= 0; place = this.#index.after(place)) {
      const slot = this.#index.slotAt(place);
      const words = this.#ring.wordsOf(slot);
      const at = this.#ring.wordOf(slot);
      if (
        words[at] === topicNumber &&
        words[at + 1] === key[0] &&
        words[at + 2] === key[1] &&
        words[at + 3] === key[2] &&
        words[at + 4] === key[3]
      ) {
        return place;
      }
    }
    return -1;
  }

  /** Let the index name a new entry by the key at hand. */
  #addToIndex(topicNumber: number, slot: number): void {
    const hash = hashKey(this.#hashSeed, topicNumber, this.#key, 0);
    const place = this.#placeOf(topicNumber, hash);
    if (place >= 0) this.#index.replace(place, slot);
    else this.#index.add(hash, slot);
  }

  /** Drops what leaves the window when an entry of this time comes, and counts the step to it. */
  #makeRoom(storeTimestamp: number): void {
    const { head } = this.#ring;
    const step = this.#ring.count === 0 ? 0 : stepMs(this.#timeOf(head - 1), storeTimestamp);
    while (
      this.#ring.count > 0 &&
      (this.#ring.count >= this.#countMax || this.#spanMs + step > this.#windowMs)
    ) {
      this.#evict();
    }
    this.#spanMs = this.#ring.count === 0 ? 0 : this.#spanMs + step;
  }

  /** Store time of the entry with this sequence number. */
  #timeOf(sequence: number): number {
    return this.storeTimestamp(this.#ring.slotOf(sequence));
  }

  #evict(): void {
    const slot = this.#ring.tailSlot;
    const words = this.#ring.wordsOf(slot);
    const at = this.#ring.wordOf(slot);
    const hash = hashKey(this.#hashSeed, words[at] as number, words, at + KEY_WORD);
    let place = this.#index.first(hash);
    while (place >= 0 && this.#index.slotAt(place) !== slot) place = this.#index.after(place);
    // An entry that a later insert of its key has hidden is not in the index any more.
    if (place >= 0) this.#index.remove(place);
    const { tail } = this.#ring;
    if (this.#ring.count > 1) this.#spanMs -= stepMs(this.#timeOf(tail), this.#timeOf(tail + 1));
    this.#ring.shift();
  }

  /** On a full disk the entries wait in memory for the next of these writes, or for the checkpoint that needs them. */
  #writeIfRoom(): void {
    try {
      this.#writePending();
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'DISK_FULL') throw error;
    }
  }

  #writePending(): void {
    this.#file.write(this.#ring, Math.max(this.#written, this.#ring.tail), this.#ring.head);
    this.#written = this.#ring.head;
  }

  /** Word by word, since a start does this a million times; the check of an entry belongs to its place in a file. */
  #restore(words: Uint32Array, at: number): void {
    const slot = this.#ring.push();
    const held = this.#ring.wordsOf(slot);
    const to = this.#ring.wordOf(slot);
    for (let word = 0; word < ENTRY_WORDS - 1; word += 1) held[to + word] = words[at + word] as number;
    for (let part = 0; part < KEY_WORDS; part += 1) this.#key[part] = words[at + KEY_WORD + part] as number;
    this.#addToIndex(words[at] as number, slot);
    const { head } = this.#ring;
    if (this.#ring.count > 1) this.#spanMs += stepMs(this.#timeOf(head - 2), this.#timeOf(head - 1));
  }
}

function setInt53(words: Uint32Array, at: number, value: number): void {
  words[at] = value;
  words[at + 1] = value / WORD_RANGE;
}

/** What counts as passed between two messages. */
function stepMs(from: number, to: number): number {
  return Math.min(Math.max(0, to - from), STEP_MS_MAX);
}

function requireNumbers(
  topicNumber: number,
  queueNumber: number,
  queueOffset: number,
  address: number,
  storeTimestamp: number,
): void {
  const valid =
    topicNumber >>> 0 === topicNumber &&
    queueNumber >>> 0 === queueNumber &&
    isOffset(queueOffset) &&
    isOffset(address) &&
    isOffset(storeTimestamp);
  if (!valid) throw new StoreError('INDEX_RANGE', 'a number of a uniq-key entry is out of range');
}

function isOffset(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
