import { join } from 'node:path/posix';
import { Checkpoint } from './checkpoint.ts';
import type { CheckpointRequest } from './checkpoint.ts';
import { parseDerivedStateConfig } from './derived-config.ts';
import type { DerivedStateConfig } from './derived-config.ts';
import type { Disk, DiskLock } from './disk.ts';
import { StoreError } from './errors.ts';
import { QueueBlockFile } from './queue-block-file.ts';
import { QueueIndex } from './queue-index.ts';
import { StateDb } from './state-db.ts';
import type { LoadedState, StateEntry, StateLevel } from './state-db.ts';
import { UniqKeyRingFile } from './uniq-key-ring-file.ts';
import { UniqKeyTable } from './uniq-key-table.ts';

export const QUEUE_INDEX_FILE = 'queue-index.dat';
export const STATE_DB_DIRECTORY = 'state-db';

export interface DerivedStatePorts {
  readonly disk: Disk;
  /** Makes the database for a directory; `nodeLevel` in production. */
  readonly level: (directory: string) => StateLevel;
  /** `Clock.immediate`. */
  readonly immediate: (fn: () => void) => void;
}

interface DerivedParts {
  readonly queueIndex: QueueIndex;
  readonly uniqKeys: UniqKeyTable;
  readonly stateDb: StateDb;
  readonly checkpoint: Checkpoint;
  readonly lock: DiskLock;
  readonly restored: LoadedState;
}

/**
 * Everything that is a function of the log, as of the last checkpoint when opened. The owner applies the
 * entries after `appliedIndex`, asks for a checkpoint when `needsCheckpoint` says so (or by its own measure),
 * and applies nothing more while `mustWait`.
 */
