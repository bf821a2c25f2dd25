import { basename, dirname, join, normalize } from 'node:path/posix';
import type { Disk, DiskFile, DiskLock, NameSize, OpenMode } from './disk.ts';
import { StoreError } from './errors.ts';
import { OverlayInode } from './overlay-inode.ts';

/**
 * A disk over another one, which is only read: what is written, cut, renamed or removed here stays in memory. So files can be
 * opened by code that recovers them, and nothing of them changes. Names of folders do not change, and locks are real:
 * nobody else may work on the files meanwhile.
 */
export class OverlayDisk implements Disk {
  readonly #base: Disk;
  /** Files that were opened or changed; null for a name that is gone. */
  readonly #files: Map<string, OverlayInode | null> = new Map();
  readonly #folders: Set<string> = new Set();

  constructor(base: Disk) {
    this.#base = base;
  }

  open(path: string, mode: OpenMode): DiskFile {
    const name = normalize(path);
    const found = this.#find(name);
    if (found !== null && mode === 'create')
      throw new StoreError('FILE_EXISTS', `${name} exists`, { file: name });
    if (found === null && (mode === 'read' || mode === 'read-write')) throw missing(name);
    const inode = found ?? new OverlayInode(null);
    this.#files.set(name, inode);
    return inode.handle(name);
  }

  list(directory: string): string[] {
    const name = normalize(directory);
    const names = new Set<string>();
    if (this.#base.exists(name)) for (const one of this.#base.list(name)) names.add(one);
    else if (!this.#folders.has(name)) throw missing(name);
    for (const [path, inode] of this.#files) {
      if (dirname(path) !== name) continue;
      if (inode === null) names.delete(basename(path));
      else names.add(basename(path));
    }
    for (const folder of this.#folders) if (dirname(folder) === name) names.add(basename(folder));
    return [...names].sort();
  }

  async listSizes(directory: string, countMax: number): Promise<NameSize[]> {
    const known = new Map<string, number | null>();
    if (this.#base.exists(directory)) {
      for (const { name, bytes } of await this.#base.listSizes(directory, countMax)) known.set(name, bytes);
    }
    return this.list(directory)
      .slice(0, countMax)
      .map((name) => {
        const held = this.#files.get(normalize(join(directory, name)));
        return { name, bytes: held?.size ?? known.get(name) ?? null };
      });
  }

  mkdir(directory: string): void {
    for (let name = normalize(directory); name !== '/' && name !== '.'; name = dirname(name)) {
      if (this.#base.exists(name)) return;
      this.#folders.add(name);
    }
  }

  exists(path: string): boolean {
    const name = normalize(path);
    if (this.#folders.has(name)) return true;
    const held = this.#files.get(name);
    return held === undefined ? this.#base.exists(name) : held !== null;
  }

  rename(from: string, to: string): void {
    const inode = this.#find(normalize(from));
    if (inode === null) throw missing(from);
    this.#files.set(normalize(to), inode);
    this.#files.set(normalize(from), null);
  }

  remove(path: string): Promise<void> {
    const name = normalize(path);
    if (!this.exists(name)) return Promise.reject(missing(name));
    this.#files.set(name, null);
    return Promise.resolve();
  }

  /** Folders stay: nobody looks at what was left over. */
  removeTree(_directory: string): Promise<void> {
    return Promise.resolve();
  }

  copyRange(from: string, at: number, bytes: number, to: string): Promise<void> {
    const source = this.open(from, 'read');
    const target = this.open(to, 'create');
    const buffer = Buffer.allocUnsafe(bytes);
    target.write(buffer.subarray(0, source.read(buffer, at)), 0);
    return Promise.resolve();
  }

  syncDirectory(_directory: string): Promise<void> {
    return Promise.resolve();
  }

  syncDirectoryNow(_directory: string): void {
    return;
  }

  freeBytes(directory: string): number {
    return this.#base.freeBytes(this.#nearest(directory));
  }

  totalBytes(directory: string): number {
    return this.#base.totalBytes(this.#nearest(directory));
  }

  /** A folder that is only here needs no lock. */
  lock(directory: string): DiskLock {
    return this.#base.exists(directory) ? this.#base.lock(directory) : { release: () => undefined };
  }

  /** Closes the files of the disk below. */
  close(): void {
    for (const inode of this.#files.values()) inode?.close();
    this.#files.clear();
  }

  #find(name: string): OverlayInode | null {
    const held = this.#files.get(name);
    if (held !== undefined) return held;
    if (!this.#base.exists(name)) return null;
    return new OverlayInode(this.#base.open(name, 'read'));
  }

  #nearest(directory: string): string {
    let name = normalize(directory);
    while (!this.#base.exists(name)) name = join(name, '..');
    return name;
  }
}

function missing(name: string): StoreError {
  return new StoreError('FILE_MISSING', `${name} is missing`, { file: name });
}
