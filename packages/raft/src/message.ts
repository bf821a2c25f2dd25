import type { Entry, LogIndex } from './entry.ts';
import type { ConfigurationState } from './configuration-state.ts';
import type { RoleChange } from './status.ts';
import type { HardState, SnapshotMeta } from './storage.ts';

/** What every message between members of a group carries. Terms and indexes are safe integers >= 0. */
interface Envelope {
  /** Member id of the sender. */
  readonly from: string;
  /** Member id of the receiver. */
  readonly to: string;
  /** The sender's term, except in a pre-vote (see there). */
  readonly term: number;
}

/**
 * "Would you vote for me?" (thesis §9.6). `term` is the term the sender would campaign in, that is its own plus
 * one; nobody changes its own term because of it.
 */
export interface PreVoteRequest extends Envelope {
  readonly type: 'pre-vote-request';
  readonly lastIndex: number;
  readonly lastTerm: number;
}

/** `term` is the term asked for when granted, the voter's own term when refused. */
export interface PreVoteResponse extends Envelope {
  readonly type: 'pre-vote-response';
  readonly granted: boolean;
  /** The sender has nothing on disk; its answer counts only for starting a group, see {@link VoteRequest}. */
  readonly blank: boolean;
  /** The sender's log has never held an entry. */
  readonly empty: boolean;
  /** Number of this life of a blank sender, drawn by chance when it began; 0 for others. */
  readonly life: number;
  /**
   * What the sender knows to be committed, and the term of that entry; left out means 0. A leader that left the group
   * may be the only one to know that it did, and may hold more than those who go on without it: then they need its
   * vote and cannot get it, until they learn that they do not need it.
   */
  readonly commit?: number;
  readonly commitTerm?: number;
}

/**
 * RequestVote (paper, Figure 2).
 *
 * `bootstrap` starts a new group: every voter said before that its log is empty. Only then may a blank member
 * vote, and only in the life in which it said so: `life` repeats the number it gave, so that a request which was
 * long under way means nothing to a member that has lost its files since.
 */
export interface VoteRequest extends Envelope {
  readonly type: 'vote-request';
  readonly lastIndex: number;
  readonly lastTerm: number;
  /** The leader asked for this election (thesis §3.10), so that it is in office is no reason to refuse. */
  readonly transfer: boolean;
  readonly bootstrap: boolean;
  readonly life: number;
}

export interface VoteResponse extends Envelope {
  readonly type: 'vote-response';
  readonly granted: boolean;
}

/**
 * AppendEntries (paper, Figure 2). The entries follow `prevIndex` without a gap. `commit` is the leader's commit
 * index; the receiver takes min(commit, prevIndex + entries.length).
 */
export interface AppendRequest extends Envelope {
  readonly type: 'append-request';
  readonly prevIndex: number;
  readonly prevTerm: number;
  readonly commit: number;
  readonly entries: readonly Entry[];
}

/** Everything up to `index` equals the leader's log and is durable on the sender. */
export interface AppendAccepted extends Envelope {
  readonly type: 'append-accepted';
  readonly index: number;
  /**
   * True while the sender has lost its memory. Then it counts for nothing: it may have promised itself to a later leader
   * and forgotten, and this leader would commit with its help what that one knows nothing of. Left out means false.
   */
  readonly repairing?: boolean;
}

/**
 * The sender has no entry (prevIndex, prevTerm). `hintIndex` is the highest index at which the logs may still
 * agree and `hintTerm` the sender's term there, so that both sides can skip whole terms (paper §5.3, last part).
 */
export interface AppendRejected extends Envelope {
  readonly type: 'append-rejected';
  readonly prevIndex: number;
  readonly hintIndex: number;
  readonly hintTerm: number;
}

/**
 * `commit` is min(match of the receiver, commit of the leader), so that a receiver never commits what it has not
 * confirmed to hold. `round` counts heartbeat rounds of this leader and comes back in the response.
 */
export interface HeartbeatRequest extends Envelope {
  readonly type: 'heartbeat-request';
  readonly commit: number;
  readonly round: number;
  /**
   * The leader's commit index, told to a receiver that has said it lost its memory: whatever was committed with the help
   * of what that one once confirmed lies up to here. At least one entry of the leader's own term is among it. Left out
   * for others.
   */
  readonly repairTo?: number;
}

export interface HeartbeatResponse extends Envelope {
  readonly type: 'heartbeat-response';
  readonly round: number;
  /** True while the sender gives no votes because it lost its memory. Left out means false. */
  readonly repairing?: boolean;
}

/** "Campaign now": the sender gives its leadership to the receiver, whose log is complete (thesis §3.10). */
export interface TimeoutNow extends Envelope {
  readonly type: 'timeout-now';
}

