import { join } from 'node:path/posix';
import type { Clock, Logger } from '@ledgermq/raft';
import {
  openMemberFiles,
  SnapshotFiles,
  type DerivedStateConfig,
  type Disk,
  type HardStateFile,
  type SegmentLog,
  type SegmentLogConfig,
  type StateLevel,
  type StoreMetrics,
} from '@ledgermq/store';
import { replicaFolder } from './replica-folder.ts';
import { ReplicaState } from './replica-state.ts';

export interface ReplicaStoreOptions {
  /** Folder of the replica alone. */
  readonly directory: string;
  readonly log: SegmentLogConfig;
  readonly derived: Partial<DerivedStateConfig>;
  readonly disk: Disk;
  readonly level: (directory: string) => StateLevel;
  readonly clock: Pick<Clock, 'now' | 'immediate'>;
  readonly logger: Logger;
  /** See `fileOwner`. */
  readonly owner: number;
  /** Derived data turned out to be damaged while it was used: the process must end, the next start builds it again. */
  readonly onDamage: (error: Error) => void;
  readonly metrics: StoreMetrics;
}

/** Everything that a replica has on disk: its log, what it promised, its snapshots and its derived state. */
export class ReplicaStore {
  readonly log: SegmentLog;
  readonly hardState: HardStateFile;
  readonly snapshots: SnapshotFiles;
  readonly state: ReplicaState;
  /** Opening found that the log has lost entries which state or snapshots speak of. */
  readonly logLost: boolean;

  private constructor(parts: Pick<ReplicaStore, 'log' | 'hardState' | 'snapshots' | 'state' | 'logLost'>) {
    this.log = parts.log;
    this.hardState = parts.hardState;
    this.snapshots = parts.snapshots;
    this.state = parts.state;
    this.logLost = parts.logLost;
  }

  /**
   * Opens and recovers all of it. `repair` makes a log whole that lacks something in the middle, before anything is built
   * on it. Throws what the store throws; nothing stays open then.
   */
  static async open(
    options: ReplicaStoreOptions,
    repair: (log: SegmentLog) => Promise<void>,
  ): Promise<ReplicaStore> {
    const { disk, directory, logger, clock, level, metrics } = options;
    disk.mkdir(directory);
    const { log, hardState } = await openMemberFiles({
      disk,
      logDirectory: join(directory, replicaFolder.log),
      hardStatePath: join(directory, replicaFolder.hardState),
      config: options.log,
      logger,
      owner: options.owner,
      metrics,
    });
    let logLost = false;
    const loseLog = (): Promise<void> => {
      logLost = true;
      return forget(hardState, logger);
    };
    const undo: (() => void | Promise<void>)[] = [() => log.close(), () => hardState.close()];
    try {
      await repair(log);
      const ports = { disk, immediate: (fn: () => void) => clock.immediate(fn), logger, metrics };
      const snapshots = SnapshotFiles.open(ports, join(directory, replicaFolder.snapshots));
      undo.push(() => snapshots.close());
      rejectForeign(snapshots, log);
      // Whoever has a snapshot is not new, whatever else it lost.
      if (hardState.load().standing === 'blank' && snapshots.list().length > 0) await loseLog();
      const state = await ReplicaState.open({
        directory,
        config: { ...options.derived, owner: options.owner },
        disk,
        level,
        clock,
        logger,
        metrics,
        log,
        snapshots,
        onDamage: options.onDamage,
        onLogBehind: loseLog,
      });
      return new ReplicaStore({ log, hardState, snapshots, state, logLost });
    } catch (error) {
      for (const close of undo.reverse()) await close();
      throw error;
    }
  }

  async close(): Promise<void> {
    try {
      await this.state.close();
    } finally {
      this.snapshots.close();
      await this.hardState.settled();
      this.hardState.close();
      await this.log.close();
    }
  }
}

/** A snapshot ends at an entry; where the log has another one in that place, it is of another log. */
function rejectForeign(snapshots: SnapshotFiles, log: SegmentLog): void {
  for (const { position } of [...snapshots.list()]) {
    const held = position.index < log.firstIndex() - 1 ? null : log.positionAt(position.index);
    if (held !== null && held.hash !== position.hash) snapshots.reject(position.index);
  }
}

/** This member has confirmed entries that it does not hold any more: it must not vote before it has caught up. */
async function forget(hardState: HardStateFile, logger: Logger): Promise<void> {
  const state = hardState.load();
  if (state.standing === 'repairing') return;
  hardState.save({ ...state, standing: 'repairing' });
  await hardState.settled();
  logger.warn(
    'the log has lost entries that were applied, this member does not vote before it has caught up',
    {},
  );
}
