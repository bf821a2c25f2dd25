import type { LeaderView } from './status.ts';

/**
 * Whether the voter `member` holds all of this leader's log but `lagMax` entries, which may be on their way.
 */
export function isCaughtUp(
  view: Pick<LeaderView, 'configuration' | 'lastIndex' | 'progressOf'>,
  member: string,
  lagMax: number,
): boolean {
  const progress = view.progressOf(member);
  return (
    progress !== null &&
    !progress.learner &&
    progress.state === 'replicate' &&
    view.configuration.voters.includes(member) &&
    progress.match + lagMax >= view.lastIndex
  );
}
