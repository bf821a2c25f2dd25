import { allFileKinds, type FileKindName } from './file-kinds.ts';
import type { GroupImage } from './group-images.ts';
import type { ImageName } from './images.ts';
import type { Company } from './outcomes.ts';

/** Whose files are damaged, and what becomes of the others. */
export interface Role {
  readonly title: string;
  readonly company: Company;
  readonly kinds: readonly FileKindName[];
  readonly image: ImageName;
  readonly victim: (image: GroupImage) => string;
  /** Starts only when the others have had time for elections and have gone on; null for all at once. */
  readonly late: (image: GroupImage) => string | null;
}

/** What a member promised, and what it promised it about. */
const promises: readonly FileKindName[] = [
  'hard-state',
  'durable-mark',
  'first-segment',
  'sealed-segment',
  'last-segment',
  'log-folder',
];

/** After these little is left that tells what there was; a checkpoint alone would show that the log once went farther. */
const losses: readonly FileKindName[] = [
  'all-but-votes',
  'all-but-snapshots',
  'log-and-votes',
  'member-folder',
];

/** Locks that a crash leaves and a stop does not. */
const locksOfKilled: readonly FileKindName[] = ['log-lock', 'derived-lock'];
const withoutLocks = allFileKinds.filter((kind) => !locksOfKilled.includes(kind));

export const leaderRole: Role = {
  title: 'the leader, stopped in good order',
  company: 'group',
  kinds: withoutLocks,
  image: 'stopped',
  victim: ({ leader }) => leader,
  late: () => null,
};

export const followerRoles: readonly Role[] = [
  {
    title: 'a follower, killed',
    company: 'group',
    kinds: [...promises, ...locksOfKilled, 'new-snapshot', 'db-log', 'queue-index', 'id-ring'],
    image: 'killed',
    victim: ({ follower }) => follower,
    late: () => null,
  },
  {
    // The third member lacks what was acknowledged last, and both start without the leader, which has it.
    title: 'the only follower that has everything, without the leader',
    company: 'group',
    kinds: [...promises, ...losses],
    image: 'lagging',
    victim: ({ follower }) => follower,
    late: ({ leader }) => leader,
  },
  {
    title: 'a member without a vote, while the group lives',
    company: 'learner',
    kinds: [...promises, ...losses, 'new-snapshot', 'derived-folder'],
    image: 'learning',
    victim: ({ third }) => third,
    late: ({ third }) => third,
  },
];

export const lonelyRole: Role = {
  title: 'the only member of its group',
  company: 'alone',
  kinds: withoutLocks,
  image: 'lonely',
  victim: ({ leader }) => leader,
  late: () => null,
};

export const compactedRole: Role = {
  title: 'a follower whose log begins late, while the group lives',
  company: 'compacted',
  kinds: [...promises, ...losses, 'old-snapshot', 'new-snapshot', 'snapshot-folder', 'derived-folder'],
  image: 'compacted',
  victim: ({ follower }) => follower,
  late: ({ follower }) => follower,
};

/** Everybody for whom something is tried. */
export const allRoles: readonly Role[] = [leaderRole, ...followerRoles, lonelyRole, compactedRole];
