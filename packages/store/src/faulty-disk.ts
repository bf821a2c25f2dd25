import { dirname, join, normalize } from 'node:path/posix';
import { diskError } from './disk-error.ts';
import {
  DiskFaults,
  type DiskDelay,
  type DiskFault,
  type DiskOperation,
  type DiskSleep,
} from './disk-faults.ts';
import type { Disk, DiskFile, DiskLock, NameSize, OpenMode } from './disk.ts';
import { StoreError } from './errors.ts';
import { FaultyFile, type FaultyFileHost, type FaultyInode } from './faulty-file.ts';
import { MemoryProcess } from './memory-process.ts';
import { isWithin, NameJournal } from './name-journal.ts';
import type { CrashMode, CrashRandom } from './unsynced-changes.ts';

export interface FaultyDiskOptions {
  /** Sum of the file sizes at which writes begin to fail with DISK_FULL (default: no limit). */
  readonly capacityBytes?: number;
  /** Runs the completion of work that a real disk does in the thread pool (default: a microtask). */
  readonly schedule?: (complete: () => void) => void;
  /** Needed for delays only. */
  readonly sleep?: DiskSleep;
}

/**
 * A disk that does what it is told to go wrong, with the guarantees of a real disk and none beyond them: what was not
 * synced may be lost, torn or reordered by `crash`; a name is durable only after the sync of its directory; the changes
 * of names reach the platter in their order, as a journalling file system does it. Folders need no sync. Deterministic:
 * all choice comes from the random source given to `crash`, and all work off the event loop is done when `schedule` lets it.
 *
 * Where files are is the matter of subclasses: in memory, or in a real file system.
 */
export abstract class FaultyDisk<Inode extends FaultyInode> implements Disk {
  protected readonly journal: NameJournal<Inode> = new NameJournal<Inode>();
  readonly #faults: DiskFaults;
  readonly #schedule: (complete: () => void) => void;
  #capacityBytes: number;
  /** Sum of the file sizes; null when it has to be counted anew. */
  #usedBytes: number | null = null;
  /** Raised by each crash: handles and work of an earlier life are dead. */
  #life = 0;

  constructor(options: FaultyDiskOptions) {
    this.#capacityBytes = options.capacityBytes ?? Number.MAX_SAFE_INTEGER;
    this.#schedule = options.schedule ?? queueMicrotask;
    this.#faults = new DiskFaults(options.sleep ?? null);
  }

