import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Entry, LogFields, Logger } from '@ledgermq/raft';
import { entriesAfter } from '@ledgermq/raft/suite';
import type { LogStorageFixture } from '@ledgermq/raft/suite';
import { parseSegmentLogConfig } from '../src/config.ts';
import type { SegmentLogConfig } from '../src/config.ts';
import type { Disk, DiskFile, DiskLock, NameSize, OpenMode } from '../src/disk.ts';
import { StoreError } from '../src/errors.ts';
import { MemoryDisk } from '../src/memory-disk.ts';
import type { CrashMode, CrashRandom } from '../src/unsynced-changes.ts';
import { NodeDisk } from '../src/node-disk.ts';
import { SegmentLog } from '../src/segment-log.ts';

export const logDirectory = '/store/log';
export const firstSegment: string = join(logDirectory, `${'0'.repeat(20)}.log`);

/** Limits so small that a few entries reach all of them. */
export const tinyLimits: Partial<SegmentLogConfig> = {
  segmentBytes: 2048,
  tailCacheBytes: 700,
  markIntervalBytes: 0,
  denseEntriesMax: 4,
  sparseIntervalBytes: 128,
  openSegmentsMax: 2,
  conflictKeepBytesMax: 1000,
  readChunkBytes: 300,
};

/** splitmix32, seeded: every choice of a test comes from its seed. */
export function seededRandom(seed: number): CrashRandom {
  let state = seed >>> 0;
  return {
    nextInt(bound: number): number {
      state = (state + 0x9e3779b9) >>> 0;
      let mixed = state ^ (state >>> 16);
      mixed = Math.imul(mixed, 0x21f0aaad);
      mixed ^= mixed >>> 15;
      mixed = Math.imul(mixed, 0x735a2d97);
      return ((mixed ^ (mixed >>> 15)) >>> 0) % bound;
    },
  };
}

/** Keeps what was logged. */
export class RecordingLogger implements Logger {
  readonly lines: { readonly level: string; readonly text: string; readonly fields: LogFields }[] = [];

  debug(text: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'debug', text, fields });
  }

  info(text: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'info', text, fields });
  }

  warn(text: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'warn', text, fields });
  }

  error(text: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'error', text, fields });
  }
}

export function openLog(
  disk: Disk,
  settings: Partial<SegmentLogConfig> = tinyLimits,
  directory: string = logDirectory,
): SegmentLog {
  return SegmentLog.open(disk, directory, parseSegmentLogConfig(settings), new RecordingLogger());
}

/** `count` more entries of `bytes` body bytes, appended. */
export function appendMore(log: SegmentLog, count: number, bytes: number, term = 1): Entry[] {
  const bodies = Array.from({ length: count }, () => ({ term, bytes }));
  const entries = entriesAfter(log.lastPosition(), bodies);
  log.append(entries);
  return entries;
}

export function allEntries(log: SegmentLog): Entry[] {
  return log.entries(log.firstIndex(), log.lastPosition().index + 1, Number.MAX_SAFE_INTEGER);
}

