import { allFileKinds } from './file-kinds.ts';
import { tableTests } from './table-test.ts';

tableTests([
  {
    title: 'the leader, stopped in good order',
    company: 'group',
    kinds: allFileKinds.filter((kind) => !kind.endsWith('-lock') || kind === 'db-lock'),
    image: ({ stopped }) => stopped,
    victim: ({ leader }) => leader,
    late: () => null,
  },
]);
