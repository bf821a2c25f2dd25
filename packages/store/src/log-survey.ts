import type { LogPosition } from '@ledgermq/raft';
import type { Disk, DiskFile } from './disk.ts';
import { SEGMENT_HEADER_BYTES } from './segment-header.ts';
import type { SegmentHeader } from './segment-header.ts';
import { findEntryBehind, scanEntries } from './tail-scan.ts';

/** A segment file as a look at its name and header shows it. */
export interface FoundSegment {
  readonly name: string;
  readonly path: string;
  readonly base: number;
  readonly header: SegmentHeader | null;
  readonly fileBytes: number;
}

/**
 * A part of the log that is damaged or gone, between entries that are there: after the entry `afterIndex`, up to but
 * not including `beforeIndex`. Hashes and addresses are those at which what fills it must fit.
 */
export interface LogHole {
  readonly afterIndex: number;
  readonly afterHash: number;
  readonly afterAddress: number;
  readonly beforeIndex: number;
  readonly beforeAddress: number;
  readonly beforePrevHash: number;
}

export interface SurveyedSegment {
  readonly found: FoundSegment;
  /** Position before its first good entry, or before its first entry when that is known. */
  readonly start: LogPosition;
  /** Position after its last good entry. */
  readonly end: LogPosition;
  /** Good entries behind holes: index and log address of each first one. */
  readonly resumed: readonly { readonly index: number; readonly address: number }[];
  /** Its header does not check out, but must be the one for `start`. */
  readonly headerLost: boolean;
}

export interface LogSurvey {
  readonly segments: readonly SurveyedSegment[];
  readonly holes: readonly LogHole[];
  /** Position after the last good entry of all. */
  readonly end: LogPosition;
  /** Segments behind the end, in which nothing is good. */
  readonly lost: readonly FoundSegment[];
  readonly entriesScanned: number;
  readonly bytesScanned: number;
}

export interface SurveyInput {
  readonly disk: Disk;
  readonly readChunkBytes: number;
  /** Where the log begins. */
  readonly start: LogPosition;
  /** The segments in order, none of which begins before the start. */
  readonly found: readonly FoundSegment[];
  /** Whether the entries of a segment are to be read although its header and length are good. */
  readonly isSuspect: (segment: FoundSegment) => boolean;
}

/**
 * Looks at a damaged log from end to end and finds out what is good. Believes an entry only if its checksums are right
 * and it stands where it says it belongs, and, but for the first one behind a hole, if it continues the one before.
 */
export function surveyLog(input: SurveyInput): LogSurvey {
  return new Surveyor(input).run();
}

class Surveyor {
  readonly #input: SurveyInput;
  readonly #segments: SurveyedSegment[] = [];
  readonly #holes: LogHole[] = [];
  #lost: FoundSegment[] = [];
  /** After the last good entry. */
  #at: LogPosition;
  /** Something between `#at` and what comes next is not good. */
  #open = false;
  #entries = 0;
  #bytes = 0;

  constructor(input: SurveyInput) {
    this.#input = input;
    this.#at = input.start;
  }

  run(): LogSurvey {
    const { found } = this.#input;
    found.forEach((segment, at) => {
      this.#look(segment, found[at + 1]);
    });
    return {
      segments: this.#segments,
      holes: this.#holes,
      end: this.#at,
      lost: this.#lost,
      entriesScanned: this.#entries,
      bytesScanned: this.#bytes,
    };
  }

