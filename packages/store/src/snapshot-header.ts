import { crc32 } from 'node:zlib';
import { decodeConfiguration, encodeConfiguration } from '@ledgermq/raft';
import type { SnapshotMeta } from '@ledgermq/raft';
import { readPosition, writePosition } from './durable-mark.ts';

/** "LMQP" */
const SNAPSHOT_MAGIC = 0x4c4d5150;
const SNAPSHOT_VERSION = 1;
const AT_CONFIGURATION_BYTES = 8;
const AT_POSITION = 12;
const AT_BYTES = 40;
const AT_CRC = 48;
const AT_PAGES_CRC = 52;
const AT_CONFIGURATION = 56;
/** A header is never longer than this; the configuration has its own, lower limit. */
export const SNAPSHOT_HEADER_BYTES_MAX = 65_536;
/** The content is checked in pieces of this size, so that no read gives out bytes that decayed. */
export const SNAPSHOT_PAGE_BYTES = 65_536;

/**
 * A snapshot file, big-endian: 0 u32 magic, 4 u16 version, 6 u16 reserved, 8 u32 bytes of the configuration,
 * 12 position (u64 index, u64 term, u64 address, u32 hash), 40 u64 bytes of the content, 48 u32 CRC-32 of the
 * content, 52 u32 CRC-32 of the table of page checks (0 until the snapshot is complete), 56 the configuration,
 * u32 CRC-32 of all before. The content follows, and behind it the CRC-32 of each of its pages of 64 KiB.
 */
export interface SnapshotHeader {
  readonly meta: SnapshotMeta;
  readonly pagesCrc: number;
  /** Where the content begins. */
  readonly contentAt: number;
}

/** Bytes of the header of a snapshot with this meta. */
export function snapshotHeaderBytes(configuration: SnapshotMeta['configuration']): number {
  return AT_CONFIGURATION + encodeConfiguration(configuration).length + 4;
}

export function encodeSnapshotHeader(meta: SnapshotMeta, pagesCrc: number): Buffer {
  const configuration = encodeConfiguration(meta.configuration);
  const header = Buffer.alloc(AT_CONFIGURATION + configuration.length + 4);
  header.writeUInt32BE(SNAPSHOT_MAGIC, 0);
  header.writeUInt16BE(SNAPSHOT_VERSION, 4);
  header.writeUInt32BE(configuration.length, AT_CONFIGURATION_BYTES);
  writePosition(header, AT_POSITION, meta.position);
  header.writeBigUInt64BE(BigInt(meta.bytes), AT_BYTES);
  header.writeUInt32BE(meta.crc, AT_CRC);
  header.writeUInt32BE(pagesCrc, AT_PAGES_CRC);
  header.set(configuration, AT_CONFIGURATION);
  header.writeUInt32BE(crc32(header.subarray(0, header.length - 4)), header.length - 4);
  return header;
}

/** The header at the beginning of `bytes`, or null if there is none that checks out. */
export function decodeSnapshotHeader(bytes: Buffer): SnapshotHeader | null {
  if (bytes.length < AT_CONFIGURATION + 4 || bytes.readUInt32BE(0) !== SNAPSHOT_MAGIC) return null;
  if (bytes.readUInt16BE(4) !== SNAPSHOT_VERSION) return null;
  const end = AT_CONFIGURATION + bytes.readUInt32BE(AT_CONFIGURATION_BYTES);
  if (end + 4 > bytes.length || crc32(bytes.subarray(0, end)) !== bytes.readUInt32BE(end)) return null;
  const meta = {
    position: readPosition(bytes, AT_POSITION),
    configuration: decodeConfiguration(bytes.subarray(AT_CONFIGURATION, end)),
    bytes: Number(bytes.readBigUInt64BE(AT_BYTES)),
    crc: bytes.readUInt32BE(AT_CRC),
  };
  return { meta, pagesCrc: bytes.readUInt32BE(AT_PAGES_CRC), contentAt: end + 4 };
}

/** Pages of a content of this size. */
export function snapshotPageCount(contentBytes: number): number {
  return Math.ceil(contentBytes / SNAPSHOT_PAGE_BYTES);
}
