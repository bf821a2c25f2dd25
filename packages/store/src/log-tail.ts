import { EntryKind, type Entry, type LogPosition, type Logger } from '@ledgermq/raft';
import type { SegmentLogConfig } from './config.ts';
import type { Disk } from './disk.ts';
import { requireChain } from './entry-chain.ts';
import { StoreError } from './errors.ts';
import type { LogDurability } from './log-durability.ts';
import type { LogReader } from './log-reader.ts';
import type { OpenFiles } from './open-files.ts';
import { segmentBase, segmentFileName } from './segment-header.ts';
import { Segment } from './segment.ts';
import type { SegmentCleaner } from './segment-cleaner.ts';
import type { SegmentList } from './segment-list.ts';
import type { SetAside, SetAsideReason } from './set-aside.ts';
import type { TailCache } from './tail-cache.ts';

export interface LogTailParts {
  readonly disk: Disk;
  readonly directory: string;
  readonly config: SegmentLogConfig;
  readonly logger: Logger;
  readonly files: OpenFiles;
  readonly cache: TailCache;
  readonly segments: SegmentList;
  readonly reader: LogReader;
  readonly durability: LogDurability;
  readonly aside: SetAside;
  readonly cleaner: SegmentCleaner;
}

/**
 * The end of a log, where entries are added and cut. No place of a file is written twice, except after an append
 * that met a full disk was taken back and that was synced.
 *
 * A cut (a leader of a later term replaces entries) writes nothing into the old file: the log goes on in a new
 * segment that begins at the place of the cut, and the old bytes are trimmed off the event loop.
 */
export class LogTail {
  readonly #parts: LogTailParts;
  #last: LogPosition;

  /** See `SegmentLog.refuseAppends`. */
  refused = false;

  constructor(parts: LogTailParts, last: LogPosition) {
    this.#parts = parts;
    this.#last = last;
  }

  /** Position after the last entry. */
  get last(): LogPosition {
    return this.#last;
  }

  /** As `SegmentLog.append`. */
  append(entries: readonly Entry[]): void {
    const first = entries[0];
    if (first === undefined) return;
    const before = this.#positionBefore(first.index);
    requireChain(before, entries);
    this.#requireMarked(entries);
    let refusal: StoreError | null;
    try {
      if (before.index < this.#last.index) this.#cutBehind(before);
      refusal = this.refused && entries.some(isData) ? this.#refusal() : this.#appendRuns(entries, before);
    } catch (error) {
      throw this.#parts.durability.fail('append', error);
    }
    if (refusal !== null) throw refusal;
  }

  /** Everything held was replaced by what a snapshot at `position` holds: forget it, and put its files aside. */
  restart(position: LogPosition): void {
    const { segments, cache, durability, reader } = this.#parts;
    this.#last = position;
    reader.forgetFrom(0);
    cache.reset(position.address);
    const { disk, directory, aside } = this.#parts;
    try {
      for (const segment of segments.restart(position)) segment.close();
      for (const name of disk.list(directory)) {
        if (segmentBase(name) !== null) aside.takeFile(name, 'replaced');
      }
      durability.noteNameChange();
    } catch (error) {
      // The new mark is durable: the files are leftovers of an earlier generation, wherever they are.
      throw durability.fail('set segments aside', error);
    }
  }

  #positionBefore(index: number): LogPosition {
    if (index > this.#last.index + 1) {
      throw new StoreError('LOG_GAP', `entry ${index} does not touch the end at ${this.#last.index}`, {
        index,
      });
    }
    const position = index === this.#last.index + 1 ? this.#last : this.#parts.reader.positionAt(index - 1);
    if (position === null) {
      throw new StoreError('LOG_COMPACTED', `entry ${index} is before the first one held`, { index });
    }
    // A log that lost its end takes marked entries again, but never cuts one that it holds.
    if (index <= this.#last.index && index <= this.#parts.durability.marked.upTo.index) {
      throw new StoreError('ENTRY_CHAIN_BROKEN', `entry ${index} is marked as committed`, { index });
    }
    return position;
  }

  /** A log that lost its end takes back the history that the mark speaks of, and no other. */
  #requireMarked(entries: readonly Entry[]): void {
    const { upTo } = this.#parts.durability.marked;
    if (this.#last.index >= upTo.index) return;
    const first = entries[0]?.index ?? 0;
    const marked = entries[upTo.index - first];
    if (marked !== undefined && marked.hash !== upTo.hash) {
      const text = `entry ${marked.index} is not the one marked as committed`;
      throw new StoreError('ENTRY_CHAIN_BROKEN', text, { index: marked.index });
    }
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

  #refusal(): StoreError {
    const { directory } = this.#parts;
    return new StoreError('DISK_FULL', `the rest of the disk is not for the log in ${directory}`, {
      file: directory,
    });
  }

