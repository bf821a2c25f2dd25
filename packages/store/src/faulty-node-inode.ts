import type { Disk, DiskFile } from './disk.ts';
import type { FaultyInode } from './faulty-file.ts';
import { UnsyncedChanges, type CrashMode, type CrashRandom, type FileChange } from './unsynced-changes.ts';

/** One change of a real file, with what it overwrote. */
interface Undoable {
  readonly number: number;
  readonly change: FileChange;
  readonly sizeBefore: number;
  /** The bytes that were there, from `at` on. */
  readonly at: number;
  readonly before: Buffer;
  /** 'dropped': a sync that failed has taken it from the dirty pages. It shows, and never reaches the platter. */
  fate: 'pending' | 'synced' | 'dropped';
}

/**
 * A real file of which is remembered what a sync has not covered yet: the new bytes, and the old ones in their places. After a
 * loss of power the file is put back to its last synced state, and gets of the rest what survived.
 */
export class FaultyNodeInode implements FaultyInode {
  /** Where the file is now: under its name, or in the attic. */
  location: string;
  readonly #base: { readonly disk: Disk; readonly syncs: boolean };
  readonly #unsynced: UnsyncedChanges = new UnsyncedChanges();
  #file: DiskFile | null = null;
  #size: number;
  /** Every change since the oldest that is not on the platter; those that a failed sync has dropped stay for their undoing. */
  #history: Undoable[] = [];

  constructor(base: { readonly disk: Disk; readonly syncs: boolean }, location: string, size: number) {
    this.#base = base;
    this.location = location;
    this.#size = size;
  }

  get size(): number {
    return this.#size;
  }

  get lastChange(): number {
    return this.#unsynced.last;
  }

  read(buffer: Buffer, at: number): number {
    return this.#open().read(buffer, at);
  }

  write(bytes: Buffer, at: number): void {
    if (bytes.length === 0) return;
    const before = this.#bytesAt(at, bytes.length);
    const sizeBefore = this.#size;
    const file = this.#open();
    let written: Buffer = bytes;
    try {
      file.write(bytes, at);
    } catch (error) {
      // Of a write that failed a part may be there, and is what a sync would cover.
      written = this.#bytesAt(at, Math.max(0, Math.min(bytes.length, file.size() - at)));
      throw error;
    } finally {
      this.#size = file.size();
      if (written.length > 0) {
        this.#note({ type: 'write', at, bytes: Buffer.from(written) }, sizeBefore, at, before);
      }
    }
  }

  truncate(size: number): void {
    const sizeBefore = this.#size;
    const before = this.#bytesAt(size, Math.max(0, sizeBefore - size));
    this.#open().truncateNow(size);
    this.#size = size;
    this.#note({ type: 'truncate', size }, sizeBefore, size, before);
  }

  sync(number: number): void {
    if (this.#base.syncs) this.#open().syncNow();
    this.#decide(number, 'synced');
    const kept = this.#history.findIndex(({ fate }) => fate !== 'synced');
    this.#history.splice(0, kept === -1 ? this.#history.length : kept);
  }

  forget(number: number): void {
    this.#decide(number, 'dropped');
  }

  crash(mode: Exclude<CrashMode, 'kill'>, random: CrashRandom): void {
    const survivors = this.#unsynced.crash(mode, random);
    if (this.#history.length > 0) {
      const file = this.#open();
      for (const one of this.#history.toReversed()) undo(file, one);
      for (const one of this.#history) if (one.fate === 'synced') apply(file, one.change);
      for (const change of survivors) apply(file, change);
      if (this.#base.syncs) file.syncNow();
      this.#size = file.size();
    }
    this.#history = [];
  }

  /** Keeps the bytes within reach, whatever becomes of their place. */
  hold(): void {
    this.#open();
  }

  close(): void {
    this.#file?.close();
    this.#file = null;
  }

  #note(change: FileChange, sizeBefore: number, at: number, before: Buffer): void {
    const number = this.#unsynced.add(change);
    this.#history.push({ number, change, sizeBefore, at, before, fate: 'pending' });
  }

  #decide(number: number, fate: 'synced' | 'dropped'): void {
    this.#unsynced.take(number);
    for (const one of this.#history) if (one.number <= number && one.fate === 'pending') one.fate = fate;
  }

  #bytesAt(at: number, count: number): Buffer {
    const buffer = Buffer.alloc(count);
    return count === 0 ? buffer : buffer.subarray(0, this.#open().read(buffer, at));
  }

  #open(): DiskFile {
    this.#file ??= this.#base.disk.open(this.location, 'read-write');
    return this.#file;
  }
}

function apply(file: DiskFile, change: FileChange): void {
  if (change.type === 'write') file.write(change.bytes, change.at);
  else file.truncateNow(change.size);
}

function undo(file: DiskFile, { sizeBefore, at, before }: Undoable): void {
  file.truncateNow(sizeBefore);
  file.write(before, at);
}