export class DerivedState {
  readonly queueIndex: QueueIndex;
  readonly uniqKeys: UniqKeyTable;
  readonly stateDb: StateDb;
  /** What the owner put into checkpoints, in key order, as it was when opened. */
  readonly entries: readonly StateEntry[];
  readonly #checkpoint: Checkpoint;
  readonly #lock: DiskLock;
  #pending: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(parts: DerivedParts) {
    this.queueIndex = parts.queueIndex;
    this.uniqKeys = parts.uniqKeys;
    this.stateDb = parts.stateDb;
    this.entries = parts.restored.entries;
    this.#checkpoint = parts.checkpoint;
    this.#lock = parts.lock;
  }

  /** Index of the last durable checkpoint; the log may be dropped up to here, and is replayed after it. */
  get appliedIndex(): number {
    return this.#checkpoint.appliedIndex;
  }

  get checkpointRunning(): boolean {
    return this.#checkpoint.running;
  }

  /** A limit on what a checkpoint has to carry is near. */
  get needsCheckpoint(): boolean {
    return this.queueIndex.needsCheckpoint || this.uniqKeys.needsCheckpoint;
  }

  /** No entry may be applied until a checkpoint begun after `needsCheckpoint` has ended. */
  get mustWait(): boolean {
    return this.uniqKeys.mustWait;
  }

  /** See `Checkpoint.write`. */
  checkpoint(request: CheckpointRequest): Promise<void> {
    if (this.#closed) return Promise.reject(new StoreError('STORAGE_FAILED', 'the derived state is closed'));
    const written = this.#checkpoint.write(request);
    if (this.#checkpoint.running) this.#pending = written;
    return written;
  }

  /** Idempotent; waits for a running checkpoint. Nothing is written that was not asked for. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    // Whoever asked for the checkpoint hears of its failure.
    await this.#pending.catch(() => undefined);
    this.queueIndex.close();
    this.uniqKeys.close();
    try {
      await this.stateDb.close();
    } finally {
      this.#lock.release();
    }
  }
}

/**
 * Open the derived state in a directory of its own, as of its last checkpoint; a new one starts at index 0.
 * INDEX_CORRUPT if a file that the checkpoint refers to is missing, short or damaged: then nothing of the
 * directory is usable and the state must be rebuilt. CONFIG_INVALID, DIRECTORY_LOCKED, STATE_DB_FAILED and
 * errors of the disk.
 */
export async function openDerivedState(
  ports: DerivedStatePorts,
  directory: string,
  settings: Partial<DerivedStateConfig> = {},
): Promise<DerivedState> {
  const config = parseDerivedStateConfig(settings);
  requireLittleEndian();
  const { disk } = ports;
  disk.mkdir(directory);
  const lock = disk.lock(directory);
  const undo: (() => void | Promise<void>)[] = [
    (): void => {
      lock.release();
    },
  ];
  try {
    const stateDb = await StateDb.open(ports.level(join(directory, STATE_DB_DIRECTORY)));
    undo.push(() => stateDb.close());
    const restored = await stateDb.load();
    const parts = openParts(ports, directory, config, stateDb, restored, undo);
    // The names of the files must be as durable as the checkpoints that will refer to them.
    await disk.syncDirectory(directory);
    await removeStaleRings(disk, directory, config, restored);
    return new DerivedState({ ...parts, stateDb, lock, restored });
  } catch (error) {
    for (const step of undo.reverse()) await step();
    throw error;
  }
}

function openParts(
  ports: DerivedStatePorts,
  directory: string,
  config: DerivedStateConfig,
  stateDb: StateDb,
  restored: LoadedState,
  undo: (() => void | Promise<void>)[],
): Pick<DerivedParts, 'queueIndex' | 'uniqKeys' | 'checkpoint'> {
  const { disk, immediate } = ports;
  const { mark } = restored;
  const file = QueueBlockFile.open(disk, join(directory, QUEUE_INDEX_FILE), mark === null);
  undo.push(() => {
    file.close();
  });
  const queueIndex = new QueueIndex(file, queueIndexConfig(config), restored);
  const uniqKeys = UniqKeyTable.open(disk, directory, uniqKeyConfig(config), mark?.uniqKeys ?? null);
  undo.push(() => {
    uniqKeys.close();
  });
  const checkpoint = new Checkpoint(
    { queueIndex, uniqKeys, stateDb, immediate, queuesPerTurn: config.checkpointQueuesPerTurn },
    mark?.appliedIndex ?? 0,
  );
  return { queueIndex, uniqKeys, checkpoint };
}

function queueIndexConfig(config: DerivedStateConfig): ConstructorParameters<typeof QueueIndex>[1] {
  return {
    cacheBytesMax: config.queueCacheBytesMax,
    dirtyBytesMax: config.queueDirtyBytesMax,
    queueCountMax: config.queueCountMax,
  };
}

function uniqKeyConfig(config: DerivedStateConfig): Parameters<typeof UniqKeyTable.open>[2] {
  return {
    windowCountMax: config.uniqKeyCountMax,
    windowMs: config.uniqKeyWindowMs,
    hashSeed: config.uniqKeyHashSeed,
  };
}

/** Ring files of an earlier window size that neither the last checkpoint nor this life uses. */
async function removeStaleRings(
  disk: Disk,
  directory: string,
  config: DerivedStateConfig,
  { mark }: LoadedState,
): Promise<void> {
  const used = [config.uniqKeyCountMax * 2, mark?.uniqKeys.fileCapacity].map((capacity) =>
    UniqKeyRingFile.nameOf(capacity ?? 0),
  );
  for (const name of UniqKeyRingFile.namesIn(disk.list(directory))) {
    if (!used.includes(name)) await disk.remove(join(directory, name));
  }
}

/** The flat files hold words as they lie in memory, low byte first. */
function requireLittleEndian(): void {
  if (new Uint8Array(new Uint32Array([1]).buffer)[0] !== 1) {
    throw new StoreError('CONFIG_INVALID', 'the store runs on little-endian machines only');
  }
}
