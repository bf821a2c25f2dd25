import { crc32 } from 'node:zlib';
import { RaftError } from './errors.ts';

/**
 * What an entry holds. The numbers are on disk and on the wire; a number is never used for something else.
 * `NoOp` opens a leader's term (paper §8), `Membership` changes the members, `Data` belongs to the machine.
 */
export const EntryKind = { NoOp: 0, Membership: 1, Data: 2 } as const;
export type EntryKind = (typeof EntryKind)[keyof typeof EntryKind];

/** Position of an entry in the log, counted from 1; 0 stands for "before the first entry". */
export type LogIndex = number;

/**
 * One log entry: a view on its frame plus the header fields, read once.
 *
 * `address` is the byte address of the frame in the log, equal on every replica. `hash` is the header checksum;
 * it covers `prevHash` and the body checksum, so equal hashes mean equal logs up to here. `frame` is the whole
 * frame, header included: the bytes on disk are the bytes between peers.
 */
export interface Entry {
  readonly index: LogIndex;
  readonly term: number;
  readonly kind: EntryKind;
  readonly address: number;
  readonly hash: number;
  readonly prevHash: number;
  readonly frame: Buffer;
}

/** What a leader decides about an entry when it enters the log; the rest of the header follows from the body. */
export interface EntrySeal {
  readonly index: LogIndex;
  readonly term: number;
  readonly kind: EntryKind;
  readonly address: number;
  readonly prevHash: number;
}

/** "LMQE" read as a big-endian number. */
export const ENTRY_MAGIC: number = 0x4c4d5145;
export const ENTRY_VERSION: number = 1;
export const ENTRY_HEADER_BYTES: number = 48;
/** The length field is a u32, and a frame must also fit one Buffer on every supported Node version. */
export const ENTRY_FRAME_BYTES_MAX: number = 0x7fffffff;

/*
 * Header layout, big-endian:
 *
 *  0 u32 magic      4 u32 length (header included)
 *  8 u64 index     16 u64 term        24 u64 address
 * 32 u8 kind       33 u8 version      34 u16 reserved, 0
 * 36 u32 hash of the previous entry   40 u32 CRC-32 of the body
 * 44 u32 CRC-32 of bytes 0..43, which is the hash of this entry
 */
const AT_LENGTH = 4;
const AT_INDEX = 8;
const AT_TERM = 16;
const AT_ADDRESS = 24;
const AT_KIND = 32;
const AT_VERSION = 33;
const AT_RESERVED = 34;
const AT_PREV_HASH = 36;
const AT_BODY_CRC = 40;
const AT_HEADER_CRC = 44;
const TWO_TO_32 = 0x1_0000_0000;
const SAFE_HIGH_WORD_MAX = 0x1f_ffff;

/**
 * A frame with room for the header and `bodyBytes` of body. The caller writes the body at
 * {@link ENTRY_HEADER_BYTES}, every byte of it: the memory is not cleared. The frame never comes from the shared
 * pool of Buffer, so keeping it pins nothing else.
 */
export function allocateFrame(bodyBytes: number): Buffer {
  if (!Number.isSafeInteger(bodyBytes) || bodyBytes < 0) {
    throw new RangeError(`entry body of ${bodyBytes} bytes`);
  }
  if (bodyBytes > ENTRY_FRAME_BYTES_MAX - ENTRY_HEADER_BYTES) {
    throw new RaftError('ENTRY_TOO_LARGE', `an entry body of ${bodyBytes} bytes does not fit a frame`);
  }
  return Buffer.allocUnsafeSlow(ENTRY_HEADER_BYTES + bodyBytes);
}

/** Fills the header and both checksums in place. The frame must not change afterwards. */
export function sealEntry(frame: Buffer, seal: EntrySeal): Entry {
  if (frame.length < ENTRY_HEADER_BYTES) {
    throw new RaftError('ENTRY_TRUNCATED', `a frame of ${frame.length} bytes has no room for its header`);
  }
  frame.writeUInt32BE(ENTRY_MAGIC, 0);
  frame.writeUInt32BE(frame.length, AT_LENGTH);
  writeUInt64(frame, seal.index, AT_INDEX);
  writeUInt64(frame, seal.term, AT_TERM);
  writeUInt64(frame, seal.address, AT_ADDRESS);
  frame[AT_KIND] = seal.kind;
  frame[AT_VERSION] = ENTRY_VERSION;
  frame.writeUInt16BE(0, AT_RESERVED);
  frame.writeUInt32BE(seal.prevHash, AT_PREV_HASH);
  frame.writeUInt32BE(crc32(frame.subarray(ENTRY_HEADER_BYTES)), AT_BODY_CRC);
  const hash = crc32(frame.subarray(0, AT_HEADER_CRC));
  frame.writeUInt32BE(hash, AT_HEADER_CRC);
  return {
    index: seal.index,
    term: seal.term,
    kind: seal.kind,
    address: seal.address,
    hash,
    prevHash: seal.prevHash,
    frame,
  };
}

/**
 * Reads the entry whose frame starts at `at`. The frame is a view on `buffer`; whoever keeps it past the life of
 * `buffer` copies it.
 *
 * Throws RaftError, and the code tells what can still be trusted: `ENTRY_TRUNCATED` when the bytes end inside
 * the header or the body (a header that is there was checked), `ENTRY_HEADER_INVALID` when no field can be
 * believed, the length included, and `ENTRY_BODY_INVALID` when the header is good and so the identity of the
 * entry and the place of the next one are known.
 */
