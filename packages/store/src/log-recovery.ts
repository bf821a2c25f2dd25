import type { LogPosition, Logger } from '@ledgermq/raft';
import type { SegmentLogConfig } from './config.ts';
import { DamagedLog } from './damaged-log.ts';
import type { Disk } from './disk.ts';
import type { DurableMark } from './durable-mark.ts';
import { StoreError } from './errors.ts';
import { LogDirectory } from './log-directory.ts';
import { surveyLog } from './log-survey.ts';
import type { FoundSegment, LogHole } from './log-survey.ts';
import type { OpenFiles } from './open-files.ts';
import { SEGMENT_HEADER_BYTES } from './segment-header.ts';
import { Segment } from './segment.ts';
import type { StoreMetrics } from './store-metrics.ts';
import { Suspects } from './suspects.ts';
import type { TailCache } from './tail-cache.ts';
import { scanEntries } from './tail-scan.ts';
import type { ScanResult } from './tail-scan.ts';

/** What opening a log found and did. */
export interface RecoveryReport {
  readonly segmentCount: number;
  /** Entries read and checked whole, and their bytes with headers. */
  readonly entriesScanned: number;
  readonly bytesScanned: number;
  /** Bytes cut off the end because a crash had torn them. */
  readonly tornBytes: number;
  /** Paths of everything that was moved or copied out of the way. */
  readonly setAside: readonly string[];
  /** Bytes of conflicts cut earlier that still lay in the files. */
  readonly excessBytes: number;
  /** Acknowledged entries may be lost without a trace of which: this member must not vote before it has caught up. */
  readonly inDoubt: boolean;
  /** LOG_CORRUPT with file, offset and index: the first thing found that a crash does not explain; null for none. */
  readonly damage: StoreError | null;
}

/** What the log takes over from recovery. */
export interface RecoveredLog {
  readonly segments: Segment[];
  readonly last: LogPosition;
  readonly mark: DurableMark;
  readonly report: RecoveryReport;
  /** Files below the marked start, whose removal a crash interrupted. */
  readonly droppedPaths: readonly string[];
  /** Segments whose files are longer than they are. */
  readonly excess: readonly Segment[];
  readonly suspects: Suspects;
  /** While there are some, the log can be read around them and nothing else. */
  readonly holes: readonly LogHole[];
}

export interface RecoveryInput {
  readonly disk: Disk;
  readonly directory: string;
  readonly config: SegmentLogConfig;
  readonly files: OpenFiles;
  readonly cache: TailCache;
  readonly logger: Logger;
  /** See `MarkedRange`. */
  readonly owner: number;
  readonly metrics: StoreMetrics;
}

/**
 * Brings a directory back to a log that can be trusted. Nothing is deleted.
 *
 * A bad record is a torn tail only in the last segment, with nothing valid behind it, and beyond the durable
 * mark; it is cut and its bytes are kept aside. This is safe because a segment is created only after the sync
 * of the one before it, and because nothing is ever written twice at one place of a file.
 *
 * Everything else is damage (after "Protocol-Aware Recovery for Consensus-Based Storage", FAST '18): damage at the end
 * shortens the log, and the mark remembers how far it went; damage with something valid behind it is a hole,
 * which waits to be filled with what other members have.
 */
export function recoverLog(input: RecoveryInput): RecoveredLog {
  const recovery = new Recovery(input);
  try {
    return recovery.run();
  } catch (error) {
    recovery.abandon();
    throw error;
  }
}

class Recovery {
  readonly #input: RecoveryInput;
  readonly #directory: LogDirectory;
  readonly #suspects: Suspects;
  readonly #droppedPaths: string[] = [];
  /** What was found that a crash does not explain. */
  #damage: StoreError | null = null;
  #mark: DurableMark | null = null;
  #active: Segment | null = null;

  constructor(input: RecoveryInput) {
    this.#input = input;
    this.#directory = new LogDirectory(input);
    this.#suspects = Suspects.open(input.disk, input.directory);
  }

