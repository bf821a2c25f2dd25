export { StoreError } from './errors.ts';
export type { StoreErrorCode, StoreErrorDetail } from './errors.ts';
export type { Disk, DiskFile, DiskLock, OpenMode } from './disk.ts';
export { NodeDisk } from './node-disk.ts';
export { MemoryDisk } from './memory-disk.ts';
export type { CrashMode, CrashRandom, DiskFault, DiskOperation, MemoryDiskOptions } from './memory-disk.ts';
export { MemoryLevel } from './memory-level.ts';
export { parseSegmentLogConfig, segmentLogDefaults } from './config.ts';
export type { SegmentLogConfig } from './config.ts';
export { SegmentLog } from './segment-log.ts';
export type { RecoveryReport } from './log-recovery.ts';
export { HardStateFile, hardStateFileName } from './hard-state-file.ts';
export type { LogBeside } from './hard-state-file.ts';
export { openMemberFiles } from './member-files.ts';
export type { MemberFiles, MemberFilesOptions } from './member-files.ts';
export { DerivedState, openDerivedState } from './derived-state.ts';
export type { DerivedStatePorts } from './derived-state.ts';
export type { DerivedStateConfig } from './derived-config.ts';
export { QueueIndex } from './queue-index.ts';
export { QueueUnits } from './queue-units.ts';
export { UniqKeyTable } from './uniq-key-table.ts';
export { nodeLevel } from './state-db.ts';
export type { StateEntry, StateLevel } from './state-db.ts';

// Derived state: queue index, UNIQ_KEY table, state database, checkpoints.
export { derivedStateDefaults, parseDerivedStateConfig } from './derived-config.ts';
export type { CheckpointRequest } from './checkpoint.ts';
export type { TimeBoundary } from './queue-index.ts';
export type { StateOperation, StatePut } from './state-db.ts';
