import { coldBlockHolds, requireSound } from './cold-block.ts';
import type { ColdBlock } from './cold-block.ts';
import { ColdCache } from './cold-cache.ts';
import { ColdLoad } from './cold-load.ts';
import type { SegmentLogConfig } from './config.ts';
import type { EntryPlace } from './entry-check.ts';
import type { Segment } from './segment.ts';
import type { SegmentList } from './segment-list.ts';
import { noStoreMetrics, type StoreMetrics } from './store-metrics.ts';

/** Someone who waits for blocks. */
interface ColdWait {
  missing: number;
  error: Error | null;
  readonly done: (error: Error | null) => void;
}

/** What one of them wants from one load. */
interface ColdWaiter {
  readonly key: number;
  readonly address: number;
  readonly wait: ColdWait;
}

interface ColdCell {
  readonly segment: Segment;
  readonly key: number;
}

/**
 * What lies in segment files, read off the event loop in blocks, verified and kept for the others that need it. Who
 * reads forward finds the next blocks there: the window that is read ahead doubles with each step, up to a limit.
 * One block is read once, however many wait for it; a few reads are under way at a time, those that somebody waits for
 * first.
 */
export class ColdReader {
  readonly #segments: SegmentList;
  readonly #config: SegmentLogConfig;
  readonly #metrics: StoreMetrics;
  /** Log address from which on memory has everything. */
  readonly #warmFrom: () => number;
  readonly #cache: ColdCache;
  /** Of all reads that are under way or wait, by each of their cells. */
  readonly #loads: Map<number, ColdLoad> = new Map();
  readonly #waiters: Map<ColdLoad, ColdWaiter[]> = new Map();
  #demanded: ColdLoad[] = [];
  #ahead: ColdLoad[] = [];
  #reading = 0;
  /** Bytes of the reads ahead that have not ended. */
  #aheadBytes = 0;
  /** What was looked at last; neighbours follow. */
  #current: ColdBlock | null = null;
  #reads = 0;

  constructor(
    segments: SegmentList,
    config: SegmentLogConfig,
    warmFrom: () => number,
    metrics: StoreMetrics = noStoreMetrics,
  ) {
    this.#metrics = metrics;
    this.#segments = segments;
    this.#config = config;
    this.#warmFrom = warmFrom;
    this.#cache = new ColdCache(config.coldCacheBytes, config.coldBlockBytes);
  }

  /** Memory in use. */
  get cachedBytes(): number {
    return this.#cache.bytes;
  }

  /** Reads begun since the log was opened; each brought one block or several. */
  get reads(): number {
    return this.#reads;
  }

  /** Whether the range, which must lie within one entry, is held. LOG_CORRUPT if it is known to be damaged. */
  holds(address: number, bytes: number): boolean {
    const block = this.blockAt(address);
    if (block === null) return false;
    requireSound(block, address, bytes);
    return address + bytes <= block.end;
  }

  /** Copy what one block has from `address` on; returns how many bytes. LOG_CORRUPT as above. */
  copy(address: number, target: Buffer): number {
    const block = this.blockAt(address);
    if (block === null) return 0;
    const bytes = Math.min(target.length, block.end - address);
    requireSound(block, address, bytes);
    this.#metrics.coldHits.add(1);
    return block.bytes.copy(target, 0, address - block.start, address - block.start + bytes);
  }

