import type { DiskFile } from './disk.ts';
import { StoreError } from './errors.ts';
import type { MemoryDisk } from './memory-disk.ts';
import type { MemoryInode } from './memory-inode.ts';

/** A file of a memory disk as one life of a process has it open. */
export class MemoryFile implements DiskFile {
  readonly path: string;
  readonly #disk: MemoryDisk;
  readonly #inode: MemoryInode;
  readonly #life: number;
  readonly #readOnly: boolean;
  #closed = false;

  constructor(disk: MemoryDisk, path: string, inode: MemoryInode, life: number, readOnly: boolean) {
    this.#disk = disk;
    this.path = path;
    this.#inode = inode;
    this.#life = life;
    this.#readOnly = readOnly;
  }

  read(buffer: Buffer, at: number): number {
    this.#require(false);
    return this.#read(buffer, at);
  }

  async readLater(buffer: Buffer, at: number): Promise<number> {
    this.#require(false);
    let bytes = 0;
    await this.#disk.later(() => {
      bytes = this.#read(buffer, at);
    });
    return bytes;
  }

  write(buffer: Buffer, at: number): void {
    this.#require(true);
    const fault = this.#disk.takeFault('write', this.path);
    if (fault !== null) {
      this.#write(buffer.subarray(0, fault.bytesWritten ?? 0), at);
      throw diskError(fault.code, this.path, 'fails to write as ordered');
    }
    const growth = Math.max(0, at + buffer.length - this.#inode.size);
    const missing = growth === 0 ? 0 : growth - Math.min(growth, this.#disk.freeBytes(this.path));
    const fitting = missing === 0 ? buffer : buffer.subarray(0, Math.max(0, buffer.length - missing));
    this.#write(fitting, at);
    if (missing > 0) throw diskError('DISK_FULL', this.path, 'finds no space');
  }

  writeParts(parts: readonly Buffer[], at: number): void {
    if (parts.length > 0) this.write(Buffer.concat(parts), at);
  }

  sync(): Promise<void> {
    this.#require(false);
    const upTo = this.#inode.lastWrite;
    return this.#disk.later(() => {
      this.#sync(upTo);
    });
  }

  syncNow(): void {
    this.#require(false);
    this.#sync(this.#inode.lastWrite);
  }

  size(): number {
    this.#require(false);
    return this.#inode.size;
  }

  truncate(size: number): Promise<void> {
    this.#require(true);
    return this.#disk.later(() => {
      this.#truncate(size);
    });
  }

  truncateNow(size: number): void {
    this.#require(true);
    this.#truncate(size);
  }

  close(): void {
    this.#closed = true;
  }

  #read(buffer: Buffer, at: number): number {
    this.#disk.trip('read', this.path);
    const content = this.#inode.content();
    return at >= content.length ? 0 : content.copy(buffer, 0, at, at + buffer.length);
  }

  #write(buffer: Buffer, at: number): void {
    const before = this.#inode.size;
    this.#inode.write(buffer, at);
    this.#disk.noteGrowth(this.#inode.size - before);
  }

  #truncate(size: number): void {
    this.#disk.trip('truncate', this.path);
    const before = this.#inode.size;
    this.#inode.truncate(size);
    this.#disk.noteGrowth(this.#inode.size - before);
  }

  #sync(upTo: number): void {
    const fault = this.#disk.takeFault('sync', this.path);
    if (fault !== null) {
      // Linux marks the pages clean: the cache goes on showing what will never reach the platter.
      this.#inode.forget(upTo);
      throw diskError(fault.code, this.path, 'fails to sync as ordered');
    }
    this.#inode.sync(upTo);
  }

  #require(writing: boolean): void {
    this.#disk.requireLife(this.#life);
    if (this.#closed) throw diskError('DISK_FAILED', this.path, 'is closed');
    if (writing && this.#readOnly) throw diskError('DISK_FAILED', this.path, 'was opened for reading');
  }
}

export function diskError(
  code: 'FILE_MISSING' | 'FILE_EXISTS' | 'DISK_FULL' | 'DISK_FAILED',
  path: string,
  what: string,
): StoreError {
  return new StoreError(code, `${path} ${what}`, { file: path });
}
