import { crc32 } from 'node:zlib';
import { join } from 'node:path/posix';
import type { Disk, DiskFile } from './disk.ts';
import { StoreError } from './errors.ts';
import { ENTRY_BYTES, ENTRY_WORDS, isSealedEntry, sealEntryWords } from './uniq-key-entry.ts';
import type { UniqKeyRing } from './uniq-key-ring.ts';

/** "LMQU" in file order. */
const MAGIC = 0x55514d4c;
const VERSION = 2;
const HEADER_BYTES = 64;
const HEADER_CHECKED_BYTES = 20;
const READ_ENTRIES = 4096;
const NAME = /^uniq-keys-([0-9]{1,15})\.dat$/;

/** What the header of a ring file says. */
export interface UniqKeyRingForm {
  /** Entries for which there are places. */
  readonly capacity: number;
  /** See `DerivedStateConfig.owner`. */
  readonly owner: number;
}

/**
 * The ring of entries on disk: the entry with sequence number n lies at place n modulo capacity. The capacity
 * is part of the file's name, so that a store with another window gets another file.
 *
 *   0 u32 magic   4 u32 version   8 u32 entry bytes   12 u32 capacity   16 u32 owner   20 u32 crc32 of bytes 0..19
 *   64 entries
 */
export class UniqKeyRingFile {
  /** Entries for which there are places. */
  readonly capacity: number;
  readonly #file: DiskFile;

  private constructor(file: DiskFile, capacity: number) {
    this.#file = file;
    this.capacity = capacity;
  }

  static nameOf(capacity: number): string {
    return `uniq-keys-${capacity}.dat`;
  }

  /** Names of the ring files in a directory listing. */
  static namesIn(names: readonly string[]): string[] {
    return names.filter((name) => NAME.test(name));
  }

  /** `fresh`: no checkpoint refers to it. Otherwise INDEX_CORRUPT unless it is there and one of ours. */
  static open(disk: Disk, directory: string, form: UniqKeyRingForm, fresh: boolean): UniqKeyRingFile {
    const { capacity } = form;
    const path = join(directory, UniqKeyRingFile.nameOf(capacity));
    if (!fresh && !disk.exists(path)) throw corrupt(path, 'is missing but a checkpoint refers to it');
    const file = disk.open(path, fresh ? 'read-write-create' : 'read-write');
    try {
      const header = headerBytes(form);
      if (fresh) {
        file.write(header, 0);
      } else {
        const found = Buffer.alloc(HEADER_BYTES);
        if (file.read(found, 0) < HEADER_BYTES || !found.equals(header))
          throw corrupt(path, 'has a bad header');
      }
    } catch (error) {
      file.close();
      throw error;
    }
    return new UniqKeyRingFile(file, capacity);
  }

  /** Write the entries [from, to) of the ring, unsynced; all of them must still be held. */
  write(ring: UniqKeyRing, from: number, to: number): void {
    let sequence = from;
    while (sequence < to) {
      const slot = ring.slotOf(sequence);
      const place = sequence % this.capacity;
      const count = Math.min(to - sequence, ring.runOf(slot), this.capacity - place);
      const words = ring.wordsOf(slot);
      const word = ring.wordOf(slot);
      for (let index = 0; index < count; index += 1) {
        sealEntryWords(words, word + index * ENTRY_WORDS, sequence + index);
      }
      this.#file.write(ring.bytesOf(slot, count), HEADER_BYTES + place * ENTRY_BYTES);
      sequence += count;
    }
  }

  /** Visit the entries [from, to), oldest first. INDEX_CORRUPT at the first that is not whole. */
  read(from: number, to: number, visit: (words: Uint32Array, at: number) => void): void {
    const words = new Uint32Array(READ_ENTRIES * ENTRY_WORDS);
    const bytes = Buffer.from(words.buffer);
    let sequence = from;
    while (sequence < to) {
      const place = sequence % this.capacity;
      const count = Math.min(to - sequence, READ_ENTRIES, this.capacity - place);
      const target = bytes.subarray(0, count * ENTRY_BYTES);
      const at = HEADER_BYTES + place * ENTRY_BYTES;
      if (this.#file.read(target, at) < target.length) throw corrupt(this.#file.path, 'is too short', at);
      for (let index = 0; index < count; index += 1) {
        const word = index * ENTRY_WORDS;
        if (!isSealedEntry(words, word, sequence + index)) {
          const offset = at + index * ENTRY_BYTES;
          throw corrupt(this.#file.path, `holds no whole entry ${sequence + index}`, offset);
        }
        visit(words, word);
      }
      sequence += count;
    }
  }

  sync(): Promise<void> {
    return this.#file.sync();
  }

  close(): void {
    this.#file.close();
  }
}

function headerBytes({ capacity, owner }: UniqKeyRingForm): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(MAGIC, 0);
  header.writeUInt32LE(VERSION, 4);
  header.writeUInt32LE(ENTRY_BYTES, 8);
  header.writeUInt32LE(capacity, 12);
  header.writeUInt32LE(owner, 16);
  header.writeUInt32LE(crc32(header.subarray(0, HEADER_CHECKED_BYTES)), HEADER_CHECKED_BYTES);
  return header;
}

function corrupt(path: string, what: string, offset?: number): StoreError {
  return new StoreError(
    'INDEX_CORRUPT',
    `${path} ${what}`,
    offset === undefined ? { file: path } : { file: path, offset },
  );
}
