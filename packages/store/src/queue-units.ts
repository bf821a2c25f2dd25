import { WORD_RANGE } from './int53.ts';

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

/** Copy units from the words of a page to position `to` and on of `target`. */
export function copyUnits(
  words: Uint32Array,
  from: number,
  count: number,
  target: QueueUnits,
  to: number,
): void {
  const { addresses, sizes, tagsCodes, storeTimestamps } = target;
  let at = from;
  for (let index = to; index < to + count; index += 1) {
    addresses[index] = (words[at + 1] as number) * WORD_RANGE + (words[at] as number);
    sizes[index] = words[at + 2] as number;
    tagsCodes[index] = words[at + 3] as number;
    storeTimestamps[index] = (words[at + 5] as number) * WORD_RANGE + (words[at + 4] as number);
    at += UNIT_WORDS;
  }
}
