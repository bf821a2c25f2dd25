import { crc32 } from 'node:zlib';
import type { LogPosition } from '@ledgermq/raft';
import { readPosition, writePosition } from './durable-mark.ts';

/**
 * Header of a segment file, big-endian: 0 u32 magic, 4 u16 version, 6 u16 header bytes, 8 position before the first entry
 * (u64 index, u64 term, u64 address, u32 hash), 36 u32 generation of the log, 40 u32 owner, 44 reserved, 60 u32 CRC-32 of
 * bytes 0..59. Frames follow back to back; the frame at log address a starts at file offset a - base + 64, so that
 * addresses do not depend on where files begin. A segment ends where the next one begins, even if its file is longer: that
 * excess was cut by a conflict and waits for its removal.
 */
export const SEGMENT_HEADER_BYTES = 64;

/** "LMQS" */
const SEGMENT_MAGIC = 0x4c4d5153;
const SEGMENT_VERSION = 1;
const AT_START = 8;
const AT_GENERATION = 36;
const AT_OWNER = 40;
const AT_CRC = 60;

export function segmentFileName(base: number): string {
  return `${String(base).padStart(20, '0')}.log`;
}

/** Base address from a file name, or null if the name is not that of a segment. */
export function segmentBase(name: string): number | null {
  if (!/^\d{20}\.log$/.test(name)) return null;
  const base = Number(name.slice(0, 20));
  return Number.isSafeInteger(base) ? base : null;
}

export interface SegmentHeader {
  /** Position before the first entry. */
  readonly start: LogPosition;
  /** Generation of the log that the segment belongs to; see `MarkedRange`. */
  readonly generation: number;
  /** See `MarkedRange`. */
  readonly owner: number;
}

export function encodeSegmentHeader({ start, generation, owner }: SegmentHeader): Buffer {
  const header = Buffer.alloc(SEGMENT_HEADER_BYTES);
  header.writeUInt32BE(SEGMENT_MAGIC, 0);
  header.writeUInt16BE(SEGMENT_VERSION, 4);
  header.writeUInt16BE(SEGMENT_HEADER_BYTES, 6);
  writePosition(header, AT_START, start);
  header.writeUInt32BE(generation, AT_GENERATION);
  header.writeUInt32BE(owner, AT_OWNER);
  header.writeUInt32BE(crc32(header.subarray(0, AT_CRC)), AT_CRC);
  return header;
}

/** Null if the header does not check out. */
export function decodeSegmentHeader(header: Buffer): SegmentHeader | null {
  if (header.length < SEGMENT_HEADER_BYTES || header.readUInt32BE(0) !== SEGMENT_MAGIC) return null;
  if (header.readUInt16BE(4) !== SEGMENT_VERSION) return null;
  if (crc32(header.subarray(0, AT_CRC)) !== header.readUInt32BE(AT_CRC)) return null;
  return {
    start: readPosition(header, AT_START),
    generation: header.readUInt32BE(AT_GENERATION),
    owner: header.readUInt32BE(AT_OWNER),
  };
}
