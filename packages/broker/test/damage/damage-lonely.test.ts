import { lonelyRole } from './roles.ts';
import { tableTests } from './table-test.ts';

tableTests([lonelyRole]);
