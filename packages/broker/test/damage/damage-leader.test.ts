import { leaderRole } from './roles.ts';
import { tableTests } from './table-test.ts';

tableTests([leaderRole]);
