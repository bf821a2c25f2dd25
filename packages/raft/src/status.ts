import type { ConfigurationState } from './configuration-state.ts';
import type { ProgressState } from './progress.ts';
import type { Standing } from './storage.ts';

export type Role = 'leader' | 'follower' | 'candidate' | 'pre-candidate';

/** Where this member stands now; emitted whenever one of the three changed. */
export interface RoleChange {
  readonly role: Role;
  readonly term: number;
  /** Known leader of this term; null while there is none or its connection was lost. */
  readonly leader: string | null;
}

/**
 * What a member that works knows of itself at the moment of asking. Reading one value costs nothing; whoever needs all of
 * them, or their copies, takes a RaftStatus.
 */
export interface RaftView extends RoleChange {
  readonly commitIndex: number;
  /** Highest index handed out for applying. */
  readonly appliedIndex: number;
  readonly lastIndex: number;
  /** See RaftStatus. */
  readonly leaseValid: boolean;
  /** As of the applied index; never changed in place. */
  readonly configuration: ConfigurationState;
  /** See RaftStatus. */
  readonly transferTarget: string | null;
}

/** One follower as the leader sees it. */
export interface ProgressStatus {
  /** Highest index known to be durable and equal on the follower. */
  readonly match: number;
  /** Index of the next entry to send. */
  readonly next: number;
  readonly state: ProgressState;
  readonly learner: boolean;
}

/** What a leader knows of the others, of each on its own. */
export interface LeaderView extends RaftView {
  readonly id: string;
  /** Null for who is no member, and on a member that does not lead. */
  progressOf(member: string): ProgressStatus | null;
}

/** A copy of what is worth knowing about a member; safe to keep. */
export interface RaftStatus {
  readonly id: string;
  readonly role: Role;
  readonly term: number;
  readonly leader: string | null;
  readonly commitIndex: number;
  /** Highest index handed out for applying. */
  readonly appliedIndex: number;
  readonly lastIndex: number;
  /** Filled on a leader only; has one item per member, itself included. */
  readonly progress: Readonly<Record<string, ProgressStatus>>;
  /**
   * True on a leader that a quorum answered to a heartbeat sent less than an election timeout ago. A hint, good
   * for serving ordinary reads: a member whose connection to this leader broke may already vote for another.
   */
  readonly leaseValid: boolean;
  /** As of the applied index. */
  readonly configuration: ConfigurationState;
  readonly standing: Standing;
  /** Member to which this leader hands over; null while it does not. */
  readonly transferTarget: string | null;
  /** Reads that wait for their confirmation on this leader. */
  readonly pendingReads: number;
}
