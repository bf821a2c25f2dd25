/**
 * Every condition that this package reports by throwing. Expected refusals (not leader, too much uncommitted)
 * are results of the call, not errors.
 *
 * - `CONFIG_INVALID`: the configuration or the identity given to a constructor is not usable.
 * - `STATE_INVALID`: what was loaded from storage contradicts itself (for example a log that ends before the
 *   applied index).
 * - `INVARIANT_VIOLATED`: the safety argument of Raft does not hold any more; the process must stop.
 * - `ENTRY_TRUNCATED`: the bytes end inside an entry frame.
 * - `ENTRY_HEADER_INVALID`: magic, version, kind, length or header checksum of a frame is wrong.
 * - `ENTRY_BODY_INVALID`: the body checksum of a frame is wrong.
 * - `ENTRY_TOO_LARGE`: a frame is longer than the limit that applies to it.
 * - `ENTRY_CHAIN_BROKEN`: a frame does not continue the entry before it (index, address or previous hash).
 * - `LOG_GAP`: an append does not touch the end of the log.
 * - `LOG_COMPACTED`: the index asked for is before the first entry held.
 * - `LOG_UNAVAILABLE`: the index asked for is after the last entry held.
 * - `STORAGE_FAILED`: writing or syncing failed; final for this store.
 * - `DISK_FULL`: there is no room. Nothing of the refused write was kept, and it may be tried again.
 * - `SNAPSHOT_MISSING`: no snapshot that ends at this index is kept.
 * - `SNAPSHOT_CORRUPT`: the bytes received are not those of the snapshot that was announced.
 * - `PEER_FRAME_TOO_LARGE`: a peer announces more bytes than the limit.
 * - `PEER_FRAME_INVALID`: a peer's bytes are not a message.
 * - `STOPPED`: the driver was stopped before the call.
 */
export type RaftErrorCode =
  | 'CONFIG_INVALID'
  | 'STATE_INVALID'
  | 'INVARIANT_VIOLATED'
  | 'ENTRY_TRUNCATED'
  | 'ENTRY_HEADER_INVALID'
  | 'ENTRY_BODY_INVALID'
  | 'ENTRY_TOO_LARGE'
  | 'ENTRY_CHAIN_BROKEN'
  | 'LOG_GAP'
  | 'LOG_COMPACTED'
  | 'LOG_UNAVAILABLE'
  | 'STORAGE_FAILED'
  | 'DISK_FULL'
  | 'SNAPSHOT_MISSING'
  | 'SNAPSHOT_CORRUPT'
  | 'PEER_FRAME_TOO_LARGE'
  | 'PEER_FRAME_INVALID'
  | 'STOPPED';

/** The one error class of this package; `code` is stable, the message is for people. */
export class RaftError extends Error {
  readonly code: RaftErrorCode;

  constructor(code: RaftErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RaftError';
    this.code = code;
  }

  /** Normalizes a caught value: a RaftError is kept, anything else becomes the cause of a new one. */
  static from(value: unknown, code: RaftErrorCode): RaftError {
    if (value instanceof RaftError) return value;
    const message = value instanceof Error ? value.message : String(value);
    return new RaftError(code, message, { cause: value });
  }
}

/**
 * Checks a safety condition that must hold in production too. A failure means that going on could lose or
 * reorder committed entries, so it throws `INVARIANT_VIOLATED`, which nothing catches to continue.
 */
export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new RaftError('INVARIANT_VIOLATED', message);
}
