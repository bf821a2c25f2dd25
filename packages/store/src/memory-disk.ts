import { basename, dirname, normalize } from 'node:path/posix';
import type { Disk, DiskFile, DiskLock, OpenMode } from './disk.ts';
import { StoreError } from './errors.ts';
import { MemoryFile, diskError } from './memory-file.ts';
import { MemoryInode } from './memory-inode.ts';
import type { CrashMode, CrashRandom } from './memory-inode.ts';
import { MemoryProcess } from './memory-process.ts';

export type { CrashMode, CrashRandom } from './memory-inode.ts';

export type DiskOperation = 'open' | 'read' | 'write' | 'sync' | 'truncate' | 'rename' | 'remove';

/** A failure to come: the first operation that matches, after `skip` that matched and were let through. */
export interface DiskFault {
  readonly operation: DiskOperation;
  /** Only paths that end so; all paths if absent. */
  readonly pathEnd?: string;
  readonly skip?: number;
  readonly code: 'DISK_FULL' | 'DISK_FAILED';
  /** For 'write': bytes that get into the page cache before the failure (default 0). */
  readonly bytesWritten?: number;
}

export interface MemoryDiskOptions {
  /** Sum of the file sizes at which writes begin to fail with DISK_FULL (default: no limit). */
  readonly capacityBytes?: number;
  /** Runs the completion of work that a real disk does in the thread pool (default: a microtask). */
  readonly schedule?: (complete: () => void) => void;
}

interface PendingFault {
  readonly fault: DiskFault;
  skip: number;
}

/**
 * Storage in memory for tests and simulation, with the guarantees of a real disk and none beyond them: what
 * was not synced may be lost, torn or reordered by `crash`; a name is durable only after the sync of its
 * directory; the changes of names reach the platter in their order, as a journalling file system does it.
 * Folders need no sync. Deterministic: all choice comes from the random source given to `crash`.
 */
export class MemoryDisk implements Disk {
  readonly #schedule: (complete: () => void) => void;
  #capacityBytes: number;
  /** Sum of the file sizes; null when it has to be counted anew. */
  #usedBytes: number | null = null;
  /** Names as running processes see them. */
  #names = new Map<string, MemoryInode>();
  /** Names as they are on the platter. */
  #durableNames = new Map<string, MemoryInode>();
  /** Changes of names not yet durable, oldest first. */
  #nameChanges: NameChange[] = [];
  #directories = new Set<string>(['/', '.']);
  #locks = new Set<string>();
  #faults: PendingFault[] = [];
  /** Raised by each crash: handles and work of an earlier life are dead. */
  #life = 0;

  constructor(options: MemoryDiskOptions = {}) {
    this.#capacityBytes = options.capacityBytes ?? Number.MAX_SAFE_INTEGER;
    this.#schedule = options.schedule ?? queueMicrotask;
  }