/** The StoreError that `run` throws; fails if it throws none. */
export function storeErrorOf(run: () => unknown): StoreError {
  try {
    run();
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

export async function storeErrorFrom(promise: Promise<unknown>): Promise<StoreError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
  throw new Error('the promise did not reject');
}

/** A directory of the real disk that goes away with `remove`. */
export function temporaryDirectory(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'ledgermq-store-'));
  return {
    path,
    remove: (): void => {
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** The real disk, of which one process can die: its files close without a sync and its locks fall. */
export class MortalDisk extends NodeDisk {
  #files: DiskFile[] = [];
  #locks: DiskLock[] = [];

  override open(path: string, mode: OpenMode): DiskFile {
    const file = super.open(path, mode);
    this.#files.push(file);
    return file;
  }

  override lock(directory: string): DiskLock {
    const lock = super.lock(directory);
    this.#locks.push(lock);
    return lock;
  }

  die(): void {
    for (const file of this.#files) file.close();
    for (const lock of this.#locks) lock.release();
    this.#files = [];
    this.#locks = [];
  }
}

/** What a counting disk saw since the last reset. */
export interface DiskCounts {
  reads: number;
  /** Those of the reads that hold up the event loop. */
  readsNow: number;
  writes: number;
  syncs: number;
}

/** Passes everything on to another disk and counts it; `syncLies` answers syncs without doing them. */
export class CountingDisk implements Disk {
  readonly counts: DiskCounts = { reads: 0, readsNow: 0, writes: 0, syncs: 0 };
  readonly #disk: Disk;
  readonly #lies: 'none' | 'file-sync' | 'directory-sync';

  constructor(disk: Disk, lies: 'none' | 'file-sync' | 'directory-sync' = 'none') {
    this.#disk = disk;
    this.#lies = lies;
  }

  reset(): void {
    Object.assign(this.counts, { reads: 0, readsNow: 0, writes: 0, syncs: 0 });
  }

  open(path: string, mode: OpenMode): DiskFile {
    return countingFile(this.#disk.open(path, mode), this.counts, this.#lies === 'file-sync');
  }

  list(directory: string): string[] {
    return this.#disk.list(directory);
  }

  listSizes(directory: string, countMax: number): Promise<NameSize[]> {
    return this.#disk.listSizes(directory, countMax);
  }

  mkdir(directory: string): void {
    this.#disk.mkdir(directory);
  }

  exists(path: string): boolean {
    return this.#disk.exists(path);
  }

  rename(from: string, to: string): void {
    this.#disk.rename(from, to);
  }

  remove(path: string): Promise<void> {
    return this.#disk.remove(path);
  }

  removeTree(directory: string): Promise<void> {
    return this.#disk.removeTree(directory);
  }

  copyRange(from: string, at: number, bytes: number, to: string): Promise<void> {
    return this.#disk.copyRange(from, at, bytes, to);
  }

  syncDirectory(directory: string): Promise<void> {
    return this.#lies === 'directory-sync' ? Promise.resolve() : this.#disk.syncDirectory(directory);
  }

  syncDirectoryNow(directory: string): void {
    this.#disk.syncDirectoryNow(directory);
  }

  freeBytes(directory: string): number {
    return this.#disk.freeBytes(directory);
  }

  totalBytes(directory: string): number {
    return this.#disk.totalBytes(directory);
  }

  lock(directory: string): DiskLock {
    return this.#disk.lock(directory);
  }
}

function countingFile(file: DiskFile, counts: DiskCounts, syncLies: boolean): DiskFile {
  return {
    path: file.path,
    read: (buffer, at) => {
      counts.reads += 1;
      counts.readsNow += 1;
      return file.read(buffer, at);
    },
    readLater: (buffer, at) => {
      counts.reads += 1;
      return file.readLater(buffer, at);
    },
    write: (buffer, at) => {
      counts.writes += 1;
      file.write(buffer, at);
    },
    writeParts: (parts, at) => {
      counts.writes += 1;
      file.writeParts(parts, at);
    },
    sync: () => {
      counts.syncs += 1;
      return syncLies ? Promise.resolve() : file.sync();
    },
    syncNow: () => {
      counts.syncs += 1;
      file.syncNow();
    },
    size: () => file.size(),
    truncate: (size) => file.truncate(size),
    truncateNow: (size) => {
      file.truncateNow(size);
    },
    close: () => {
      file.close();
    },
  };
}

/** Lives of one log on a memory disk; a crash is a loss of power. */
export class MemoryLogFixture implements LogStorageFixture {
  readonly #disk = new MemoryDisk();
  readonly #settings: Partial<SegmentLogConfig>;
  readonly #mode: CrashMode;
  readonly #random: CrashRandom = seededRandom(7);

  constructor(settings: Partial<SegmentLogConfig>, mode: CrashMode) {
    this.#settings = settings;
    this.#mode = mode;
  }

  open(): Promise<SegmentLog> {
    return Promise.resolve(openLog(this.#disk, this.#settings));
  }

  async close(storage: unknown): Promise<void> {
    if (storage instanceof SegmentLog) await storage.close();
  }

  async crash(storage: unknown): Promise<void> {
    this.#disk.crash(this.#mode, this.#random);
    if (storage instanceof SegmentLog) await storage.settled();
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }
}

/** Lives of one log on the real disk; a crash is the death of the process, which the page cache survives. */
export class DiskLogFixture implements LogStorageFixture {
  readonly #directory = temporaryDirectory();
  readonly #disk = new MortalDisk();
  readonly #settings: Partial<SegmentLogConfig>;

  constructor(settings: Partial<SegmentLogConfig>) {
    this.#settings = settings;
  }

  open(): Promise<SegmentLog> {
    return Promise.resolve(openLog(this.#disk, this.#settings, join(this.#directory.path, 'log')));
  }

  async close(storage: unknown): Promise<void> {
    if (storage instanceof SegmentLog) await storage.close();
  }

  async crash(storage: unknown): Promise<void> {
    if (storage instanceof SegmentLog) await storage.settled();
    this.#disk.die();
  }

  dispose(): Promise<void> {
    this.#disk.die();
    this.#directory.remove();
    return Promise.resolve();
  }
}