  #look(segment: FoundSegment, next: FoundSegment | undefined): void {
    const stated = this.#statedStart(segment);
    const contiguous = !this.#open && this.#at.address === segment.base;
    if (stated === null && !contiguous) {
      this.#lookBehindGap(segment, next);
      return;
    }
    const start = stated ?? this.#at;
    if (!contiguous) this.#close({ ...start, index: start.index + 1 }, start.hash);
    this.#at = start;
    this.#open = false;
    const headerLost = stated === null;
    const end = next === undefined || headerLost ? null : this.#trustedEnd(segment, start, next);
    if (end !== null) {
      this.#segments.push({ found: segment, start, end, resumed: [], headerLost });
      this.#at = end;
      return;
    }
    this.#scan(segment, start, start, next, headerLost, []);
  }

  /** Where the header says that the segment begins, unless what is before it proves the header wrong. */
  #statedStart({ header, base }: FoundSegment): LogPosition | null {
    const start = header?.start;
    if (start === undefined || start.address !== base || start.index < this.#at.index) return null;
    if (this.#open || this.#at.address !== base) {
      return start.index > this.#at.index && base > this.#at.address ? start : null;
    }
    return start.index === this.#at.index && start.hash === this.#at.hash ? start : null;
  }

  /** Where a segment ends whose entries need not be read, because all that is known of it is in order. */
  #trustedEnd(segment: FoundSegment, start: LogPosition, next: FoundSegment): LogPosition | null {
    const end = next.header?.start;
    if (end === undefined || end.address !== next.base || end.index <= start.index) return null;
    if (segment.fileBytes < end.address - start.address + SEGMENT_HEADER_BYTES) return null;
    return this.#input.isSuspect(segment) ? null : end;
  }

  /** Neither the header nor what is before says where in the log this segment begins: only its entries can. */
  #lookBehindGap(segment: FoundSegment, next: FoundSegment | undefined): void {
    this.#open = true;
    const hit = this.#withFile(segment, (file) =>
      findEntryBehind(
        file,
        rangeOf(segment, next),
        SEGMENT_HEADER_BYTES - 1,
        this.#at.index,
        this.#input.readChunkBytes,
      ),
    );
    if (hit === null) {
      this.#lost.push(segment);
      return;
    }
    const before = { index: hit.index - 1, term: this.#at.term, address: hit.address, hash: hit.prevHash };
    this.#close(hit, hit.prevHash);
    this.#scan(segment, before, before, next, true, [{ index: hit.index, address: hit.address }]);
  }

  /** Reads the entries of a segment, from hole to hole. */
  #scan(
    segment: FoundSegment,
    start: LogPosition,
    first: LogPosition,
    next: FoundSegment | undefined,
    headerLost: boolean,
    resumed: { index: number; address: number }[],
  ): void {
    const { readChunkBytes } = this.#input;
    const range = rangeOf(segment, next);
    let from = first;
    let anyHash = false;
    this.#withFile(segment, (file) => {
      for (;;) {
        const scan = scanEntries(file, { ...range, from, anyHash }, readChunkBytes, () => undefined);
        this.#entries += scan.entryCount;
        this.#bytes += scan.end.address - from.address;
        this.#at = scan.end;
        const offset = scan.end.address - segment.base + SEGMENT_HEADER_BYTES;
        const isWhole = scan.fault === null && (next === undefined || scan.end.address === next.base);
        if (isWhole) return;
        const hit = findEntryBehind(file, range, offset, scan.end.index, readChunkBytes);
        this.#open = true;
        if (hit === null) return;
        this.#close(hit, hit.prevHash);
        from = { index: hit.index - 1, term: scan.end.term, address: hit.address, hash: hit.prevHash };
        anyHash = true;
        resumed.push({ index: hit.index, address: hit.address });
      }
    });
    this.#segments.push({ found: segment, start, end: this.#at, resumed, headerLost });
  }

  /** The gap ends before the entry `index` at `address`. */
  #close({ index, address }: { readonly index: number; readonly address: number }, prevHash: number): void {
    this.#holes.push({
      afterIndex: this.#at.index,
      afterHash: this.#at.hash,
      afterAddress: this.#at.address,
      beforeIndex: index,
      beforeAddress: address,
      beforePrevHash: prevHash,
    });
    this.#open = false;
    for (const found of this.#lost) {
      // Within the hole now; its bytes stay where they are until the hole is filled.
      this.#segments.push({ found, start: this.#at, end: this.#at, resumed: [], headerLost: true });
    }
    this.#lost = [];
  }

  #withFile<T>(segment: FoundSegment, use: (file: DiskFile) => T): T {
    const file = this.#input.disk.open(segment.path, 'read');
    try {
      return use(file);
    } finally {
      file.close();
    }
  }
}

function rangeOf(segment: FoundSegment, next: FoundSegment | undefined): { base: number; end?: number } {
  return next === undefined ? { base: segment.base } : { base: segment.base, end: next.base };
}
