/**
 * The unit of the queue index: where one message of a queue lies. On disk and in memory it is six
 * little-endian words:
 *
 *   0 address low   1 address high   2 size in bytes   3 tagsCode (int32)   4 storeTimestamp low   5 high
 *
 * 256 units make a block, the amount of file space a queue takes at a time; 16 units make a page, the amount
 * of memory it takes at a time, because most of many queues have little to keep.
 */
export const UNIT_WORDS = 6;
export const UNIT_BYTES = 24;
export const BLOCK_UNITS = 256;
export const BLOCK_BYTES: number = BLOCK_UNITS * UNIT_BYTES;
export const BLOCK_WORDS: number = BLOCK_UNITS * UNIT_WORDS;
export const PAGE_UNITS = 16;
export const PAGE_WORDS: number = PAGE_UNITS * UNIT_WORDS;
export const PAGE_BYTES: number = PAGE_UNITS * UNIT_BYTES;
export const BLOCK_PAGES: number = BLOCK_UNITS / PAGE_UNITS;

/** Columns into which units are read, so that a read makes no object per unit. Reused from read to read. */
export class QueueUnits {
  readonly capacity: number;
  /** Physical offset of the record. */
  readonly addresses: Float64Array;
  /** Bytes of the record. */
  readonly sizes: Uint32Array;
  readonly tagsCodes: Int32Array;
  /** Milliseconds since the epoch. */
  readonly storeTimestamps: Float64Array;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.addresses = new Float64Array(capacity);
    this.sizes = new Uint32Array(capacity);
    this.tagsCodes = new Int32Array(capacity);
    this.storeTimestamps = new Float64Array(capacity);
  }
}
