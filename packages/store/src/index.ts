export { StoreError } from './errors.ts';
export type { StoreErrorCode, StoreErrorDetail } from './errors.ts';
export type { Disk, DiskFile, DiskLock, NameSize, OpenMode } from './disk.ts';
export { NodeDisk } from './node-disk.ts';
export { MemoryDisk } from './memory-disk.ts';
export { FaultyNodeDisk } from './faulty-node-disk.ts';
export type { FaultyNodeDiskOptions } from './faulty-node-disk.ts';
export type { FaultyDiskOptions } from './faulty-disk.ts';
export type { DiskDelay, DiskFault, DiskOperation, DiskSleep } from './disk-faults.ts';
export type { CrashMode, CrashRandom } from './unsynced-changes.ts';
export { MemoryLevel } from './memory-level.ts';
export { parseSegmentLogConfig, segmentLogDefaults } from './config.ts';
export type { SegmentLogConfig } from './config.ts';
export { SegmentLog } from './segment-log.ts';
export type { RecoveryReport } from './log-recovery.ts';
export { durableMarkFileName, readDurableMark } from './durable-mark.ts';
export type { LogHole } from './log-survey.ts';
export type { LogVerdict } from './log-verify.ts';
export { HardStateFile, hardStateFileName, readHardState, readOwner } from './hard-state-file.ts';
export type { LogBeside } from './hard-state-file.ts';
export { openMemberFiles } from './member-files.ts';
export type { MemberFiles, MemberFilesOptions } from './member-files.ts';
export { DerivedState, openDerivedState, replaceDerivedState } from './derived-state.ts';
export type { DerivedStatePorts, SnapshotContent } from './derived-folder.ts';
export { DerivedExport } from './derived-export.ts';
export type { DerivedStateConfig } from './derived-config.ts';
export { QueueIndex } from './queue-index.ts';
export { QueueUnits } from './queue-units.ts';
export { UniqKeyTable } from './uniq-key-table.ts';
export { SnapshotFiles } from './snapshot-files.ts';
export type { SnapshotFilesPorts } from './snapshot-files.ts';
export { nodeLevel } from './state-db.ts';
export type { StateEntry, StateLevel } from './state-db.ts';

// Derived state: queue index, UNIQ_KEY table, state database, checkpoints.
export { derivedStateDefaults, parseDerivedStateConfig } from './derived-config.ts';
export type { CheckpointRequest } from './checkpoint.ts';
export type { TimeBoundary } from './queue-search.ts';
export type { StateOperation, StatePut } from './state-db.ts';

// Key index: topic and key -> log addresses.
export { KEY_QUERY_COUNT_MAX, KeyIndex } from './key-index.ts';
export type { KeyIndexPosition, KeyQuery } from './key-index.ts';
export { keyIndexDefaults, parseKeyIndexConfig } from './key-index-config.ts';
export type { KeyIndexConfig } from './key-index-config.ts';
export type { KeyFileVerdict } from './key-file-verify.ts';
export type { KeyEntry } from './key-chain.ts';
export { hashKeyOfTopic, hashTopic } from './key-hash.ts';

// For verification.
export { OverlayDisk } from './overlay-disk.ts';
export { SetAside, setAsideFolder } from './set-aside.ts';
export type { SetAsideReason } from './set-aside.ts';
export { readKeyFileSize } from './key-file-size.ts';

// What a store tells of its work.
export { noStoreMetrics } from './store-metrics.ts';
export type { Counter, Distribution, EventCounter, StoreFileKind, StoreMetrics } from './store-metrics.ts';
export { folderUsage } from './folder-usage.ts';
export type { FolderUsage } from './folder-usage.ts';