/**
 * Bytes of a snapshot from `offset` on; `crc` is the CRC-32 of `data`. Carried by the driver; the core sees the
 * header as a sign of life of the leader.
 */
export interface SnapshotChunk extends Envelope {
  readonly type: 'snapshot-chunk';
  readonly snapshot: SnapshotMeta;
  readonly offset: number;
  readonly data: Buffer;
  readonly crc: number;
}

/**
 * How the snapshot that ends at `index` goes on: `more` asks for the bytes from `offset` on, `installed` means
 * that the sender's log now begins after `index` or already reached that far, `refused` that it will not take it.
 */
export interface SnapshotAnswer extends Envelope {
  readonly type: 'snapshot-answer';
  readonly index: number;
  readonly offset: number;
  readonly status: 'more' | 'installed' | 'refused';
}

/**
 * Asks for the entries from `firstIndex` to `lastIndex`, both included, as many as fit into `bytesMax`. For the
 * repair of a damaged log, outside of consensus: `term` is 0 and the core never sees it.
 */
export interface RepairRequest extends Envelope {
  readonly type: 'repair-request';
  readonly firstIndex: number;
  readonly lastIndex: number;
  readonly bytesMax: number;
}

/** Entries of the sender's log, committed or not; its log reaches from `firstIndex` to `lastIndex`. */
export interface RepairAnswer extends Envelope {
  readonly type: 'repair-answer';
  readonly entries: readonly Entry[];
  readonly firstIndex: number;
  readonly lastIndex: number;
}

/** Everything one member may say to another. */
export type Message =
  | PreVoteRequest
  | PreVoteResponse
  | VoteRequest
  | VoteResponse
  | AppendRequest
  | AppendAccepted
  | AppendRejected
  | HeartbeatRequest
  | HeartbeatResponse
  | TimeoutNow
  | SnapshotChunk
  | SnapshotAnswer
  | RepairRequest
  | RepairAnswer;

export type MessageType = Message['type'];

/**
 * One batch of work for the driver. It is handed out once and owned by the driver.
 *
 * Order: (1) save `hardState`, synchronously; (2) append `entries` to the page cache; (3) send `messages`;
 * (4) sync; (5) when it is done call `persisted(index, term)` with the index and term of the last entry it
 * covers, and send `afterSync`; (6) apply `committed`. The driver may take further Readies between (3) and (5).
 * A Ready without entries needs no sync: its `afterSync` may leave right after (1), without waiting for the sync
 * of an earlier Ready.
 *
 * Acknowledgements of appends are not part of the Ready that carries the entries. The core makes them inside
 * `persisted`, when it knows whether the term and the entries are still those of the leader that asked; they are
 * in `messages` of the Ready after it.
 *
 * A message whose `to` is the member itself (the candidate's own vote, in `afterSync`) is given back to `step`,
 * never to the transport.
 */
export interface Ready {
  /** Set when term, vote or standing changed; a moved commit index alone does not make one. */
  readonly hardState: HardState | null;
  /** To be appended now; the first index may lie at or below the last one appended, which cuts the suffix. */
  readonly entries: readonly Entry[];
  /** May leave as soon as `hardState` is durable. */
  readonly messages: readonly Message[];
  /** May leave when `hardState` and `entries` of this Ready are durable. */
  readonly afterSync: readonly Message[];
  /** Durable here and committed: apply in this order. Each entry is handed out exactly once. */
  readonly committed: readonly Entry[];
  /** Set when role, term or known leader changed since the last Ready. */
  readonly roleChange: RoleChange | null;
  /**
   * Set when a membership entry among `committed`, or an installed snapshot, changed the configuration: its state
   * after them. It must be kept with the applied index, since the core does not read applied entries again.
   */
  readonly configuration: ConfigurationState | null;
  /** Reads asked for with `readIndex` that are confirmed: current once the machine has applied up to `index`. */
  readonly reads: readonly ConfirmedRead[];
  /** Reads whose leader is in office no more; nothing is known about them. */
  readonly readsLost: readonly number[];
  /** Followers that need what the log does not hold any more; each is named once until the sending ends. */
  readonly snapshotsDue: readonly string[];
  /**
   * Entries to be brought into memory (LogStorage.fetchEntry) without holding up anything; then `entryFetched` sends
   * them. There is at most one for each follower at a time, as long as this member leads and the follower stays connected.
   */
  readonly fetches: readonly EntryFetch[];
}

/** An entry that a follower needs and that is not in the core's memory. */
export interface EntryFetch {
  readonly peer: string;
  readonly index: LogIndex;
}

export interface ConfirmedRead {
  /** The number that `readIndex` gave. */
  readonly id: number;
  /** Every entry that was committed when the read was asked for is at or below this index. */
  readonly index: number;
}
