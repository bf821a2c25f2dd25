import type { Checkpoint, CheckpointRequest } from './checkpoint.ts';
import { parseDerivedStateConfig } from './derived-config.ts';
import type { DerivedStateConfig } from './derived-config.ts';
import { DerivedDirectory } from './derived-directory.ts';
import { DerivedExport } from './derived-export.ts';
import { buildFromSnapshot, closeFolder, openFolder, turnOf } from './derived-folder.ts';
import type { DerivedParts, DerivedStatePorts, SnapshotContent } from './derived-folder.ts';
import type { Disk, DiskLock } from './disk.ts';
import { StoreError } from './errors.ts';
import type { QueueIndex } from './queue-index.ts';
import type { StateDb, StateEntry } from './state-db.ts';
import type { UniqKeyTable } from './uniq-key-table.ts';

interface DerivedOpening {
  readonly ports: DerivedStatePorts;
  readonly config: DerivedStateConfig;
  readonly lock: DiskLock;
  readonly directory: DerivedDirectory;
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
  readonly #checkpoint: Checkpoint;
  readonly #opening: DerivedOpening;
  #pending: Promise<void> = Promise.resolve();
  readonly #cleaning: Promise<void>;
  #entries: readonly StateEntry[];
  #closed = false;

  constructor(opening: DerivedOpening, parts: DerivedParts) {
    this.#opening = opening;
    // Large files take long to remove; what fails or is cut off here, the next start does again.
    this.#cleaning = opening.directory.removeOthers().catch(() => undefined);
    this.queueIndex = parts.queueIndex;
    this.uniqKeys = parts.uniqKeys;
    this.stateDb = parts.stateDb;
    this.#entries = parts.restored.entries;
    this.#checkpoint = parts.checkpoint;
  }

  /** Index of the last durable checkpoint; the log may be dropped up to here, and is replayed after it. */
  get appliedIndex(): number {
    return this.#checkpoint.appliedIndex;
  }

