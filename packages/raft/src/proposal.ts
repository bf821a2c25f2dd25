/**
 * Why a proposal was refused; in every case it is certain that nothing was written.
 *
 * - `not-leader`: another member leads, or none is known to.
 * - `too-many-uncommitted`: the limit of entries or bytes that wait for a quorum is reached.
 * - `entry-too-large`: the frame is longer than `entryBytesMax`.
 * - `stopped`: the member was stopped.
 */
export type RefusalReason = 'not-leader' | 'too-many-uncommitted' | 'entry-too-large' | 'stopped';

/**
 * `appended`: the entry is in this leader's log at (index, term). Its fate is known when the entry applied at
 * that index is seen: the same term means it is the one, another term means it will never be.
 */
export type ProposeResult =
  | { readonly type: 'appended'; readonly index: number; readonly term: number }
  | { readonly type: 'refused'; readonly reason: RefusalReason; readonly leader: string | null };
