import { followerRoles } from './roles.ts';
import { tableTests } from './table-test.ts';

tableTests(followerRoles);