  /**
   * What the owner put into checkpoints, in key order, as it was when opened. Given once and then forgotten: the owner
   * makes its own form of it, and a second copy of what all topics and queues have would stay for nothing.
   */
  takeEntries(): readonly StateEntry[] {
    const entries = this.#entries;
    this.#entries = [];
    return entries;
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

  /**
   * The state as of the last checkpoint, which must be the one at `index`, as the content of a snapshot. The owner
   * calls this in the turn in which that checkpoint resolved; then entries and checkpoints go on as ever, up to the
   * limit of `mustWait`. INDEX_RANGE at another index, LIMIT_EXCEEDED while a checkpoint is being written.
   */
  exportSnapshot(index: number): DerivedExport {
    const { keys, appliedIndex } = this.#checkpoint;
    if (this.#closed) throw new StoreError('STORAGE_FAILED', 'the derived state is closed');
    if (this.checkpointRunning) throw new StoreError('LIMIT_EXCEEDED', 'a checkpoint is being written');
    if (keys === null || appliedIndex !== index) {
      throw new StoreError('INDEX_RANGE', `the last checkpoint is at ${appliedIndex}, not at ${index}`);
    }
    const { immediate, onDamage } = this.#opening.ports;
    return new DerivedExport({
      onDamage,
      appliedIndex,
      keys,
      uniqKeys: this.uniqKeys,
      content: this.stateDb.contentNow(),
      owner: this.#opening.config.owner,
      turn: () => turnOf(immediate),
    });
  }

  /**
   * Take the state of a snapshot in place of this one. It is built beside this one and counts from one moment on, so a
   * crash leaves either. Returns the new state, which has the directory; this object is closed then. Rejects with
   * SNAPSHOT_CORRUPT and leaves this state as it is if the content is none.
   */
  async importSnapshot(snapshot: SnapshotContent): Promise<DerivedState> {
    const { ports, config, directory, lock } = this.#opening;
    if (this.#closed) throw new StoreError('STORAGE_FAILED', 'the derived state is closed');
    const next = await directory.next();
    const parts = await buildFromSnapshot(ports, next.path, config, snapshot);
    try {
      await this.#end();
      await directory.switchTo(next.number);
    } catch (error) {
      await closeFolder(parts);
      lock.release();
      throw error;
    }
    return new DerivedState(this.#opening, parts);
  }

  /**
   * A read met damage: the next `openDerivedState` says INDEX_CORRUPT, whatever it could read, until the state was replaced.
   * Durable when it returns; on the caller's thread.
   */
  condemn(): void {
    this.#opening.directory.condemn();
  }

  /** Resolves when what other states have left in the directory is gone. Nobody need wait for it. */
  settled(): Promise<void> {
    return this.#cleaning;
  }

  /** Idempotent; waits for a running checkpoint. Nothing is written that was not asked for. */
  async close(): Promise<void> {
    if (this.#closed) return;
    try {
      await this.#end();
    } finally {
      this.#opening.lock.release();
    }
  }

  /** Close everything but the lock. */
  async #end(): Promise<void> {
    this.#closed = true;
    // Whoever asked for the checkpoint hears of its failure.
    await this.#pending.catch(() => undefined);
    this.queueIndex.close();
    this.uniqKeys.close();
    await this.stateDb.close();
  }
}

/**
 * Open the derived state in a directory of its own, as of its last checkpoint; a new one starts at index 0.
 * INDEX_CORRUPT if a file that the checkpoint refers to is missing, short or damaged: then nothing of the
 * directory is usable and the state must be built anew by `replaceDerivedState`. CONFIG_INVALID, DIRECTORY_LOCKED,
 * STATE_DB_FAILED and errors of the disk.
 */
export async function openDerivedState(
  ports: DerivedStatePorts,
  directory: string,
  settings: Partial<DerivedStateConfig> = {},
): Promise<DerivedState> {
  return withLock(ports, directory, settings, openCurrent, (disk, path) => DerivedDirectory.open(disk, path));
}

/**
 * Set aside whatever is in the directory and begin anew: with the state of a snapshot, or, without one, empty at index
 * 0. A crash leaves the old directory, or an empty state that must be replaced once more.
 */
export async function replaceDerivedState(
  ports: DerivedStatePorts,
  directory: string,
  settings: Partial<DerivedStateConfig>,
  snapshot: SnapshotContent | null,
): Promise<DerivedState> {
  const begin = async (opening: DerivedOpening): Promise<DerivedState> => {
    if (snapshot === null) return openCurrent(opening);
    const next = await opening.directory.next();
    const parts = await buildFromSnapshot(ports, next.path, opening.config, snapshot);
    try {
      await opening.directory.switchTo(next.number);
    } catch (error) {
      await closeFolder(parts);
      throw error;
    }
    return new DerivedState(opening, parts);
  };
  return withLock(ports, directory, settings, begin, (disk, path) =>
    DerivedDirectory.replace(disk, path, ports.metrics),
  );
}

async function withLock(
  ports: DerivedStatePorts,
  path: string,
  settings: Partial<DerivedStateConfig>,
  open: (opening: DerivedOpening) => Promise<DerivedState>,
  find: (disk: Disk, path: string) => DerivedDirectory,
): Promise<DerivedState> {
  const config = parseDerivedStateConfig(settings);
  requireLittleEndian();
  const { disk } = ports;
  disk.mkdir(path);
  const lock = disk.lock(path);
  try {
    return await open({ ports, config, lock, directory: find(disk, path) });
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function openCurrent(opening: DerivedOpening): Promise<DerivedState> {
  const { ports, config, directory } = opening;
  return new DerivedState(opening, await openFolder(ports, directory.current, config));
}

/** The flat files hold words as they lie in memory, low byte first. */
function requireLittleEndian(): void {
  if (new Uint8Array(new Uint32Array([1]).buffer)[0] !== 1) {
    throw new StoreError('CONFIG_INVALID', 'the store runs on little-endian machines only');
  }
}
