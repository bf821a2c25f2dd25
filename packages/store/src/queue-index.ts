import { StoreError } from './errors.ts';
import { WORD_RANGE } from './int53.ts';
import type { PageCache } from './page-cache.ts';
import type { QueueBlockFile } from './queue-block-file.ts';
import { QUEUE_CHANGED, QUEUE_UNWRITTEN, QueueColumns } from './queue-columns.ts';
import {
  QUEUES_PER_PAGE,
  blockKey,
  encodeBlock,
  encodeQueuePage,
  requireWritten,
  restoreColumns,
} from './queue-directory.ts';
import { QueuePages, placeOf } from './queue-pages.ts';
import { QueueSearch, type TimeBoundary } from './queue-search.ts';
import { BLOCK_UNITS, PAGE_BYTES, PAGE_UNITS, UNIT_WORDS, copyUnits } from './queue-units.ts';
import type { QueueTails } from './queue-tails.ts';
import type { QueueUnits } from './queue-units.ts';
import type { LoadedState, StateEntry } from './state-db.ts';
import { WORD_CHECK_SEED, checkZeros, extendCheck } from './word-check.ts';

export interface QueueIndexConfig {
  /** Memory for pages, clean and dirty. At least four times dirtyBytesMax. */
  readonly cacheBytesMax: number;
  /**
   * Memory in pages changed since the last checkpoint at which the next one is demanded. At twice this the
   * oldest are written to the file early, so an append is never refused for want of memory.
   */
  readonly dirtyBytesMax: number;
  /** Queue numbers are below this. */
  readonly queueCountMax: number;
  /** See `QueuePagesConfig`. */
  readonly onDamage?: ((error: StoreError) => void) | undefined;
}

/** What a checkpoint has to make durable; taken in one turn, valid while appends go on. */
export interface QueueIndexSnapshot {
  readonly puts: readonly StateEntry[];
  readonly deletes: readonly Buffer[];
  /** Queues before this position have units that must be in the file first. */
  readonly unwrittenEnd: number;
  /** Blocks that the checkpoint no longer refers to: free once it is committed. */
  readonly freedBlocks: readonly number[];
}

/** What a tail costs beside the write of a queue to its own place. */
const TAIL_COST = 1 / 16;

/**
 * (queueNumber, queue offset) -> place of the message. Offsets of a queue start at 0 and have no gaps.
 *
 * Units only ever get appended: a unit of the block file that a committed checkpoint covers is never written again, a block
 * freed by retention is not reused before a checkpoint without it is committed. So units may reach the file
 * at any time; those beyond the last checkpoint mean nothing after a crash and are written again by replay.
 * Every block carries a check over its units, verified whenever it is read back.
 *
 * Not deterministic across replicas: which block holds what. Deterministic: everything that can be read.
 */
export class QueueIndex {
  readonly #columns: QueueColumns = new QueueColumns();
  readonly #pages: QueuePages;
  readonly #tails: QueueTails;
  readonly #cache: PageCache;
  readonly #search: QueueSearch;
  readonly #queueCountMax: number;
  readonly #dirtyPagesMax: number;
  #changedQueues: number[] = [];
  /** Pairs of queueNumber and place: blocks filled, and full blocks let go, since the last snapshot. */
  #sealedPlaces: number[] = [];
  #removedPlaces: number[] = [];
  /** Pages that became dirty since the last snapshot. */
  #dirtied = 0;

