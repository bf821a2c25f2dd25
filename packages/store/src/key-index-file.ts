import { crc32 } from 'node:zlib';
import type { Disk, DiskFile } from './disk.ts';
import { StoreError } from './errors.ts';
import { readInt53, writeInt53 } from './int53.ts';
import { extendCheck, WORD_CHECK_SEED } from './word-check.ts';

export const KEY_HEADER_BYTES = 64;
const KEY_FOOTER_BYTES = 64;
export const KEY_ENTRY_WORDS = 5;
export const KEY_ENTRY_BYTES = 20;
/** "LMQK" in file order. */
const MAGIC = 0x4b514d4c;
const VERSION = 1;
const HEADER_CHECKED_BYTES = 24;
const FOOTER_CHECKED_BYTES = 48;
const NAME = /^(\d{15})\.keys$/;

/** What one file of the key index covers. */
export interface KeyFileRange {
  readonly entries: number;
  /** Check over the words of all entries. */
  readonly check: number;
  /** Store times of its messages, ms; they need not rise from entry to entry. */
  readonly minTimestamp: number;
  readonly maxTimestamp: number;
  /** Log address of its last message; those of one file never fall. */
  readonly lastAddress: number;
}

export const emptyKeyRange: KeyFileRange = Object.freeze({
  entries: 0,
  check: WORD_CHECK_SEED,
  minTimestamp: 0,
  maxTimestamp: 0,
  lastAddress: 0,
});

export interface KeyFileSize {
  readonly slots: number;
  readonly entriesMax: number;
}

/**
 * The bytes of one file of the key index, all numbers little-endian:
 *
 *   0 u32 magic   4 u32 version   8 u32 slots   12 u32 entriesMax   16 u64 base time, ms   24 u32 crc32 of bytes 0..23
 *   64 entries of 20 bytes, in the order of the log: u32 key hash, u64 log address, i32 seconds after the base
 *      time, u32 number of the entry before it in the same slot, counted from 1, 0 for none
 *   behind entriesMax entries: the slots, u32 each: number of the newest entry, counted from 1
 *   then the footer: u64 entries, u64 check, u64 minTimestamp, u64 maxTimestamp, u64 lastAddress, u32 crc32 of the slots,
 *      u32 zero, u32 crc32 of these 48 bytes
 *
 * Slots and footer are written when the file is full. Before, the mark of the index says how many entries count, and the
 * slots are made from them.
 */
export class KeyIndexFile {
  readonly number: number;
  readonly size: KeyFileSize;
  readonly baseTime: number;
  readonly #file: DiskFile;

  private constructor(number: number, file: DiskFile, size: KeyFileSize, baseTime: number) {
    this.number = number;
    this.size = size;
    this.baseTime = baseTime;
    this.#file = file;
  }

  static nameOf(number: number): string {
    return `${String(number).padStart(15, '0')}.keys`;
  }

  /** Number in a file's name; null if it is none of ours. */
  static numberOf(name: string): number | null {
    const digits = NAME.exec(name)?.[1];
    return digits === undefined ? null : Number(digits);
  }

  /** A new file; whatever an earlier life left under the name was never counted. */
  static create(disk: Disk, path: string, number: number, size: KeyFileSize, baseTime: number): KeyIndexFile {
    const file = disk.open(path, 'read-write-create');
    try {
      file.truncateNow(0);
      const header = Buffer.alloc(KEY_HEADER_BYTES);
      header.writeUInt32LE(MAGIC, 0);
      header.writeUInt32LE(VERSION, 4);
      header.writeUInt32LE(size.slots, 8);
      header.writeUInt32LE(size.entriesMax, 12);
      writeInt53(header, baseTime, 16);
      header.writeUInt32LE(crc32(header.subarray(0, HEADER_CHECKED_BYTES)), HEADER_CHECKED_BYTES);
      file.write(header, 0);
    } catch (error) {
      file.close();
      throw error;
    }
    return new KeyIndexFile(number, file, size, baseTime);
  }