  open(path: string, mode: OpenMode): DiskFile {
    const name = this.nameOf(path);
    this.#begin('open', name);
    let inode = this.#find(name);
    if (inode !== undefined && mode === 'create') throw diskError('FILE_EXISTS', name, 'exists');
    if (inode === undefined) {
      if (mode === 'read' || mode === 'read-write') throw diskError('FILE_MISSING', name, 'is missing');
      this.#requireDirectory(dirname(name));
      inode = this.makeFile(name);
      this.#change(inode, null, name);
    }
    return new FaultyFile(this.#hostOf(name), name, inode, mode === 'read');
  }

  list(directory: string): string[] {
    const name = this.nameOf(directory);
    this.#begin('list', name);
    this.#requireDirectory(name);
    return this.namesIn(name);
  }

  listSizes(directory: string, countMax: number): Promise<NameSize[]> {
    const name = this.nameOf(directory);
    return this.#later('list', name, () => {
      this.#faults.trip('list', name);
      this.#requireDirectory(name);
      return this.namesIn(name)
        .slice(0, countMax)
        .map((one) => ({ name: one, bytes: this.sizeOf(join(name, one)) }));
    });
  }

  mkdir(directory: string): void {
    const name = this.nameOf(directory);
    this.#begin('mkdir', name);
    this.makeDirectory(name);
  }

  exists(path: string): boolean {
    const name = this.nameOf(path);
    return this.journal.names.has(name) || this.hasName(name);
  }

  rename(from: string, to: string): void {
    const source = this.nameOf(from);
    const target = this.nameOf(to);
    this.#begin('rename', source);
    if (this.hasDirectory(source)) {
      this.#requireDirectory(dirname(target));
      this.moveDirectory(source, target);
      this.#changeTree(source, target);
      return;
    }
    const inode = this.#need(source);
    this.#requireDirectory(dirname(target));
    if (source === target) return;
    this.moveFile(inode, target);
    this.#change(inode, source, target);
  }

  remove(path: string): Promise<void> {
    const name = this.nameOf(path);
    return this.#later('remove', name, () => {
      this.#faults.trip('remove', name);
      const inode = this.#need(name);
      this.moveFile(inode, null);
      this.#change(inode, name, null);
    });
  }

  removeTree(directory: string): Promise<void> {
    const name = this.nameOf(directory);
    return this.#later('remove', name, () => {
      this.#faults.trip('remove', name);
      this.#requireDirectory(name);
      this.moveDirectory(name, null);
      this.#changeTree(name, null);
    });
  }

  copyRange(from: string, at: number, bytes: number, to: string): Promise<void> {
    const source = this.nameOf(from);
    return this.#later('copy', source, () => {
      this.#faults.trip('copy', source);
      const inode = this.#need(source);
      const buffer = Buffer.alloc(Math.max(0, Math.min(bytes, inode.size - at)));
      const content = buffer.subarray(0, inode.read(buffer, at));
      const target = this.open(to, 'create');
      target.write(content, 0);
      target.close();
    });
  }

  syncDirectory(directory: string): Promise<void> {
    const name = this.nameOf(directory);
    return this.#later('sync', name, () => {
      this.#syncDirectory(name);
    });
  }

  syncDirectoryNow(directory: string): void {
    const name = this.nameOf(directory);
    this.#faults.block('sync', name);
    this.#syncDirectory(name);
  }

  freeBytes(_directory: string): number {
    if (this.#capacityBytes === Number.MAX_SAFE_INTEGER) return this.#capacityBytes;
    if (this.#usedBytes === null) {
      this.#usedBytes = 0;
      for (const inode of this.journal.names.values()) this.#usedBytes += inode.size;
    }
    return Math.max(0, this.#capacityBytes - this.#usedBytes);
  }

  totalBytes(_directory: string): number {
    return this.#capacityBytes;
  }

  abstract lock(directory: string): DiskLock;

  /** The disk for one process: useless after the next crash, unlike the disk itself. */
  process(): Disk {
    const life = this.#life;
    return new MemoryProcess(this, () => {
      this.#requireLife(life);
    });
  }

  /** Let an operation to come fail. */
  addFault(fault: DiskFault): void {
    this.#faults.add(fault);
  }

  clearFaults(): void {
    this.#faults.clear();
  }

  /** Let operations last longer until `clearDelays`. */
  addDelay(delay: DiskDelay): void {
    this.#faults.slow(delay);
  }

  clearDelays(): void {
    this.#faults.clearDelays();
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
    this.dropLocks();
    if (mode === 'kill') return;
    for (const inode of this.journal.reachable()) inode.crash(mode, random);
    this.journal.crash(mode, random);
    this.showPlatter();
    this.recount();
  }

  /** A copy of what a reader sees. */
  contentOf(path: string): Buffer {
    const inode = this.#need(this.nameOf(path));
    const content = Buffer.alloc(inode.size);
    inode.read(content, 0);
    return content;
  }

  /** Paths of the files of a directory whose names would survive a loss of power. */
  platterFiles(directory: string): string[] {
    return [...this.journal.durable.keys()].filter((path) => dirname(path) === directory);
  }

  /** Paths of the files that a loss of power at this moment would leave in a folder or below it, sorted. */
  platterPaths(directory: string): string[] {
    const name = this.nameOf(directory);
    return [...this.journal.durable.keys()].filter((path) => path !== name && isWithin(path, name)).sort();
  }

  /** How this disk calls a path. */
  protected nameOf(path: string): string {
    return normalize(path);
  }

  /** Null for a folder. */
  protected sizeOf(name: string): number | null {
    return this.journal.names.get(name)?.size ?? null;
  }

  /** A file that is there though this disk did not make it. */
  protected findForeign(_name: string): Inode | null {
    return null;
  }

  protected abstract makeFile(name: string): Inode;
  protected abstract makeDirectory(name: string): void;
  protected abstract hasDirectory(name: string): boolean;
  /** A folder, or a file that this disk did not make. */
  protected abstract hasName(name: string): boolean;
  /** Of an existing folder, sorted. */
  protected abstract namesIn(directory: string): string[];
  /** To another name, or away (null); what has that name goes away. */
  protected abstract moveFile(inode: Inode, to: string | null): void;
  protected abstract moveDirectory(from: string, to: string | null): void;
  protected abstract dropLocks(): void;
  /** After a loss of power: names become those of the journal; whatever a file lies in is there. */
  protected abstract showPlatter(): void;

  /** The names of a folder were synced. */
  protected syncedDirectory(_name: string): void {
    return;
  }

  /** Sizes have changed in an unusual way. */
  protected recount(): void {
    this.#usedBytes = null;
  }

  #begin(operation: DiskOperation, name: string): void {
    this.#faults.block(operation, name);
    this.#faults.trip(operation, name);
  }

  #syncDirectory(name: string): void {
    this.#faults.trip('sync', name);
    this.#requireDirectory(name);
    this.journal.sync(name);
    this.syncedDirectory(name);
  }

  #hostOf(path: string): FaultyFileHost {
    const life = this.#life;
    return {
      faults: this.#faults,
      requireLife: () => {
        this.#requireLife(life);
      },
      later: (operation, name, work) => this.#later(operation, name, work),
      freeBytes: () => this.freeBytes(path),
      noteGrowth: (bytes) => {
        if (this.#usedBytes !== null) this.#usedBytes += bytes;
      },
    };
  }

  /** Completes work where the thread pool would; work of a life that ended never completes well. */
  #later<T = void>(operation: DiskOperation, path: string, work: () => T): Promise<T> {
    const life = this.#life;
    return new Promise((resolve, reject) => {
      const complete = (): void => {
        try {
          this.#requireLife(life);
          resolve(work());
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      this.#schedule(() => {
        this.#faults.wait(operation, path, complete);
      });
    });
  }

  #requireLife(life: number): void {
    if (life !== this.#life) throw new StoreError('DISK_FAILED', 'the disk was cut off by a crash');
  }

  #requireDirectory(name: string): void {
    if (!this.hasDirectory(name)) throw diskError('FILE_MISSING', name, 'is missing');
  }

  #find(name: string): Inode | undefined {
    const known = this.journal.names.get(name);
    if (known !== undefined) return known;
    const foreign = this.findForeign(name);
    if (foreign === null) return undefined;
    this.journal.adopt(name, foreign);
    this.recount();
    return foreign;
  }

  #need(name: string): Inode {
    const inode = this.#find(name);
    if (inode === undefined) throw diskError('FILE_MISSING', name, 'is missing');
    return inode;
  }

  #change(inode: Inode, from: string | null, to: string | null): void {
    this.journal.change(inode, from, to);
    this.recount();
  }

  /** The files below a folder go with it. */
  #changeTree(from: string, to: string | null): void {
    for (const [path, inode] of [...this.journal.names]) {
      if (path === from || !isWithin(path, from)) continue;
      this.#change(inode, path, to === null ? null : to + path.slice(from.length));
    }
  }
}
