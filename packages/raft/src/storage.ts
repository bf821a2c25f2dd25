import type { ConfigurationState } from './configuration-state.ts';
import type { Entry, LogIndex } from './entry.ts';

/**
 * Where a log stands after the entry `index`: its term, the address at which the next frame starts, and its hash
 * (the `prevHash` of the next entry). Before the first entry index, term and hash are 0.
 */
export interface LogPosition {
  readonly index: LogIndex;
  readonly term: number;
  readonly address: number;
  readonly hash: number;
}

/**
 * What is known about a snapshot without reading it: the replicated state after the entry `position.index` was
 * applied, and nothing of the log itself.
 */
export interface SnapshotMeta {
  /** Position after the entry; the log that goes with the snapshot continues here. */
  readonly position: LogPosition;
  /** Who belongs to the group after the entry. */
  readonly configuration: ConfigurationState;
  /** Size of the content. */
  readonly bytes: number;
  /** CRC-32 of the whole content. */
  readonly crc: number;
}

/**
 * The log as the core and the driver see it. Reads and appends are synchronous; an appended entry can be read
 * back at once and becomes durable with a later `sync`.
 *
 * Frames go in and come out by reference. A frame handed to `append` must not change afterwards; a frame returned
 * by `entries` stays valid as long as someone holds it, also when the log is cut or its prefix dropped.
 *
 * A write or sync that failed is final: after the first error every further `append` and `sync` fails too,
 * because nobody knows what the disk holds (a second fsync may report success for pages that were dropped).
 */
export interface LogStorage {
  /** Index of the first entry held; 1 for a new log, and last + 1 for one that holds none. */
  firstIndex(): LogIndex;

  /** Position after the last entry. */
  lastPosition(): LogPosition;

  /** Position after the entry `index`, for firstIndex - 1 <= index <= last; null outside. */
  positionAt(index: LogIndex): LogPosition | null;

  /** Term of the entry `index`, for firstIndex - 1 <= index <= last; null outside. */
  term(index: LogIndex): number | null;

  /**
   * The entries from `from` up to but not including `to`, in order, as many as fit into `bytesMax` (whole
   * frames), but at least one when the range is not empty, so that a large entry cannot block its reader. `to`
   * beyond the end means the end. Throws `LOG_COMPACTED` for `from` < firstIndex and `LOG_UNAVAILABLE` for
   * `from` > last + 1.
   */
  entries(from: LogIndex, to: LogIndex, bytesMax: number): Entry[];

  /**
   * As `entries`, but only as far as that reads no file, so that it cannot take long: none if the entry `from` is not in
   * memory.
   */
  entriesInMemory(from: LogIndex, to: LogIndex, bytesMax: number): Entry[];

  /**
   * Brings the entry `index`, and mostly some behind it, into memory without holding up the event loop. Calls `done`
   * once, perhaps before it returns: then `entriesInMemory` has the entry, unless the log was cut or dropped there, or others
   * needed the memory since. With an error if it cannot be read.
   */
  fetchEntry(index: LogIndex, done: (error: Error | null) => void): void;

  /**
   * Writes entries to the page cache. The first may lie at or below the last entry held: then that entry and all
   * after it are cut first. Throws `LOG_GAP` when the first index is beyond last + 1, `LOG_COMPACTED` when it is
   * below firstIndex, and `ENTRY_CHAIN_BROKEN` when an entry does not continue the one before it in index,
   * address, previous hash or (smaller) term; in these cases nothing was changed. Throws `STORAGE_FAILED` when
   * writing failed. An empty list does nothing.
   */
  append(entries: readonly Entry[]): void;

  /**
   * Resolves when everything appended, and every cut made, before this call is durable. At most one call runs at
   * a time. Rejects with `STORAGE_FAILED`.
   */
  sync(): Promise<void>;

  /**
   * Forgets everything held; the log begins anew at `position.index + 1` and continues `position`. Durable when
   * resolved, and atomic: after a crash the log is either the old one or the new one. No `sync` runs meanwhile.
   * Rejects with `STORAGE_FAILED`.
   */
  reset(position: LogPosition): Promise<void>;

  /**
   * Hint that entries up to `index` are committed and so must never be cut; a sync covered them before. May be made
   * durable lazily; recovery uses it to tell a torn tail from lost data. Indexes that move backwards are ignored.
   */
  markCommitted(index: LogIndex): void;
}

/**
 * How far a log went that has lost its end. Until it is as complete again its member neither leads nor votes for a log that
 * is less complete, in the sense of the election restriction (paper §5.4.1).
 */
export interface VoteFloor {
  readonly index: LogIndex;
  readonly term: number;
}

/** No demand. */
export const NO_VOTE_FLOOR: VoteFloor = Object.freeze({ index: 0, term: 0 });

/** Whether a log that ends in (`index`, `term`) is at least as complete as `floor` demands. */
export function reachesFloor(floor: VoteFloor, index: LogIndex, term: number): boolean {
  return term > floor.term || (term === floor.term && index >= floor.index);
}

/**
 * How far a member can rely on its memory.
 *
 * - `blank`: nothing was ever on this disk. The member cannot know whether it is new or has lost everything, so it
 *   takes part in no election but the first one of a group, for which all voters must be empty.
 * - `repairing`: it is being filled by a leader. It confirms what it holds, and neither votes nor campaigns, since
 *   it may have promised and confirmed things in an earlier life that it does not know about.
 * - `full`: it remembers everything it ever said.
 */
export type Standing = 'blank' | 'repairing' | 'full';

/**
 * What a member must not forget (paper, Figure 2). `votedFor` belongs to `term`. `commit` is a hint that saves
 * work after a restart; it may be older than the truth.
 */
export interface HardState {
  readonly term: number;
  readonly votedFor: string | null;
  readonly commit: LogIndex;
  readonly standing: Standing;
}

export const INITIAL_HARD_STATE: HardState = Object.freeze({
  term: 0,
  votedFor: null,
  commit: 0,
  standing: 'blank',
});

export interface HardStateStorage {
  /** The last state saved; `INITIAL_HARD_STATE` for a new member. Throws `STATE_INVALID` when unreadable. */
  load(): HardState;

  /** Durable when it returns. Throws `STORAGE_FAILED`, which is final. */
  save(state: HardState): void;
}
