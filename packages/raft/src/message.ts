import type { Entry } from './entry.ts';
import type { RoleChange } from './status.ts';
import type { HardState } from './storage.ts';

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
}

/** RequestVote (paper, Figure 2). */
export interface VoteRequest extends Envelope {
  readonly type: 'vote-request';
  readonly lastIndex: number;
  readonly lastTerm: number;
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
}

export interface HeartbeatResponse extends Envelope {
  readonly type: 'heartbeat-response';
  readonly round: number;
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
  | HeartbeatResponse;

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
  /** Set when term or vote changed; a moved commit index alone does not make one. */
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
}