  /** As `SegmentLog.fetch`. */
  fetch(addresses: readonly number[], done: (error: Error | null) => void): void {
    const wait: ColdWait = { missing: 1, error: null, done };
    for (const address of addresses) {
      if (address >= this.#warmFrom()) continue;
      wait.missing += 1;
      this.#await(this.#probe(address), address, wait);
    }
    arrived(wait);
  }

  /** Forget what does not lie within these log addresses, and what is being read of it. */
  keep(from: number, to: number): void {
    this.#current = null;
    this.#cache.keep(from, to);
    for (const load of new Set(this.#loads.values())) {
      if (load.key < from || load.end > to) this.#abandon(load);
    }
  }

  /** The block that holds the byte, damaged or not; null if it is not in memory. */
  blockAt(address: number): ColdBlock | null {
    const current = this.#current;
    if (current !== null && coldBlockHolds(current, address)) return current;
    const found = this.#probe(address);
    if (found === null || 'segment' in found) return null;
    this.#current = found;
    this.#use(found);
    return found;
  }

  /** The block that has the byte or knows that it is damaged, or the cell to read for it; null outside of the log. */
  #probe(address: number): ColdBlock | ColdCell | null {
    const segment = this.#segments.ofAddress(address);
    if (segment === undefined) return null;
    const { coldBlockBytes } = this.#config;
    const base = segment.start.address;
    const key = base + Math.floor((address - base) / coldBlockBytes) * coldBlockBytes;
    const head = this.#cache.head(key);
    if (head !== undefined && coldBlockHolds(head, address)) return head;
    return this.#probeFrom(segment, key, address);
  }

  /** The same, when the entry is known not to end before a cell. */
  #probeFrom(segment: Segment, from: number, address: number): ColdBlock | ColdCell | null {
    const { coldBlockBytes } = this.#config;
    for (let key = from; key < segment.end; key += coldBlockBytes) {
      const block = this.#cache.peek(key);
      if (block === undefined || (!block.complete && address >= block.end)) return { segment, key };
      if (coldBlockHolds(block, address)) return block;
      if (block.faults.some((fault) => fault.from <= address && address < fault.to)) return block;
      // The entry ends in a later cell.
    }
    return null;
  }

