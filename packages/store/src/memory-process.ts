import type { Disk, DiskFile, DiskLock, NameSize, OpenMode } from './disk.ts';

/**
 * A disk with faults as one process sees it. Once that process has died, everything it still tries fails: without
 * this, code of an earlier life that goes on running in a test would reach into the next one.
 */
export class MemoryProcess implements Disk {
  readonly #disk: Disk;
  readonly #requireAlive: () => void;

  constructor(disk: Disk, requireAlive: () => void) {
    this.#disk = disk;
    this.#requireAlive = requireAlive;
  }

  open(path: string, mode: OpenMode): DiskFile {
    this.#requireAlive();
    return this.#disk.open(path, mode);
  }

  list(directory: string): string[] {
    this.#requireAlive();
    return this.#disk.list(directory);
  }

  async listSizes(directory: string, countMax: number): Promise<NameSize[]> {
    this.#requireAlive();
    return this.#disk.listSizes(directory, countMax);
  }

  mkdir(directory: string): void {
    this.#requireAlive();
    this.#disk.mkdir(directory);
  }

  exists(path: string): boolean {
    this.#requireAlive();
    return this.#disk.exists(path);
  }

  rename(from: string, to: string): void {
    this.#requireAlive();
    this.#disk.rename(from, to);
  }

  async remove(path: string): Promise<void> {
    this.#requireAlive();
    await this.#disk.remove(path);
  }

  async removeTree(directory: string): Promise<void> {
    this.#requireAlive();
    await this.#disk.removeTree(directory);
  }

  async copyRange(from: string, at: number, bytes: number, to: string): Promise<void> {
    this.#requireAlive();
    await this.#disk.copyRange(from, at, bytes, to);
  }

  async syncDirectory(directory: string): Promise<void> {
    this.#requireAlive();
    await this.#disk.syncDirectory(directory);
  }

  syncDirectoryNow(directory: string): void {
    this.#requireAlive();
    this.#disk.syncDirectoryNow(directory);
  }

  freeBytes(directory: string): number {
    this.#requireAlive();
    return this.#disk.freeBytes(directory);
  }

  totalBytes(directory: string): number {
    this.#requireAlive();
    return this.#disk.totalBytes(directory);
  }

  lock(directory: string): DiskLock {
    this.#requireAlive();
    return this.#disk.lock(directory);
  }
}
