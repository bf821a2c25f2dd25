import { allFileKinds } from './file-kinds.ts';
import { tableTests } from './table-test.ts';

/** What a member promised, and what it promised it about. */
const promises = [
  'hard-state',
  'durable-mark',
  'first-segment',
  'sealed-segment',
  'last-segment',
  'log-folder',
] as const;

tableTests([
  {
    title: 'a follower, killed',
    company: 'group',
    kinds: [...promises, 'log-lock', 'derived-lock', 'new-snapshot', 'db-log', 'queue-index', 'id-ring'],
    image: ({ killed }) => killed,
    victim: ({ follower }) => follower,
    late: () => null,
  },
  {
    // The third member lacks what was acknowledged last, and both start without the leader, which has it.
    title: 'the only follower that has everything, without the leader',
    company: 'group',
    kinds: promises,
    image: ({ lagging }) => lagging,
    victim: ({ follower }) => follower,
    late: ({ leader }) => leader,
  },
  {
    title: 'the only member of its group',
    company: 'alone',
    kinds: allFileKinds.filter((kind) => !kind.endsWith('-lock') || kind === 'db-lock'),
    image: ({ lonely }) => lonely,
    victim: ({ leader }) => leader,
    late: () => null,
  },
]);