  /** INDEX_CORRUPT unless it is there, whole in its header, and of that size. */
  static open(disk: Disk, path: string, number: number, size: KeyFileSize, write: boolean): KeyIndexFile {
    if (!disk.exists(path)) throw corruptFile(path, 'is missing');
    const file = disk.open(path, write ? 'read-write' : 'read');
    try {
      const header = Buffer.alloc(KEY_HEADER_BYTES);
      const whole = file.read(header, 0) === KEY_HEADER_BYTES && header.readUInt32LE(0) === MAGIC;
      const baseTime = readInt53(header, 16);
      const crc = crc32(header.subarray(0, HEADER_CHECKED_BYTES));
      if (!whole || baseTime === null || header.readUInt32LE(HEADER_CHECKED_BYTES) !== crc) {
        throw corruptFile(path, 'has a bad header');
      }
      const found = [header.readUInt32LE(4), header.readUInt32LE(8), header.readUInt32LE(12)];
      if (found.join() !== [VERSION, size.slots, size.entriesMax].join()) {
        throw corruptFile(path, 'was made with other settings');
      }
      return new KeyIndexFile(number, file, size, baseTime);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** What the header of a file says of its size; null for bytes that are no header. */
  static sizeIn(header: Buffer): KeyFileSize | null {
    if (header.length < KEY_HEADER_BYTES || header.readUInt32LE(0) !== MAGIC) return null;
    const crc = crc32(header.subarray(0, HEADER_CHECKED_BYTES));
    if (header.readUInt32LE(HEADER_CHECKED_BYTES) !== crc) return null;
    return { slots: header.readUInt32LE(8), entriesMax: header.readUInt32LE(12) };
  }

  get path(): string {
    return this.#file.path;
  }

  /** Whole entries from a number on, counted from 0, into the beginning of `target`. INDEX_CORRUPT at the end of the file. */
  readEntries(first: number, target: Buffer): void {
    const at = KEY_HEADER_BYTES + first * KEY_ENTRY_BYTES;
    if (this.#file.read(target, at) < target.length) throw this.corrupt('is too short', at);
  }

  writeEntries(first: number, bytes: Buffer): void {
    this.#file.write(bytes, KEY_HEADER_BYTES + first * KEY_ENTRY_BYTES);
  }

  /** Number of the newest entry in a slot, counted from 1; 0 for none. Only of a file with a footer. */
  readSlot(slot: number): number {
    const bytes = Buffer.allocUnsafe(4);
    const at = this.#slotsAt + slot * 4;
    if (this.#file.read(bytes, at) < bytes.length) throw this.corrupt('is too short', at);
    return bytes.readUInt32LE(0);
  }

  /** Completes a full file, unsynced. */
  writeEnd(slots: Uint32Array, range: KeyFileRange): void {
    const bytes = Buffer.from(slots.buffer, slots.byteOffset, slots.byteLength);
    const footer = Buffer.alloc(KEY_FOOTER_BYTES);
    const { entries, check, minTimestamp, maxTimestamp, lastAddress } = range;
    [entries, check >>> 0, minTimestamp, maxTimestamp, lastAddress].forEach((value, i) => {
      writeInt53(footer, value, i * 8);
    });
    footer.writeUInt32LE(crc32(bytes), 40);
    footer.writeUInt32LE(crc32(footer.subarray(0, FOOTER_CHECKED_BYTES)), FOOTER_CHECKED_BYTES);
    this.#file.writeParts([bytes, footer], this.#slotsAt);
  }

  /** What a full file says of itself. INDEX_CORRUPT if the footer is not whole. */
  readEnd(): KeyFileRange & { readonly slotsCrc: number } {
    const footer = Buffer.alloc(KEY_FOOTER_BYTES);
    const at = this.#slotsAt + this.size.slots * 4;
    const bytes = this.#file.read(footer, at);
    const crc = crc32(footer.subarray(0, FOOTER_CHECKED_BYTES));
    if (bytes < footer.length || footer.readUInt32LE(FOOTER_CHECKED_BYTES) !== crc) {
      throw this.corrupt('has a bad footer', at);
    }
    const [entries, check, minTimestamp, maxTimestamp, lastAddress] = [0, 8, 16, 24, 32].map((place) =>
      readInt53(footer, place),
    ) as [number, number, number, number, number];
    const slotsCrc = footer.readUInt32LE(40);
    return { entries, check: check | 0, minTimestamp, maxTimestamp, lastAddress, slotsCrc };
  }

  /** The slots as they are in a file with a footer. */
  readSlots(): Buffer {
    const bytes = Buffer.alloc(this.size.slots * 4);
    if (this.#file.read(bytes, this.#slotsAt) < bytes.length)
      throw this.corrupt('is too short', this.#slotsAt);
    return bytes;
  }

  sync(): Promise<void> {
    return this.#file.sync();
  }

  close(): void {
    this.#file.close();
  }

  corrupt(what: string, offset: number): StoreError {
    return corruptFile(this.path, what, offset);
  }

  get #slotsAt(): number {
    return KEY_HEADER_BYTES + this.size.entriesMax * KEY_ENTRY_BYTES;
  }
}

/** The check after the words of one more entry. */
export function extendKeyCheck(check: number, words: Uint32Array, at: number): number {
  let result = check;
  for (let word = at; word < at + KEY_ENTRY_WORDS; word += 1)
    result = extendCheck(result, words[word] as number);
  return result;
}

function corruptFile(path: string, what: string, offset?: number): StoreError {
  const detail = offset === undefined ? { file: path } : { file: path, offset };
  return new StoreError('INDEX_CORRUPT', `${path} ${what}`, detail);
}
