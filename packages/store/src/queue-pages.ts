import { StoreError } from './errors.ts';
import { PageCache } from './page-cache.ts';
import { BLOCK_COUNT_MAX, blockEnd } from './queue-block-file.ts';
import type { QueueBlockFile } from './queue-block-file.ts';
import { QUEUE_UNWRITTEN } from './queue-columns.ts';
import type { QueueColumns } from './queue-columns.ts';
import type { BlockSpace } from './queue-directory.ts';
import type { FoundTail, QueueTails } from './queue-tails.ts';
import { BLOCK_PAGES, BLOCK_UNITS, PAGE_UNITS, PAGE_WORDS, UNIT_WORDS } from './queue-units.ts';
import { UnwrittenQueues } from './unwritten-queues.ts';
import { WORD_CHECK_SEED, checkWords } from './word-check.ts';

/** Queues written at a time when memory runs out of clean pages. */
const SPILL_QUEUES = 64;

export interface QueuePagesConfig {
  readonly cacheBytesMax: number;
  /** Dirty pages at which the oldest are written without waiting for a checkpoint. */
  readonly spillPages: number;
  /** Told of a block that does not check out, before that is thrown. */
  readonly onDamage: ((error: StoreError) => void) | undefined;
}

/**
 * Where the units of the queue index are: pages in the cache, blocks in the file, and the way between them.
 *
 * Invariant: a unit not below its queue's `written` is in a dirty page, and dirty pages stay in the cache; so
 * a page that is not in the cache is in the file, whole. A page in the cache holds every unit from its first
 * one to the end of the queue or of the page.
 */
export class QueuePages {
  readonly cache: PageCache;
  readonly #file: QueueBlockFile;
  readonly #columns: QueueColumns;
  readonly #unwritten: UnwrittenQueues = new UnwrittenQueues();
  readonly #spillPages: number;
  readonly #onDamage: QueuePagesConfig['onDamage'];
  #blockCount: number;
  readonly #freeBlocks: number[];
  /** Freed since the last call of `takeFreed`. */
  #freedBlocks: number[] = [];
  /** The file must reach to here, for blocks that were taken as zeros. */
  #zeroEnd = 0;

  constructor(file: QueueBlockFile, columns: QueueColumns, config: QueuePagesConfig, space: BlockSpace) {
    this.#file = file;
    this.#columns = columns;
    this.cache = new PageCache(config.cacheBytesMax);
    this.#spillPages = config.spillPages;
    this.#onDamage = config.onDamage;
    this.#blockCount = space.blockCount;
    this.#freeBlocks = space.freeBlocks;
  }

  /** Position after the newest queue with unwritten units. */
  get unwrittenEnd(): number {
    return this.#unwritten.end;
  }

  /** Position of the oldest queue with unwritten units. */
  get unwrittenBegin(): number {
    return this.#unwritten.begin;
  }

  /** The queue has its first unit that is not in the file; the caller keeps the flag. */
  addUnwritten(queueNumber: number): void {
    this.#unwritten.add(queueNumber);
  }

  /** Slot of the page that takes the next unit. */
  tailSlot(queueNumber: number): number {
    const columns = this.#columns;
    const unit = columns.tailUnits[queueNumber] as number;
    if (unit > 0) {
      const page = (columns.tailBlocks[queueNumber] as number) * BLOCK_PAGES + (unit >>> 4);
      const slot = columns.tailSlots[queueNumber] as number;
      if (this.cache.holds(slot, page)) return slot;
    }
    const slot = this.#newTailSlot(queueNumber, unit);
    columns.tailSlots[queueNumber] = slot;
    return slot;
  }

  #newTailSlot(queueNumber: number, unit: number): number {
    const columns = this.#columns;
    // A page that has units already is read back; a page boundary needs nothing of what lies before it.
    if (unit % PAGE_UNITS > 0)
      return this.slotOf(queueNumber, (this.#columns.nexts[queueNumber] as number) - 1, 1);
    if (unit === 0) columns.tailBlocks[queueNumber] = this.#takeBlock();
    return this.cache.take((columns.tailBlocks[queueNumber] as number) * BLOCK_PAGES + (unit >>> 4));
  }

  /** Blocks freed since the last call: to be given back by `reuse` once no checkpoint refers to them. */
  takeFreed(): number[] {
    const freed = this.#freedBlocks;
    this.#freedBlocks = [];
    return freed;
  }

  reuse(blocks: readonly number[]): void {
    for (const block of blocks) this.#freeBlocks.push(block);
  }

  sync(): Promise<void> {
    return this.#file.sync();
  }

  close(): void {
    this.#file.close();
  }

  /** A block whose first units are zeros; only in a file that is new. */
  takeZeroBlock(units: number): number {
    const block = this.#takeBlock();
    this.#zeroEnd = Math.max(this.#zeroEnd, blockEnd(block, units));
    return block;
  }

  extendFile(): Promise<void> {
    return this.#file.extendTo(this.#zeroEnd);
  }

  #takeBlock(): number {
    const free = this.#freeBlocks.pop();
    if (free !== undefined) return free;
    if (this.#blockCount >= BLOCK_COUNT_MAX)
      throw new StoreError('LIMIT_EXCEEDED', 'the queue index file is full');
    this.#blockCount += 1;
    return this.#blockCount - 1;
  }

  /** The block holds nothing that is needed; its pages are forgotten. */
  freeBlock(block: number): void {
    for (let page = 0; page < BLOCK_PAGES; page += 1) this.cache.drop(block * BLOCK_PAGES + page);
    this.#freedBlocks.push(block);
  }

  /** The block that holds an offset, which must be in [min, next). */
  #blockOf(queueNumber: number, offset: number): number {
    const columns = this.#columns;
    const index = placeOf(offset) - placeOf(columns.mins[queueNumber] as number);
    return columns.sealed[queueNumber]?.[index * 2] ?? (columns.tailBlocks[queueNumber] as number);
  }

