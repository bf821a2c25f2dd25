import type { Disk, DiskFile } from './disk.ts';

/** Files open for reading, the longest unused one closed when there are too many. */
export class OpenFiles {
  readonly #disk: Disk;
  readonly #countMax: number;
  /** A Map keeps the order of insertion; a file used again is put at the end. */
  readonly #files = new Map<string, DiskFile>();

  constructor(disk: Disk, countMax: number) {
    this.#disk = disk;
    this.#countMax = countMax;
  }

  get(path: string): DiskFile {
    const open = this.#files.get(path);
    if (open !== undefined) {
      this.#files.delete(path);
      this.#files.set(path, open);
      return open;
    }
    const file = this.#disk.open(path, 'read-write');
    this.#files.set(path, file);
    for (const oldest of this.#files.keys()) {
      if (this.#files.size <= this.#countMax) break;
      this.close(oldest);
    }
    return file;
  }

  close(path: string): void {
    this.#files.get(path)?.close();
    this.#files.delete(path);
  }

  closeAll(): void {
    for (const path of [...this.#files.keys()]) this.close(path);
  }
}