export function decodeEntry(buffer: Buffer, at: number, options: { readonly verifyBody: boolean }): Entry {
  return readEntry(buffer, at, checkHeader(buffer, at), options.verifyBody);
}

/** The entry at `at`, whose header was found good and tells this length. */
function readEntry(buffer: Buffer, at: number, length: number, verifyBody: boolean): Entry {
  if (at + length > buffer.length) {
    const missing = at + length - buffer.length;
    throw new RaftError('ENTRY_TRUNCATED', `the frame at byte ${at} lacks its last ${missing} bytes`);
  }
  const frame = buffer.subarray(at, at + length);
  if (verifyBody && crc32(frame.subarray(ENTRY_HEADER_BYTES)) !== frame.readUInt32BE(AT_BODY_CRC)) {
    throw new RaftError('ENTRY_BODY_INVALID', `the body checksum of the frame at byte ${at} is wrong`);
  }
  return {
    index: readUInt64(frame, AT_INDEX),
    term: readUInt64(frame, AT_TERM),
    kind: frame[AT_KIND] as EntryKind,
    address: readUInt64(frame, AT_ADDRESS),
    hash: frame.readUInt32BE(AT_HEADER_CRC),
    prevHash: frame.readUInt32BE(AT_PREV_HASH),
    frame,
  };
}

/**
 * Checks the header at `at` and returns the length of the whole frame, of which only the header needs to be
 * there. Lets a reader of a file learn how much to read next. Throws as {@link decodeEntry} does.
 */
export function checkHeader(buffer: Buffer, at: number): number {
  if (at + ENTRY_HEADER_BYTES > buffer.length) {
    throw new RaftError('ENTRY_TRUNCATED', `only ${buffer.length - at} bytes of a header at byte ${at}`);
  }
  if (buffer.readUInt32BE(at) !== ENTRY_MAGIC) throw headerError(at, 'magic');
  if (crc32(buffer.subarray(at, at + AT_HEADER_CRC)) !== buffer.readUInt32BE(at + AT_HEADER_CRC)) {
    throw headerError(at, 'checksum');
  }
  const length = buffer.readUInt32BE(at + AT_LENGTH);
  if (length < ENTRY_HEADER_BYTES || length > ENTRY_FRAME_BYTES_MAX) throw headerError(at, 'length');
  if (buffer[at + AT_VERSION] !== ENTRY_VERSION) throw headerError(at, 'version');
  if (buffer.readUInt16BE(at + AT_RESERVED) !== 0) throw headerError(at, 'reserved field');
  if ((buffer[at + AT_KIND] ?? 0xff) > EntryKind.Data) throw headerError(at, 'kind');
  for (const field of [AT_INDEX, AT_TERM, AT_ADDRESS]) {
    if (buffer.readUInt32BE(at + field) > SAFE_HIGH_WORD_MAX) throw headerError(at, 'range of a number');
  }
  return length;
}

export interface EntryLimits {
  /** Most entries taken from one buffer. */
  readonly entriesMax: number;
  /** Longest frame accepted, header included. */
  readonly entryBytesMax: number;
}

/**
 * Reads frames that lie back to back and fill `buffer` exactly, with their bodies verified, and checks that each
 * one continues the one before it. Throws as {@link decodeEntry} does, `ENTRY_TOO_LARGE` over a limit and
 * `ENTRY_CHAIN_BROKEN` where index, address or previous hash do not follow. The entries are views on `buffer`.
 */
export function decodeEntries(buffer: Buffer, limits: EntryLimits): Entry[] {
  const entries: Entry[] = [];
  let previous: Entry | null = null;
  for (let at = 0; at < buffer.length; at += previous.frame.length) {
    if (entries.length >= limits.entriesMax) {
      throw new RaftError('ENTRY_TOO_LARGE', `more than ${limits.entriesMax} entries in one batch`);
    }
    const length = checkHeader(buffer, at);
    if (length > limits.entryBytesMax) {
      throw new RaftError('ENTRY_TOO_LARGE', `an entry exceeds ${limits.entryBytesMax} bytes`);
    }
    const entry = readEntry(buffer, at, length, true);
    if (previous !== null && !continues(entry, previous)) {
      throw new RaftError('ENTRY_CHAIN_BROKEN', `entry ${entry.index} does not follow ${previous.index}`);
    }
    entries.push(entry);
    previous = entry;
  }
  return entries;
}

/** Whether `entry` is the one directly after `previous` in the same log. */
export function continues(entry: Entry, previous: Entry): boolean {
  return (
    entry.index === previous.index + 1 &&
    entry.address === previous.address + previous.frame.length &&
    entry.prevHash === previous.hash &&
    entry.term >= previous.term
  );
}

/** The bytes the proposer wrote: a view on the frame behind the header. */
export function entryBody(entry: Entry): Buffer {
  return entry.frame.subarray(ENTRY_HEADER_BYTES);
}

function headerError(at: number, what: string): RaftError {
  return new RaftError('ENTRY_HEADER_INVALID', `the header at byte ${at} is invalid: ${what}`);
}

function readUInt64(buffer: Buffer, at: number): number {
  return buffer.readUInt32BE(at) * TWO_TO_32 + buffer.readUInt32BE(at + 4);
}

function writeUInt64(buffer: Buffer, value: number, at: number): void {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is not an unsigned integer`);
  buffer.writeUInt32BE(Math.floor(value / TWO_TO_32), at);
  buffer.writeUInt32BE(value % TWO_TO_32, at + 4);
}
