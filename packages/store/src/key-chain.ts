import type { KeyIndexFile } from './key-index-file.ts';
import { KEY_ENTRY_BYTES, KEY_ENTRY_WORDS } from './key-index-file.ts';
import { WORD_RANGE } from './int53.ts';

/** Entries read at a time: those of a key that comes often lie close to each other. */
const WINDOW_ENTRIES = 128;

/** One entry of the key index as it stands in a file. */
export interface KeyEntry {
  readonly hash: number;
  readonly address: number;
  /** Whole seconds after the base time of the file. */
  readonly seconds: number;
  /** Number of the entry before it in its slot, counted from 1; 0 for none. */
  readonly previous: number;
}

/** Reads the entries of one file in falling order, through a small window. */
export class KeyChain {
  readonly #file: KeyIndexFile;
  /** Entries beyond this number are not in the file but in `#tail`, from its beginning. */
  readonly #written: number;
  readonly #tail: Uint32Array;
  readonly #window: Uint32Array = new Uint32Array(WINDOW_ENTRIES * KEY_ENTRY_WORDS);
  #windowFirst = 0;
  #windowEnd = 0;

  constructor(file: KeyIndexFile, written: number = Infinity, tail: Uint32Array = new Uint32Array(0)) {
    this.#file = file;
    this.#written = written;
    this.#tail = tail;
  }

  /** The entry with this number, counted from 0. INDEX_CORRUPT if it cannot be one. */
  at(number: number): KeyEntry {
    if (number >= this.#written) return this.#entry(this.#tail, number - this.#written, number);
    if (number < this.#windowFirst || number >= this.#windowEnd) this.#fill(number);
    return this.#entry(this.#window, number - this.#windowFirst, number);
  }

  #entry(words: Uint32Array, place: number, number: number): KeyEntry {
    const at = place * KEY_ENTRY_WORDS;
    const address = (words[at + 2] as number) * WORD_RANGE + (words[at + 1] as number);
    const previous = words[at + 4] as number;
    if (previous > number || !Number.isSafeInteger(address)) {
      throw this.#file.corrupt(`holds an impossible entry ${number}`, number * KEY_ENTRY_BYTES);
    }
    return { hash: words[at] as number, address, seconds: (words[at + 3] as number) | 0, previous };
  }

  #fill(number: number): void {
    const first = Math.max(0, number + 1 - WINDOW_ENTRIES);
    const count = number + 1 - first;
    this.#file.readEntries(first, Buffer.from(this.#window.buffer, 0, count * KEY_ENTRY_BYTES));
    this.#windowFirst = first;
    this.#windowEnd = number + 1;
  }
}
