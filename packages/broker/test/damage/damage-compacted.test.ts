import { compactedRole } from './roles.ts';
import { tableTests } from './table-test.ts';

tableTests([compactedRole]);
