import { crc32 } from 'node:zlib';
import type { Disk, DiskFile } from './disk.ts';
import { StoreError } from './errors.ts';
import { BLOCK_BYTES, BLOCK_UNITS, BLOCK_WORDS, UNIT_BYTES } from './queue-units.ts';

/** "LMQQ" in file order. */
const MAGIC = 0x51514d4c;
const VERSION = 1;
const HEADER_BYTES = 20;
/** Blocks begin on a page of the operating system. */
const BLOCKS_AT = 4096;
/** Page numbers (16 to a block) must fit an int32. */
export const BLOCK_COUNT_MAX: number = 2 ** 27;

/**
 * The file of blocks that all queues share. It knows nothing of what is in use: bytes that no checkpoint
 * refers to are left over or not yet referred to, and are overwritten in time.
 *
 *   0 u32 magic   4 u32 version   8 u32 units per block   12 u32 bytes per unit   16 u32 crc32 of bytes 0..15
 *   4096 blocks of 6144 bytes
 */
export class QueueBlockFile {
  readonly #file: DiskFile;
  /** One block; units go through here on their way to and from the file. */
  readonly scratch: Uint32Array = new Uint32Array(BLOCK_WORDS);
  readonly #scratchBytes: Buffer = Buffer.from(this.scratch.buffer);

  private constructor(file: DiskFile) {
    this.#file = file;
  }

  /**
   * `fresh`: no checkpoint refers to the file, so it is made, or taken over with its content void. Otherwise
   * it must be there and be one of ours: INDEX_CORRUPT.
   */
  static open(disk: Disk, path: string, fresh: boolean): QueueBlockFile {
    if (!fresh && !disk.exists(path)) throw corrupt(path, 'is missing but a checkpoint refers to it');
    const file = disk.open(path, fresh ? 'read-write-create' : 'read-write');
    try {
      const header = headerBytes();
      if (fresh) {
        file.write(header, 0);
      } else {
        const found = Buffer.alloc(HEADER_BYTES);
        if (file.read(found, 0) < HEADER_BYTES || !found.equals(header))
          throw corrupt(path, 'has a bad header');
      }
      return new QueueBlockFile(file);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  get path(): string {
    return this.#file.path;
  }

  /** INDEX_CORRUPT unless the file reaches to this byte. */
  requireBytes(end: number): void {
    if (this.#file.size() < end) throw corrupt(this.path, `ends before byte ${end}`, end);
  }

  /** Let the file reach to this byte at least; what is new are zeros, which take no space on most file systems. */
  async extendTo(end: number): Promise<void> {
    if (this.#file.size() < end) await this.#file.truncate(end);
  }

  /** Read the first `units` units of a block into the scratch words. */
  readUnits(block: number, units: number): void {
    const at = BLOCKS_AT + block * BLOCK_BYTES;
    const target = this.#scratchBytes.subarray(0, units * UNIT_BYTES);
    if (this.#file.read(target, at) < target.length)
      throw corrupt(this.path, `ends inside block ${block}`, at);
  }

  /** Write the first `units` units of the scratch words to a block, from its unit `first` on. */
  writeUnits(block: number, first: number, units: number): void {
    const at = BLOCKS_AT + block * BLOCK_BYTES + first * UNIT_BYTES;
    this.#file.write(this.#scratchBytes.subarray(0, units * UNIT_BYTES), at);
  }

  sync(): Promise<void> {
    return this.#file.sync();
  }

  close(): void {
    this.#file.close();
  }
}

/** The byte after the first `units` units of a block. */
export function blockEnd(block: number, units: number): number {
  return BLOCKS_AT + block * BLOCK_BYTES + units * UNIT_BYTES;
}

function headerBytes(): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(MAGIC, 0);
  header.writeUInt32LE(VERSION, 4);
  header.writeUInt32LE(BLOCK_UNITS, 8);
  header.writeUInt32LE(UNIT_BYTES, 12);
  header.writeUInt32LE(crc32(header.subarray(0, 16)), 16);
  return header;
}

function corrupt(path: string, what: string, offset?: number): StoreError {
  return new StoreError(
    'INDEX_CORRUPT',
    `${path} ${what}`,
    offset === undefined ? { file: path } : { file: path, offset },
  );
}
