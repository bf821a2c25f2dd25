import * as fs from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Disk, DiskFile, DiskLock, NameSize, OpenMode } from './disk.ts';
import { acquireDirectoryLock } from './directory-lock.ts';
import { StoreError } from './errors.ts';

const COPY_CHUNK_BYTES = 256 * 1024;

const openFlags: Readonly<Record<OpenMode, number>> = {
  create: fs.constants.O_RDWR | fs.constants.O_CREAT | fs.constants.O_EXCL,
  'read-write': fs.constants.O_RDWR,
  'read-write-create': fs.constants.O_RDWR | fs.constants.O_CREAT,
  read: fs.constants.O_RDONLY,
};

/** Storage over `node:fs`. Stateless apart from the files and locks it hands out. */
export class NodeDisk implements Disk {
  open(path: string, mode: OpenMode): DiskFile {
    return new NodeFile(
      path,
      attempt('open', path, () => fs.openSync(path, openFlags[mode], 0o644)),
    );
  }

  list(directory: string): string[] {
    return attempt('list', directory, () => fs.readdirSync(directory)).sort();
  }

  async listSizes(directory: string, countMax: number): Promise<NameSize[]> {
    const found: NameSize[] = [];
    const names = await attemptAsync('list', directory, () => fs.promises.readdir(directory));
    for (const name of names.slice(0, countMax)) {
      const stat = await fs.promises.lstat(join(directory, name)).catch(() => null);
      if (stat !== null) found.push({ name, bytes: stat.isDirectory() ? null : stat.size });
    }
    return found;
  }

  mkdir(directory: string): void {
    attempt('mkdir', directory, () => {
      const target = resolve(directory);
      const first = fs.mkdirSync(target, { recursive: true });
      if (first === undefined) return;
      // Each new name must be durable in its parent.
      for (let made = target; made.length >= first.length; made = dirname(made)) {
        syncDirectoryNow(dirname(made));
      }
    });
  }

  exists(path: string): boolean {
    return fs.existsSync(path);
  }

  rename(from: string, to: string): void {
    attempt('rename', from, () => fs.renameSync(from, to));
  }

  async remove(path: string): Promise<void> {
    await attemptAsync('remove', path, () => fs.promises.unlink(path));
  }

  async removeTree(directory: string): Promise<void> {
    await attemptAsync('remove', directory, async () => {
      await fs.promises.access(directory);
      await fs.promises.rm(directory, { recursive: true });
    });
  }

  async copyRange(from: string, at: number, bytes: number, to: string): Promise<void> {
    await attemptAsync('copy', from, async () => {
      const source = await fs.promises.open(from, 'r');
      try {
        const target = await fs.promises.open(to, 'wx');
        try {
          const chunk = Buffer.allocUnsafe(Math.min(COPY_CHUNK_BYTES, Math.max(bytes, 1)));
          for (let done = 0; done < bytes;) {
            const { bytesRead } = await source.read(
              chunk,
              0,
              Math.min(chunk.length, bytes - done),
              at + done,
            );
            if (bytesRead === 0) break;
            await target.writeFile(chunk.subarray(0, bytesRead));
            done += bytesRead;
          }
        } finally {
          await target.close();
        }
      } finally {
        await source.close();
      }
    });
  }

  async syncDirectory(directory: string): Promise<void> {
    await attemptAsync('sync', directory, async () => {
      const handle = await fs.promises.open(directory, 'r');
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
    });
  }

  syncDirectoryNow(directory: string): void {
    attempt('sync', directory, () => {
      syncDirectoryNow(directory);
    });
  }

  freeBytes(directory: string): number {
    const stat = attempt('statfs', directory, () => fs.statfsSync(directory));
    return stat.bavail * stat.bsize;
  }

  /** Without what is reserved for others: free and used bytes make it up. */
  totalBytes(directory: string): number {
    const stat = attempt('statfs', directory, () => fs.statfsSync(directory));
    return (stat.blocks - stat.bfree + stat.bavail) * stat.bsize;
  }

  lock(directory: string): DiskLock {
    return attempt('lock', directory, () => acquireDirectoryLock(directory));
  }
}

class NodeFile implements DiskFile {
  readonly path: string;
  readonly #fd: number;
  // A descriptor that is closed while the thread pool still uses it could by then name another file.
  #operationsInFlight = 0;
  #closed = false;

  constructor(path: string, fd: number) {
    this.path = path;
    this.#fd = fd;
  }

