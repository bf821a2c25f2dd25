import { join } from 'node:path/posix';
import type { Clock } from '@ledgermq/raft';
import { NodeDisk, nodeLevel, type Disk } from '@ledgermq/store';
import { BrokerError } from '../errors.ts';
import { replicaFolder } from '../replication/replica-folder.ts';
import type { VerifyProgress } from './findings.ts';
import { verifyReplica, type VerifyReport } from './verify-replica.ts';

export interface VerifyFolderOptions {
  /** Data directory of a broker node that does not run, or the folder of one replica in it. */
  readonly directory: string;
  /** A new, empty folder with room for the derived data of one replica. */
  readonly scratch: string;
  readonly repair: boolean;
  readonly clock: Pick<Clock, 'immediate'>;
  /** Called before each replica; `number` counts them from 1. */
  readonly onReplica: (directory: string, number: number, count: number) => void;
  readonly onProgress: (progress: VerifyProgress) => void;
  readonly onReport: (directory: string, report: VerifyReport) => void;
}

/**
 * Verifies the replicas of a node on its real disk, one after the other.
 *
 * @throws BrokerError NO_REPLICA if there is none in the directory; StoreError DIRECTORY_LOCKED if a broker runs on the directory,
 *   or on one that it is in.
 */
export async function verifyFolder(options: VerifyFolderOptions): Promise<void> {
  const { directory, scratch, repair, clock, onReplica, onProgress, onReport } = options;
  const disk = new NodeDisk();
  const replicas = replicasIn(disk, directory);
  if (replicas.length === 0) {
    throw new BrokerError(
      'NO_REPLICA',
      `"${directory}" is no data directory of a node and no folder of a replica`,
    );
  }
  const lock = disk.lock(directory);
  try {
    for (const [number, replica] of replicas.entries()) {
      onReplica(replica, number + 1, replicas.length);
      const own = join(scratch, String(number));
      disk.mkdir(own);
      const report = await verifyReplica({
        directory: replica,
        scratch: own,
        disk,
        level: nodeLevel,
        copyLevel: (from, to) => copyFiles(disk, from, to),
        clock,
        repair,
        onProgress,
      });
      await disk.removeTree(own);
      onReport(replica, report);
    }
  } finally {
    lock.release();
  }
}

/** A replica has a log and a file of term and vote; one of them may be what is lost. */
function replicasIn(disk: Disk, directory: string): string[] {
  if (!disk.exists(directory)) return [];
  const isReplica = (path: string): boolean => {
    const has = (name: keyof typeof replicaFolder): boolean => disk.exists(join(path, replicaFolder[name]));
    return has('hardState') || (has('log') && (has('snapshots') || has('derived')));
  };
  if (isReplica(directory)) return [directory];
  return disk
    .list(directory)
    .map((name) => join(directory, name))
    .filter(isReplica);
}

/** LevelDB's folders are flat; its lock is not content. */
export async function copyFiles(disk: Disk, from: string, to: string): Promise<void> {
  disk.mkdir(to);
  for (const name of disk.list(from)) {
    if (name === 'LOCK') continue;
    const file = disk.open(join(from, name), 'read');
    const bytes = file.size();
    file.close();
    await disk.copyRange(join(from, name), 0, bytes, join(to, name));
  }
}
