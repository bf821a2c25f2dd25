import { crc32 } from 'node:zlib';
import { join } from 'node:path/posix';
import type { Disk, DiskFile } from './disk.ts';
import { StoreError } from './errors.ts';
import { PAGE_UNITS, UNIT_WORDS } from './queue-units.ts';
import { queueTailsPrefix } from './state-db.ts';
import type { StateEntry } from './state-db.ts';

/** Words before the units of a tail. */
const HEADER_WORDS = 4;
const TAIL_WORDS_MAX: number = HEADER_WORDS + PAGE_UNITS * UNIT_WORDS;
/** Written in one call. */
const BUFFER_WORDS = 16_384;
const MARK_BYTES = 16;
const FILES = [0, 1] as const;

/** The last page of a queue, not full, whose newest units are not in the block file. */
export interface QueueTail {
  readonly queueNumber: number;
  readonly block: number;
  /** Units of the block that are in the block file; they end in the page or where it begins. */
  readonly writtenUnits: number;
  /** Units of the block in all. */
  readonly units: number;
  /** Check over the units that are in the block file. */
  readonly writtenCheck: number;
}

/** A tail with the units of its page, in `words` from `at` on. */
export interface FoundTail {
  readonly tail: QueueTail;
  readonly words: Uint32Array;
  readonly at: number;
}

/**
 * The tails of a checkpoint in one piece: with many queues of which each has got a little, a write for each to a page of
 * its own would cost more than the messages. Two files take turns, so that the one to which the last checkpoint refers
 * stays whole until the next one is durable.
 *
 * A tail, in little-endian words: queueNumber, block, written units + units x 65536, check of the written units, then the
 * units of the page from its first one on. The checkpoint refers to them by a record of the state database:
 *   key   't'
 *   value u32 file, u32 bytes, u32 crc32 of the bytes, u32 crc32 of the three before
 */
export class QueueTails {
  readonly #files: readonly DiskFile[];
  readonly #words: Uint32Array = new Uint32Array(BUFFER_WORDS);
  readonly #bytes: Buffer = Buffer.from(this.#words.buffer);
  #used = 0;
  /** The file that is not written, since the last checkpoint may refer to it. */
  #committed = 0;
  #written = 0;
  #crc = 0;

  private constructor(files: readonly DiskFile[]) {
    this.#files = files;
  }

  /** Opens or makes both files; what is in them is void but for what `read` is told of. */
  static open(disk: Disk, directory: string): QueueTails {
    const files: DiskFile[] = [];
    try {
      for (const file of FILES)
        files.push(disk.open(join(directory, tailsFileName(file)), 'read-write-create'));
    } catch (error) {
      for (const file of files) file.close();
      throw error;
    }
    return new QueueTails(files);
  }

  /** The tails that the record of a checkpoint refers to. INDEX_CORRUPT if they are not there whole. */
  read(record: Buffer): FoundTail[] {
    const found: FoundTail[] = [];
    if (record.length !== MARK_BYTES || crc32(record.subarray(0, 12)) !== record.readUInt32LE(12)) {
      throw new StoreError('INDEX_CORRUPT', 'the record of the tails of queues is damaged');
    }
    this.#committed = record.readUInt32LE(0);
    const file = this.#files[this.#committed];
    if (file === undefined) throw new StoreError('INDEX_CORRUPT', 'the tails of queues are in no file');
    const words = new Uint32Array(Math.floor(record.readUInt32LE(4) / 4));
    const bytes = Buffer.from(words.buffer);
    if (file.read(bytes, 0) < bytes.length || crc32(bytes) !== record.readUInt32LE(8)) throw corrupt(file);
    for (let at = 0; at < words.length;) {
      const counts = words[at + 2] ?? 0;
      const tail = {
        queueNumber: words[at] as number,
        block: words[at + 1] as number,
        writtenUnits: counts & 0xffff,
        units: counts >>> 16,
        writtenCheck: (words[at + 3] ?? 0) | 0,
      };
      const next = at + HEADER_WORDS + (tail.units % PAGE_UNITS) * UNIT_WORDS;
      if (next > words.length) throw corrupt(file);
      found.push({ tail, words, at: at + HEADER_WORDS });
      at = next;
    }
    return found;
  }

  /** The tails of another checkpoint follow. */
  begin(): void {
    this.#used = 0;
    this.#written = 0;
    this.#crc = 0;
  }

  /** `page`: its words lie in it from `at` on. */
  add(tail: QueueTail, page: Uint32Array, at: number): void {
    if (this.#used + TAIL_WORDS_MAX > BUFFER_WORDS) this.#flush();
    const words = this.#words;
    const to = this.#used;
    words[to] = tail.queueNumber;
    words[to + 1] = tail.block;
    words[to + 2] = tail.writtenUnits + tail.units * 65_536;
    words[to + 3] = tail.writtenCheck;
    const count = (tail.units % PAGE_UNITS) * UNIT_WORDS;
    for (let word = 0; word < count; word += 1) words[to + HEADER_WORDS + word] = page[at + word] as number;
    this.#used = to + HEADER_WORDS + count;
  }

  /** All tails of the checkpoint were added: durable when it resolves. */
  sync(): Promise<void> {
    this.#flush();
    return this.#written > 0 ? this.#target.sync() : Promise.resolve();
  }

  /** What the checkpoint must say; after `sync`. */
  record(): StateEntry {
    const value = Buffer.alloc(MARK_BYTES);
    value.writeUInt32LE(1 - this.#committed, 0);
    value.writeUInt32LE(this.#written, 4);
    value.writeUInt32LE(this.#crc, 8);
    value.writeUInt32LE(crc32(value.subarray(0, 12)), 12);
    return { key: Buffer.from([queueTailsPrefix]), value };
  }

  /** The checkpoint with this record is durable. */
  committed(): void {
    this.#committed = 1 - this.#committed;
  }

  close(): void {
    for (const file of this.#files) file.close();
  }

  get #target(): DiskFile {
    return this.#files[1 - this.#committed] as DiskFile;
  }

  #flush(): void {
    const bytes = this.#bytes.subarray(0, this.#used * 4);
    if (bytes.length === 0) return;
    this.#target.write(bytes, this.#written);
    this.#crc = crc32(bytes, this.#crc);
    this.#written += bytes.length;
    this.#used = 0;
  }
}

function tailsFileName(file: number): string {
  return `queue-tails-${file}.dat`;
}

function corrupt({ path }: DiskFile): StoreError {
  return new StoreError('INDEX_CORRUPT', `${path} does not hold the tails of the last checkpoint`, {
    file: path,
  });
}
