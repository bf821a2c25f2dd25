import { ENTRY_HEADER_BYTES, RaftError, decodeEntry } from '@ledgermq/raft';
import type { Entry, LogPosition } from '@ledgermq/raft';
import type { DiskFile } from './disk.ts';
import { FileWindow } from './file-window.ts';
import { frameMagic, readFrameHeader } from './frame-header.ts';
import type { FrameHeader } from './frame-header.ts';
import { SEGMENT_HEADER_BYTES } from './segment-header.ts';

/**
 * Why a scan stopped before the end of the file.
 * - 'header': no valid entry header, or not enough bytes for one.
 * - 'truncated': a valid header, but the file ends inside the body.
 * - 'body': a whole entry whose body does not match its checksum.
 * - 'chain': a whole, valid entry that does not continue the one before it.
 */
export type ScanFault = 'header' | 'truncated' | 'body' | 'chain';

export interface ScanResult {
  /** Position after the last good entry. */
  readonly end: LogPosition;
  /** What follows it, or null at the clean end of the file. */
  readonly fault: ScanFault | null;
  readonly entryCount: number;
  readonly fileBytes: number;
}

/** What of a segment file to scan. */
export interface ScanRange {
  /** Log address at which the file begins. */
  readonly base: number;
  /** Where the scan begins; nothing is known of the hash before it if `anyHash`. */
  readonly from: LogPosition;
  readonly anyHash?: boolean;
  /** Log address at which the segment ends, if another one follows. */
  readonly end?: number;
}

/**
 * Read a segment file, check header, body and hash chain of each entry, and hand the good ones to `visit`; their frames
 * are views that are good during the call only.
 */
export function scanEntries(
  file: DiskFile,
  { base, from, anyHash = false, end: endAddress = Infinity }: ScanRange,
  chunkBytes: number,
  visit: (entry: Entry) => void,
): ScanResult {
  const fileBytes = Math.min(file.size(), endAddress - base + SEGMENT_HEADER_BYTES);
  const window = new FileWindow(file, chunkBytes);
  let end = from;
  let entryCount = 0;
  const stop = (fault: ScanFault | null): ScanResult => ({ end, fault, entryCount, fileBytes });
  for (;;) {
    const offset = end.address - base + SEGMENT_HEADER_BYTES;
    if (offset >= fileBytes) return stop(null);
    const header = readFrameHeader(window.view(offset, ENTRY_HEADER_BYTES), 0);
    if (header === null) return stop('header');
    const continues =
      header.index === end.index + 1 &&
      header.address === end.address &&
      (header.prevHash === end.hash || (anyHash && entryCount === 0)) &&
      header.term >= end.term;
    if (!continues) return stop('chain');
    if (offset + header.length > fileBytes) return stop('truncated');
    const entry = decodeBody(window.view(offset, header.length));
    if (entry === null) return stop('body');
    visit(entry);
    entryCount += 1;
    end = { index: entry.index, term: entry.term, address: end.address + header.length, hash: entry.hash };
  }
}

/**
 * The first whole entry behind file offset `offset` that checks out, stands where it says it belongs, and comes after
 * the entry `after`; null if there is none before `end`. Its presence means that writes made after the ones at
 * `offset` are there. The frame is not to be kept.
 */
export function findEntryBehind(
  file: DiskFile,
  { base, end = Infinity }: Pick<ScanRange, 'base' | 'end'>,
  offset: number,
  after: number,
  chunkBytes: number,
): FrameHeader | null {
  const fileBytes = Math.min(file.size(), end - base + SEGMENT_HEADER_BYTES);
  const window = new FileWindow(file, chunkBytes);
  const bodies = new FileWindow(file, chunkBytes);
  const step = Math.max(1, chunkBytes - ENTRY_HEADER_BYTES + 1);
  for (let at = offset + 1; at < fileBytes; at += step) {
    // Neighbouring views overlap by a header less one byte: every header lies wholly in one of them.
    const view = window.view(at, Math.min(chunkBytes, fileBytes - at));
    for (let hit = view.indexOf(frameMagic); hit >= 0; hit = view.indexOf(frameMagic, hit + 1)) {
      const header = readFrameHeader(view, hit);
      if (header === null || header.address !== base + at + hit - SEGMENT_HEADER_BYTES) continue;
      if (header.index <= after || at + hit + header.length > fileBytes) continue;
      if (decodeBody(bodies.view(at + hit, header.length)) !== null) return header;
    }
  }
  return null;
}

function decodeBody(bytes: Buffer): Entry | null {
  try {
    return decodeEntry(bytes, 0, { verifyBody: true });
  } catch (error) {
    if (error instanceof RaftError) return null;
    throw error;
  }
}