  /** `restored`: the content of the last checkpoint. INDEX_CORRUPT if the files do not fit to it. */
  constructor(file: QueueBlockFile, tails: QueueTails, config: QueueIndexConfig, restored: LoadedState) {
    this.#queueCountMax = config.queueCountMax;
    this.#dirtyPagesMax = Math.floor(config.dirtyBytesMax / PAGE_BYTES);
    const { queuePages, queueBlocks } = restored;
    const space = restoreColumns(this.#columns, config.queueCountMax, queuePages, queueBlocks);
    const { cacheBytesMax, onDamage } = config;
    const spillPages = this.#dirtyPagesMax * 2;
    this.#pages = new QueuePages(file, this.#columns, { cacheBytesMax, spillPages, onDamage }, space);
    this.#cache = this.#pages.cache;
    this.#search = new QueueSearch(this.#pages);
    this.#tails = tails;
    const found = restored.queueTails === null ? [] : tails.read(restored.queueTails);
    const kept = found.filter((tail) => this.#pages.restoreTail(tail));
    requireWritten(this.#columns, file);
    this.#pages.loadTails(kept);
  }

  /** One more than the highest queueNumber in use. */
  get queueCount(): number {
    return this.#columns.count;
  }

  /** First offset held; 0 for a queue never used. */
  minOffset(queueNumber: number): number {
    return this.#columns.mins[queueNumber] ?? 0;
  }

  /** Offset that the next append must carry; 0 for a queue never used. */
  nextOffset(queueNumber: number): number {
    return this.#columns.nexts[queueNumber] ?? 0;
  }

  /** Enough has changed in memory that a checkpoint should be written soon. */
  get needsCheckpoint(): boolean {
    return this.#dirtied >= this.#dirtyPagesMax;
  }

  get dirtyBytes(): number {
    return this.#cache.dirtyCount * PAGE_BYTES;
  }

  get cachedBytes(): number {
    return this.#cache.allocatedBytes;
  }

  /**
   * `address` and `storeTimestamp` are safe integers, `size` a uint32, `tagsCode` an int32. INDEX_RANGE if
   * `queueOffset` is not the next one; LIMIT_EXCEEDED at queueCountMax; LIMIT_EXCEEDED if the file holds the
   * largest number of blocks; errors of the
   * disk if memory had to be written out, which are final.
   */
  append(
    queueNumber: number,
    queueOffset: number,
    address: number,
    size: number,
    tagsCode: number,
    storeTimestamp: number,
  ): void {
    const columns = this.#columns;
    if (queueNumber >= columns.count) this.#include(queueNumber);
    if (columns.nexts[queueNumber] !== queueOffset) {
      const next = this.nextOffset(queueNumber);
      throw new StoreError('INDEX_RANGE', `queue ${queueNumber} goes on at ${next}, not ${queueOffset}`);
    }
    requireUnit(address, size, storeTimestamp);
    const slot = this.#pages.tailSlot(queueNumber);
    const unit = columns.tailUnits[queueNumber] as number;
    const words = this.#cache.words(slot);
    const at = this.#cache.wordsAt(slot) + (unit % PAGE_UNITS) * UNIT_WORDS;
    words[at] = address;
    words[at + 1] = address / WORD_RANGE;
    words[at + 2] = size;
    words[at + 3] = tagsCode;
    words[at + 4] = storeTimestamp;
    words[at + 5] = storeTimestamp / WORD_RANGE;
    let check = columns.tailChecks[queueNumber] as number;
    for (let word = at; word < at + UNIT_WORDS; word += 1) check = extendCheck(check, words[word] as number);
    columns.tailChecks[queueNumber] = check;
    columns.tailUnits[queueNumber] = unit + 1;
    columns.nexts[queueNumber] = queueOffset + 1;
    const dirtied = this.#cache.markDirty(slot);
    const flags = columns.flags[queueNumber] as number;
    if (flags !== (QUEUE_CHANGED | QUEUE_UNWRITTEN)) this.#noteAppend(queueNumber, flags);
    if (unit + 1 === BLOCK_UNITS) this.#seal(queueNumber);
    if (!dirtied) return;
    this.#dirtied += 1;
    this.#pages.limitDirty();
  }

  /**
   * Copy up to `count` units from offset `from` on to the beginning of `target`; returns how many: fewer at
   * the end of the queue or of `target`, none if `from` is below the first or not below the next offset.
   * INDEX_CORRUPT if a block read from the file does not check out.
   */
  read(queueNumber: number, from: number, count: number, target: QueueUnits): number {
    if (!(from >= this.minOffset(queueNumber))) return 0;
    const total = Math.min(count, target.capacity, this.nextOffset(queueNumber) - from);
    let done = 0;
    while (done < total) {
      const offset = from + done;
      const slot = this.#pages.slotOf(queueNumber, offset, total - done);
      const first = offset % PAGE_UNITS;
      const units = Math.min(PAGE_UNITS - first, total - done);
      copyUnits(this.#cache.words(slot), this.#cache.wordsAt(slot) + first * UNIT_WORDS, units, target, done);
      done += units;
    }
    return Math.max(0, done);
  }

  /** See `QueueSearch.findByTime`. `from` is not below the first offset: units before it do not count. */
  findByTime(
    queueNumber: number,
    timestamp: number,
    boundary: TimeBoundary,
    from: number = this.minOffset(queueNumber),
  ): number {
    return this.#search.findByTime(queueNumber, timestamp, boundary, from, this.nextOffset(queueNumber));
  }

  /** The earliest offset whose address is >= `address`, or the next offset: where retention moves min to. */
  findByAddress(queueNumber: number, address: number): number {
    const [from, end] = [this.minOffset(queueNumber), this.nextOffset(queueNumber)];
    return this.#search.findByAddress(queueNumber, address, from, end);
  }

  /** Let go of all units below `offset`; no change if it is not above the first. INDEX_RANGE above the next. */
  setMinOffset(queueNumber: number, offset: number): void {
    const next = this.nextOffset(queueNumber);
    if (!Number.isSafeInteger(offset) || offset > next) {
      throw new StoreError('INDEX_RANGE', `queue ${queueNumber} ends at ${next}, below ${offset}`);
    }
    const min = this.minOffset(queueNumber);
    if (offset <= min) return;
    const columns = this.#columns;
    // A checkpoint under way may cover units that are about to go: they must still be found after a crash.
    this.#pages.write(queueNumber);
    const first = placeOf(min);
    this.#removeSealed(queueNumber, first, placeOf(offset) - first);
    columns.mins[queueNumber] = offset;
    this.#noteChange(queueNumber);
  }

  /** Forget a queue; its number may be used again, from offset 0. */
  dropQueue(queueNumber: number): void {
    const columns = this.#columns;
    if (this.nextOffset(queueNumber) === 0) return;
    this.#pages.write(queueNumber);
    const first = placeOf(this.minOffset(queueNumber));
    this.#removeSealed(queueNumber, first, (columns.sealed[queueNumber]?.length ?? 0) / 2);
    const tailBlock = columns.tailBlocks[queueNumber] as number;
    if (tailBlock >= 0) this.#pages.freeBlock(tailBlock);
    columns.clear(queueNumber);
    this.#noteChange(queueNumber);
  }

  /**
   * Begin a queue that was never used at `next`, as a snapshot states it: nothing before is held. Only in an index
   * whose file is new; `importDone` completes the file.
   */
  importQueue(queueNumber: number, next: number): void {
    const columns = this.#columns;
    this.#include(queueNumber);
    const units = next % BLOCK_UNITS;
    columns.mins[queueNumber] = next;
    columns.nexts[queueNumber] = next;
    columns.writtens[queueNumber] = next;
    columns.tailUnits[queueNumber] = units;
    if (units > 0) {
      const check = checkZeros(units * UNIT_WORDS);
      columns.tailBlocks[queueNumber] = this.#pages.takeZeroBlock(units);
      columns.tailChecks[queueNumber] = check;
      columns.writtenChecks[queueNumber] = check;
    }
    this.#noteChange(queueNumber);
  }

  /** The units before the first offset of each imported queue become part of the file, as zeros. */
  importDone(): Promise<void> {
    return this.#pages.extendFile();
  }

  /** Take note of all changes since the last snapshot. The next one comes after `committed`, or never. */
  snapshotDirty(): QueueIndexSnapshot {
    const pages = new Set<number>();
    const columns = this.#columns;
    for (const queueNumber of this.#changedQueues) {
      pages.add(Math.floor(queueNumber / QUEUES_PER_PAGE));
      columns.flags[queueNumber] = (columns.flags[queueNumber] as number) & ~QUEUE_CHANGED;
    }
    const puts: StateEntry[] = [];
    for (const page of pages) puts.push(encodeQueuePage(columns, page));
    forPairs(this.#sealedPlaces, (queueNumber, place) => {
      const sealed = columns.sealed[queueNumber] ?? [];
      const at = (place - placeOf(this.minOffset(queueNumber))) * 2;
      const block = sealed[at];
      // A block filled and let go since the last snapshot leaves no trace.
      if (block !== undefined) puts.push(encodeBlock(queueNumber, place, block, sealed[at + 1] as number));
    });
    const deletes: Buffer[] = [];
    forPairs(this.#removedPlaces, (queueNumber, place) => {
      deletes.push(blockKey(queueNumber, place));
    });
    this.#tails.begin();
    const { unwrittenEnd } = this.#pages;
    const snapshot = { puts, deletes, unwrittenEnd, freedBlocks: this.#pages.takeFreed() };
    this.#changedQueues = [];
    this.#sealedPlaces = [];
    this.#removedPlaces = [];
    this.#dirtied = 0;
    return snapshot;
  }

  /**
   * Write units of queues of a snapshot to the files, unsynced; false when nothing is left. As many as it takes the time of
   * `queueCount` writes to. What was appended to these queues meanwhile goes along: it does no harm beyond the checkpoint.
   */
  writeSome(snapshot: QueueIndexSnapshot, queueCount: number): boolean {
    for (let cost = 0; cost < queueCount;) {
      if (this.#pages.unwrittenBegin >= snapshot.unwrittenEnd) return false;
      cost += this.#pages.saveOldest(this.#tails) ? TAIL_COST : 1;
    }
    return this.#pages.unwrittenBegin < snapshot.unwrittenEnd;
  }

  sync(): Promise<unknown> {
    return Promise.all([this.#pages.sync(), this.#tails.sync()]);
  }

  /** Belongs to the checkpoint, once it was synced. */
  tailsRecord(): StateEntry {
    return this.#tails.record();
  }

  /** The checkpoint with this snapshot is durable. */
  committed(snapshot: QueueIndexSnapshot): void {
    this.#pages.reuse(snapshot.freedBlocks);
    this.#tails.committed();
  }

  /** Read a queue's written blocks back and verify them: INDEX_CORRUPT. For inspection, not for the hot path. */
  verify(queueNumber: number): void {
    const written = this.#columns.writtens[queueNumber] ?? 0;
    let start = placeOf(this.minOffset(queueNumber)) * BLOCK_UNITS;
    for (; start < written; start += BLOCK_UNITS) {
      this.#pages.readBlock(queueNumber, start);
    }
  }

  close(): void {
    this.#pages.close();
    this.#tails.close();
  }

  #include(queueNumber: number): void {
    if (!Number.isSafeInteger(queueNumber) || queueNumber < 0 || queueNumber >= this.#queueCountMax) {
      throw new StoreError('LIMIT_EXCEEDED', `queue number ${queueNumber} is not below queueCountMax`);
    }
    this.#columns.include(queueNumber, this.#queueCountMax);
  }

  #removeSealed(queueNumber: number, first: number, count: number): void {
    const removed = this.#columns.sealed[queueNumber]?.splice(0, count * 2) ?? [];
    for (let index = 0; index < count; index += 1) {
      this.#pages.freeBlock(removed[index * 2] as number);
      this.#removedPlaces.push(queueNumber, first + index);
    }
  }

  #seal(queueNumber: number): void {
    const columns = this.#columns;
    const sealed = columns.sealed[queueNumber] ?? [];
    sealed.push(columns.tailBlocks[queueNumber] as number, columns.tailChecks[queueNumber] as number);
    columns.sealed[queueNumber] = sealed;
    this.#sealedPlaces.push(queueNumber, placeOf(this.nextOffset(queueNumber) - 1));
    columns.tailBlocks[queueNumber] = -1;
    columns.tailUnits[queueNumber] = 0;
    columns.tailChecks[queueNumber] = WORD_CHECK_SEED;
  }

  #noteAppend(queueNumber: number, flags: number): void {
    if ((flags & QUEUE_CHANGED) === 0) this.#changedQueues.push(queueNumber);
    if ((flags & QUEUE_UNWRITTEN) === 0) this.#pages.addUnwritten(queueNumber);
    this.#columns.flags[queueNumber] = QUEUE_CHANGED | QUEUE_UNWRITTEN;
  }

  #noteChange(queueNumber: number): void {
    const flags = this.#columns.flags[queueNumber] as number;
    if ((flags & QUEUE_CHANGED) !== 0) return;
    this.#changedQueues.push(queueNumber);
    this.#columns.flags[queueNumber] = flags | QUEUE_CHANGED;
  }
}

function forPairs(pairs: readonly number[], visit: (first: number, second: number) => void): void {
  for (let at = 0; at < pairs.length; at += 2) visit(pairs[at] as number, pairs[at + 1] as number);
}

function requireUnit(address: number, size: number, storeTimestamp: number): void {
  const valid = Number.isSafeInteger(address) && address >= 0 && size >= 0 && size < WORD_RANGE;
  if (!valid || !Number.isSafeInteger(storeTimestamp) || storeTimestamp < 0) {
    throw new StoreError(
      'INDEX_RANGE',
      `no unit can hold address ${address}, size ${size}, time ${storeTimestamp}`,
    );
  }
}
