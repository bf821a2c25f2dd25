import type { LogPosition, Logger } from '@ledgermq/raft';
import type { Disk } from './disk.ts';
import type { DurableMark, LogReach, MarkedRange } from './durable-mark.ts';
import { StoreError } from './errors.ts';
import type { LogReader } from './log-reader.ts';
import type { Segment } from './segment.ts';
import type { SegmentList } from './segment-list.ts';
import type { StoreMetrics } from './store-metrics.ts';

interface SyncTicket {
  /** Index up to which the sync in flight makes the log durable; lowered when a cut goes below it. */
  target: number;
}

/**
 * What of a log is on the platter: syncs, the durable index, the durable mark, and the failure that ends it all.
 * A write or sync that failed is final, since afterwards nobody knows what the disk holds.
 */
export class LogDurability {
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #mark: DurableMark;
  readonly #markIntervalBytes: number;
  readonly #segments: SegmentList;
  readonly #reader: LogReader;
  readonly #logger: Logger;
  readonly #metrics: StoreMetrics;
  #durableIndex: number;
  #committedIndex: number;
  #failure: StoreError | null = null;
  readonly #tickets = new Set<SyncTicket>();
  /** Names changed in the directory, and how many of them a sync of the directory has covered. */
  #nameChanges = 0;
  #nameChangesSynced = 0;
  #markInFlight: Promise<void> | null = null;
  /** Base of the newest segment known to be durable with its name, and what of that the mark on disk says. */
  #tail: number | null;
  #markedTail: number | null;

  constructor(options: {
    readonly disk: Disk;
    readonly directory: string;
    readonly mark: DurableMark;
    readonly markIntervalBytes: number;
    readonly durableIndex: number;
    readonly segments: SegmentList;
    readonly reader: LogReader;
    readonly logger: Logger;
    readonly metrics: StoreMetrics;
  }) {
    this.#disk = options.disk;
    this.#directory = options.directory;
    this.#mark = options.mark;
    this.#markIntervalBytes = options.markIntervalBytes;
    this.#segments = options.segments;
    this.#reader = options.reader;
    this.#logger = options.logger;
    this.#metrics = options.metrics;
    this.#durableIndex = options.durableIndex;
    this.#committedIndex = options.mark.range.upTo.index;
    this.#tail = options.mark.range.tail;
    this.#markedTail = this.#tail;
  }

  get durableIndex(): number {
    return this.#durableIndex;
  }

  get committedIndex(): number {
    return this.#committedIndex;
  }

  get marked(): MarkedRange {
    return this.#mark.range;
  }

  get failure(): StoreError | null {
    return this.#failure;
  }

  markCommitted(index: number): void {
    this.#committedIndex = Math.max(this.#committedIndex, index);
  }

  noteNameChange(): void {
    this.#nameChanges += 1;
  }

