/**
 * Why a proposal was refused; in every case it is certain that nothing was written.
 *
 * - `not-leader`: another member leads, or none is known to.
 * - `too-many-uncommitted`: the limit of entries or bytes that wait for a quorum is reached.
 * - `entry-too-large`: the frame is longer than `entryBytesMax`.
 * - `transferring`: the leadership is being handed over; ask again, perhaps at the next leader.
 * - `membership-change-pending`: a change of the members is not applied yet, or its joint phase has not ended.
 * - `membership-invalid`: the members asked for are no usable configuration.
 * - `members-not-ready`: too many of the voters asked for are out of reach, or new, or lost their memory; if this leader
 *   went they could not elect another. Let new members be learners until they remember.
 * - `membership-unchanged`: the group has exactly these members.
 * - `disk-full`: the leader's disk has no room, and it is handing over if it can.
 * - `stopped`: the member was stopped.
 */
export type RefusalReason =
  | 'not-leader'
  | 'too-many-uncommitted'
  | 'entry-too-large'
  | 'transferring'
  | 'membership-change-pending'
  | 'membership-invalid'
  | 'members-not-ready'
  | 'membership-unchanged'
  | 'disk-full'
  | 'stopped';

/**
 * `appended`: the entry is in this leader's log at (index, term). Its fate is known when the entry applied at
 * that index is seen: the same term means it is the one, another term means it will never be.
 */
export type ProposeResult =
  | { readonly type: 'appended'; readonly index: number; readonly term: number }
  | { readonly type: 'refused'; readonly reason: RefusalReason; readonly leader: string | null };

/** The members a group shall have. A list left out stays as it is, except that nobody is in both. */
export interface MembershipTarget {
  readonly voters?: readonly string[];
  readonly learners?: readonly string[];
}

/**
 * - `no-such-voter`: a stranger or a learner cannot lead.
 * - `already-leader`: the target leads.
 * - `transferring`: another transfer is under way.
 */
export type TransferRefusal = 'not-leader' | 'no-such-voter' | 'already-leader' | 'transferring' | 'stopped';

/** `started` promises nothing but the attempt: it ends with another leader, or after an election timeout. */
export type TransferResult =
  { readonly type: 'started' } | { readonly type: 'refused'; readonly reason: TransferRefusal };

/** `too-many-reads`: `pendingReadsMax` reads wait for their confirmation. */
export type ReadRefusal = 'not-leader' | 'too-many-reads' | 'stopped';

/** `id` comes back in Ready.reads or Ready.readsLost, exactly once. */
export type ReadIndexResult =
  | { readonly type: 'asked'; readonly id: number }
  | { readonly type: 'refused'; readonly reason: ReadRefusal };
