import { WORD_CHECK_SEED } from './word-check.ts';

export const QUEUE_CHANGED = 1;
export const QUEUE_UNWRITTEN = 2;

const FIRST_CAPACITY = 256;

/**
 * What the queue index knows of each queue, in columns indexed by queueNumber: some fifty bytes for a queue
 * that is idle or has never been used. Columns are replaced as they grow, so nobody keeps one over a call.
 *
 * Invariants of a queue: min <= next, written <= next; `sealed` holds the blocks from floor(min/256) up to
 * floor(next/256) exclusive; `tailBlock` is -1 exactly when next is a multiple of 256.
 */
export class QueueColumns {
  capacity = 0;
  /** One more than the highest queue ever used. */
  count = 0;
  /** First offset still held. */
  mins: Float64Array = new Float64Array(0);
  /** Offset that the next unit gets. */
  nexts: Float64Array = new Float64Array(0);
  /** Offsets below this are in the block file. */
  writtens: Float64Array = new Float64Array(0);
  /** Check over the units of the tail block, up to next. */
  tailChecks: Int32Array = new Int32Array(0);
  /** Check over the units of the block in which `written` lies, up to written. */
  writtenChecks: Int32Array = new Int32Array(0);
  /** Block that is being filled, or -1. */
  tailBlocks: Int32Array = new Int32Array(0);
  /** Units in the tail block: next modulo 256. */
  tailUnits: Uint16Array = new Uint16Array(0);
  /** Cache slot that last held the tail page; to be verified before use. */
  tailSlots: Int32Array = new Int32Array(0);
  flags: Uint8Array = new Uint8Array(0);
  /** Units in the tail block when it was last written with the tails of a checkpoint; 0 if not since the block file. */
  tailedUnits: Uint8Array = new Uint8Array(0);
  /** Number and check of each full block, in pairs; absent for a queue without one. */
  readonly sealed: (number[] | undefined)[] = [];

  /** Make room for a queue; the caller has checked the number against its limit. */
  include(queueNumber: number, countMax: number): void {
    if (queueNumber >= this.capacity) this.#grow(queueNumber, countMax);
    if (queueNumber >= this.count) this.count = queueNumber + 1;
  }

  /** Back to a queue that was never used; flags stay. */
  clear(queueNumber: number): void {
    this.mins[queueNumber] = 0;
    this.nexts[queueNumber] = 0;
    this.writtens[queueNumber] = 0;
    this.tailChecks[queueNumber] = WORD_CHECK_SEED;
    this.writtenChecks[queueNumber] = WORD_CHECK_SEED;
    this.tailBlocks[queueNumber] = -1;
    this.tailUnits[queueNumber] = 0;
    this.tailSlots[queueNumber] = -1;
    this.tailedUnits[queueNumber] = 0;
    this.sealed[queueNumber] = undefined;
  }

  #grow(queueNumber: number, countMax: number): void {
    let capacity = Math.max(FIRST_CAPACITY, this.capacity);
    while (capacity <= queueNumber) capacity *= 2;
    capacity = Math.min(capacity, countMax);
    this.mins = wider(this.mins, new Float64Array(capacity));
    this.nexts = wider(this.nexts, new Float64Array(capacity));
    this.writtens = wider(this.writtens, new Float64Array(capacity));
    this.tailChecks = wider(this.tailChecks, new Int32Array(capacity));
    this.writtenChecks = wider(this.writtenChecks, new Int32Array(capacity));
    this.tailBlocks = wider(this.tailBlocks, new Int32Array(capacity));
    this.tailUnits = wider(this.tailUnits, new Uint16Array(capacity));
    this.tailSlots = wider(this.tailSlots, new Int32Array(capacity));
    this.flags = wider(this.flags, new Uint8Array(capacity));
    this.tailedUnits = wider(this.tailedUnits, new Uint8Array(capacity));
    this.tailChecks.fill(WORD_CHECK_SEED, this.capacity);
    this.writtenChecks.fill(WORD_CHECK_SEED, this.capacity);
    this.tailBlocks.fill(-1, this.capacity);
    this.tailSlots.fill(-1, this.capacity);
    while (this.sealed.length < capacity) this.sealed.push(undefined);
    this.capacity = capacity;
  }
}

type Column = Float64Array | Int32Array | Uint16Array | Uint8Array;

function wider<T extends Column>(from: T, to: T): T {
  to.set(from);
  return to;
}
