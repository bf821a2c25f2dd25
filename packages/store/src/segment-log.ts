import type { Entry, LogPosition, LogStorage, Logger } from '@ledgermq/raft';
import type { SegmentLogConfig } from './config.ts';
import type { Disk, DiskLock } from './disk.ts';
import type { DurableMark } from './durable-mark.ts';
import { requireChain } from './entry-chain.ts';
import { StoreError } from './errors.ts';
import { LogDurability } from './log-durability.ts';
import { LogReader } from './log-reader.ts';
import { recoverLog } from './log-recovery.ts';
import type { RecoveredLog, RecoveryReport } from './log-recovery.ts';
import { OpenFiles } from './open-files.ts';
import { Segment, segmentFileName } from './segment.ts';
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
 * file is written twice, except by recovery with the same bytes, and after an append that met a full disk was
 * taken back and that was synced.
 *
 * A cut (a leader of a later term replaces entries) writes nothing into the old file: the log goes on in a new
 * segment that begins at the place of the cut, and the old bytes are trimmed off the event loop.
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
  readonly #aside: SetAside;
  readonly #cleaner: SegmentCleaner;
  #last: LogPosition;
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
    this.#aside = aside;
    const { conflictKeepBytesMax } = config;
    this.#cleaner = new SegmentCleaner({ disk, directory, segments, aside, conflictKeepBytesMax, logger });
    this.recovery = recovered.report;
    this.#last = recovered.last;
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
    return this.#last;
  }

  positionAt(index: number): LogPosition | null {
    return index === this.#last.index ? this.#last : this.#reader.positionAt(index);
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
    return this.#last.address;
  }

  /** Entries up to here survive a loss of power. */
  get durableIndex(): number {
    return this.#durability.durableIndex;
  }

  /** Index of the durable mark on disk: recovery never ends below it. */
  get markedIndex(): number {
    return this.#durability.marked.upTo.index;
  }

  /** The error that ended this log, or null. Reads go on; appends and syncs do not. */
  get failure(): StoreError | null {
    return this.#durability.failure;
  }

  entries(from: number, to: number, bytesMax: number): Entry[] {
    this.#requireOpen();
    return this.#reader.entries(from, Math.min(to, this.#last.index + 1), bytesMax);
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
    const first = entries[0];
    if (first === undefined) return;
    const before = this.#positionBefore(first.index);
    requireChain(before, entries);
    let refusal: StoreError | null;
    try {
      if (before.index < this.#last.index) this.#cutBehind(before);
      refusal = this.#appendRuns(entries, before);
    } catch (error) {
      throw this.#durability.fail('append', error);
    }
    if (refusal !== null) throw refusal;
  }

  sync(): Promise<void> {
    if (this.#closed) return Promise.reject(this.#closedError());
    return this.#durability.sync(this.#segments.last(), this.#last.index);
  }

  reset(): Promise<void> {
    return Promise.reject(new StoreError('STORAGE_FAILED', 'this log cannot begin anew at another position'));
  }

  markCommitted(index: number): void {
    this.#durability.markCommitted(Math.min(index, this.#last.index));
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
    // A crash between the two steps leaves files below the marked start, which the next start removes.
    await this.#durability.writeMark();
    for (const segment of dropped) segment.close();
    await this.#cleaner.remove(dropped.map((segment) => segment.path));
    return this.firstIndex();
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
    this.#segments.checkInvariants(this.#last);
    const last = this.#segments.last();
    for (const segment of this.#segments.all()) {
      if (segment !== last && segment.isDirty) throw new Error(`${segment.name} is sealed but not synced`);
    }
    if (this.#cache.end() !== this.#last.address) throw new Error('the tail cache is not at the end');
    if (this.durableIndex > this.#last.index) throw new Error('durable beyond the end');
    if (this.markedIndex > this.durableIndex) throw new Error('marked beyond durable');
  }

  #positionBefore(index: number): LogPosition {
    if (index > this.#last.index + 1) {
      throw new StoreError('LOG_GAP', `entry ${index} does not touch the end at ${this.#last.index}`, {
        index,
      });
    }
    const position = this.positionAt(index - 1);
    if (position === null) {
      throw new StoreError('LOG_COMPACTED', `entry ${index} is before the first one held`, { index });
    }
    if (index <= this.markedIndex) {
      throw new StoreError('ENTRY_CHAIN_BROKEN', `entry ${index} is marked as committed`, { index });
    }
    return position;
  }

  /** Returns the refusal if the disk is full, after taking everything back; throws whatever is final. */
  #appendRuns(entries: readonly Entry[], before: LogPosition): StoreError | null {
    for (let from = 0; from < entries.length;) {
      this.#endSegmentIfFull(entries[from]);
      try {
        const segment = this.#writableSegment();
        const to = this.#runEnd(segment, entries, from);
        this.#appendRun(segment, from === 0 && to === entries.length ? entries : entries.slice(from, to));
        from = to;
      } catch (error) {
        if (!(error instanceof StoreError) || error.code !== 'DISK_FULL') throw error;
        this.#takeBack(before);
        return error;
      }
    }
    return null;
  }

  #endSegmentIfFull(entry: Entry | undefined): void {
    const last = this.#segments.last();
    if (last === undefined || !last.isActive || last.lastIndex === last.start.index) return;
    if (last.fileBytes + (entry?.frame.length ?? 0) <= this.#opening.config.segmentBytes) return;
    if (last.isDirty) last.syncNow();
    last.seal();
  }

  #writableSegment(): Segment {
    const last = this.#segments.last();
    if (last?.isActive === true) return last;
    const { disk, directory, files, config } = this.#opening;
    const segment = Segment.create(disk, directory, this.#last, files);
    this.#durability.noteNameChange();
    this.#segments.push(segment);
    this.#segments.thin(config.denseEntriesMax, config.sparseIntervalBytes);
    return segment;
  }

  /** How many of the entries from `from` on go into the segment: at least one. */
  #runEnd(segment: Segment, entries: readonly Entry[], from: number): number {
    let bytes = segment.fileBytes + (entries[from]?.frame.length ?? 0);
    let to = from + 1;
    for (; to < entries.length; to += 1) {
      bytes += entries[to]?.frame.length ?? 0;
      if (bytes > this.#opening.config.segmentBytes) break;
    }
    return to;
  }

  /**
   * The tail cache takes a copy of every frame anyway, and there the copies lie side by side: one write of that
   * range costs less than joining the frames a second time or handing the system a list of them.
   */
  #appendRun(segment: Segment, entries: readonly Entry[]): void {
    const { address } = this.#last;
    for (const entry of entries) this.#cache.append(entry.frame);
    const bytes = this.#cache.end() - address;
    const parts = this.#cache.holds(address, bytes)
      ? this.#cache.views(address, bytes)
      : entries.map((entry) => entry.frame);
    segment.append(entries, parts);
    this.#last = segment.positionAt(segment.lastIndex);
  }

  /** After DISK_FULL: nothing of the append stays, in memory or in a file. */
  #takeBack(before: LogPosition): void {
    const { disk, directory } = this.#opening;
    // The file of a segment whose header did not fit was made, but the segment is not in the list.
    const unfinished = segmentFileName(this.#last.address);
    let moved = false;
    if (this.#segments.last()?.name !== unfinished && disk.list(directory).includes(unfinished)) {
      this.#aside.takeFile(unfinished, 'refused');
      moved = true;
    }
    for (let last = this.#segments.last(); last !== undefined; last = this.#segments.last()) {
      if (last.start.index <= before.index) break;
      this.#segments.pop();
      this.#moveAside(last, 'refused');
      moved = true;
    }
    // A crash must not bring a later segment back once the earlier one is cut short.
    if (moved) disk.syncDirectoryNow(directory);
    const last = this.#segments.last();
    if (last !== undefined && (last.isActive || last.lastIndex > before.index)) last.takeBack(disk, before);
    this.#goBackTo(before);
    this.#cleaner.pruneLater();
  }

  #cutBehind(position: LogPosition): void {
    const { disk, directory, logger } = this.#opening;
    let moved = false;
    for (let last = this.#segments.last(); last !== undefined; last = this.#segments.last()) {
      if (last.start.address < position.address) break;
      this.#segments.pop();
      this.#moveAside(last, 'conflict');
      moved = true;
    }
    const last = this.#segments.last();
    if (last !== undefined && last.end > position.address) {
      if (last.isDirty) last.syncNow();
      last.forgetFrom(position);
      last.seal();
      this.#cleaner.trimLater(last);
    }
    // Were a crash to bring back the cut segments, they must not meet the entries that replace them.
    if (moved) disk.syncDirectoryNow(directory);
    this.#goBackTo(position);
    this.#cleaner.pruneLater();
    logger.info('cut the log behind an entry', { index: position.index, address: position.address });
  }

  #moveAside(segment: Segment, reason: 'conflict' | 'refused'): void {
    segment.close();
    this.#aside.takeFile(segment.name, reason);
    this.#durability.noteNameChange();
  }

  #goBackTo(position: LogPosition): void {
    this.#last = position;
    this.#durability.lower(position.index);
    this.#cache.cut(position.address);
    // The ring may have let go of the bytes before the cut.
    if (this.#cache.end() !== position.address) this.#cache.reset(position.address);
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
  }
}
