import { StoreError } from './errors.ts';
import { PAGE_BYTES, PAGE_WORDS } from './queue-units.ts';

/** Slots per allocation of page memory: 384 KiB, so that a store with little in it takes little. */
const CHUNK_SLOTS = 1024;
const REFERENCED = 1;
const DIRTY = 2;

/**
 * Pages of the queue index in memory, found by page number (block number x 16 + page in the block), bounded by
 * bytes. A clean page may make room for another at any time (second-chance order); a dirty page stays until it
 * is marked clean. All bookkeeping lies in typed arrays; numbers are stored plus one, so that memory never
 * touched, which reads as zero, means "none".
 */
export class PageCache {
  readonly slotCount: number;
  readonly #chunks: Uint32Array[] = [];
  /** Page number + 1 of each slot. */
  readonly #pages: Int32Array;
  readonly #flags: Uint8Array;
  /** Open addressing with linear probing: pairs of page number + 1 and slot. At most half full. */
  readonly #table: Int32Array;
  readonly #tableMask: number;
  #slotsUsed = 0;
  readonly #freeSlots: number[] = [];
  #hand = 0;
  #dirtyCount = 0;

  constructor(bytesMax: number) {
    this.slotCount = Math.floor(bytesMax / PAGE_BYTES);
    this.#pages = new Int32Array(this.slotCount);
    this.#flags = new Uint8Array(this.slotCount);
    let buckets = 16;
    while (buckets < this.slotCount * 2) buckets *= 2;
    this.#table = new Int32Array(buckets * 2);
    this.#tableMask = buckets - 1;
  }

  get dirtyCount(): number {
    return this.#dirtyCount;
  }

  /** Bytes of page memory allocated so far. */
  get allocatedBytes(): number {
    return this.#chunks.length * CHUNK_SLOTS * PAGE_BYTES;
  }

  /** The words in which the page of a slot lies, from `wordsAt(slot)` on. */
  words(slot: number): Uint32Array {
    return this.#chunks[slot >>> 10] as Uint32Array;
  }

  wordsAt(slot: number): number {
    return (slot & (CHUNK_SLOTS - 1)) * PAGE_WORDS;
  }

  /** Whether this slot still holds this page; a slot of -1 holds none. */
  holds(slot: number, page: number): boolean {
    return slot >= 0 && this.#pages[slot] === page + 1;
  }

  /** The slot of a page, or -1. Counts as a use. */
  find(page: number): number {
    const bucket = this.#bucketOf(page);
    if (bucket < 0) return -1;
    const slot = this.#table[bucket * 2 + 1] as number;
    this.#flags[slot] = (this.#flags[slot] as number) | REFERENCED;
    return slot;
  }

  /** A slot for a page that is not held; its words are whatever was there. LIMIT_EXCEEDED if all are dirty. */
  take(page: number): number {
    const slot = this.#freeSlot();
    this.#pages[slot] = page + 1;
    this.#flags[slot] = REFERENCED;
    let bucket = scatter(page) & this.#tableMask;
    while (this.#table[bucket * 2] !== 0) bucket = (bucket + 1) & this.#tableMask;
    this.#table[bucket * 2] = page + 1;
    this.#table[bucket * 2 + 1] = slot;
    return slot;
  }

  /** Returns whether the page was clean before. */
  markDirty(slot: number): boolean {
    const flags = this.#flags[slot] as number;
    if ((flags & DIRTY) !== 0) return false;
    this.#flags[slot] = flags | DIRTY;
    this.#dirtyCount += 1;
    return true;
  }

  markClean(slot: number): void {
    const flags = this.#flags[slot] as number;
    if ((flags & DIRTY) === 0) return;
    this.#flags[slot] = flags & ~DIRTY;
    this.#dirtyCount -= 1;
  }

  /** Forget a page, dirty or not; fine if it is not held. */
  drop(page: number): void {
    const bucket = this.#bucketOf(page);
    if (bucket < 0) return;
    const slot = this.#table[bucket * 2 + 1] as number;
    this.#release(slot, bucket);
    this.#freeSlots.push(slot);
  }

  #bucketOf(page: number): number {
    const table = this.#table;
    let bucket = scatter(page) & this.#tableMask;
    for (;;) {
      const found = table[bucket * 2] as number;
      if (found === page + 1) return bucket;
      if (found === 0) return -1;
      bucket = (bucket + 1) & this.#tableMask;
    }
  }

  #freeSlot(): number {
    const freed = this.#freeSlots.pop();
    if (freed !== undefined) return freed;
    if (this.#slotsUsed < this.slotCount) {
      const slot = this.#slotsUsed;
      if (slot % CHUNK_SLOTS === 0) this.#chunks.push(new Uint32Array(CHUNK_SLOTS * PAGE_WORDS));
      this.#slotsUsed += 1;
      return slot;
    }
    return this.#evict();
  }

  #evict(): number {
    // Two rounds: the first may do no more than take every second chance away.
    for (let step = 0; step < this.slotCount * 2; step += 1) {
      const slot = this.#hand;
      this.#hand = slot + 1 === this.slotCount ? 0 : slot + 1;
      const flags = this.#flags[slot] as number;
      if (flags === 0) {
        this.#release(slot, this.#bucketOf((this.#pages[slot] as number) - 1));
        return slot;
      }
      this.#flags[slot] = flags & ~REFERENCED;
    }
    throw new StoreError('LIMIT_EXCEEDED', 'every page of the queue index cache is dirty');
  }

  #release(slot: number, bucket: number): void {
    this.markClean(slot);
    this.#flags[slot] = 0;
    this.#pages[slot] = 0;
    this.#removeBucket(bucket);
  }

  /** Close the gap: move back every later entry of the run whose own place is not after the gap. */
  #removeBucket(bucket: number): void {
    const table = this.#table;
    const mask = this.#tableMask;
    let gap = bucket;
    let next = (bucket + 1) & mask;
    for (;;) {
      const page = (table[next * 2] as number) - 1;
      if (page < 0) break;
      const home = scatter(page) & mask;
      if (((next - home) & mask) >= ((next - gap) & mask)) {
        table[gap * 2] = page + 1;
        table[gap * 2 + 1] = table[next * 2 + 1] as number;
        gap = next;
      }
      next = (next + 1) & mask;
    }
    table[gap * 2] = 0;
  }
}

/** Neighbouring pages are used together; spread runs of them over the table. */
function scatter(page: number): number {
  const mixed = Math.imul(page, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}
