import type { LogPosition, Logger } from '@ledgermq/raft';
import type { SegmentLogConfig } from './config.ts';
import type { Disk } from './disk.ts';
import type { DurableMark } from './durable-mark.ts';
import type { FoundSegment, LogSurvey, SurveyedSegment } from './log-survey.ts';
import type { OpenFiles } from './open-files.ts';
import { SEGMENT_HEADER_BYTES, encodeSegmentHeader } from './segment-header.ts';
import { Segment } from './segment.ts';
import type { SetAside, SetAsideReason } from './set-aside.ts';
import { scanEntries } from './tail-scan.ts';

export interface DamagedLogParts {
  readonly disk: Disk;
  readonly directory: string;
  readonly config: SegmentLogConfig;
  readonly files: OpenFiles;
  readonly logger: Logger;
  readonly mark: DurableMark;
  readonly aside: SetAside;
  readonly survey: LogSurvey;
}

/**
 * Brings the files of a damaged log to where a survey says that they are good. All of it can be interrupted at any
 * point: the next start finds the same damage, or less.
 */
export class DamagedLog {
  /** Paths of what was moved or copied out of the way. */
  readonly setAside: string[] = [];
  readonly #parts: DamagedLogParts;

  constructor(parts: DamagedLogParts) {
    this.#parts = parts;
  }

  /** Whether the log holds another entry than the marked one at its place: then it is not the log of this mark. */
  isForeign(): boolean {
    const { disk, config, mark, survey } = this.#parts;
    const { upTo, start } = mark.range;
    if (upTo.index === start.index || upTo.index > survey.end.index) return false;
    const hole = survey.holes.find(
      ({ afterIndex, beforeIndex }) => afterIndex < upTo.index && upTo.index < beforeIndex,
    );
    if (hole !== undefined) return hole.beforeIndex === upTo.index + 1 && hole.beforePrevHash !== upTo.hash;
    const holder = survey.segments.findLast((segment) => segment.start.index < upTo.index);
    if (holder === undefined) return true;
    // From the last point before it that is known to be good.
    const resumed = holder.resumed.findLast(({ index }) => index <= upTo.index);
    const from: LogPosition =
      resumed === undefined
        ? holder.start
        : { ...holder.start, index: resumed.index - 1, address: resumed.address };
    const file = disk.open(holder.found.path, 'read');
    let matches = false;
    try {
      const range = { base: holder.found.base, from, anyHash: true };
      scanEntries(file, range, config.readChunkBytes, (entry) => {
        if (entry.index === upTo.index) matches = entry.hash === upTo.hash && entry.term === upTo.term;
      });
    } finally {
      file.close();
    }
    return !matches;
  }

  /** Nothing of what is there can be trusted: the log begins anew, and the mark remembers how far it went. */
  setAllAside(found: readonly FoundSegment[]): void {
    this.#markDoubt();
    for (const segment of found) this.#move(segment, 'damaged');
    this.#finish([]);
  }

  /** Cut off what is not good at the end, and write the headers anew that are lost but known. */
  endWhereGood(): void {
    const { survey, mark } = this.#parts;
    const kept = survey.segments;
    if (mark.missesTail(kept.map(({ found }) => found.base))) this.#markDoubt();
    for (const segment of survey.lost.toReversed()) this.#move(segment, 'damaged');
    const last = kept.at(-1);
    if (last !== undefined) this.#cutTail(last, survey.lost.length > 0);
    for (const segment of kept) if (segment.headerLost) this.#rewriteHeader(segment);
    this.#finish(kept);
  }

  /** For a log with holes: segments that can be read where they are good. */
  segments(): Segment[] {
    const { directory, files, survey } = this.#parts;
    const readable = survey.segments.filter(({ start, end }) => end.index > start.index);
    return readable.map(({ found, start, end, resumed }) => {
      const known = resumed.map(({ index, address }) => ({
        number: index - start.index - 1,
        place: address - found.base,
      }));
      if (start.address === found.base && known[0]?.number !== 0) known.unshift({ number: 0, place: 0 });
      return Segment.damaged(directory, { ...start, address: found.base }, end, files, known);
    });
  }

  #cutTail({ found, end }: SurveyedSegment, wasFollowed: boolean): void {
    const { disk, aside, mark } = this.#parts;
    const at = end.address - found.base + SEGMENT_HEADER_BYTES;
    const file = disk.open(found.path, 'read-write');
    try {
      if (file.size() <= at) return;
      const isTorn = !wasFollowed && end.address >= mark.range.upTo.address;
      this.#note(aside.copyTailNow(file, found.name, at, isTorn ? 'torn' : 'damaged'));
      file.truncateNow(at);
      file.syncNow();
    } finally {
      file.close();
    }
  }

  #rewriteHeader({ found, start }: SurveyedSegment): void {
    const { disk, aside, mark } = this.#parts;
    // Behind a hole nothing says yet what it was.
    if (start.address !== found.base) return;
    const file = disk.open(found.path, 'read-write');
    try {
      this.#note(aside.copyTailNow(file, found.name, 0, 'damaged', SEGMENT_HEADER_BYTES));
      const { generation, owner } = mark.range;
      file.write(encodeSegmentHeader({ start, generation, owner }), 0);
      file.syncNow();
    } finally {
      file.close();
    }
  }

  /** Durable before anything is moved that shows the loss. */
  #markDoubt(): void {
    const { mark } = this.#parts;
    mark.write({ ...mark.range, inDoubt: true });
    mark.syncNow();
  }

  #finish(kept: readonly SurveyedSegment[]): void {
    const { disk, directory, mark } = this.#parts;
    disk.syncDirectoryNow(directory);
    if (!mark.missesTail(kept.map(({ found }) => found.base))) return;
    mark.write({ ...mark.range, tail: kept.at(-1)?.found.base ?? null });
    mark.syncNow();
  }

  #move(segment: FoundSegment, reason: SetAsideReason): void {
    this.#note(this.#parts.aside.takeFile(segment.name, reason));
  }

  #note(path: string): void {
    this.setAside.push(path);
    this.#parts.logger.warn('set aside', { what: 'damaged bytes', path });
  }
}
