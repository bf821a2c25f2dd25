import { ENTRY_BYTES, ENTRY_WORDS } from './uniq-key-entry.ts';

/** Entries that lie side by side in one array of 53 KB. */
const CHUNK_ENTRIES_MAX = 1_024;

/**
 * The newest entries in memory, in the order of their insertion. Entries have sequence numbers from 0 that are
 * never reused; [tail, head) are held, and an entry lies in its slot until it leaves.
 *
 * The slots are those of arrays that come when the first entry lies there and go with the last one. So memory follows
 * what is held, and nothing ever has to be moved: a window of a million entries takes tens of milliseconds to copy.
 */
export class UniqKeyRing {
  readonly #mask: number;
  readonly #chunkBits: number;
  readonly #chunkMask: number;
  readonly #chunks: (Uint32Array | undefined)[];
  /** A chunk that went, for the next one that comes. */
  #spare: Uint32Array | undefined = undefined;
  /** Sequence number of the oldest entry held. */
  tail: number;
  /** Sequence number that the next entry gets. */
  head: number;
  #tailSlot = 0;

  /** An empty ring whose first entry gets a given sequence number; it never holds more than `countMax` entries. */
  constructor(firstSequence: number, countMax: number) {
    let bits = 0;
    while (2 ** bits < countMax) bits += 1;
    this.#mask = 2 ** bits - 1;
    this.#chunkBits = Math.min(bits, Math.log2(CHUNK_ENTRIES_MAX));
    this.#chunkMask = 2 ** this.#chunkBits - 1;
    this.#chunks = new Array<Uint32Array | undefined>(2 ** (bits - this.#chunkBits)).fill(undefined);
    this.tail = firstSequence;
    this.head = firstSequence;
  }

  get count(): number {
    return this.head - this.tail;
  }

  get tailSlot(): number {
    return this.#tailSlot;
  }

  /** Bytes of memory in use. */
  get bytes(): number {
    const chunks = this.#chunks.reduce((sum, chunk) => sum + (chunk?.byteLength ?? 0), 0);
    return chunks + (this.#spare?.byteLength ?? 0);
  }

  /** Slot of a sequence number in [tail, head). */
  slotOf(sequence: number): number {
    return (this.#tailSlot + (sequence - this.tail)) & this.#mask;
  }

  /** The array in which the entry of a slot in use lies, from `wordOf` on. */
  wordsOf(slot: number): Uint32Array {
    return this.#chunks[slot >>> this.#chunkBits] as Uint32Array;
  }

  wordOf(slot: number): number {
    return (slot & this.#chunkMask) * ENTRY_WORDS;
  }

  /** Slot of a new entry; the ring holds less than it may. */
  push(): number {
    const slot = (this.#tailSlot + this.count) & this.#mask;
    const chunk = slot >>> this.#chunkBits;
    if (this.#chunks[chunk] === undefined) {
      this.#chunks[chunk] = this.#spare ?? new Uint32Array((this.#chunkMask + 1) * ENTRY_WORDS);
      this.#spare = undefined;
    }
    this.head += 1;
    return slot;
  }

  /** The oldest entry leaves; the ring is not empty. */
  shift(): void {
    const left = this.#tailSlot;
    this.#tailSlot = (left + 1) & this.#mask;
    this.tail += 1;
    const chunk = left >>> this.#chunkBits;
    const newest = this.slotOf(this.head - 1) >>> this.#chunkBits;
    const inUse = this.count > 0 && (this.#tailSlot >>> this.#chunkBits === chunk || newest === chunk);
    if (inUse) return;
    this.#spare = this.#chunks[chunk];
    this.#chunks[chunk] = undefined;
  }

  /** How many slots from this one on lie side by side. */
  runOf(slot: number): number {
    return this.#chunkMask + 1 - (slot & this.#chunkMask);
  }

  /** The bytes of `count` entries from a slot on that lie in one piece. */
  bytesOf(slot: number, count: number): Buffer {
    const { buffer } = this.wordsOf(slot);
    return Buffer.from(buffer, (slot & this.#chunkMask) * ENTRY_BYTES, count * ENTRY_BYTES);
  }
}
