import { join } from 'node:path/posix';
import { folderUsage, setAsideFolder, type Disk, type FolderUsage, type SegmentLog } from '@ledgermq/store';
import { replicaFolder } from '../replication/replica-folder.ts';
import type { StoreFigures } from './store-figures.ts';

/** How far each part of a replica is. */
export interface ReplicaProgress {
  readonly commitIndex: number;
  readonly appliedIndex: number;
  /** Log address behind the entry applied last. */
  readonly appliedEnd: number;
  /** Up to which entry the derived state is durable. */
  readonly checkpointIndex: number;
  /** Null while there is no index. */
  readonly keyIndexTo: number | null;
}

/** What a replica holds on disk, and how far its parts are behind each other. Looks at every file of its folder. */
export function replicaFigures(
  disk: Disk,
  directory: string,
  log: SegmentLog,
  { commitIndex, appliedIndex, appliedEnd, checkpointIndex, keyIndexTo }: ReplicaProgress,
): StoreFigures {
  const end = log.endAddress();
  const { log: logFolder, snapshots, derived, keyIndex } = replicaFolder;
  const used = (folder: string): FolderUsage => folderUsage(disk, join(directory, folder), [setAsideFolder]);
  const kept = (folder: string): FolderUsage => folderUsage(disk, join(directory, folder, setAsideFolder));
  return {
    logBytes: end - log.startAddress(),
    flushBehindBytes: end - (log.positionAt(log.durableIndex)?.address ?? end),
    dispatchBehindBytes: Math.max(0, end - appliedEnd),
    applyLagEntries: Math.max(0, commitIndex - appliedIndex),
    queueIndexLagEntries: appliedIndex - checkpointIndex,
    keyIndexLagEntries: Math.max(0, appliedIndex - (keyIndexTo ?? 0)),
    files: {
      log: used(logFolder),
      snapshots: used(snapshots),
      derived: used(derived),
      'key-index': used(keyIndex),
    },
    setAside: {
      log: kept(logFolder),
      snapshots: kept(snapshots),
      derived: kept(derived),
      'key-index': kept(keyIndex),
      'hard-state': kept(''),
    },
  };
}
