import { join } from 'node:path/posix';
import type { Disk } from './disk.ts';
import { StoreError } from './errors.ts';
import type { KeyIndexConfig } from './key-index-config.ts';
import { KeyIndexFile } from './key-index-file.ts';
import type { KeyFileRange, KeyFileSize } from './key-index-file.ts';

/** Ends the names of files that wait for their removal. */
const RETIRED = '.retired';

/** A full file: what it covers, without an open file behind it. */
export interface FullKeyFile {
  readonly number: number;
  readonly baseTime: number;
  readonly range: KeyFileRange;
}

/** The folder of the key index: its full files, oldest first. They are opened only while they are read. */
export class KeyIndexFiles {
  readonly size: KeyFileSize;
  readonly #disk: Disk;
  readonly #directory: string;
  #full: FullKeyFile[] = [];

  constructor(disk: Disk, directory: string, config: KeyIndexConfig) {
    this.#disk = disk;
    this.#directory = directory;
    this.size = { slots: config.slotsPerFile, entriesMax: config.entriesPerFile };
  }

  get full(): readonly FullKeyFile[] {
    return this.#full;
  }

  /** Take note of the full files from one number to another (excluded). INDEX_CORRUPT if one is not there or not whole. */
  openFull(from: number, to: number): void {
    for (let number = from; number < to; number += 1) {
      const full = this.use(number, (file) => ({ number, baseTime: file.baseTime, range: file.readEnd() }));
      this.#full.push(full);
    }
  }

  add(file: FullKeyFile): void {
    this.#full.push(file);
  }

  create(number: number, baseTime: number): KeyIndexFile {
    return KeyIndexFile.create(this.#disk, this.#pathOf(number), number, this.size, baseTime);
  }

  openNewest(number: number): KeyIndexFile {
    return KeyIndexFile.open(this.#disk, this.#pathOf(number), number, this.size, true);
  }

  /** For reading. */
  open(number: number): KeyIndexFile {
    return KeyIndexFile.open(this.#disk, this.#pathOf(number), number, this.size, false);
  }

  /** Opens a file for as long as `read` runs. */
  use<T>(number: number, read: (file: KeyIndexFile) => T): T {
    const file = this.open(number);
    try {
      return read(file);
    } finally {
      file.close();
    }
  }

  /** Forget the oldest files while `goes` says so; they are still on disk until `retire` and `removeRetired`. */
  forgetOldest(goes: (file: FullKeyFile) => boolean): boolean {
    const kept = this.#full.findIndex((file) => !goes(file));
    const count = kept < 0 ? this.#full.length : kept;
    this.#full = this.#full.slice(count);
    return count > 0;
  }

  /** Take away the names of files that do not count, so that they can be used again. */
  retire(oldest: number, newest: number): void {
    for (const name of this.#disk.list(this.#directory)) {
      const number = KeyIndexFile.numberOf(name);
      if (number === null || (number >= oldest && number <= newest)) continue;
      const path = join(this.#directory, name);
      this.#disk.rename(path, `${path}${RETIRED}`);
    }
  }

  /** Remove what was retired, off the event loop. */
  async removeRetired(): Promise<void> {
    for (const name of this.#disk.list(this.#directory)) {
      const number = name.endsWith(RETIRED) ? KeyIndexFile.numberOf(name.slice(0, -RETIRED.length)) : null;
      if (number !== null) await this.#remove(join(this.#directory, name));
    }
  }

  /** Another index of this directory, already closed, may be removing it as well. */
  async #remove(path: string): Promise<void> {
    try {
      await this.#disk.remove(path);
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'FILE_MISSING') throw error;
    }
  }

  syncNames(): Promise<void> {
    return this.#disk.syncDirectory(this.#directory);
  }

  #pathOf(number: number): string {
    return join(this.#directory, KeyIndexFile.nameOf(number));
  }
}
