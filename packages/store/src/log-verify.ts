import type { LogPosition } from '@ledgermq/raft';
import { StoreError } from './errors.ts';
import type { Segment } from './segment.ts';
import { SEGMENT_HEADER_BYTES } from './segment-header.ts';
import type { SegmentList } from './segment-list.ts';
import { scanEntries } from './tail-scan.ts';

/** What a verification says of one piece of a log. */
export interface LogVerdict {
  readonly file: string;
  /** Log address at which the file begins. */
  readonly base: number;
  /** Entries [fromIndex, toIndex) are good. */
  readonly fromIndex: number;
  readonly toIndex: number;
  readonly bytes: number;
  /** LOG_CORRUPT with the place of the first damage behind them; the rest of the file is not looked at. */
  readonly fault: StoreError | null;
}

/** Checks every entry of the segments in their files: headers, bodies, hash chain, and how the segments join. */
export function* verifySegments(
  list: SegmentList,
  chunkBytes: number,
): Generator<LogVerdict, void, undefined> {
  // A segment may be dropped or added while the caller does something else.
  for (const segment of [...list.all()]) {
    if (list.all().includes(segment)) yield* verifySegment(list, segment, chunkBytes);
  }
}

function* verifySegment(
  list: SegmentList,
  segment: Segment,
  chunkBytes: number,
): Generator<LogVerdict, void, undefined> {
  const base = segment.start.address;
  let from: LogPosition = segment.start;
  while (from.address < segment.end && list.all().includes(segment)) {
    const end = Math.min(segment.end, pieceEnd(segment, from, chunkBytes));
    const range = { base, from, end };
    const scan = scanEntries(segment.file(), range, chunkBytes, () => undefined);
    const isWhole = scan.fault === null && scan.end.address === end;
    const fault = isWhole
      ? null
      : segment.corrupt(scan.end.address, scan.end.index + 1, `damage (${scan.fault ?? 'end'})`);
    const bytes = scan.end.address - from.address;
    yield { file: segment.path, base, fromIndex: from.index + 1, toIndex: scan.end.index + 1, bytes, fault };
    if (fault !== null) return;
    from = scan.end;
  }
  const next = list.all()[list.all().indexOf(segment) + 1];
  if (next === undefined || (next.start.index === from.index && next.start.hash === from.hash)) return;
  const fault = new StoreError('LOG_CORRUPT', `${next.name} does not continue ${segment.name}`, {
    file: next.path,
    offset: SEGMENT_HEADER_BYTES,
    index: from.index + 1,
  });
  yield {
    file: next.path,
    base: next.start.address,
    fromIndex: from.index + 1,
    toIndex: from.index + 1,
    bytes: 0,
    fault,
  };
}

/** Where a piece of about `bytes` bytes ends: behind the entry that is there, or at the end if nobody knows. */
function pieceEnd(segment: Segment, from: LogPosition, bytes: number): number {
  const at = from.address + bytes;
  if (at >= segment.end) return segment.end;
  try {
    const entry = segment.entryAt(at);
    return entry.address + entry.length;
  } catch (error) {
    if (error instanceof StoreError && error.code === 'LOG_CORRUPT') return segment.end;
    throw error;
  }
}
