import type { RaftStatus } from './status.ts';

/**
 * Whether the voter `member` holds all of this leader's log but `lagMax` entries, which may be on their way. Asked of the
 * status of a leader.
 */
export function isCaughtUp(status: RaftStatus, member: string, lagMax: number): boolean {
  const progress = status.progress[member];
  return (
    progress !== undefined &&
    !progress.learner &&
    progress.state === 'replicate' &&
    status.configuration.voters.includes(member) &&
    progress.match + lagMax >= status.lastIndex
  );
}
