import type { Entry, LogPosition, LogStorage, Logger } from '@ledgermq/raft';
import type { SegmentLogConfig } from './config.ts';
import type { Disk, DiskLock } from './disk.ts';
import { fartherReach, noReach } from './durable-mark.ts';
import type { DurableMark, LogReach } from './durable-mark.ts';
import { StoreError } from './errors.ts';
import { LogDurability } from './log-durability.ts';
import { LogReader } from './log-reader.ts';
import { LogTail } from './log-tail.ts';
import { recoverLog } from './log-recovery.ts';
import type { RecoveredLog, RecoveryReport } from './log-recovery.ts';
import { OpenFiles } from './open-files.ts';
import { SegmentCleaner } from './segment-cleaner.ts';
import { SegmentList } from './segment-list.ts';
import { SetAside } from './set-aside.ts';
import { TailCache } from './tail-cache.ts';

interface Opening {
  readonly disk: Disk;
  readonly directory: string;
  readonly config: SegmentLogConfig;
  readonly logger: Logger;
  readonly lock: DiskLock;
  readonly files: OpenFiles;
  readonly cache: TailCache;
}

/**
 * The Raft log in segment files: the commit log of a broker group.
 *
 * A directory belongs to one log and holds nothing else but the hard-state file. Invariants: only the last
 * segment may hold unsynced bytes; a segment is created only after its predecessor is synced; no place of a
 * file is written twice, except by recovery with the same bytes, and as `LogTail` says.
 */
export class SegmentLog implements LogStorage {
  /** What opening found and did. */
  readonly recovery: RecoveryReport;
  readonly #opening: Opening;
  readonly #cache: TailCache;
  readonly #segments: SegmentList;
  readonly #reader: LogReader;
  readonly #mark: DurableMark;
  readonly #durability: LogDurability;
  readonly #cleaner: SegmentCleaner;
  readonly #tail: LogTail;
  #restarting = false;
  #closed = false;