  #await(found: ColdBlock | ColdCell | null, address: number, wait: ColdWait): void {
    if (found === null || !('segment' in found)) {
      arrived(wait);
      return;
    }
    let load = this.#loads.get(found.key);
    if (load === undefined) {
      load = this.#enqueue(found, 1, 0, false);
    } else if (this.#ahead.includes(load)) {
      // Somebody waits for it now.
      this.#ahead = this.#ahead.filter((one) => one !== load);
      this.#demanded.push(load);
    }
    const waiter = { key: found.key, address, wait };
    const waiters = this.#waiters.get(load);
    if (waiters === undefined) this.#waiters.set(load, [waiter]);
    else waiters.push(waiter);
    this.#pump();
  }

  #enqueue({ segment, key }: ColdCell, cells: number, window: number, ahead: boolean): ColdLoad {
    const { coldBlockBytes, readChunkBytes } = this.#config;
    const load = new ColdLoad({
      segment,
      key,
      cells,
      cellBytes: coldBlockBytes,
      chunkBytes: readChunkBytes,
      window,
      ahead,
    });
    for (let cell = 0; cell < cells; cell += 1) this.#loads.set(key + cell * coldBlockBytes, load);
    if (ahead) this.#aheadBytes += load.end - load.key;
    (ahead ? this.#ahead : this.#demanded).push(load);
    return load;
  }

  #pump(): void {
    while (this.#reading < this.#config.coldReadsMax) {
      const load = this.#demanded.shift() ?? this.#ahead.shift();
      if (load === undefined) return;
      this.#reading += 1;
      this.#reads += 1;
      this.#metrics.coldMisses.add(1);
      this.#metrics.coldReadBytes.add(load.end - load.key);
      void this.#run(load);
    }
  }

  async #run(load: ColdLoad): Promise<void> {
    let failure: Error | null = null;
    try {
      const run = await load.run(this.#firstEntryOf(load));
      if (run !== null && !load.stale) this.#cache.add(run);
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error));
    }
    this.#reading -= 1;
    if (!load.stale) {
      for (const { key, address, wait } of this.#forget(load)) {
        if (failure === null) {
          // Mostly it is there now; or it ends in a later cell, never mind whether this one can stay.
          this.#await(this.#probeFrom(load.segment, key, address), address, wait);
        } else {
          wait.error ??= failure;
          arrived(wait);
        }
      }
    }
    this.#pump();
  }

  /** Where the first entry of a load begins, if the block before it says so. */
  #firstEntryOf({ segment, key }: ColdLoad): EntryPlace | null {
    const base = segment.start.address;
    if (key === base) return { index: segment.start.index + 1, address: base };
    const before = this.#cache.peek(key - this.#config.coldBlockBytes);
    if (before?.complete !== true || before.faults.some(({ to }) => to > before.end)) return null;
    return before.key < base ? null : { index: before.nextIndex, address: before.end };
  }

  /** The log does not hold what was to be read: whoever waits must look again. */
  #abandon(load: ColdLoad): void {
    load.stale = true;
    this.#demanded = this.#demanded.filter((one) => one !== load);
    this.#ahead = this.#ahead.filter((one) => one !== load);
    const waiters = this.#forget(load);
    // Not now: the log is in the middle of a change.
    if (waiters.length > 0) queueMicrotask(() => waiters.forEach(({ wait }) => arrived(wait)));
  }

  #forget(load: ColdLoad): ColdWaiter[] {
    const { coldBlockBytes } = this.#config;
    for (let key = load.key; key < load.end; key += coldBlockBytes) {
      if (this.#loads.get(key) === load) this.#loads.delete(key);
    }
    if (load.ahead) this.#aheadBytes -= load.end - load.key;
    const waiters = this.#waiters.get(load) ?? [];
    this.#waiters.delete(load);
    return waiters;
  }

  #use(block: ColdBlock): void {
    const isFirst = !block.used;
    this.#cache.use(block);
    if (!isFirst) return;
    if (block.window > 0) this.#readAhead(block.key, block.window);
    else if (this.#before(block.key)?.used === true) this.#readAhead(block.key, 1);
  }

  #before(key: number): ColdBlock | undefined {
    const { coldBlockBytes } = this.#config;
    const segment = this.#segments.ofAddress(key - 1);
    if (segment === undefined) return undefined;
    const base = segment.start.address;
    return this.#cache.peek(base + Math.floor((key - 1 - base) / coldBlockBytes) * coldBlockBytes);
  }

  /** See to it that the `window` cells behind a cell are held or being read. */
  #readAhead(key: number, window: number): void {
    const { coldBlockBytes, coldCacheBytes, readAheadBytesMax } = this.#config;
    const cellsMax = Math.floor(readAheadBytesMax / coldBlockBytes);
    let cell = this.#cellBehind(key);
    let left = Math.min(window, cellsMax);
    while (left > 0 && cell !== null && this.#isKnown(cell.key)) {
      cell = this.#cellBehind(cell.key);
      left -= 1;
    }
    if (left === 0 || cell === null) return;
    let count = 1;
    while (count < left && this.#isReadable(cell.segment, cell.key + count * coldBlockBytes)) count += 1;
    // What nobody has used yet must not push out what is in use.
    const bytes = this.#aheadBytes + this.#cache.unusedAheadBytes + count * coldBlockBytes;
    if (bytes > coldCacheBytes / 2) return;
    this.#enqueue(cell, count, Math.min(window * 2, cellsMax), true);
    this.#pump();
  }

  #isKnown(key: number): boolean {
    return this.#cache.peek(key) !== undefined || this.#loads.has(key);
  }

  /** Whether a cell of a segment is whole, not in memory by itself, and not read yet. */
  #isReadable(segment: Segment, key: number): boolean {
    const end = segment.isActive ? segment.end - this.#config.coldBlockBytes : segment.end - 1;
    return key <= end && key < this.#warmFrom() && !this.#isKnown(key);
  }

  /** The next cell worth reading ahead. */
  #cellBehind(key: number): ColdCell | null {
    const { coldBlockBytes } = this.#config;
    let segment = this.#segments.ofAddress(key);
    if (segment === undefined) return null;
    let next = key + coldBlockBytes;
    if (next >= segment.end) {
      segment = this.#segments.ofAddress(segment.end);
      if (segment === undefined) return null;
      next = segment.start.address;
    }
    if (!this.#isKnown(next) && !this.#isReadable(segment, next)) return null;
    return { segment, key: next };
  }
}

function arrived(wait: ColdWait): void {
  wait.missing -= 1;
  if (wait.missing === 0) wait.done(wait.error);
}
