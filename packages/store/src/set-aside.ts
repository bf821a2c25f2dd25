import { join } from 'node:path';
import type { Disk, DiskFile } from './disk.ts';
import type { StoreFileKind, StoreMetrics } from './store-metrics.ts';

export const setAsideFolder = 'set-aside';

/**
 * Why something was taken out of the way.
 * - 'torn': the end of a write that a crash cut short, or a segment whose header never became whole.
 * - 'conflict': entries that a leader of a later term replaced.
 * - 'foreign': a name that its owner does not know, or something of another member.
 * - 'refused': the file of an append that met a full disk.
 * - 'damaged': bytes that had been written whole and no longer check out, or derived data that does not fit to its log.
 * - 'replaced': segments of a log that has begun anew from a snapshot.
 */
export type SetAsideReason = 'torn' | 'conflict' | 'foreign' | 'refused' | 'replaced' | 'damaged';

/** Told of each piece. */
export interface SetAsideNotes {
  readonly kind: StoreFileKind;
  readonly metrics: Pick<StoreMetrics, 'setAside'>;
}

const COPY_CHUNK_BYTES = 256 * 1024;

/**
 * The folder for what a log, or what is derived from it, must not use and must not lose. A name there says where the bytes
 * came from: `<file>.at-<file offset>.<reason>.<number>`. Only 'conflict', 'replaced' and 'refused' pieces are ever removed
 * again.
 */
export class SetAside {
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #folder: string;
  readonly #notes: SetAsideNotes | null;

  constructor(disk: Disk, directory: string, notes: SetAsideNotes | null = null) {
    this.#disk = disk;
    this.#directory = directory;
    this.#folder = join(directory, setAsideFolder);
    this.#notes = notes;
  }

  /** Move a whole file or folder of the directory; returns its new path. Unsynced. */
  takeFile(name: string, reason: SetAsideReason): string {
    const target = this.#freeName(name, 0, reason);
    this.#disk.rename(join(this.#directory, name), target);
    this.#note(reason);
    return target;
  }

  /** Copy the end of a file, or `bytesMax` of it, on the caller's thread and sync the copy: for starting up. */
  copyTailNow(
    file: DiskFile,
    name: string,
    at: number,
    reason: SetAsideReason,
    bytesMax: number = Infinity,
  ): string {
    const target = this.#freeName(name, at, reason);
    const copy = this.#disk.open(target, 'create');
    try {
      const chunk = Buffer.allocUnsafe(COPY_CHUNK_BYTES);
      for (let done = 0; ;) {
        const bytes = file.read(chunk.subarray(0, Math.min(chunk.length, bytesMax - done)), at + done);
        if (bytes === 0) break;
        copy.write(chunk.subarray(0, bytes), done);
        done += bytes;
      }
      copy.syncNow();
    } finally {
      copy.close();
    }
    this.#disk.syncDirectoryNow(this.#folder);
    this.#note(reason);
    return target;
  }

  /** Copy a range off the event loop. */
  async copyRange(name: string, at: number, bytes: number, reason: SetAsideReason): Promise<string> {
    const target = this.#freeName(name, at, reason);
    await this.#disk.copyRange(join(this.#directory, name), at, bytes, target);
    this.#note(reason);
    return target;
  }

  /** Remove the oldest 'conflict' and 'replaced' pieces until at most `bytesMax` are left, and every 'refused' piece. */
  async prune(bytesMax: number): Promise<void> {
    if (!this.#disk.exists(this.#folder)) return;
    let kept = 0;
    for (const path of this.#piecesNewestFirst()) {
      if (path.includes('.refused.')) {
        await this.#disk.remove(path);
        continue;
      }
      const bytes = this.#sizeOf(path);
      if (kept + bytes <= bytesMax) kept += bytes;
      else await this.#disk.remove(path);
    }
  }

  #note(reason: SetAsideReason): void {
    this.#notes?.metrics.setAside.add(this.#notes.kind, reason);
  }

  #piecesNewestFirst(): string[] {
    return this.#disk
      .list(this.#folder)
      .filter((name) => /\.(conflict|replaced|refused)\.\d+$/.test(name))
      .sort((left, right) => numberOf(right) - numberOf(left))
      .map((name) => join(this.#folder, name));
  }

  #sizeOf(path: string): number {
    const file = this.#disk.open(path, 'read');
    try {
      return file.size();
    } finally {
      file.close();
    }
  }

  #freeName(name: string, at: number, reason: SetAsideReason): string {
    this.#disk.mkdir(this.#folder);
    const numbers = this.#disk.list(this.#folder).map(numberOf);
    const next = numbers.reduce((most, number) => Math.max(most, number), 0) + 1;
    return join(this.#folder, `${name}.at-${at}.${reason}.${next}`);
  }
}

/** Pieces are numbered through, so the number also tells their order. */
function numberOf(name: string): number {
  const number = Number(name.slice(name.lastIndexOf('.') + 1));
  return Number.isSafeInteger(number) ? number : 0;
}