  private constructor(opening: Opening, recovered: RecoveredLog) {
    const { disk, directory, config, logger, cache } = opening;
    const segments = new SegmentList(recovered.mark.range.start, recovered.segments);
    const reader = new LogReader(segments, cache, config);
    const aside = new SetAside(disk, directory);
    this.#opening = opening;
    this.#cache = cache;
    this.#segments = segments;
    this.#reader = reader;
    this.#mark = recovered.mark;
    this.#durability = new LogDurability({
      disk,
      directory,
      segments,
      reader,
      logger,
      mark: recovered.mark,
      markIntervalBytes: config.markIntervalBytes,
      durableIndex: recovered.last.index,
    });
    const { conflictKeepBytesMax } = config;
    this.#cleaner = new SegmentCleaner({ disk, directory, segments, aside, conflictKeepBytesMax, logger });
    const { durability, cleaner } = { durability: this.#durability, cleaner: this.#cleaner };
    this.#tail = new LogTail({ ...opening, segments, reader, durability, aside, cleaner }, recovered.last);
    this.recovery = recovered.report;
    for (const segment of recovered.excess) this.#cleaner.trimLater(segment);
    this.#cleaner.removeLater(recovered.droppedPaths);
  }

  /**
   * Open or make the log in `directory` and recover it. Throws DIRECTORY_LOCKED if someone else has it,
   * LOG_CORRUPT (with file, offset and index) if it is damaged in a way that a crash does not explain.
   */
  static open(disk: Disk, directory: string, config: SegmentLogConfig, logger: Logger): SegmentLog {
    disk.mkdir(directory);
    const lock = disk.lock(directory);
    try {
      const files = new OpenFiles(disk, config.openSegmentsMax);
      const cache = new TailCache(config.tailCacheBytes, 0);
      const opening = { disk, directory, config, logger, lock, files, cache };
      return new SegmentLog(opening, recoverLog(opening));
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  firstIndex(): number {
    return this.#segments.start.index + 1;
  }

  lastPosition(): LogPosition {
    return this.#tail.last;
  }

  positionAt(index: number): LogPosition | null {
    const { last } = this.#tail;
    return index === last.index ? last : this.#reader.positionAt(index);
  }

  term(index: number): number | null {
    return this.positionAt(index)?.term ?? null;
  }

  /** Log address of the first byte held. */
  startAddress(): number {
    return this.#segments.start.address;
  }

  /** Log address behind the last byte. */
  endAddress(): number {
    return this.#tail.last.address;
  }

  /** Entries up to here survive a loss of power. */
  get durableIndex(): number {
    return this.#durability.durableIndex;
  }

  /** Index of the durable mark on disk: recovery never ends below it. */
  get markedIndex(): number {
    return this.#durability.marked.upTo.index;
  }

  /**
   * Index up to which entries were acknowledged that the log has lost, or 0. Until the log reaches it again this
   * member neither leads nor votes; what comes back must be the same history.
   */
  get voteFloor(): number {
    const { upTo, floor } = this.#durability.marked;
    const { last } = this.#tail;
    const reach = fartherReach(upTo, floor);
    return fartherReach(last, reach) === last ? 0 : reach.index;
  }

  /** The error that ended this log, or null. Reads go on; appends and syncs do not. */
  get failure(): StoreError | null {
    return this.#durability.failure;
  }

  entries(from: number, to: number, bytesMax: number): Entry[] {
    this.#requireOpen();
    return this.#reader.entries(from, Math.min(to, this.#tail.last.index + 1), bytesMax);
  }

  /**
   * A copy of `bytes` bytes at a log address, from the tail cache or by a positioned read. For serving stored
   * records: it does not verify anything. Throws LOG_COMPACTED or LOG_UNAVAILABLE outside of the log.
   */
  readRecord(address: number, bytes: number): Buffer {
    return this.read(address, bytes);
  }

  /**
   * As `readRecord`, into the beginning of `target`; the range may cross entries and segments. Returns the part
   * of `target` that was filled.
   */
  read(address: number, bytes: number, target: Buffer = Buffer.allocUnsafe(bytes)): Buffer {
    this.#requireOpen();
    return this.#reader.read(address, bytes, target.subarray(0, bytes));
  }

  /**
   * Write entries to the page cache, in one system call unless a segment fills up within them. Frames are copied,
   * not kept. DISK_FULL: none of these entries is in the log, and it may go on when there is room (entries
   * that the call was to replace are cut all the same). STORAGE_FAILED: final.
   */
  append(entries: readonly Entry[]): void {
    this.#requireUsable();
    this.#tail.append(entries);
  }

  sync(): Promise<void> {
    if (this.#closed) return Promise.reject(this.#closedError());
    return this.#durability.sync(this.#segments.last(), this.#tail.last.index);
  }

  /** Resolves when entries up to `index` are durable, with a sync if they are not yet. */
  async syncedUpTo(index: number): Promise<void> {
    while (this.durableIndex < Math.min(index, this.#tail.last.index)) await this.sync();
  }

  markCommitted(index: number): void {
    this.#durability.markCommitted(Math.min(index, this.#tail.last.index));
  }

  /**
   * Forget everything: the log begins anew behind `position`, of which the caller holds a durable snapshot. Until
   * the new start is durable a crash leaves the old log, afterwards the new, empty one; the old segments are set
   * aside, and removed off the event loop under the limit of what is kept there. Nothing may be appended, dropped
   * or synced meanwhile.
   */
  async reset(position: LogPosition): Promise<void> {
    this.#requireUsable();
    this.#restarting = true;
    try {
      await this.#durability.restart(position, this.#floorBehind(position), () => {
        this.#tail.restart(position);
      });
    } finally {
      this.#restarting = false;
    }
    this.#cleaner.pruneLater();
  }

  /**
   * Let whole segments go whose entries all lie before `index`; the last segment stays, and so do entries that
   * are not known as committed and durable. The caller holds a durable snapshot at or above that point. Files
   * are removed off the event loop. Resolves to the new first index when the removal is durable.
   */
  async dropBefore(index: number): Promise<number> {
    this.#requireUsable();
    const { committedIndex, durableIndex } = this.#durability;
    const dropped = this.#segments.dropBefore(Math.min(index, committedIndex + 1, durableIndex + 1));
    if (dropped.length === 0) return this.firstIndex();
    // A crash between the two steps leaves files below the marked start, which the next start removes. Both slots,
    // so that damage to one cannot bring back a start whose segments are gone.
    await this.#durability.writeMark();
    await this.#durability.writeMark();
    for (const segment of dropped) segment.close();
    await this.#cleaner.remove(dropped.map((segment) => segment.path));
    return this.firstIndex();
  }

  /**
   * The owner has saved that this member must not vote before it has caught up (`recovery.inDoubt`): the log need
   * not say so any more. Durable when it resolves.
   */
  endDoubt(): Promise<void> {
    return this.#durability.endDoubt();
  }

  /** Resolves when the work off the event loop that nobody waits for (trimming, pruning, the mark) has ended. */
  async settled(): Promise<void> {
    await this.#durability.markSettled();
    await this.#cleaner.settled();
  }

  /** Make everything durable, bring the mark up to date, release the files and the directory. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    try {
      if (this.failure === null) {
        await this.sync();
        this.#closed = true;
        await this.settled();
        await this.#durability.writeMark();
      }
    } finally {
      this.#closed = true;
      await this.settled();
      for (const segment of this.#segments.all()) segment.close();
      this.#opening.files.closeAll();
      this.#mark.close();
      this.#opening.lock.release();
    }
  }

  /** Throws if a stated invariant does not hold; for tests and simulation. */
  checkInvariants(): void {
    const { last: end } = this.#tail;
    this.#segments.checkInvariants(end);
    const last = this.#segments.last();
    for (const segment of this.#segments.all()) {
      if (segment !== last && segment.isDirty) throw new Error(`${segment.name} is sealed but not synced`);
    }
    if (this.#cache.end() !== end.address) throw new Error('the tail cache is not at the end');
    if (this.durableIndex > end.index) throw new Error('durable beyond the end');
    if (this.markedIndex > this.durableIndex && this.voteFloor === 0)
      throw new Error('marked beyond durable');
  }

  /**
   * What the member must not forget once the log begins behind `position`: how far it went, unless the snapshot
   * replaces a branch that was never committed.
   */
  #floorBehind(position: LogPosition): LogReach {
    const { upTo, floor } = this.#durability.marked;
    let reach = fartherReach(upTo, floor);
    const held = this.positionAt(position.index);
    if (held !== null && held.hash === position.hash) reach = fartherReach(reach, this.#tail.last);
    return reach.index > position.index ? { index: reach.index, term: reach.term } : noReach;
  }

  #closedError(): StoreError {
    return new StoreError('LOG_CLOSED', 'the log is closed', { file: this.#opening.directory });
  }

  #requireOpen(): void {
    if (this.#closed) throw this.#closedError();
  }

  #requireUsable(): void {
    this.#durability.requireUsable();
    this.#requireOpen();
    if (this.#restarting) {
      throw new StoreError('STATE_INVALID', 'the log is beginning anew', { file: this.#opening.directory });
    }
  }
}
