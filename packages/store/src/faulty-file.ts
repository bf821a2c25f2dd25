import { diskError } from './disk-error.ts';
import { failureOf, type DiskFaults, type DiskOperation } from './disk-faults.ts';
import type { DiskFile } from './disk.ts';
import type { CrashMode, CrashRandom } from './unsynced-changes.ts';

/** The bytes of a file in the page cache, and what of them a loss of power leaves. */
export interface FaultyInode {
  readonly size: number;
  /** Number of the newest change, for `sync` and `forget`. */
  readonly lastChange: number;
  read(buffer: Buffer, at: number): number;
  write(bytes: Buffer, at: number): void;
  truncate(size: number): void;
  /** Bring every change up to `number` to the platter. */
  sync(number: number): void;
  /** Drop the changes up to `number` from what will be synced; the cache still shows them. */
  forget(number: number): void;
  crash(mode: Exclude<CrashMode, 'kill'>, random: CrashRandom): void;
}

/** What a file needs of its disk. */
export interface FaultyFileHost {
  readonly faults: DiskFaults;
  /** Throws once the process that opened the file has died. */
  requireLife(): void;
  /** Completes work where the thread pool would; work of a life that ended never completes well. */
  later(operation: DiskOperation, path: string, work: () => void): Promise<void>;
  freeBytes(): number;
  noteGrowth(bytes: number): void;
}

/** A file of a disk with faults as one life of a process has it open. */
export class FaultyFile implements DiskFile {
  readonly path: string;
  readonly #host: FaultyFileHost;
  readonly #inode: FaultyInode;
  readonly #readOnly: boolean;
  #closed = false;

  constructor(host: FaultyFileHost, path: string, inode: FaultyInode, readOnly: boolean) {
    this.#host = host;
    this.path = path;
    this.#inode = inode;
    this.#readOnly = readOnly;
  }

  read(buffer: Buffer, at: number): number {
    this.#require(false);
    this.#begin('read');
    return this.#inode.read(buffer, at);
  }

  async readLater(buffer: Buffer, at: number): Promise<number> {
    this.#require(false);
    let bytes = 0;
    await this.#host.later('read', this.path, () => {
      this.#host.faults.trip('read', this.path);
      bytes = this.#inode.read(buffer, at);
    });
    return bytes;
  }

  write(buffer: Buffer, at: number): void {
    this.#require(true);
    this.#host.faults.block('write', this.path);
    const fault = this.#host.faults.take('write', this.path);
    if (fault !== null) {
      this.#write(buffer.subarray(0, fault.bytesWritten ?? 0), at);
      throw failureOf(fault, this.path);
    }
    const growth = Math.max(0, at + buffer.length - this.#inode.size);
    const missing = growth === 0 ? 0 : growth - Math.min(growth, this.#host.freeBytes());
    const fitting = missing === 0 ? buffer : buffer.subarray(0, Math.max(0, buffer.length - missing));
    this.#write(fitting, at);
    if (missing > 0) throw diskError('DISK_FULL', this.path, 'finds no space');
  }

  writeParts(parts: readonly Buffer[], at: number): void {
    if (parts.length > 0) this.write(Buffer.concat(parts), at);
  }

  sync(): Promise<void> {
    this.#require(false);
    const upTo = this.#inode.lastChange;
    return this.#host.later('sync', this.path, () => {
      this.#sync(upTo);
    });
  }

  syncNow(): void {
    this.#require(false);
    this.#host.faults.block('sync', this.path);
    this.#sync(this.#inode.lastChange);
  }

  size(): number {
    this.#require(false);
    return this.#inode.size;
  }

  truncate(size: number): Promise<void> {
    this.#require(true);
    return this.#host.later('truncate', this.path, () => {
      this.#truncate(size);
    });
  }

  truncateNow(size: number): void {
    this.#require(true);
    this.#host.faults.block('truncate', this.path);
    this.#truncate(size);
  }

  close(): void {
    this.#closed = true;
  }

  #begin(operation: DiskOperation): void {
    this.#host.faults.block(operation, this.path);
    this.#host.faults.trip(operation, this.path);
  }

  #write(buffer: Buffer, at: number): void {
    const before = this.#inode.size;
    try {
      this.#inode.write(buffer, at);
    } finally {
      this.#host.noteGrowth(this.#inode.size - before);
    }
  }

  #truncate(size: number): void {
    this.#host.faults.trip('truncate', this.path);
    const before = this.#inode.size;
    this.#inode.truncate(size);
    this.#host.noteGrowth(this.#inode.size - before);
  }

  #sync(upTo: number): void {
    const fault = this.#host.faults.take('sync', this.path);
    if (fault !== null) {
      // Linux marks the pages clean: the cache goes on showing what will never reach the platter.
      this.#inode.forget(upTo);
      throw failureOf(fault, this.path);
    }
    this.#inode.sync(upTo);
  }

  #require(writing: boolean): void {
    this.#host.requireLife();
    if (this.#closed) throw diskError('DISK_FAILED', this.path, 'is closed');
    if (writing && this.#readOnly) throw diskError('DISK_FAILED', this.path, 'was opened for reading');
  }
}