  run(): RecoveredLog {
    const everything = this.#directory.findSegments();
    const mark = this.#directory.openMark(everything);
    this.#mark = mark;
    const found = this.#directory.ofThisGeneration(everything, mark);
    // Retention moves the marked start first and removes files afterwards. The start is where a segment begins, so
    // whatever begins before it also ends before it. The segment at the start may be lost, if it was never synced.
    while ((found[0]?.base ?? Infinity) < mark.range.start.address) {
      const dropped = found.shift();
      if (dropped !== undefined) this.#droppedPaths.push(dropped.path);
    }
    this.#directory.dropTornHeader(found, mark);
    try {
      return this.#openClean(found, mark, false);
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'LOG_CORRUPT') throw error;
      this.#damage = error;
    }
    this.#active?.close();
    this.#input.files.closeAll();
    this.#input.logger.error('the log is damaged', { cause: this.#damage.message });
    this.#input.metrics.damageFound.add('log');
    const recovered = this.#openDamaged(found, mark);
    this.#input.metrics.holesFound.add(recovered.holes.length);
    return recovered;
  }

  /** LOG_CORRUPT at whatever a crash does not explain; with `mayBeShort` a log that ends before the mark is fine. */
  #openClean(found: readonly FoundSegment[], mark: DurableMark, mayBeShort: boolean): RecoveredLog {
    const { upTo, start, tail } = mark.range;
    const last = found.at(-1);
    if (!mayBeShort && mark.missesTail(found.map(({ base }) => base))) {
      throw missing(this.#input.directory, upTo.index + 1, `the segment at address ${tail ?? 0} is missing`);
    }
    if (last === undefined) {
      if (!mayBeShort && upTo.index > start.index) {
        throw missing(this.#input.directory, start.index + 1, 'all segments are missing');
      }
      this.#input.cache.reset(start.address);
      return this.#done([], start, null, []);
    }
    this.#checkFirst(found, mark);
    const { sealed, excess } = this.#sealedSegments(found);
    this.#verifySealed(found);
    const { segment, scan } = this.#openLast(last, mark);
    const segments = [...sealed, segment];
    if (scan.end.index >= upTo.index || !mayBeShort) this.#checkMark(segments, scan.end, mark);
    this.#suspects.clear();
    return this.#done(segments, scan.end, scan, excess);
  }

  /** Keep what is good: shorten the log where its end is damaged, and name the holes. */
  #openDamaged(found: readonly FoundSegment[], mark: DurableMark): RecoveredLog {
    const { disk, config } = this.#input;
    const toVerify = this.#segmentsToVerify(found);
    const survey = surveyLog({
      disk,
      readChunkBytes: config.readChunkBytes,
      start: mark.range.start,
      found,
      isSuspect: (segment) => toVerify.has(segment),
    });
    const repair = new DamagedLog({ ...this.#input, mark, aside: this.#directory.aside, survey });
    const foreign = repair.isForeign();
    if (foreign) repair.setAllAside(found);
    else repair.endWhereGood();
    this.#directory.setAside.push(...repair.setAside);
    if (!foreign && survey.holes.length > 0) {
      this.#input.cache.reset(survey.end.address);
      return { ...this.#done(repair.segments(), survey.end, null, []), holes: survey.holes };
    }
    const kept = foreign
      ? []
      : survey.segments.map((segment) => this.#directory.lookAt(segment.found.name, segment.found.base));
    return this.#openClean(kept, mark, true);
  }

  /** Of the segments before the last: those that gave damage before, and the newest, as many as the limit allows. */
  #segmentsToVerify(found: readonly FoundSegment[]): Set<FoundSegment> {
    const chosen = new Set<FoundSegment>();
    let bytes = 0;
    for (const segment of found.slice(0, -1).toReversed()) {
      bytes += segment.fileBytes;
      if (bytes <= this.#input.config.verifyAtOpenBytes || this.#suspects.has(segment.base))
        chosen.add(segment);
    }
    return chosen;
  }

  #verifySealed(found: readonly FoundSegment[]): void {
    const { disk, config } = this.#input;
    const toVerify = this.#segmentsToVerify(found);
    found.forEach((segment, at) => {
      const successor = found[at + 1];
      if (successor === undefined || !toVerify.has(segment)) return;
      const file = disk.open(segment.path, 'read');
      try {
        const range = { base: segment.base, from: this.#startOf(segment), end: successor.base };
        const { end, fault } = scanEntries(file, range, config.readChunkBytes, () => undefined);
        const wanted = this.#startOf(successor);
        if (fault === null && end.index === wanted.index && end.hash === wanted.hash) return;
        throw new StoreError('LOG_CORRUPT', `damage (${fault ?? 'end'}) in ${segment.name}`, {
          file: segment.path,
          offset: end.address - segment.base + SEGMENT_HEADER_BYTES,
          index: end.index + 1,
        });
      } finally {
        file.close();
      }
    });
  }

  abandon(): void {
    this.#mark?.close();
    this.#active?.close();
    this.#input.files.closeAll();
  }

  #checkFirst(found: readonly FoundSegment[], mark: DurableMark): void {
    const first = found[0];
    const { start } = mark.range;
    if (first === undefined) return;
    if (first.base > start.address) {
      throw missing(this.#input.directory, start.index + 1, `the log starts only at address ${first.base}`);
    }
    const position = this.#startOf(first);
    if (
      position.index !== start.index ||
      position.address !== start.address ||
      position.hash !== start.hash
    ) {
      throw corruptHeader(first, 'a first segment that does not match the marked start');
    }
  }

  /** Header checks of all segments but the last. Their entries are checked when they are read. */
  #sealedSegments(found: readonly FoundSegment[]): { sealed: Segment[]; excess: Segment[] } {
    const { directory, files, config } = this.#input;
    const sealed: Segment[] = [];
    const excess: Segment[] = [];
    found.forEach((segment, at) => {
      const successor = found[at + 1];
      if (successor === undefined) return;
      const start = this.#startOf(segment);
      const end = this.#startOf(successor);
      if (end.index <= start.index) throw corruptHeader(successor, 'a start that goes back');
      const bytes = end.address - start.address + SEGMENT_HEADER_BYTES;
      if (segment.fileBytes < bytes) {
        const text = `${segment.name} lacks its last ${bytes - segment.fileBytes} bytes`;
        throw new StoreError('LOG_CORRUPT', text, {
          file: segment.path,
          offset: segment.fileBytes,
          index: end.index,
        });
      }
      const opened = Segment.sealed(directory, start, end, files, config.sparseIntervalBytes);
      sealed.push(opened);
      if (segment.fileBytes > bytes) excess.push(opened);
    });
    return { sealed, excess };
  }

  #openLast(found: FoundSegment, mark: DurableMark): { segment: Segment; scan: ScanResult } {
    const { disk, directory, files, config, cache } = this.#input;
    const start = this.#startOf(found);
    const segment = Segment.active(disk, directory, start, files);
    this.#active = segment;
    const cacheFrom = start.address + found.fileBytes - SEGMENT_HEADER_BYTES - cache.capacity;
    const range = { base: start.address, from: start };
    const scan = scanEntries(segment.file(), range, config.readChunkBytes, (entry) => {
      segment.recall(entry);
      if (entry.address < cacheFrom) return;
      if (cache.end() !== entry.address) cache.reset(entry.address);
      cache.append(entry.frame);
    });
    if (scan.entryCount === 0 || cache.end() !== scan.end.address) cache.reset(scan.end.address);
    if (scan.fault !== null) this.#cutTornTail(segment, scan, mark);
    this.#makeDurable(segment, mark);
    return { segment, scan };
  }

  #cutTornTail(segment: Segment, scan: ScanResult, mark: DurableMark): void {
    const { address, index } = scan.end;
    const offset = segment.offsetOf(address);
    if (scan.fault === 'chain') throw segment.corrupt(address, index + 1, 'an entry that does not follow');
    if (address < mark.range.upTo.address) {
      throw segment.corrupt(address, index + 1, `damage before the durable mark (${scan.fault ?? 'none'})`);
    }
    const behind = this.#directory.entryBehind(segment.path, segment.start.address, offset);
    if (behind !== null) {
      throw segment.corrupt(address, index + 1, `damage with the valid entry ${behind} behind it`);
    }
    const copy = this.#directory.aside.copyTailNow(segment.file(), segment.name, offset, 'torn');
    this.#directory.noteAside(copy, 'a torn tail');
    segment.file().truncateNow(offset);
  }

  /**
   * What was read may be in the page cache only: left by a process that died before its sync, or whose sync
   * failed, after which the system counts the lost pages as clean. So everything beyond the mark is written once
   * more and synced before anyone builds on it.
   */
  #makeDurable(segment: Segment, mark: DurableMark): void {
    const { disk, directory, config } = this.#input;
    const file = segment.file();
    const chunk = Buffer.allocUnsafe(config.readChunkBytes);
    const provenBytes = segment.offsetOf(Math.max(mark.range.upTo.address, segment.start.address));
    let at = provenBytes > SEGMENT_HEADER_BYTES ? provenBytes : 0;
    while (at < segment.fileBytes) {
      const bytes = file.read(chunk.subarray(0, Math.min(chunk.length, segment.fileBytes - at)), at);
      if (bytes === 0) throw segment.corrupt(segment.end, segment.lastIndex, 'a file that shrank');
      file.write(chunk.subarray(0, bytes), at);
      at += bytes;
    }
    file.syncNow();
    disk.syncDirectoryNow(directory);
  }

  /** The log must hold the marked entry, and it must be the same entry. */
  #checkMark(segments: readonly Segment[], end: LogPosition, mark: DurableMark): void {
    const marked = mark.range.upTo;
    if (end.index < marked.index) {
      const last = segments.at(-1);
      const text = `the log ends at entry ${end.index}, before the durable mark at ${marked.index}`;
      throw new StoreError('LOG_CORRUPT', text, {
        file: last?.path ?? this.#input.directory,
        offset: last?.fileBytes ?? 0,
        index: end.index + 1,
      });
    }
    const holder = segments.findLast((segment) => segment.start.index < marked.index);
    if (holder === undefined) return;
    const held = holder.positionAt(marked.index);
    if (held.address !== marked.address || held.hash !== marked.hash || held.term !== marked.term) {
      throw holder.corrupt(holder.addressOf(marked.index), marked.index, 'not the marked entry');
    }
  }

  #startOf(found: FoundSegment): LogPosition {
    const start = found.header?.start;
    if (start === undefined) throw corruptHeader(found, 'an invalid segment header');
    if (start.address !== found.base) throw corruptHeader(found, 'the header of another segment');
    return start;
  }

  #done(
    segments: Segment[],
    last: LogPosition,
    scan: ScanResult | null,
    excess: readonly Segment[],
  ): RecoveredLog {
    const mark = this.#mark;
    if (mark === null) throw new StoreError('STATE_INVALID', 'recovery ended without a mark');
    const tail = segments.at(-1);
    const goodBytes = scan === null || tail === undefined ? 0 : tail.fileBytes;
    let excessBytes = 0;
    for (const segment of excess) excessBytes += segment.file().size() - segment.fileBytes;
    const report = {
      segmentCount: segments.length,
      entriesScanned: scan?.entryCount ?? 0,
      bytesScanned: scan === null ? 0 : goodBytes - SEGMENT_HEADER_BYTES,
      tornBytes: scan === null ? 0 : scan.fileBytes - goodBytes,
      setAside: [...this.#directory.setAside],
      excessBytes,
      inDoubt: mark.range.inDoubt,
      damage: this.#damage,
    };
    const { suspects, droppedPaths } = { suspects: this.#suspects, droppedPaths: this.#droppedPaths };
    return { segments, last, mark, report, droppedPaths, excess, suspects, holes: [] };
  }
}

function missing(file: string, index: number, what: string): StoreError {
  return new StoreError('LOG_CORRUPT', `${what} in ${file}`, { file, offset: 0, index });
}

function corruptHeader(found: FoundSegment, what: string): StoreError {
  const detail = { file: found.path, offset: 0, index: (found.header?.start.index ?? -1) + 1 };
  return new StoreError('LOG_CORRUPT', `${what} in ${found.name}`, detail);
}
