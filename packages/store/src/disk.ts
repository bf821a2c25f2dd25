/**
 * The port through which this package reaches storage. `NodeDisk` is the real one; `MemoryDisk` tells the
 * page cache from the platter and can lose, tear and refuse, and `FaultyNodeDisk` does the same with real files. All
 * pass the same conformance suite.
 *
 * Every method throws (or rejects with) `StoreError`: FILE_MISSING, FILE_EXISTS, DISK_FULL (no space or
 * quota) or DISK_FAILED. A write is visible to reads at once and survives the death of the process; only a
 * completed sync makes it survive the loss of power. Creating, renaming or removing a name is durable only
 * after the sync of its directory.
 *
 * Small reads and writes are synchronous because the asynchronous forms cost several times as much CPU;
 * whatever can take long (sync, removal, truncation of a large file, copies) has a form that runs off the
 * event loop.
 */

/**
 * - 'create': a new file, FILE_EXISTS if the name is taken.
 * - 'read-write': an existing file, FILE_MISSING otherwise.
 * - 'read-write-create': an existing or a new file; content is kept.
 * - 'read': an existing file, reads only.
 */
export type OpenMode = 'create' | 'read-write' | 'read-write-create' | 'read';

export interface DiskFile {
  readonly path: string;
  /** Fill `buffer` from byte offset `at`; returns the bytes read, fewer only at the end of the file. */
  read(buffer: Buffer, at: number): number;
  /**
   * The same in the thread pool: for data that may lie on the platter only. It costs several times as much CPU, and
   * blocks nobody. `buffer` belongs to the read until it settles; bytes written meanwhile may be seen or not.
   */
  readLater(buffer: Buffer, at: number): Promise<number>;
  /**
   * Write all of `buffer` at byte offset `at`; a gap before `at` reads as zeros. On DISK_FULL a part may
   * have been written: the caller decides what becomes of it.
   */
  write(buffer: Buffer, at: number): void;
  /** Like `write` of the parts joined, in one system call as far as the system allows. */
  writeParts(parts: readonly Buffer[], at: number): void;
  /** fdatasync in the thread pool: covers every write made before the call. A rejection is final. */
  sync(): Promise<void>;
  /** fdatasync on the caller's thread: for votes, and for starting up. */
  syncNow(): void;
  size(): number;
  /** Cut or extend (with zeros) off the event loop. */
  truncate(size: number): Promise<void>;
  /** The same on the caller's thread: only for a tail that is known to be small, or while starting up. */
  truncateNow(size: number): void;
  /** Idempotent; operations in flight finish first. Nothing is synced. */
  close(): void;
}

/** A name in a directory as a look found it. */
export interface NameSize {
  readonly name: string;
  /** Null for a folder. */
  readonly bytes: number | null;
}

/** Held until `release` (idempotent), or until the process dies. */
export interface DiskLock {
  release(): void;
}

export interface Disk {
  open(path: string, mode: OpenMode): DiskFile;
  /** Names (not paths) of the files and folders in a directory, sorted; FILE_MISSING if there is none. */
  list(directory: string): string[];
  /**
   * The same with sizes, in any order, off the event loop and one file after the other, so that it never holds more than one
   * thread of the pool: for figures. At most `countMax` names; what comes and goes meanwhile may be missing.
   */
  listSizes(directory: string, countMax: number): Promise<NameSize[]>;
  /** Make a directory and its missing parents; fine if it exists. */
  mkdir(directory: string): void;
  exists(path: string): boolean;
  /** Replaces `to` if it exists. Both must be on one file system. */
  rename(from: string, to: string): void;
  /** Remove a file off the event loop; FILE_MISSING if there is none. */
  remove(path: string): Promise<void>;
  /** Remove a folder and all that is in it off the event loop; FILE_MISSING if there is none. */
  removeTree(directory: string): Promise<void>;
  /** Copy `bytes` bytes from offset `at` of one file into a new file `to`, off the event loop, unsynced. */
  copyRange(from: string, at: number, bytes: number, to: string): Promise<void>;
  /** Make the names in a directory durable, in the thread pool. */
  syncDirectory(directory: string): Promise<void>;
  syncDirectoryNow(directory: string): void;
  /** Bytes that this process may still write on the file system of `directory`. */
  freeBytes(directory: string): number;
  /** Size of the file system of `directory`, bytes. */
  totalBytes(directory: string): number;
  /** Exclusive use of a directory; DIRECTORY_LOCKED while another holder lives. */
  lock(directory: string): DiskLock;
}