  /** Slot of the page with this offset; on a miss its block is read, and the pages of `ahead` units kept. */
  slotOf(queueNumber: number, offset: number, ahead: number): number {
    const unit = offset % BLOCK_UNITS;
    const page = this.#blockOf(queueNumber, offset) * BLOCK_PAGES + (unit >>> 4);
    const slot = this.cache.find(page);
    return slot >= 0 ? slot : this.#load(queueNumber, offset, ahead);
  }

  #load(queueNumber: number, offset: number, ahead: number): number {
    const unit = offset % BLOCK_UNITS;
    const units = this.readBlock(queueNumber, offset - unit);
    if (unit >= units)
      throw new StoreError('INDEX_CORRUPT', 'an unwritten page of the queue index is not held');
    const firstPage = unit >>> 4;
    const lastPage = (Math.min(unit + ahead, units) - 1) >>> 4;
    const blockPage = this.#blockOf(queueNumber, offset) * BLOCK_PAGES;
    let slot = -1;
    // The first page comes last, so that no later one can push it out.
    for (let page = lastPage; page >= firstPage; page -= 1) {
      if (page > firstPage && this.cache.find(blockPage + page) >= 0) continue;
      slot = this.cache.take(blockPage + page);
      const words = this.#file.scratch.subarray(page * PAGE_WORDS, (page + 1) * PAGE_WORDS);
      this.cache.words(slot).set(words, this.cache.wordsAt(slot));
    }
    return slot;
  }

  /** Read what the file has of the block that starts at an offset, and verify it; returns its units. */
  readBlock(queueNumber: number, start: number): number {
    try {
      return this.#readBlock(queueNumber, start);
    } catch (error) {
      if (error instanceof StoreError && error.code === 'INDEX_CORRUPT') this.#onDamage?.(error);
      throw error;
    }
  }

  #readBlock(queueNumber: number, start: number): number {
    const columns = this.#columns;
    const units = Math.max(0, Math.min(BLOCK_UNITS, (columns.writtens[queueNumber] as number) - start));
    const block = this.#blockOf(queueNumber, start);
    this.#file.readUnits(block, units);
    const check = checkWords(this.#file.scratch, 0, units * UNIT_WORDS, WORD_CHECK_SEED);
    const index = placeOf(start) - placeOf(columns.mins[queueNumber] as number);
    const sealedCheck = columns.sealed[queueNumber]?.[index * 2 + 1];
    const expected = units === BLOCK_UNITS ? sealedCheck : columns.writtenChecks[queueNumber];
    if (check !== expected) {
      const what = `block ${block} of queue ${queueNumber} from offset ${start} does not check out`;
      throw new StoreError('INDEX_CORRUPT', what, { file: this.#file.path });
    }
    return units;
  }

  /** Write the oldest queues to the file if more pages are dirty than may be; called after each new one. */
  limitDirty(): void {
    if (this.cache.dirtyCount <= this.#spillPages) return;
    for (let count = 0; count < SPILL_QUEUES && this.#unwritten.peek() >= 0; count += 1) this.writeOldest();
  }

  /**
   * Bring the queue that has waited longest to the disk; there must be one. Its last page goes to the tails while it is
   * filling up, so that it is written to its own place once and not at every checkpoint. Of a queue that stays as it is,
   * the next checkpoint writes it there, and no later one has to carry it. Returns whether it went to the tails.
   */
  saveOldest(tails: QueueTails): boolean {
    const queueNumber = this.#unwritten.peek();
    const columns = this.#columns;
    const units = columns.tailUnits[queueNumber] as number;
    const unwritten = (columns.nexts[queueNumber] as number) - (columns.writtens[queueNumber] as number);
    const isTail = unwritten > 0 && unwritten <= units % PAGE_UNITS;
    if (!isTail || columns.tailedUnits[queueNumber] === units) {
      this.writeOldest();
      return false;
    }
    const block = columns.tailBlocks[queueNumber] as number;
    const slot = this.cache.find(block * BLOCK_PAGES + (units >>> 4));
    if (slot < 0) throw new StoreError('INDEX_CORRUPT', 'an unwritten page of the queue index is not held');
    const writtenCheck = columns.writtenChecks[queueNumber] as number;
    const tail = { queueNumber, block, writtenUnits: units - unwritten, units, writtenCheck };
    tails.add(tail, this.cache.words(slot), this.cache.wordsAt(slot));
    columns.tailedUnits[queueNumber] = units;
    this.#unwritten.shift();
    this.#unwritten.add(queueNumber);
    return true;
  }

  /**
   * Take over what a tail of the last checkpoint says, after the columns were restored. What they say of the queue counts: it
   * may have been written, dropped or begun anew in another block while the tails were being written. Returns whether
   * `loadTails` must follow. INDEX_CORRUPT.
   */
  restoreTail({ tail }: FoundTail): boolean {
    const { queueNumber, block, writtenUnits } = tail;
    const columns = this.#columns;
    if (columns.tailBlocks[queueNumber] !== block) return false;
    const units = columns.tailUnits[queueNumber] as number;
    if (units <= writtenUnits) return false;
    const first = units - (units % PAGE_UNITS);
    if (units > tail.units || writtenUnits < first || columns.tailedUnits[queueNumber] !== 0) {
      throw new StoreError('INDEX_CORRUPT', `the tail of queue ${queueNumber} does not fit to the queue`);
    }
    columns.writtens[queueNumber] = (columns.nexts[queueNumber] as number) - (units - writtenUnits);
    columns.writtenChecks[queueNumber] = tail.writtenCheck;
    columns.tailedUnits[queueNumber] = units;
    columns.flags[queueNumber] = (columns.flags[queueNumber] as number) | QUEUE_UNWRITTEN;
    return true;
  }

  /** Put the pages of tails that were restored, all of them, into the cache, in the same order. */
  loadTails(tails: readonly FoundTail[]): void {
    const columns = this.#columns;
    for (const { tail, words, at } of tails) {
      const units = columns.tailUnits[tail.queueNumber] as number;
      const slot = this.cache.take(tail.block * BLOCK_PAGES + (units >>> 4));
      const page = words.subarray(at, at + (units % PAGE_UNITS) * UNIT_WORDS);
      this.cache.words(slot).set(page, this.cache.wordsAt(slot));
      this.cache.markDirty(slot);
      columns.tailSlots[tail.queueNumber] = slot;
      this.#unwritten.add(tail.queueNumber);
      this.limitDirty();
    }
  }

  /** Write the queue that has waited longest to its block; there must be one. */
  writeOldest(): void {
    const queueNumber = this.#unwritten.peek();
    this.write(queueNumber);
    this.#unwritten.shift();
    const flags = this.#columns.flags;
    flags[queueNumber] = (flags[queueNumber] as number) & ~QUEUE_UNWRITTEN;
  }

  /** Write to the file, unsynced, what it lacks of a queue. */
  write(queueNumber: number): void {
    const columns = this.#columns;
    const next = columns.nexts[queueNumber] as number;
    while ((columns.writtens[queueNumber] as number) < next) {
      const from = columns.writtens[queueNumber] as number;
      const first = from % BLOCK_UNITS;
      const units = Math.min(BLOCK_UNITS - first, next - from);
      this.#writeUnits(this.#blockOf(queueNumber, from), first, units);
      columns.writtens[queueNumber] = from + units;
      columns.tailedUnits[queueNumber] = 0;
      // A whole block is verified by its own check, a part of the tail block by this one.
      columns.writtenChecks[queueNumber] =
        first + units === BLOCK_UNITS ? WORD_CHECK_SEED : (columns.tailChecks[queueNumber] as number);
    }
  }

  #writeUnits(block: number, first: number, units: number): void {
    const { scratch } = this.#file;
    const end = first + units;
    for (let unit = first; unit < end;) {
      const slot = this.cache.find(block * BLOCK_PAGES + (unit >>> 4));
      if (slot < 0) throw new StoreError('INDEX_CORRUPT', 'an unwritten page of the queue index is not held');
      const count = Math.min(PAGE_UNITS - (unit % PAGE_UNITS), end - unit);
      const at = this.cache.wordsAt(slot) + (unit % PAGE_UNITS) * UNIT_WORDS;
      scratch.set(this.cache.words(slot).subarray(at, at + count * UNIT_WORDS), (unit - first) * UNIT_WORDS);
      unit += count;
    }
    this.#file.writeUnits(block, first, units);
    for (let page = first >>> 4; page <= (end - 1) >>> 4; page += 1) {
      this.cache.markClean(this.cache.find(block * BLOCK_PAGES + page));
    }
  }
}

/** The place of a block in its queue. */
export function placeOf(offset: number): number {
  return Math.floor(offset / BLOCK_UNITS);
}
