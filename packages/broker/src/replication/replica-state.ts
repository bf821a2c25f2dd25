import { join } from 'node:path/posix';
import type { Clock, LogPosition, Logger, SnapshotMeta } from '@ledgermq/raft';
import {
  openDerivedState,
  replaceDerivedState,
  StoreError,
  type DerivedState,
  type DerivedStateConfig,
  type DerivedStatePorts,
  type Disk,
  type QueueIndex,
  type SegmentLog,
  type SnapshotContent,
  type SnapshotFiles,
  type StateLevel,
  type StoreMetrics,
  type UniqKeyTable,
} from '@ledgermq/store';
import { machineLimits } from '../machine/machine-limits.ts';
import { replicaFolder } from './replica-folder.ts';
import type { MachineStores } from '../machine/machine.ts';

export interface ReplicaStateOptions {
  /** Folder of the replica; the state has its own within it. */
  readonly directory: string;
  readonly config: Partial<DerivedStateConfig>;
  readonly disk: Disk;
  readonly level: (directory: string) => StateLevel;
  readonly clock: Pick<Clock, 'immediate'>;
  readonly logger: Logger;
  readonly metrics: StoreMetrics;
  readonly log: Pick<SegmentLog, 'firstIndex' | 'lastPosition' | 'positionAt' | 'syncedUpTo' | 'reset'>;
  readonly snapshots: SnapshotFiles;
  /**
   * The state is complete up to an entry that the log has lost: a checkpoint is written only of entries that the log holds
   * durably. Resolves when that is on record.
   */
  readonly onLogBehind: () => Promise<void>;
  /** See `ReplicaStoreOptions`. */
  readonly onDamage: (error: Error) => void;
}

const ORIGIN: LogPosition = Object.freeze({ index: 0, term: 0, address: 0, hash: 0 });

/**
 * The derived state of one replica, in whichever way it came about: as of the last checkpoint, from a snapshot, or anew
 * from the first entry. Whatever is chosen fits to the log: applying the log's entries behind it gives the present.
 */
export class ReplicaState implements MachineStores {
  readonly #options: ReplicaStateOptions;
  #derived: DerivedState;
  readonly #end: (error: Error) => void;
  #condemned = false;

  private constructor(options: ReplicaStateOptions, derived: DerivedState, end: (error: Error) => void) {
    this.#options = options;
    this.#derived = derived;
    this.#end = end;
  }

  static async open(options: ReplicaStateOptions): Promise<ReplicaState> {
    // What opening itself meets it throws, and deals with.
    let condemn: (error: Error) => void = () => undefined;
    const own = { ...options, onDamage: (error: Error): void => condemn(error) };
    const state = new ReplicaState(own, await openFitting(own), options.onDamage);
    condemn = (error) => {
      state.#condemn(error);
    };
    return state;
  }

  get derived(): DerivedState {
    return this.#derived;
  }

  get queueIndex(): QueueIndex {
    return this.#derived.queueIndex;
  }

  get uniqKeys(): UniqKeyTable {
    return this.#derived.uniqKeys;
  }

  /** Takes the state of a complete snapshot; no checkpoint may run. Durable when it resolves. */
  async install(meta: SnapshotMeta): Promise<void> {
    const { snapshots, logger } = this.#options;
    this.#derived = await this.#derived.importSnapshot(contentOf(snapshots, meta));
    logger.info('state taken from a snapshot', { index: meta.position.index, bytes: meta.bytes });
  }

  close(): Promise<void> {
    return this.#derived.close();
  }

  #condemn(error: Error): void {
    if (this.#condemned) return;
    this.#condemned = true;
    this.#derived.condemn();
    this.#options.metrics.damageFound.add('derived');
    this.#options.logger.error('derived state is damaged, the next start builds it again', {
      error: String(error),
    });
    this.#end(error);
  }
}

/**
 * The last checkpoint if it lies within the log. If it cannot be used (damaged, ahead of a log that lost its unsynced end, or
 * behind a log that was begun anew for a snapshot) it is set aside, and the state comes from the first entry of all if the
 * log has it, else from the oldest snapshot that the log continues: so that as many messages of the log as possible get
 * their places in the queue index.
 */
async function openFitting(options: ReplicaStateOptions): Promise<DerivedState> {
  const { log, snapshots, logger } = options;
  const first = log.firstIndex();
  const end = log.lastPosition().index;
  let reason: string;
  try {
    const derived = await openDerivedState(
      portsOf(options),
      pathOf(options),
      derivedSettings(options.config),
    );
    if (derived.appliedIndex >= first - 1 && derived.appliedIndex <= end) return derived;
    const { appliedIndex } = derived;
    await derived.close();
    if (appliedIndex > end) await options.onLogBehind();
    reason = `it is complete up to ${appliedIndex}, but the log holds ${first} to ${end}`;
  } catch (error) {
    if (!(error instanceof StoreError) || !['INDEX_CORRUPT', 'STATE_DB_FAILED'].includes(error.code))
      throw error;
    options.metrics.damageFound.add('derived');
    reason = error.message;
  }
  // With its first entry a log needs none, and a message before a snapshot would have no place in the queue index.
  const base =
    first === 1
      ? undefined
      : snapshots
          .list()
          .find(
            ({ position }) =>
              position.index >= first - 1 && log.positionAt(position.index)?.hash === position.hash,
          );
  if (base === undefined && first > 1) {
    // What is left of the log means nothing without the state before it. The leader has both.
    logger.warn('the log is set aside too, no snapshot is left that it continues', { first, end });
    await options.onLogBehind();
    await log.reset(ORIGIN);
  }
  logger.warn('derived state set aside, it is built again', { reason, from: base?.position.index ?? 0 });
  const content = base === undefined ? null : contentOf(snapshots, base);
  return replaceDerivedState(portsOf(options), pathOf(options), derivedSettings(options.config), content);
}

function contentOf(snapshots: SnapshotFiles, { position }: SnapshotMeta): SnapshotContent {
  return { index: position.index, content: snapshots.content(position.index) };
}

function pathOf({ directory }: ReplicaStateOptions): string {
  return join(directory, replicaFolder.derived);
}

function portsOf({ disk, level, clock, log, metrics, onDamage }: ReplicaStateOptions): DerivedStatePorts {
  return {
    disk,
    metrics,
    level,
    immediate: (fn) => clock.immediate(fn),
    syncedUpTo: (index) => log.syncedUpTo(index),
    onDamage,
  };
}

/**
 * The machine refuses new queues by its own limit, the same on all replicas; the index must not stop before it. What
 * decides the replicated state is not a matter of this node's configuration.
 */
export function derivedSettings(config: Partial<DerivedStateConfig>): Partial<DerivedStateConfig> {
  return {
    ...config,
    queueCountMax: machineLimits.queuesMax,
    uniqKeyCountMax: machineLimits.uniqKeyCountMax,
    uniqKeyWindowMs: machineLimits.uniqKeyWindowMs,
  };
}
