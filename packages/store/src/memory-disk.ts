import { basename, dirname } from 'node:path/posix';
import { diskError } from './disk-error.ts';
import type { DiskLock } from './disk.ts';
import { StoreError } from './errors.ts';
import { FaultyDisk, type FaultyDiskOptions } from './faulty-disk.ts';
import { MemoryInode } from './memory-inode.ts';
import { isWithin } from './name-journal.ts';

/** Storage in memory for tests and simulation. Besides faults and crashes its medium can decay. */
export class MemoryDisk extends FaultyDisk<MemoryInode> {
  #directories = new Set<string>(['/', '.']);
  #locks = new Set<string>();

  constructor(options: FaultyDiskOptions = {}) {
    super(options);
  }

  lock(directory: string): DiskLock {
    const name = this.nameOf(directory);
    if (!this.hasDirectory(name)) throw diskError('FILE_MISSING', name, 'is missing');
    const locks = this.#locks;
    if (locks.has(name)) throw new StoreError('DIRECTORY_LOCKED', `${name} is in use`, { file: name });
    locks.add(name);
    let held = true;
    return {
      release: (): void => {
        if (held) locks.delete(name);
        held = false;
      },
    };
  }

  /** Replace bytes on the platter and in the cache, as a decaying medium does. */
  corrupt(path: string, at: number, bytes: Buffer): void {
    this.#need(path).corrupt(at, bytes);
    this.recount();
  }

  /** Flip the bits of `mask` in `count` bytes from `at` on, on the platter and in the cache; none beyond the end. */
  flipBits(path: string, at: number, mask: number, count: number = 1): void {
    const bytes = this.contentOf(path).subarray(at, at + count);
    for (let place = 0; place < bytes.length; place += 1) bytes[place] = (bytes[place] ?? 0) ^ mask;
    this.corrupt(path, at, bytes);
  }

  /** Lose the end of a file, on the platter too; no change if it is not longer than `size`. */
  cutShort(path: string, size: number): void {
    this.#need(path).cutShort(size);
    this.recount();
  }

  /** Lose a file, or a folder with all that is in it, from the platter too; FILE_MISSING if there is none. */
  drop(path: string): void {
    const name = this.nameOf(path);
    if (!this.exists(name)) throw diskError('FILE_MISSING', name, 'is missing');
    this.journal.drop(name);
    this.#dropDirectories(name);
    this.recount();
  }

  /** A view of what a loss of power would leave of a file at this moment; null if its name would be gone. */
  platterOf(path: string): Buffer | null {
    return this.journal.durable.get(this.nameOf(path))?.platter() ?? null;
  }

  protected makeFile(): MemoryInode {
    return new MemoryInode();
  }

  protected makeDirectory(directory: string): void {
    for (let name = directory; !this.#directories.has(name); name = dirname(name))
      this.#directories.add(name);
  }

  protected hasDirectory(name: string): boolean {
    return this.#directories.has(name);
  }

  protected hasName(name: string): boolean {
    return this.#directories.has(name);
  }

  protected namesIn(directory: string): string[] {
    const paths = [...this.journal.names.keys(), ...this.#directories];
    return paths
      .filter((path) => path !== directory && dirname(path) === directory)
      .map((path) => basename(path))
      .sort();
  }

  protected moveFile(): void {
    return;
  }

  protected moveDirectory(from: string, to: string | null): void {
    const moved = [...this.#directories].filter((directory) => isWithin(directory, from));
    this.#dropDirectories(from);
    if (to !== null) for (const directory of moved) this.makeDirectory(to + directory.slice(from.length));
  }

  protected dropLocks(): void {
    this.#locks = new Set();
  }

  protected showPlatter(): void {
    for (const path of this.journal.names.keys()) this.makeDirectory(dirname(path));
  }

  #dropDirectories(name: string): void {
    for (const directory of [...this.#directories]) {
      if (isWithin(directory, name)) this.#directories.delete(directory);
    }
  }

  #need(path: string): MemoryInode {
    const inode = this.journal.names.get(this.nameOf(path));
    if (inode === undefined) throw diskError('FILE_MISSING', path, 'is missing');
    return inode;
  }
}
