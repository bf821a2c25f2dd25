import type { Logger } from '@ledgermq/raft';
import type { Disk } from './disk.ts';
import type { DurableMark, MarkedRange } from './durable-mark.ts';
import { StoreError } from './errors.ts';
import type { LogReader } from './log-reader.ts';
import type { Segment } from './segment.ts';
import type { SegmentList } from './segment-list.ts';

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
  #durableIndex: number;
  #committedIndex: number;
  #failure: StoreError | null = null;
  readonly #tickets = new Set<SyncTicket>();
  /** Names changed in the directory, and how many of them a sync of the directory has covered. */
  #nameChanges = 0;
  #nameChangesSynced = 0;
  #markInFlight: Promise<void> | null = null;

  constructor(options: {
    readonly disk: Disk;
    readonly directory: string;
    readonly mark: DurableMark;
    readonly markIntervalBytes: number;
    readonly durableIndex: number;
    readonly segments: SegmentList;
    readonly reader: LogReader;
    readonly logger: Logger;
  }) {
    this.#disk = options.disk;
    this.#directory = options.directory;
    this.#mark = options.mark;
    this.#markIntervalBytes = options.markIntervalBytes;
    this.#segments = options.segments;
    this.#reader = options.reader;
    this.#logger = options.logger;
    this.#durableIndex = options.durableIndex;
    this.#committedIndex = options.mark.range.upTo.index;
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
    try {
      await segment?.sync();
      if (nameChanges > this.#nameChangesSynced) {
        await this.#disk.syncDirectory(this.#directory);
        this.#nameChangesSynced = Math.max(this.#nameChangesSynced, nameChanges);
      }
    } catch (error) {
      throw this.fail('sync', error);
    } finally {
      this.#tickets.delete(ticket);
    }
    // Another write failed meanwhile: what this sync covered is durable, but nobody may go on from here.
    const failure: StoreError | null = this.#failure;
    if (failure !== null) throw failure;
    this.#durableIndex = Math.max(this.#durableIndex, ticket.target);
    this.#writeMarkIfDue();
  }

  /** Write the mark and wait for its sync. A write in flight is waited for first. */
  async writeMark(): Promise<void> {
    await this.#markInFlight;
    const start = this.#segments.start;
    const position = this.#reader.positionAt(Math.min(this.#committedIndex, this.#durableIndex));
    const upTo = position === null || position.index < start.index ? start : position;
    const writing = this.#syncMark({ start, upTo });
    this.#markInFlight = writing;
    try {
      await writing;
    } finally {
      if (this.#markInFlight === writing) this.#markInFlight = null;
    }
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

  async #syncMark(range: MarkedRange): Promise<void> {
    try {
      this.#mark.write(range);
      await this.#mark.sync();
    } catch (error) {
      throw this.fail('write the durable mark', error);
    }
  }
}
