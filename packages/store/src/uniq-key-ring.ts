import { ENTRY_BYTES, ENTRY_WORDS } from './uniq-key-entry.ts';

const FIRST_CAPACITY = 1024;

/**
 * The newest entries in memory, in the order of their insertion. Entries have sequence numbers from 0 that are
 * never reused; [tail, head) are held, and an entry lies in a slot of one flat array until it leaves.
 */
export class UniqKeyRing {
  words: Uint32Array;
  bytes: Buffer;
  #mask: number;
  /** Sequence number of the oldest entry held. */
  tail: number;
  /** Sequence number that the next entry gets. */
  head: number;
  #tailSlot = 0;

  /** An empty ring whose first entry gets a given sequence number, with room for `count` entries at least. */
  constructor(firstSequence: number, count: number) {
    let capacity = FIRST_CAPACITY;
    while (capacity < count) capacity *= 2;
    this.words = new Uint32Array(capacity * ENTRY_WORDS);
    this.bytes = Buffer.from(this.words.buffer);
    this.#mask = capacity - 1;
    this.tail = firstSequence;
    this.head = firstSequence;
  }

  get count(): number {
    return this.head - this.tail;
  }

  get isFull(): boolean {
    return this.count > this.#mask;
  }

  get capacity(): number {
    return this.#mask + 1;
  }

  get tailSlot(): number {
    return this.#tailSlot;
  }

  /** Slot of a sequence number in [tail, head). */
  slotOf(sequence: number): number {
    return (this.#tailSlot + (sequence - this.tail)) & this.#mask;
  }

  /** Slot of a new entry; the ring is not full. */
  push(): number {
    const slot = (this.#tailSlot + this.count) & this.#mask;
    this.head += 1;
    return slot;
  }

  /** The oldest entry leaves; the ring is not empty. */
  shift(): void {
    this.#tailSlot = (this.#tailSlot + 1) & this.#mask;
    this.tail += 1;
  }

  /** Twice the room. Returns how slots changed; the content is the same. */
  grow(): (slot: number) => number {
    const oldMask = this.#mask;
    const oldTailSlot = this.#tailSlot;
    const words = new Uint32Array(this.words.length * 2);
    const older = this.words.subarray(oldTailSlot * ENTRY_WORDS);
    words.set(older);
    words.set(this.words.subarray(0, oldTailSlot * ENTRY_WORDS), older.length);
    this.words = words;
    this.bytes = Buffer.from(words.buffer);
    this.#mask = oldMask * 2 + 1;
    this.#tailSlot = 0;
    return (slot) => (slot - oldTailSlot) & oldMask;
  }

  /** The bytes of `count` entries from a slot on that lie in one piece. */
  bytesOf(slot: number, count: number): Buffer {
    return this.bytes.subarray(slot * ENTRY_BYTES, (slot + count) * ENTRY_BYTES);
  }
}