  /** Entries behind `index` were cut: a sync in flight no longer speaks for what takes their places. */
  lower(index: number): void {
    this.#durableIndex = Math.min(this.#durableIndex, index);
    this.#committedIndex = Math.min(this.#committedIndex, index);
    for (const ticket of this.#tickets) ticket.target = Math.min(ticket.target, index);
  }

  /** Only the last segment can hold unsynced bytes; `lastIndex` is its last entry at this moment. */
  async sync(segment: Segment | undefined, lastIndex: number): Promise<void> {
    this.requireUsable();
    const ticket: SyncTicket = { target: lastIndex };
    const nameChanges = this.#nameChanges;
    this.#tickets.add(ticket);
    const since = this.#metrics.now();
    try {
      await segment?.sync();
      if (nameChanges > this.#nameChangesSynced) {
        await this.#disk.syncDirectory(this.#directory);
        this.#nameChangesSynced = Math.max(this.#nameChangesSynced, nameChanges);
      }
      if (segment !== undefined && segment.start.address !== this.#markedTail) await this.#markTail(segment);
    } catch (error) {
      throw this.fail('sync', error);
    } finally {
      this.#tickets.delete(ticket);
    }
    this.#metrics.logSyncMs.observe(this.#metrics.now() - since);
    // Another write failed meanwhile: what this sync covered is durable, but nobody may go on from here.
    const failure: StoreError | null = this.#failure;
    if (failure !== null) throw failure;
    this.#durableIndex = Math.max(this.#durableIndex, ticket.target);
    this.#writeMarkIfDue();
  }

  /** Write the mark and wait for its sync. A write in flight is waited for first. */
  async writeMark(): Promise<void> {
    while (this.#markInFlight !== null) await this.#markInFlight;
    await this.#runMark(this.#syncMark(this.#currentRange()));
  }

  /**
   * Let the log begin anew at `position`, of which a snapshot holds all that comes before. `takeEffect` runs when
   * the new mark is durable, before anything else can look at it.
   */
  async restart(position: LogPosition, floor: LogReach, takeEffect: () => void): Promise<void> {
    while (this.#markInFlight !== null) await this.#markInFlight;
    this.requireUsable();
    const { generation } = this.marked;
    const range = {
      ...this.marked,
      start: position,
      upTo: position,
      generation: generation + 1,
      tail: null,
      floor,
    };
    const write = async (): Promise<void> => {
      await this.#syncMark(range);
      // Into the other slot too: damage to one must not bring back a mark of the old log.
      await this.#syncMark(range);
      this.#tail = null;
      this.#durableIndex = position.index;
      this.#committedIndex = position.index;
      for (const ticket of this.#tickets) ticket.target = position.index;
      takeEffect();
    };
    await this.#runMark(write());
  }

  /** Somebody has taken note that this log lost entries without knowing which. Durable when it resolves. */
  async endDoubt(): Promise<void> {
    while (this.#markInFlight !== null) await this.#markInFlight;
    if (this.marked.inDoubt) await this.#runMark(this.#syncMark({ ...this.#currentRange(), inDoubt: false }));
  }

  /**
   * The segments behind the one at `base` are about to leave: the mark must stop speaking of them first. On the
   * caller's thread; rare, since it takes a conflict that reaches back over a whole segment.
   */
  lowerTailNow(base: number | null): void {
    if (this.#tail === null || (base !== null && this.#tail <= base)) return;
    this.#tail = base;
    this.#mark.write(this.#currentRange());
    this.#mark.syncNow();
    this.#markedTail = base;
  }

  /** Resolves when no write of the mark is in flight. */
  async markSettled(): Promise<void> {
    await this.#markInFlight?.catch(() => undefined);
  }

  /** Throws the failure, if there was one. */
  requireUsable(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  fail(what: string, cause: unknown): StoreError {
    if (this.#failure === null) {
      const text = `the log in ${this.#directory} failed to ${what}`;
      const file = cause instanceof StoreError && cause.file !== null ? cause.file : this.#directory;
      this.#failure = new StoreError('STORAGE_FAILED', text, { file, cause });
      this.#logger.error(text, { file });
    }
    return this.#failure;
  }

  #writeMarkIfDue(): void {
    const index = Math.min(this.#committedIndex, this.#durableIndex);
    if (this.#markInFlight !== null || index <= this.marked.upTo.index) return;
    const position = this.#reader.positionAt(index);
    if (position === null) return;
    if (position.address - this.marked.upTo.address < this.#markIntervalBytes) return;
    // A failure is kept in `failure` and met by the next append or sync.
    this.writeMark().catch(() => undefined);
  }

  /** From now on the loss of the newest segment's file will be noticed, whatever the mark says of its entries. */
  async #markTail(segment: Segment): Promise<void> {
    // A conflict may have taken it away while it was being synced.
    if (!this.#segments.all().includes(segment)) return;
    this.#tail = Math.max(this.#tail ?? 0, segment.start.address);
    await this.writeMark();
  }

  /** What the mark may say now. It never goes back: a log that lost its end must remember where that was. */
  #currentRange(): MarkedRange {
    const { start } = this.#segments;
    const proven = this.#reader.positionAt(Math.min(this.#committedIndex, this.#durableIndex));
    let { upTo } = this.marked;
    for (const position of [start, proven]) {
      if (position !== null && position.index > upTo.index) upTo = position;
    }
    // Retention may have dropped it: then the segment behind it is not durable yet.
    const tail = this.#tail !== null && this.#tail < start.address ? null : this.#tail;
    return { ...this.marked, start, upTo, tail };
  }

  async #runMark(writing: Promise<void>): Promise<void> {
    this.#markInFlight = writing;
    try {
      await writing;
    } finally {
      if (this.#markInFlight === writing) this.#markInFlight = null;
    }
  }

  async #syncMark(range: MarkedRange): Promise<void> {
    try {
      this.#mark.write(range);
      await this.#mark.sync();
      // A cut may have lowered it meanwhile, durably: then a segment in the old one's place must be marked anew.
      this.#markedTail = this.marked.tail;
    } catch (error) {
      throw this.fail('write the durable mark', error);
    }
  }
}
