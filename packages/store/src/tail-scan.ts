import { ENTRY_HEADER_BYTES, RaftError, decodeEntry } from '@ledgermq/raft';
import type { Entry, LogPosition } from '@ledgermq/raft';
import type { DiskFile } from './disk.ts';
import { FileWindow } from './file-window.ts';
import { frameMagic, readFrameHeader } from './frame-header.ts';
import { SEGMENT_HEADER_BYTES } from './segment.ts';

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

/**
 * Read a segment file from its first entry, check header, body and hash chain of each, and hand the good ones
 * to `visit`; their frames are views that are good during the call only.
 */
export function scanEntries(
  file: DiskFile,
  start: LogPosition,
  chunkBytes: number,
  visit: (entry: Entry) => void,
): ScanResult {
  const fileBytes = file.size();
  const window = new FileWindow(file, chunkBytes);
  let end = start;
  let entryCount = 0;
  const stop = (fault: ScanFault | null): ScanResult => ({ end, fault, entryCount, fileBytes });
  for (;;) {
    const offset = end.address - start.address + SEGMENT_HEADER_BYTES;
    if (offset >= fileBytes) return stop(null);
    const header = readFrameHeader(window.view(offset, ENTRY_HEADER_BYTES), 0);
    if (header === null) return stop('header');
    const continues =
      header.index === end.index + 1 &&
      header.address === end.address &&
      header.prevHash === end.hash &&
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
 * File offset of the first entry header behind `offset` that checks out and stands where it says it belongs, or
 * null. Its presence means that writes made after the ones at `offset` are there.
 */
export function findEntryBehind(
  file: DiskFile,
  base: number,
  offset: number,
  chunkBytes: number,
): number | null {
  const window = new FileWindow(file, chunkBytes);
  const step = Math.max(1, chunkBytes - ENTRY_HEADER_BYTES + 1);
  for (let at = offset + 1; ; at += step) {
    // Neighbouring views overlap by a header less one byte: every header lies wholly in one of them.
    const view = window.view(at, chunkBytes);
    for (let hit = view.indexOf(frameMagic); hit >= 0; hit = view.indexOf(frameMagic, hit + 1)) {
      const header = readFrameHeader(view, hit);
      if (header !== null && header.address === base + at + hit - SEGMENT_HEADER_BYTES) return at + hit;
    }
    if (view.length < chunkBytes) return null;
  }
}

function decodeBody(bytes: Buffer): Entry | null {
  try {
    return decodeEntry(bytes, 0, { verifyBody: true });
  } catch (error) {
    if (error instanceof RaftError) return null;
    throw error;
  }
}
