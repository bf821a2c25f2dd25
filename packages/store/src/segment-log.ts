import { basename } from 'node:path';
import type { Entry, LogPosition, LogStorage, Logger, VoteFloor } from '@ledgermq/raft';
import type { SegmentLogConfig } from './config.ts';
import type { Disk } from './disk.ts';
import { StoreError } from './errors.ts';
import type { LogHoles } from './log-holes.ts';
import { assembleLog } from './log-parts.ts';
import type { LogOpening, LogParts } from './log-parts.ts';
import { recoverLog } from './log-recovery.ts';
import type { RecoveryReport } from './log-recovery.ts';
import type { LogHole } from './log-survey.ts';
import { verifySegments } from './log-verify.ts';
import type { LogVerdict } from './log-verify.ts';
import { OpenFiles } from './open-files.ts';
import { segmentBase } from './segment-header.ts';
import { noStoreMetrics, type StoreMetrics } from './store-metrics.ts';
import { TailCache } from './tail-cache.ts';
import { floorBehind, voteFloorOf } from './vote-floor.ts';

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
  readonly #opening: LogOpening;
  #parts: LogParts;
  /** What may not be interrupted is under way. */
  #busy = false;
  #closed = false;

  private constructor(opening: LogOpening) {
    this.#opening = opening;
    this.#parts = assembleLog(opening, recoverLog(opening));
    this.recovery = this.#parts.recovered.report;
  }

  /**
   * Open or make the log in `directory` and recover it: DIRECTORY_LOCKED if someone else has it. A log that is damaged in
   * a way that a crash does not explain opens too (`recovery.damage`): with `holes`, shortened with a `voteFloor`, or
   * with `recovery.inDoubt`. Nothing is deleted. `owner`: see `MarkedRange`.
   */
  static open(
    disk: Disk,
    directory: string,
    config: SegmentLogConfig,
    logger: Logger,
    owner: number = 0,
    metrics: StoreMetrics = noStoreMetrics,
  ): SegmentLog {
    disk.mkdir(directory);
    const lock = disk.lock(directory);
    try {
      const files = new OpenFiles(disk, config.openSegmentsMax);
      const cache = new TailCache(config.tailCacheBytes, 0);
      return new SegmentLog({ disk, directory, config, logger, lock, files, cache, owner, metrics });
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  firstIndex(): number {
    return this.#parts.segments.start.index + 1;
  }

  lastPosition(): LogPosition {
    return this.#parts.tail.last;
  }

  positionAt(index: number): LogPosition | null {
    const { last } = this.#parts.tail;
    return index === last.index ? last : this.#noting(() => this.#parts.reader.positionAt(index));
  }

  term(index: number): number | null {
    return this.positionAt(index)?.term ?? null;
  }

  /** Log address of the first byte held. */
  startAddress(): number {
    return this.#parts.segments.start.address;
  }

  /** Log address behind the last byte. */
  endAddress(): number {
    return this.#parts.tail.last.address;
  }

  /** Entries up to here survive a loss of power. */
  get durableIndex(): number {
    return this.#parts.durability.durableIndex;
  }

  /** Index of the durable mark on disk: recovery never ends below it. */
  get markedIndex(): number {
    return this.#parts.durability.marked.upTo.index;
  }

  /**
   * How far entries were acknowledged that the log has lost, or the origin. Until the log reaches it again this member
   * neither leads nor votes for a lesser one; what comes back must be the same history.
   */
  get voteFloor(): VoteFloor {
    return voteFloorOf(this.#parts.durability.marked, this.#parts.tail.last);
  }

  /** What has been read for `fetch` so far, and what it takes in memory. */
  get coldReads(): { readonly reads: number; readonly cachedBytes: number } {
    const { reads, cachedBytes } = this.#parts.reader.cold;
    return { reads, cachedBytes };
  }

  /** The error that ended this log, or null. Reads go on; appends and syncs do not. */
  get failure(): StoreError | null {
    return this.#parts.durability.failure;
  }

  entries(from: number, to: number, bytesMax: number): Entry[] {
    this.#requireOpen();
    const end = Math.min(to, this.#parts.tail.last.index + 1);
    return this.#noting(() => this.#parts.reader.entries(from, end, bytesMax));
  }

  entriesInMemory(from: number, to: number, bytesMax: number): Entry[] {
    this.#requireOpen();
    const end = Math.min(to, this.#parts.tail.last.index + 1);
    return this.#noting(() => this.#parts.reader.entriesInMemory(from, end, bytesMax));
  }

  fetchEntry(index: number, done: (error: Error | null) => void): void {
    this.#requireOpen();
    this.#parts.reader.fetchEntry(index, (error) => this.#fetched(error, done));
  }

  /**
   * A copy of `bytes` bytes at a log address, from the tail cache or from a file; what comes from a file was checked.
   * Throws LOG_COMPACTED or LOG_UNAVAILABLE outside of the log, LOG_CORRUPT (with file, offset and index) for bytes
   * that decayed: then the next start finds the hole.
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
    if (target.length < bytes) throw new RangeError(`${bytes} bytes do not fit into ${target.length}`);
    return this.#noting(() => this.#parts.reader.read(address, bytes, target.subarray(0, bytes)));
  }

  /** What lies from this log address on is in memory, because it was appended lately. */
  get tailAddress(): number {
    return this.#parts.reader.tailAddress;
  }

  /**
   * Whether `read` of this range touches no file, so that it cannot take long. The range must lie within one entry, as
   * a record does. Throws LOG_CORRUPT if it is known to be damaged.
   */
  inMemory(address: number, bytes: number): boolean {
    this.#requireOpen();
    return this.#noting(() => this.#parts.reader.inMemory(address, bytes));
  }

  /**
   * Bring the blocks that hold the bytes at these log addresses into memory, off the event loop; many callers share
   * one read. Calls `done` once: at the moment when the block of the last address that was missing has come, which is
   * in memory then. The others may have had to go again, or the log may have been cut or dropped meanwhile: so ask `inMemory`
   * again. With an error if a file cannot be read or is damaged (LOG_CORRUPT).
   */
  fetch(addresses: readonly number[], done: (error: Error | null) => void): void {
    this.#requireOpen();
    this.#parts.reader.cold.fetch(addresses, (error) => this.#fetched(error, done));
  }

  /**
   * Write entries to the page cache, in one system call unless a segment fills up within them. Frames are copied,
   * not kept. DISK_FULL: none of these entries is in the log, and it may go on when there is room (entries
   * that the call was to replace are cut all the same). STORAGE_FAILED: final.
   */
  append(entries: readonly Entry[]): void {
    this.#requireUsable();
    const { metrics } = this.#opening;
    const since = metrics.now();
    this.#parts.tail.append(entries);
    metrics.appendMs.observe(metrics.now() - since);
    metrics.appendedEntries.add(entries.length);
    metrics.appendedBytes.add(bytesOf(entries));
  }

  /**
   * While set, appends of data are refused with DISK_FULL as if the disk had no room: what is left is for elections and for
   * other files.
   */
  refuseAppends(refused: boolean): void {
    this.#parts.tail.refused = refused;
  }

  sync(): Promise<void> {
    if (this.#closed) return Promise.reject(this.#closedError());
    return this.#parts.durability.sync(this.#parts.segments.last(), this.#parts.tail.last.index);
  }

  /** Resolves when entries up to `index` are durable, with a sync if they are not yet. */
  async syncedUpTo(index: number): Promise<void> {
    while (this.durableIndex < Math.min(index, this.#parts.tail.last.index)) await this.sync();
  }

  markCommitted(index: number): void {
    this.#parts.durability.markCommitted(Math.min(index, this.#parts.tail.last.index));
  }

  /**
   * Forget everything: the log begins anew behind `position`, of which the caller holds a durable snapshot. Until
   * the new start is durable a crash leaves the old log, afterwards the new, empty one; the old segments are set
   * aside, and removed off the event loop under the limit of what is kept there. Nothing may be appended, dropped
   * or synced meanwhile.
   */
  async reset(position: LogPosition): Promise<void> {
    this.#requireUsable(true);
    this.#busy = true;
    try {
      const { durability, tail, holes } = this.#parts;
      const held = this.positionAt(position.index);
      await durability.restart(position, floorBehind(position, durability.marked, tail.last, held), () => {
        tail.restart(position);
        holes.forget();
      });
    } finally {
      this.#busy = false;
    }
    this.#parts.cleaner.pruneLater();
  }

  /** Damaged parts with good entries behind them, in order. While there are some, the log only answers reads. */
  get holes(): readonly LogHole[] {
    return this.#parts.holes.left;
  }

  /**
   * Put entries into a hole, which other members gave: all that are missing, or as many as there are at the end of the
   * hole. The damaged bytes are kept aside. Durable when it resolves; with the last hole filled the log is opened anew
   * and usable. ENTRY_CHAIN_BROKEN, and nothing changed, if they are not the entries that belong there.
   */
  async fillHole(hole: LogHole, entries: readonly Entry[]): Promise<void> {
    await this.#repair((holes) => holes.fill(hole, entries));
  }

  /**
   * End the log before a hole that nobody can fill; what lies behind is set aside. With `neverCommitted` the caller
   * vouches that so many members answered not to have the missing entries that they cannot have been committed.
   * Otherwise this member does not vote until its log is as far as it was (`voteFloor`).
   */
  async cutHole(hole: LogHole, { neverCommitted }: { readonly neverCommitted: boolean }): Promise<void> {
    const { index, term } = this.lastPosition();
    await this.#repair((holes) => holes.cut(hole, neverCommitted ? null : { index, term }));
  }

  /**
   * Read the log from end to end, as it is in the files, and tell of each piece whether it is good. The caller sets the
   * pace: each step reads about `readChunkBytes` at least. What is found is remembered, and is a hole at the next start.
   */
  *verify(): Generator<LogVerdict, void, undefined> {
    for (const verdict of verifySegments(this.#parts.segments, this.#opening.config.readChunkBytes)) {
      if (verdict.fault !== null) this.#suspect(verdict.base);
      yield verdict;
    }
  }

  /**
   * Let whole segments go whose entries all lie before `index`; the last segment stays, and so do entries that
   * are not known as committed and durable. `snapshotIndex` is the index of the oldest durable snapshot that a follower
   * could be given together with the rest of this log: nothing behind it is dropped, whatever `index` is, since a gap
   * between snapshot and log would be one that nobody can fill. Files are removed off the event loop. Resolves to the
   * new first index when the removal is durable.
   */
  async dropBefore(index: number, snapshotIndex: number): Promise<number> {
    this.#requireUsable();
    const { committedIndex, durableIndex } = this.#parts.durability;
    const dropped = this.#parts.segments.dropBefore(
      Math.min(index, snapshotIndex + 1, committedIndex + 1, durableIndex + 1),
    );
    if (dropped.length === 0) return this.firstIndex();
    this.#parts.reader.forgetBefore(this.startAddress());
    // A crash between the two steps leaves files below the marked start, which the next start removes. Both slots,
    // so that damage to one cannot bring back a start whose segments are gone.
    await this.#parts.durability.writeMark();
    await this.#parts.durability.writeMark();
    for (const segment of dropped) segment.close();
    await this.#parts.cleaner.remove(dropped.map((segment) => segment.path));
    return this.firstIndex();
  }

  /**
   * The owner has saved that this member must not vote before it has caught up (`recovery.inDoubt`): the log need
   * not say so any more. Durable when it resolves.
   */
  endDoubt(): Promise<void> {
    return this.#parts.durability.endDoubt();
  }

  /** Resolves when the work off the event loop that nobody waits for (trimming, pruning, the mark) has ended. */
  async settled(): Promise<void> {
    await this.#parts.durability.markSettled();
    await this.#parts.cleaner.settled();
  }

  /** Make everything durable, bring the mark up to date, release the files and the directory. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    try {
      if (this.failure === null) {
        await this.sync();
        this.#closed = true;
        await this.settled();
        await this.#parts.durability.writeMark();
      }
    } finally {
      this.#closed = true;
      await this.settled();
      this.#parts.reader.forgetFrom(0);
      for (const segment of this.#parts.segments.all()) segment.close();
      this.#opening.files.closeAll();
      this.#parts.recovered.mark.close();
      this.#opening.lock.release();
    }
  }

  /** Throws if a stated invariant does not hold; for tests and simulation. */
  checkInvariants(): void {
    const { last: end } = this.#parts.tail;
    this.#parts.segments.checkInvariants(end);
    if (this.#opening.cache.end() !== end.address) throw new Error('the tail cache is not at the end');
    if (this.durableIndex > end.index) throw new Error('durable beyond the end');
    const wasShort = this.#parts.recovered.last.index < this.markedIndex;
    if (this.markedIndex > this.durableIndex && !wasShort) throw new Error('marked beyond durable');
  }

  async #repair(change: (holes: LogHoles) => Promise<void>): Promise<void> {
    this.#requireUsable(true);
    this.#busy = true;
    try {
      await change(this.#parts.holes);
      if (this.holes.length === 0) this.#openAnew();
    } catch (error) {
      if (error instanceof StoreError && error.code === 'ENTRY_CHAIN_BROKEN') throw error;
      throw this.#parts.durability.fail('repair a hole', error);
    } finally {
      this.#busy = false;
    }
  }

  /** Every hole was dealt with: look at the files once more, as a start does. */
  #openAnew(): void {
    for (const segment of this.#parts.segments.all()) segment.close();
    this.#opening.files.closeAll();
    this.#parts.recovered.mark.close();
    this.#parts.reader.forgetFrom(0);
    this.#parts = assembleLog(this.#opening, recoverLog(this.#opening));
  }

  /** Remember where a read met damage. */
  #noting<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (error instanceof StoreError && error.code === 'LOG_CORRUPT') {
        const base = segmentBase(basename(error.file ?? ''));
        if (base !== null && this.holes.length === 0) this.#suspect(base);
      }
      throw error;
    }
  }

  #suspect(base: number): void {
    const { suspects } = this.#parts.recovered;
    if (!suspects.has(base)) this.#opening.metrics.damageFound.add('log');
    suspects.add(base);
  }

  #closedError(): StoreError {
    return new StoreError('LOG_CLOSED', 'the log is closed', { file: this.#opening.directory });
  }

  #fetched(error: Error | null, done: (error: Error | null) => void): void {
    try {
      this.#noting(() => {
        if (error !== null) throw error;
      });
    } catch {
      // Taken note of; the caller is told.
    }
    done(error);
  }

  #requireOpen(): void {
    if (this.#closed) throw this.#closedError();
  }

  #requireUsable(withHoles: boolean = false): void {
    this.#parts.durability.requireUsable();
    this.#requireOpen();
    const file = this.#opening.directory;
    if (this.#busy) throw new StoreError('STATE_INVALID', 'the log is being changed otherwise', { file });
    const [hole] = this.holes;
    if (hole === undefined || withHoles) return;
    const text = `entries ${hole.afterIndex + 1} to ${hole.beforeIndex - 1} are damaged and must be filled in first`;
    throw new StoreError('LOG_CORRUPT', text, { file, index: hole.afterIndex + 1 });
  }
}

function bytesOf(entries: readonly Entry[]): number {
  let bytes = 0;
  for (const { frame } of entries) bytes += frame.length;
  return bytes;
}
