import { dirname, join, relative, resolve } from 'node:path/posix';
import { diskError } from './disk-error.ts';
import type { Disk, DiskLock } from './disk.ts';
import { FaultyDisk, type FaultyDiskOptions } from './faulty-disk.ts';
import { FaultyNodeInode } from './faulty-node-inode.ts';
import { isWithin } from './name-journal.ts';

export interface FaultyNodeDiskOptions extends FaultyDiskOptions {
  /** The disk that has the files: a NodeDisk. */
  readonly base: Disk;
  /** An existing folder; this disk is the only one to change files in it. All paths lie in it. */
  readonly root: string;
  /**
   * A folder on the same file system, outside of the root; it is made, and belongs to this disk. Files that were removed or
   * replaced wait there for as long as a loss of power could bring them back.
   */
  readonly attic: string;
  /**
   * Whether syncs are handed on to the base (default). Losses of power are acted here, so nothing but the time that real
   * syncs take depends on it.
   */
  readonly syncsBase?: boolean;
}

/**
 * Real files with the faults and crashes of a `MemoryDisk`, for tests. After `crash` the files are as a loss of power could
 * have left them, for every program that looks. Everything happens on the caller's thread, or when `schedule` lets it: time
 * may be virtual. What was written and never synced is held in memory.
 *
 * Files that appear by other means than this disk (a state database) are left alone by crashes, unless they are opened,
 * renamed or removed here: then they count as durable.
 */
export class FaultyNodeDisk extends FaultyDisk<FaultyNodeInode> {
  readonly #base: Disk;
  readonly #root: string;
  readonly #attic: string;
  readonly #syncsBase: boolean;
  readonly #locks: Set<DiskLock> = new Set();
  #stowed = 0;
  /** Removals of what nothing can bring back any more. */
  readonly #clearing: Set<Promise<void>> = new Set();
  /** Every file that has a place, under its name or in the attic. */
  readonly #inodes: Set<FaultyNodeInode> = new Set();
  /** Files without one, which somebody may still have open. */
  readonly #nameless: Set<FaultyNodeInode> = new Set();

  constructor(options: FaultyNodeDiskOptions) {
    super(options);
    this.#base = options.base;
    this.#root = resolve(options.root);
    this.#attic = resolve(options.attic);
    this.#syncsBase = options.syncsBase ?? true;
    if (isWithin(this.#attic, this.#root)) throw diskError('DISK_FAILED', this.#attic, 'lies in the root');
    this.#base.mkdir(this.#attic);
  }

  override freeBytes(directory: string): number {
    return Math.min(super.freeBytes(directory), this.#base.freeBytes(this.#root));
  }

  override totalBytes(directory: string): number {
    return Math.min(super.totalBytes(directory), this.#base.totalBytes(this.#root));
  }

  lock(directory: string): DiskLock {
    const lock = this.#base.lock(this.nameOf(directory));
    this.#locks.add(lock);
    return {
      release: (): void => {
        lock.release();
        this.#locks.delete(lock);
      },
    };
  }

  /** Ends the use of the files: descriptors and locks are gone, and so is the attic when it resolves. */
  async close(): Promise<void> {
    this.dropLocks();
    this.#closeFiles();
    await Promise.all(this.#clearing);
    await this.#base.removeTree(this.#attic);
  }

  protected override nameOf(path: string): string {
    const name = resolve(path);
    if (!isWithin(name, this.#root)) throw diskError('DISK_FAILED', name, `lies outside of ${this.#root}`);
    return name;
  }

  protected override sizeOf(name: string): number | null {
    const known = super.sizeOf(name);
    if (known !== null || this.hasDirectory(name)) return known;
    const file = this.#base.open(name, 'read');
    try {
      return file.size();
    } finally {
      file.close();
    }
  }

  protected override findForeign(name: string): FaultyNodeInode | null {
    if (!this.#base.exists(name) || this.hasDirectory(name)) return null;
    const file = this.#base.open(name, 'read');
    const inode = this.#inodeAt(name, file.size());
    file.close();
    return inode;
  }

  protected makeFile(name: string): FaultyNodeInode {
    this.#base.open(name, 'create').close();
    return this.#inodeAt(name, 0);
  }

  protected makeDirectory(name: string): void {
    this.#base.mkdir(name);
  }

  protected hasDirectory(name: string): boolean {
    if (this.journal.names.has(name) || !this.#base.exists(name)) return false;
    try {
      this.#base.list(name);
      return true;
    } catch {
      return false;
    }
  }

  protected hasName(name: string): boolean {
    return this.#base.exists(name);
  }

  protected namesIn(directory: string): string[] {
    return this.#base.list(directory);
  }

  protected moveFile(inode: FaultyNodeInode, to: string | null): void {
    if (to === null) {
      this.#stow(inode);
      return;
    }
    const replaced = this.journal.names.get(to);
    if (replaced !== undefined) this.#stow(replaced);
    this.#move(inode, to);
  }

  protected moveDirectory(from: string, to: string | null): void {
    const target = to ?? this.#newPlace();
    this.#base.rename(from, target);
    for (const inode of this.journal.reachable()) {
      if (isWithin(inode.location, from)) inode.location = join(target, relative(from, inode.location));
    }
  }

  protected override syncedDirectory(name: string): void {
    if (this.#syncsBase) this.#base.syncDirectoryNow(name);
    this.#clear();
  }

  protected dropLocks(): void {
    for (const lock of this.#locks) lock.release();
    this.#locks.clear();
  }

  protected showPlatter(): void {
    const { names } = this.journal;
    const places = new Map([...names].map(([name, inode]) => [inode, name]));
    // Whatever is in a place that is not its own makes way first: two files may have to change places.
    for (const inode of this.#inodes) {
      const isOut = !isWithin(inode.location, this.#root);
      if (!isOut && places.get(inode) !== inode.location) this.#stow(inode);
    }
    for (const [inode, name] of places) {
      if (inode.location === name) continue;
      this.#base.mkdir(dirname(name));
      this.#move(inode, name);
    }
    this.#clear();
    this.#closeFiles();
  }

  #closeFiles(): void {
    for (const inode of [...this.#inodes, ...this.#nameless]) inode.close();
    this.#nameless.clear();
  }

  #inodeAt(name: string, size: number): FaultyNodeInode {
    const inode = new FaultyNodeInode({ disk: this.#base, syncs: this.#syncsBase }, name, size);
    this.#inodes.add(inode);
    return inode;
  }

  #stow(inode: FaultyNodeInode): void {
    this.#move(inode, this.#newPlace());
  }

  #move(inode: FaultyNodeInode, to: string): void {
    this.#base.rename(inode.location, to);
    inode.location = to;
  }

  #newPlace(): string {
    this.#stowed += 1;
    return join(this.#attic, String(this.#stowed));
  }

  /** What no name and no change of names leads to is gone for good; whoever has it open keeps it until then. */
  #clear(): void {
    const reachable = this.journal.reachable();
    for (const inode of this.#inodes) {
      if (reachable.has(inode)) continue;
      this.#inodes.delete(inode);
      inode.hold();
      this.#nameless.add(inode);
      const clearing = this.#base
        .remove(inode.location)
        .catch(() => undefined)
        .finally(() => this.#clearing.delete(clearing));
      this.#clearing.add(clearing);
    }
  }
}