  read(buffer: Buffer, at: number): number {
    const fd = this.#descriptor();
    return attempt('read', this.path, () => {
      let done = 0;
      while (done < buffer.length) {
        const bytes = fs.readSync(fd, buffer, done, buffer.length - done, at + done);
        if (bytes === 0) break;
        done += bytes;
      }
      return done;
    });
  }

  async readLater(buffer: Buffer, at: number): Promise<number> {
    const fd = this.#descriptor();
    let done = 0;
    while (done < buffer.length) {
      const from = done;
      const bytes = await this.#inPool<number>('read', (settle) => {
        fs.read(fd, buffer, from, buffer.length - from, at + from, settle);
      });
      if (bytes === 0) break;
      done += bytes;
      // Closed in between, the descriptor may already name another file.
      if (done < buffer.length) this.#descriptor();
    }
    return done;
  }

  write(buffer: Buffer, at: number): void {
    const fd = this.#descriptor();
    attempt('write', this.path, () => {
      let done = 0;
      while (done < buffer.length) {
        done += fs.writeSync(fd, buffer, done, buffer.length - done, at + done);
      }
    });
  }

  writeParts(parts: readonly Buffer[], at: number): void {
    const single = parts[0];
    if (single === undefined) return;
    if (parts.length === 1) {
      this.write(single, at);
      return;
    }
    const fd = this.#descriptor();
    const written = attempt('write', this.path, () => fs.writevSync(fd, parts, at));
    // The system may stop short (disk full, signal): go on part by part, so that the error shows itself.
    let skip = written;
    let position = at;
    for (const part of parts) {
      if (skip < part.length) this.write(part.subarray(skip), position + skip);
      skip = Math.max(0, skip - part.length);
      position += part.length;
    }
  }

  sync(): Promise<void> {
    const fd = this.#descriptor();
    return this.#inPool('sync', (done) => {
      fs.fdatasync(fd, done);
    });
  }

  syncNow(): void {
    const fd = this.#descriptor();
    attempt('sync', this.path, () => {
      fs.fdatasyncSync(fd);
    });
  }

  size(): number {
    const fd = this.#descriptor();
    return attempt('stat', this.path, () => fs.fstatSync(fd).size);
  }

  truncate(size: number): Promise<void> {
    const fd = this.#descriptor();
    return this.#inPool('truncate', (done) => {
      fs.ftruncate(fd, size, done);
    });
  }

  truncateNow(size: number): void {
    const fd = this.#descriptor();
    attempt('truncate', this.path, () => {
      fs.ftruncateSync(fd, size);
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#operationsInFlight === 0) this.#closeDescriptor();
  }

  #inPool<T = void>(
    operation: string,
    start: (done: (error: Error | null, result?: T) => void) => void,
  ): Promise<T> {
    this.#operationsInFlight += 1;
    return new Promise((resolve, reject) => {
      start((error, result) => {
        this.#operationsInFlight -= 1;
        if (this.#closed && this.#operationsInFlight === 0) this.#closeDescriptor();
        if (error === null) resolve(result as T);
        else reject(diskError(operation, this.path, error));
      });
    });
  }

  #closeDescriptor(): void {
    attempt('close', this.path, () => {
      fs.closeSync(this.#fd);
    });
  }

  #descriptor(): number {
    if (this.#closed) throw new StoreError('DISK_FAILED', `${this.path} is closed`, { file: this.path });
    return this.#fd;
  }
}

function syncDirectoryNow(directory: string): void {
  const fd = fs.openSync(directory, 'r');
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

function attempt<T>(operation: string, path: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw diskError(operation, path, error);
  }
}

async function attemptAsync<T>(operation: string, path: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw diskError(operation, path, error);
  }
}

function diskError(operation: string, path: string, error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const code = error instanceof Error && 'code' in error ? error.code : null;
  const text = `${operation} of ${basename(path)} failed: ${error instanceof Error ? error.message : String(error)}`;
  const detail = { file: path, cause: error };
  switch (code) {
    case 'ENOENT':
      return new StoreError('FILE_MISSING', text, detail);
    case 'EEXIST':
      return new StoreError('FILE_EXISTS', text, detail);
    case 'ENOSPC':
    case 'EDQUOT':
      return new StoreError('DISK_FULL', text, detail);
    default:
      return new StoreError('DISK_FAILED', text, detail);
  }
}