  #endSegmentIfFull(entry: Entry | undefined): void {
    const last = this.#parts.segments.last();
    if (last === undefined || !last.isActive || last.lastIndex === last.start.index) return;
    if (last.fileBytes + (entry?.frame.length ?? 0) <= this.#parts.config.segmentBytes) return;
    if (last.isDirty) last.syncNow();
    last.seal();
  }

  #writableSegment(): Segment {
    const { segments, durability, disk, directory, files, config } = this.#parts;
    const last = segments.last();
    if (last?.isActive === true) return last;
    const { generation, owner } = durability.marked;
    const header = { start: this.#last, generation, owner };
    const segment = Segment.create(disk, directory, header, files);
    durability.noteNameChange();
    segments.push(segment);
    segments.thin(config.denseEntriesMax, config.sparseIntervalBytes);
    return segment;
  }

  /** How many of the entries from `from` on go into the segment: at least one. */
  #runEnd(segment: Segment, entries: readonly Entry[], from: number): number {
    let bytes = segment.fileBytes + (entries[from]?.frame.length ?? 0);
    let to = from + 1;
    for (; to < entries.length; to += 1) {
      bytes += entries[to]?.frame.length ?? 0;
      if (bytes > this.#parts.config.segmentBytes) break;
    }
    return to;
  }

  /**
   * The tail cache takes a copy of every frame anyway, and there the copies lie side by side: one write of that
   * range costs less than joining the frames a second time or handing the system a list of them.
   */
  #appendRun(segment: Segment, entries: readonly Entry[]): void {
    const { cache } = this.#parts;
    const { address } = this.#last;
    for (const entry of entries) cache.append(entry.frame);
    const bytes = cache.end() - address;
    const parts = cache.holds(address, bytes)
      ? cache.views(address, bytes)
      : entries.map((entry) => entry.frame);
    segment.append(entries, parts);
    this.#last = segment.positionAt(segment.lastIndex);
  }

  /** After DISK_FULL: nothing of the append stays, in memory or in a file. */
  #takeBack(before: LogPosition): void {
    const { disk, directory, segments, aside, cleaner } = this.#parts;
    // The file of a segment whose header did not fit was made, but the segment is not in the list.
    const unfinished = segmentFileName(this.#last.address);
    let moved = false;
    if (segments.last()?.name !== unfinished && disk.list(directory).includes(unfinished)) {
      aside.takeFile(unfinished, 'refused');
      moved = true;
    }
    for (let last = segments.last(); last !== undefined; last = segments.last()) {
      if (last.start.index <= before.index) break;
      segments.pop();
      this.#moveAside(last, 'refused');
      moved = true;
    }
    // A crash must not bring a later segment back once the earlier one is cut short.
    if (moved) disk.syncDirectoryNow(directory);
    const last = segments.last();
    if (last !== undefined && (last.isActive || last.lastIndex > before.index)) last.takeBack(disk, before);
    this.#goBackTo(before);
    cleaner.pruneLater();
  }

  #cutBehind(position: LogPosition): void {
    const { disk, directory, logger, segments, durability, cleaner } = this.#parts;
    const staying = segments.all().findLast((segment) => segment.start.address < position.address);
    durability.lowerTailNow(staying?.start.address ?? null);
    let moved = false;
    for (let last = segments.last(); last !== undefined; last = segments.last()) {
      if (last === staying) break;
      segments.pop();
      this.#moveAside(last, 'conflict');
      moved = true;
    }
    const last = segments.last();
    if (last !== undefined && last.end > position.address) {
      if (last.isDirty) last.syncNow();
      last.forgetFrom(position);
      last.seal();
      cleaner.trimLater(last);
    }
    // Were a crash to bring back the cut segments, they must not meet the entries that replace them.
    if (moved) disk.syncDirectoryNow(directory);
    this.#goBackTo(position);
    cleaner.pruneLater();
    logger.info('cut the log behind an entry', { index: position.index, address: position.address });
  }

  #moveAside(segment: Segment, reason: SetAsideReason): void {
    const { aside, durability } = this.#parts;
    segment.close();
    aside.takeFile(segment.name, reason);
    durability.noteNameChange();
  }

  #goBackTo(position: LogPosition): void {
    const { cache, durability, reader } = this.#parts;
    this.#last = position;
    reader.forgetFrom(position.address);
    durability.lower(position.index);
    cache.cut(position.address);
    // The ring may have let go of the bytes before the cut.
    if (cache.end() !== position.address) cache.reset(position.address);
  }
}

/** What elections and changes of members need is little, and a group without a leader could not even be read. */
function isData(entry: Entry): boolean {
  return entry.kind === EntryKind.Data;
}
