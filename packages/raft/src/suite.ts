// Conformance suites of the ports, for whoever implements them.
export { entriesAfter, logStorageSuite } from './log-storage-suite.ts';
export type { LogStorageFixture } from './log-storage-suite.ts';
export { snapshotOf, snapshotStorageSuite } from './snapshot-storage-suite.ts';
export type { SnapshotStorageFixture } from './snapshot-storage-suite.ts';
