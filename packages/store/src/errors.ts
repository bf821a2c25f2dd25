/**
 * What can go wrong in this package. The set is closed: callers switch on it.
 *
 * - CONFIG_INVALID: a setting is missing, out of range, or contradicts another one.
 * - DIRECTORY_LOCKED: another live process (or another object of this one) has the directory open.
 * - FILE_MISSING, FILE_EXISTS: an `open` met the opposite of what its mode asks for.
 * - DISK_FULL: the device or quota has no room. Nothing of the refused call is kept.
 * - DISK_FAILED: any other failure of the device or of the file system.
 * - LOG_CORRUPT: bytes that had been written whole no longer check out, or are gone.
 * - LOG_CLOSED: the object was closed.
 * - LOG_GAP, LOG_COMPACTED, LOG_UNAVAILABLE, ENTRY_CHAIN_BROKEN, STORAGE_FAILED, STATE_INVALID: as the storage
 *   ports of @ledgermq/raft define them. STORAGE_FAILED is final: a write or sync failed, and the object takes
 *   nothing more. LOG_COMPACTED and LOG_UNAVAILABLE also answer byte reads before the start and after the end.
 * - INDEX_CORRUPT, INDEX_RANGE: a derived flat file is unusable, or was asked for what it does not hold.
 * - STATE_DB_FAILED: the state database refused an operation.
 * - SNAPSHOT_MISSING: no complete snapshot ends at that index, or it was damaged and is set aside.
 * - SNAPSHOT_CORRUPT: the bytes of a snapshot are not those that its meta speaks of.
 * - LIMIT_EXCEEDED: a named limit of a config was reached.
 */
export type StoreErrorCode =
  | 'CONFIG_INVALID'
  | 'DIRECTORY_LOCKED'
  | 'FILE_MISSING'
  | 'FILE_EXISTS'
  | 'DISK_FULL'
  | 'DISK_FAILED'
  | 'LOG_CORRUPT'
  | 'LOG_CLOSED'
  | 'LOG_GAP'
  | 'LOG_COMPACTED'
  | 'LOG_UNAVAILABLE'
  | 'ENTRY_CHAIN_BROKEN'
  | 'STORAGE_FAILED'
  | 'STATE_INVALID'
  | 'INDEX_CORRUPT'
  | 'INDEX_RANGE'
  | 'STATE_DB_FAILED'
  | 'SNAPSHOT_MISSING'
  | 'SNAPSHOT_CORRUPT'
  | 'LIMIT_EXCEEDED';

/** Where the fault lies, as far as it is known. */
export interface StoreErrorDetail {
  /** Path of the file concerned. */
  readonly file?: string;
  /** Byte offset in that file. */
  readonly offset?: number;
  /** Log index concerned. */
  readonly index?: number;
  readonly cause?: unknown;
}

export class StoreError extends Error {
  readonly code: StoreErrorCode;
  readonly file: string | null;
  readonly offset: number | null;
  readonly index: number | null;

  constructor(code: StoreErrorCode, message: string, detail: StoreErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = 'StoreError';
    this.code = code;
    this.file = detail.file ?? null;
    this.offset = detail.offset ?? null;
    this.index = detail.index ?? null;
  }
}
