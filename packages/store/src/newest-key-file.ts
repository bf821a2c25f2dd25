import { KeyChain } from './key-chain.ts';
import { readKeyEntries } from './key-file-verify.ts';
import { KEY_ENTRY_BYTES, KEY_ENTRY_WORDS, emptyKeyRange, extendKeyCheck } from './key-index-file.ts';
import type { KeyFileRange, KeyIndexFile } from './key-index-file.ts';
import { SECONDS_MAX, SECONDS_MIN, searchKeyFile } from './key-search.ts';
import type { KeySearch } from './key-search.ts';
import { WORD_RANGE } from './int53.ts';

/** Entries held in memory before they are written. */
const PENDING_ENTRIES = 4096;

/** The file to which keys are added: its slots are in memory, and so are its last entries. */
export class NewestKeyFile {
  readonly #file: KeyIndexFile;
  readonly #slots: Uint32Array;
  readonly #pending: Uint32Array = new Uint32Array(PENDING_ENTRIES * KEY_ENTRY_WORDS);
  #written = 0;
  #entries = 0;
  #check: number = emptyKeyRange.check;
  #minTimestamp = 0;
  #maxTimestamp = 0;
  #lastAddress = 0;

  private constructor(file: KeyIndexFile) {
    this.#file = file;
    this.#slots = new Uint32Array(file.size.slots);
  }

  static begin(file: KeyIndexFile): NewestKeyFile {
    return new NewestKeyFile(file);
  }

  /** As a mark speaks of it. INDEX_CORRUPT unless the entries are there and check out. */
  static restore(file: KeyIndexFile, range: KeyFileRange): NewestKeyFile {
    const newest = new NewestKeyFile(file);
    for (const { hash } of readKeyEntries(file, range)) {
      newest.#entries += 1;
      newest.#slots[hash % file.size.slots] = newest.#entries;
    }
    newest.#written = range.entries;
    newest.#check = range.check;
    newest.#minTimestamp = range.minTimestamp;
    newest.#maxTimestamp = range.maxTimestamp;
    newest.#lastAddress = range.lastAddress;
    return newest;
  }

  get number(): number {
    return this.#file.number;
  }

  get baseTime(): number {
    return this.#file.baseTime;
  }

  get range(): KeyFileRange {
    return {
      entries: this.#entries,
      check: this.#check,
      minTimestamp: this.#minTimestamp,
      maxTimestamp: this.#maxTimestamp,
      lastAddress: this.#lastAddress,
    };
  }

  get isFull(): boolean {
    return this.#entries >= this.#file.size.entriesMax;
  }

  add(hash: number, address: number, storeTimestamp: number): void {
    const words = this.#pending;
    const at = (this.#entries - this.#written) * KEY_ENTRY_WORDS;
    const slot = hash % this.#slots.length;
    words[at] = hash;
    words[at + 1] = address;
    words[at + 2] = address / WORD_RANGE;
    words[at + 3] = secondsAfter(this.#file.baseTime, storeTimestamp);
    words[at + 4] = this.#slots[slot] as number;
    this.#check = extendKeyCheck(this.#check, words, at);
    const first = this.#entries === 0;
    this.#entries += 1;
    this.#slots[slot] = this.#entries;
    if (first || storeTimestamp < this.#minTimestamp) this.#minTimestamp = storeTimestamp;
    if (first || storeTimestamp > this.#maxTimestamp) this.#maxTimestamp = storeTimestamp;
    this.#lastAddress = address;
    if (this.#entries - this.#written === PENDING_ENTRIES) this.flush();
  }

  search(search: KeySearch): void {
    const slot = this.#slots[search.query.hash % this.#slots.length] as number;
    searchKeyFile(this.#file, slot, new KeyChain(this.#file, this.#written, this.#pending), search);
  }

  /** Write the entries that are in memory only, unsynced. */
  flush(): void {
    const count = this.#entries - this.#written;
    if (count === 0) return;
    this.#file.writeEntries(this.#written, Buffer.from(this.#pending.buffer, 0, count * KEY_ENTRY_BYTES));
    this.#written = this.#entries;
  }

  /** The file is full: write all of it, unsynced. */
  end(): void {
    this.flush();
    this.#file.writeEnd(this.#slots, this.range);
  }

  sync(): Promise<void> {
    return this.#file.sync();
  }

  close(): void {
    this.#file.close();
  }
}

function secondsAfter(baseTime: number, storeTimestamp: number): number {
  const seconds = Math.floor((storeTimestamp - baseTime) / 1000);
  return Math.max(SECONDS_MIN, Math.min(SECONDS_MAX, seconds));
}
