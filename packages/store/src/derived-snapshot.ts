import { StoreError } from './errors.ts';
import { readInt53, writeInt53 } from './int53.ts';
import { ENTRY_WORDS } from './uniq-key-entry.ts';

/**
 * The content of a snapshot, little-endian; equal states give equal bytes, on whatever replica and disk:
 *
 *   0 u32 magic   4 u32 version   8 appliedIndex 8   16 newest storeTimestamp of a UNIQ_KEY 8   24 u32 keys
 *   28 u32 reserved
 *   keys: twelve words each, the oldest first, as `uniq-key-entry` lays them out, without the check
 *   rows of the machine in key order: u32 key bytes, u32 value bytes, key, value; then u32 all ones
 *   queues by number: u32 queueNumber, next offset 8; then u32 all ones
 *
 * What is not in it: which block of a file holds what, sequence numbers of the ring, first offsets (a matter of each
 * replica's retention).
 */
const MAGIC = 0x584d514c;
const VERSION = 1;
const CONTENT_HEADER_BYTES = 32;
/** Words of a key in a snapshot: the check belongs to a place in a file. */
export const CONTENT_KEY_WORDS: number = ENTRY_WORDS - 1;
export const CONTENT_KEY_BYTES: number = CONTENT_KEY_WORDS * 4;
const END = 0xffffffff;
const END_BYTES = 4;
const QUEUE_BYTES = 12;
const ROW_HEADER_BYTES = 8;

export interface ContentHeader {
  readonly appliedIndex: number;
  readonly newestTimestamp: number;
  readonly keyCount: number;
}

export function encodeContentHeader({ appliedIndex, newestTimestamp, keyCount }: ContentHeader): Buffer {
  const bytes = Buffer.alloc(CONTENT_HEADER_BYTES);
  bytes.writeUInt32LE(MAGIC, 0);
  bytes.writeUInt32LE(VERSION, 4);
  writeInt53(bytes, appliedIndex, 8);
  writeInt53(bytes, newestTimestamp, 16);
  bytes.writeUInt32LE(keyCount, 24);
  return bytes;
}

export function encodeContentRow(key: Buffer, value: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(ROW_HEADER_BYTES + key.length + value.length);
  bytes.writeUInt32LE(key.length, 0);
  bytes.writeUInt32LE(value.length, 4);
  key.copy(bytes, ROW_HEADER_BYTES);
  value.copy(bytes, ROW_HEADER_BYTES + key.length);
  return bytes;
}

export function encodeContentQueue(queueNumber: number, next: number): Buffer {
  const bytes = Buffer.allocUnsafe(QUEUE_BYTES);
  bytes.writeUInt32LE(queueNumber, 0);
  writeInt53(bytes, next, 4);
  return bytes;
}

export function encodeContentEnd(): Buffer {
  return Buffer.alloc(END_BYTES, 0xff);
}

/** What a reader of a content makes of it. */
export interface ContentVisitor {
  header(header: ContentHeader): void;
  /** One key: its words lie in `words` from `at` on. */
  key(words: Uint32Array, at: number): void;
  row(key: Buffer, value: Buffer): void;
  queue(queueNumber: number, next: number): void;
}

type Section = 'header' | 'keys' | 'rows' | 'queues' | 'end';

/** Reads a content as it comes, in pieces of any size. SNAPSHOT_CORRUPT if it is none. */
export class ContentReader {
  readonly #visitor: ContentVisitor;
  #section: Section = 'header';
  #rest: Buffer = Buffer.alloc(0);
  #keysLeft = 0;
  readonly #keyWords: Uint32Array = new Uint32Array(CONTENT_KEY_WORDS);
  readonly #keyBytes: Buffer = Buffer.from(this.#keyWords.buffer);

  constructor(visitor: ContentVisitor) {
    this.#visitor = visitor;
  }

  push(part: Buffer): void {
    const bytes = this.#rest.length === 0 ? part : Buffer.concat([this.#rest, part]);
    let at = 0;
    for (let taken = this.#take(bytes, at); taken > 0; taken = this.#take(bytes, at)) at += taken;
    this.#rest = Buffer.from(bytes.subarray(at));
  }

  /** All pieces were pushed. */
  end(): void {
    if (this.#section !== 'end' || this.#rest.length > 0) throw corrupt('does not end where it should');
  }

  /** Takes the next thing at `at`; returns its bytes, 0 if it is not there whole. */
  #take(bytes: Buffer, at: number): number {
    switch (this.#section) {
      case 'header':
        return this.#takeHeader(bytes, at);
      case 'keys':
        return this.#takeKey(bytes, at);
      case 'rows':
        return this.#takeEnd(bytes, at, 'queues') || this.#takeRow(bytes, at);
      case 'queues':
        return this.#takeEnd(bytes, at, 'end') || this.#takeQueue(bytes, at);
      case 'end':
        return 0;
    }
  }

  #takeHeader(bytes: Buffer, at: number): number {
    if (bytes.length - at < CONTENT_HEADER_BYTES) return 0;
    if (bytes.readUInt32LE(at) !== MAGIC || bytes.readUInt32LE(at + 4) !== VERSION)
      throw corrupt('is of another kind');
    const keyCount = bytes.readUInt32LE(at + 24);
    this.#visitor.header({
      appliedIndex: requireInt53(bytes, at + 8),
      newestTimestamp: requireInt53(bytes, at + 16),
      keyCount,
    });
    this.#keysLeft = keyCount;
    this.#section = keyCount > 0 ? 'keys' : 'rows';
    return CONTENT_HEADER_BYTES;
  }

  #takeKey(bytes: Buffer, at: number): number {
    if (bytes.length - at < CONTENT_KEY_BYTES) return 0;
    bytes.copy(this.#keyBytes, 0, at, at + CONTENT_KEY_BYTES);
    this.#visitor.key(this.#keyWords, 0);
    this.#keysLeft -= 1;
    if (this.#keysLeft === 0) this.#section = 'rows';
    return CONTENT_KEY_BYTES;
  }

  #takeEnd(bytes: Buffer, at: number, next: Section): number {
    if (bytes.length - at < END_BYTES || bytes.readUInt32LE(at) !== END) return 0;
    this.#section = next;
    return END_BYTES;
  }

  #takeRow(bytes: Buffer, at: number): number {
    if (bytes.length - at < ROW_HEADER_BYTES) return 0;
    const keyEnd = at + ROW_HEADER_BYTES + bytes.readUInt32LE(at);
    const end = keyEnd + bytes.readUInt32LE(at + 4);
    if (bytes.length < end) return 0;
    // Copies: whoever takes the row may keep it.
    this.#visitor.row(
      Buffer.from(bytes.subarray(at + ROW_HEADER_BYTES, keyEnd)),
      Buffer.from(bytes.subarray(keyEnd, end)),
    );
    return end - at;
  }

  #takeQueue(bytes: Buffer, at: number): number {
    if (bytes.length - at < QUEUE_BYTES) return 0;
    this.#visitor.queue(bytes.readUInt32LE(at), requireInt53(bytes, at + 4));
    return QUEUE_BYTES;
  }
}

function requireInt53(bytes: Buffer, at: number): number {
  const number = readInt53(bytes, at);
  if (number === null) throw corrupt('holds an impossible number');
  return number;
}

function corrupt(what: string): StoreError {
  return new StoreError('SNAPSHOT_CORRUPT', `the content of a snapshot ${what}`);
}