  open(path: string, mode: OpenMode): DiskFile {
    const name = normalize(path);
    this.trip('open', name);
    let inode = this.#names.get(name);
    if (inode !== undefined && mode === 'create') throw diskError('FILE_EXISTS', name, 'exists');
    if (inode === undefined) {
      if (mode === 'read' || mode === 'read-write') throw diskError('FILE_MISSING', name, 'is missing');
      this.#directoryOf(name);
      inode = new MemoryInode();
      this.#change({ to: name, from: null, inode });
    }
    return new MemoryFile(this, name, inode, this.#life, mode === 'read');
  }

  list(directory: string): string[] {
    const name = normalize(directory);
    if (!this.#directories.has(name)) throw diskError('FILE_MISSING', name, 'is missing');
    const paths = [...this.#names.keys(), ...this.#directories];
    return paths
      .filter((path) => path !== name && dirname(path) === name)
      .map((path) => basename(path))
      .sort();
  }

  mkdir(directory: string): void {
    let name = normalize(directory);
    while (!this.#directories.has(name)) {
      this.#directories.add(name);
      name = dirname(name);
    }
  }

  exists(path: string): boolean {
    const name = normalize(path);
    return this.#names.has(name) || this.#directories.has(name);
  }

  rename(from: string, to: string): void {
    const source = normalize(from);
    const target = normalize(to);
    this.trip('rename', source);
    if (this.#directories.has(source)) {
      this.#renameDirectory(source, target);
      return;
    }
    const inode = this.#find(source);
    this.#directoryOf(target);
    this.#change({ from: source, to: target, inode });
  }

  remove(path: string): Promise<void> {
    const name = normalize(path);
    return this.later(() => {
      this.trip('remove', name);
      this.#change({ from: name, to: null, inode: this.#find(name) });
    });
  }

  removeTree(directory: string): Promise<void> {
    const name = normalize(directory);
    return this.later(() => {
      this.trip('remove', name);
      if (!this.#directories.has(name)) throw diskError('FILE_MISSING', name, 'is missing');
      for (const [path, inode] of [...this.#names]) {
        if (path.startsWith(`${name}/`)) this.#change({ from: path, to: null, inode });
      }
      for (const path of [...this.#directories]) {
        if (path === name || path.startsWith(`${name}/`)) this.#directories.delete(path);
      }
    });
  }

  copyRange(from: string, at: number, bytes: number, to: string): Promise<void> {
    return this.later(() => {
      const source = this.#find(normalize(from)).content();
      const target = this.open(to, 'create');
      target.write(source.subarray(at, at + bytes), 0);
      target.close();
    });
  }

  syncDirectory(directory: string): Promise<void> {
    return this.later(() => {
      this.syncDirectoryNow(directory);
    });
  }

  syncDirectoryNow(directory: string): void {
    const name = normalize(directory);
    this.trip('sync', name);
    // The journal is one for the whole disk: whatever precedes the last change in this folder goes with it.
    const last = this.#nameChanges.findLastIndex((change) => touches(change, name));
    for (const change of this.#nameChanges.splice(0, last + 1)) applyChange(this.#durableNames, change);
  }

  freeBytes(_directory: string): number {
    if (this.#capacityBytes === Number.MAX_SAFE_INTEGER) return this.#capacityBytes;
    if (this.#usedBytes === null) {
      this.#usedBytes = 0;
      for (const inode of this.#names.values()) this.#usedBytes += inode.size;
    }
    return Math.max(0, this.#capacityBytes - this.#usedBytes);
  }

  totalBytes(_directory: string): number {
    return this.#capacityBytes;
  }

  /** For the files of this disk: one of them has changed its size. */
  noteGrowth(bytes: number): void {
    if (this.#usedBytes !== null) this.#usedBytes += bytes;
  }

  lock(directory: string): DiskLock {
    const name = normalize(directory);
    if (this.#locks.has(name)) throw new StoreError('DIRECTORY_LOCKED', `${name} is in use`, { file: name });
    this.#locks.add(name);
    const life = this.#life;
    let held = true;
    return {
      release: (): void => {
        if (held && life === this.#life) this.#locks.delete(name);
        held = false;
      },
    };
  }

  /** The disk for one process: useless after the next crash, unlike the disk itself. */
  process(): Disk {
    const life = this.#life;
    return new MemoryProcess(this, () => {
      this.requireLife(life);
    });
  }

  /** Let an operation to come fail. */
  addFault(fault: DiskFault): void {
    this.#faults.push({ fault, skip: fault.skip ?? 0 });
  }

  clearFaults(): void {
    this.#faults = [];
  }

  setCapacity(bytes: number): void {
    this.#capacityBytes = bytes;
  }

  /**
   * Everything that runs on this disk dies: open files and work in flight fail, locks are free.
   * - 'kill': only the processes die; the page cache survives.
   * - 'lose': everything that was not synced is gone.
   * - 'tear': of each file a prefix of its unsynced writes survives, the last of them cut at any byte.
   * - 'reorder': of each unsynced write any of its 512-byte sectors may survive; the others read as zeros
   *   where the file had not reached before.
   */
  crash(mode: CrashMode, random: CrashRandom): void {
    this.#life += 1;
    this.#locks.clear();
    if (mode === 'kill') return;
    const inodes = new Set([...this.#names.values(), ...this.#durableNames.values()]);
    for (const inode of inodes) inode.crash(mode, random);
    const kept = mode === 'lose' ? 0 : random.nextInt(this.#nameChanges.length + 1);
    for (const change of this.#nameChanges.slice(0, kept)) applyChange(this.#durableNames, change);
    this.#nameChanges = [];
    this.#names = new Map(this.#durableNames);
    this.#usedBytes = null;
  }

  /** Replace bytes on the platter and in the cache, as a decaying medium does. */
  corrupt(path: string, at: number, bytes: Buffer): void {
    this.#find(normalize(path)).corrupt(at, bytes);
    this.#usedBytes = null;
  }

  /** Flip the bits of `mask` in `count` bytes from `at` on, on the platter and in the cache; none beyond the end. */
  flipBits(path: string, at: number, mask: number, count: number = 1): void {
    const bytes = Buffer.from(
      this.#find(normalize(path))
        .content()
        .subarray(at, at + count),
    );
    for (let place = 0; place < bytes.length; place += 1) bytes[place] = (bytes[place] ?? 0) ^ mask;
    this.corrupt(path, at, bytes);
  }

  /** Lose the end of a file, on the platter too; no change if it is not longer than `size`. */
  cutShort(path: string, size: number): void {
    this.#find(normalize(path)).cutShort(size);
    this.#usedBytes = null;
  }

  /** Paths of the files that a loss of power at this moment would leave in a folder or below it, sorted. */
  platterPaths(directory: string): string[] {
    const prefix = `${normalize(directory)}/`;
    return [...this.#durableNames.keys()].filter((path) => path.startsWith(prefix)).sort();
  }

  /** Lose a file, or a folder with all that is in it, from the platter too; FILE_MISSING if there is none. */
  drop(path: string): void {
    const name = normalize(path);
    const isGone = (entry: string): boolean => entry === name || entry.startsWith(`${name}/`);
    if (!this.exists(name)) throw diskError('FILE_MISSING', name, 'is missing');
    this.#nameChanges = this.#nameChanges.filter(
      ({ from, to }) => ![from, to].some((at) => at !== null && isGone(at)),
    );
    for (const names of [this.#names, this.#durableNames]) {
      for (const entry of [...names.keys()]) if (isGone(entry)) names.delete(entry);
    }
    for (const directory of [...this.#directories])
      if (isGone(directory)) this.#directories.delete(directory);
    this.#usedBytes = null;
  }

  /** A copy of what a reader sees. */
  contentOf(path: string): Buffer {
    return Buffer.from(this.#find(normalize(path)).content());
  }

  /** A view of what a loss of power would leave of a file at this moment; null if its name would be gone. */
  platterOf(path: string): Buffer | null {
    return this.#durableNames.get(normalize(path))?.platter() ?? null;
  }

  /** Paths of the files of a directory whose names would survive a loss of power. */
  platterFiles(directory: string): string[] {
    return [...this.#durableNames.keys()].filter((path) => dirname(path) === directory);
  }

  /** For the files of this disk: throws if a fault was ordered for this operation. */
  trip(operation: DiskOperation, path: string): void {
    const fault = this.takeFault(operation, path);
    if (fault !== null) throw diskError(fault.code, path, `fails to ${operation} as ordered`);
  }

  takeFault(operation: DiskOperation, path: string): DiskFault | null {
    const at = this.#faults.findIndex(
      ({ fault }) => fault.operation === operation && path.endsWith(fault.pathEnd ?? ''),
    );
    const found = this.#faults[at];
    if (found === undefined) return null;
    if (found.skip > 0) {
      found.skip -= 1;
      return null;
    }
    this.#faults.splice(at, 1);
    return found.fault;
  }

  /** Complete work where the thread pool would; work of a life that ended never completes well. */
  later(work: () => void): Promise<void> {
    const life = this.#life;
    return new Promise((resolve, reject) => {
      this.#schedule(() => {
        try {
          this.requireLife(life);
          work();
          resolve();
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
    });
  }

  requireLife(life: number): void {
    if (life !== this.#life) throw new StoreError('DISK_FAILED', 'the disk was cut off by a crash');
  }

  #directoryOf(path: string): void {
    if (!this.#directories.has(dirname(path))) throw diskError('FILE_MISSING', dirname(path), 'is missing');
  }

  #find(path: string): MemoryInode {
    const inode = this.#names.get(path);
    if (inode === undefined) throw diskError('FILE_MISSING', path, 'is missing');
    return inode;
  }

  #change(change: NameChange): void {
    applyChange(this.#names, change);
    this.#nameChanges.push(change);
    this.#usedBytes = null;
  }

  #renameDirectory(source: string, target: string): void {
    for (const [path, inode] of [...this.#names]) {
      if (path.startsWith(`${source}/`)) {
        this.#change({ from: path, to: target + path.slice(source.length), inode });
      }
    }
    for (const directory of [...this.#directories]) {
      if (directory !== source && !directory.startsWith(`${source}/`)) continue;
      this.#directories.delete(directory);
      this.mkdir(target + directory.slice(source.length));
    }
  }
}

/** A name appears (`from` null), disappears (`to` null), or becomes another. */
interface NameChange {
  readonly from: string | null;
  readonly to: string | null;
  readonly inode: MemoryInode;
}

function applyChange(names: Map<string, MemoryInode>, change: NameChange): void {
  if (change.from !== null) names.delete(change.from);
  if (change.to !== null) names.set(change.to, change.inode);
}

function touches(change: NameChange, directory: string): boolean {
  return [change.from, change.to].some((path) => path !== null && dirname(path) === directory);
}
