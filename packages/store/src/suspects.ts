import { join } from 'node:path';
import type { Disk } from './disk.ts';
import { StoreError } from './errors.ts';
import { SlotFile } from './slot-file.ts';

export const suspectsFileName = 'suspects';

/** "LMQU" */
const SUSPECTS_MAGIC = 0x4c4d5155;
/** More than these, and every segment is suspect. */
const COUNT_MAX = 48;

/**
 * The segments in which a read met damage: the next start reads them from end to end, as it does not with all. Base
 * addresses of 8 bytes each in a slot file; the count of them before, all ones for "every segment".
 */
export class Suspects {
  readonly #disk: Disk;
  readonly #path: string;
  readonly #bases: Set<number> = new Set();
  #all = false;
  /** What is held is in the file. */
  #written = true;

  private constructor(disk: Disk, directory: string) {
    this.#disk = disk;
    this.#path = join(directory, suspectsFileName);
  }

  /** A file that cannot be read makes every segment suspect. */
  static open(disk: Disk, directory: string): Suspects {
    const suspects = new Suspects(disk, directory);
    try {
      const slots = SlotFile.open(disk, suspects.#path, SUSPECTS_MAGIC);
      if (slots !== null) suspects.#restore(slots.payload);
      slots?.close();
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'STATE_INVALID') throw error;
      suspects.#all = true;
    }
    return suspects;
  }

  has(base: number): boolean {
    return this.#all || this.#bases.has(base);
  }

  get isEmpty(): boolean {
    return !this.#all && this.#bases.size === 0;
  }

  /** On the caller's thread: damage is rare. On a full disk the next read that meets damage writes what is held. */
  add(base: number): void {
    if (this.has(base) && this.#written) return;
    this.#bases.add(base);
    if (this.#bases.size > COUNT_MAX) this.#all = true;
    this.#writeIfRoom();
  }

  /** All of them were read and found good. On a full disk the next start reads them once more. */
  clear(): void {
    if (this.isEmpty) return;
    this.#bases.clear();
    this.#all = false;
    this.#writeIfRoom();
  }

  #restore(payload: Buffer): void {
    const count = payload.length < 4 ? Infinity : payload.readUInt32BE(0);
    this.#all = count > COUNT_MAX || payload.length !== 4 + count * 8;
    for (let at = 0; at < count && !this.#all; at += 1) {
      this.#bases.add(Number(payload.readBigUInt64BE(4 + at * 8)));
    }
  }

  /** Neither a read nor a start fails for want of this file. */
  #writeIfRoom(): void {
    this.#written = false;
    try {
      this.#write();
      this.#written = true;
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'DISK_FULL') throw error;
    }
  }

  #write(): void {
    const payload = Buffer.alloc(4 + (this.#all ? 0 : this.#bases.size * 8));
    payload.writeUInt32BE(this.#all ? 0xffffffff : this.#bases.size, 0);
    if (!this.#all)
      [...this.#bases].forEach((base, at) => payload.writeBigUInt64BE(BigInt(base), 4 + at * 8));
    // A file made anew: it comes whole or not at all, whatever was there.
    SlotFile.create(this.#disk, this.#path, SUSPECTS_MAGIC, payload).close();
  }
}
