import { StoreError } from './errors.ts';
import type { QueueIndex, QueueIndexSnapshot } from './queue-index.ts';
import type { CheckpointMark, StateDb, StatePut, UniqKeyMark } from './state-db.ts';
import type { StoreMetrics } from './store-metrics.ts';
import type { UniqKeyTable } from './uniq-key-table.ts';

export interface CheckpointParts {
  readonly queueIndex: QueueIndex;
  readonly uniqKeys: UniqKeyTable;
  readonly stateDb: StateDb;
  /** Calls back after the input of the present event-loop turn was read: `Clock.immediate`. */
  readonly immediate: (fn: () => void) => void;
  readonly queuesPerTurn: number;
  /** See `DerivedStatePorts.syncedUpTo`. */
  readonly syncedUpTo: (index: number) => Promise<void>;
  readonly metrics: StoreMetrics;
}

export interface CheckpointRequest {
  /** Index of the last entry applied at the moment of the call. */
  readonly appliedIndex: number;
  /** What the caller's own state changed since its last request; the buffers must not change until it ends. */
  readonly puts: readonly StatePut[];
  /** Keys to remove; they apply before the puts. */
  readonly deletes: readonly (Buffer | string)[];
}

/**
 * Makes the derived state durable as of one log index, while later entries are being applied:
 *
 * 1. In the turn of the call: note what changed. Units noted stay in memory until they are in the file, and
 *    they never change; key entries are written in this turn. So what comes later cannot mix in.
 * 2. Write the units, some queues per turn: to the block file, or with the tails of the checkpoint.
 * 3. fdatasync the flat files in the thread pool. Before this nothing durable may refer to the new data. And the
 *    log is durable up to the index: the state must never be ahead of a log that lost its unsynced end.
 * 4. One atomic, synced batch in the state database: appliedIndex, the caller's changes, next and first
 *    offsets, blocks, window of keys. This is the checkpoint; until here the last one is untouched.
 * 5. Only now give free what the last checkpoint alone referred to.
 */
export class Checkpoint {
  readonly #parts: CheckpointParts;
  #appliedIndex: number;
  #keys: UniqKeyMark | null;
  #running = false;
  #failure: StoreError | null = null;

  /** `committed`: the mark of the last committed checkpoint, null if there is none. */
  constructor(parts: CheckpointParts, committed: CheckpointMark | null) {
    this.#parts = parts;
    this.#appliedIndex = committed?.appliedIndex ?? 0;
    this.#keys = committed?.uniqKeys ?? null;
  }

  /** Index of the last committed checkpoint: a restart replays the log after it. */
  get appliedIndex(): number {
    return this.#appliedIndex;
  }

  /** The window of keys of the last committed checkpoint; null if there is none. */
  get keys(): UniqKeyMark | null {
    return this.#keys;
  }

  get running(): boolean {
    return this.#running;
  }

  /**
   * Resolves when the checkpoint is durable. LIMIT_EXCEEDED while another one runs and INDEX_RANGE for an
   * index below the last one: nothing was touched. Any other rejection is final (a crash may find the old or
   * the new checkpoint, never a mixture), and later calls are refused with STORAGE_FAILED.
   */
  async write(request: CheckpointRequest): Promise<void> {
    if (this.#failure !== null) {
      throw new StoreError('STORAGE_FAILED', 'an earlier checkpoint failed', { cause: this.#failure });
    }
    if (this.#running) throw new StoreError('LIMIT_EXCEEDED', 'a checkpoint is being written already');
    const { appliedIndex } = request;
    if (!Number.isSafeInteger(appliedIndex) || appliedIndex < this.#appliedIndex) {
      throw new StoreError('INDEX_RANGE', `a checkpoint at ${appliedIndex} is before ${this.#appliedIndex}`);
    }
    this.#running = true;
    const { metrics } = this.#parts;
    const since = metrics.now();
    try {
      await this.#write(request);
      metrics.checkpointMs.observe(metrics.now() - since);
    } catch (error) {
      this.#failure =
        error instanceof StoreError
          ? error
          : new StoreError('STORAGE_FAILED', 'a checkpoint failed', { cause: error });
      throw this.#failure;
    } finally {
      this.#running = false;
    }
  }

  async #write({ appliedIndex, puts, deletes }: CheckpointRequest): Promise<void> {
    const { queueIndex, uniqKeys, stateDb, syncedUpTo, metrics } = this.#parts;
    const since = metrics.now();
    const queues = queueIndex.snapshotDirty();
    const keys = uniqKeys.snapshotDirty();
    const batch = {
      mark: { appliedIndex, uniqKeys: keys },
      indexDeletes: queues.deletes,
      puts: [...puts],
      deletes: [...deletes],
    };
    metrics.checkpointPauseMs.observe(metrics.now() - since);
    await this.#writeUnits(queues);
    await Promise.all([queueIndex.sync(), uniqKeys.sync(), syncedUpTo(appliedIndex)]);
    await stateDb.commit({ ...batch, indexPuts: [...queues.puts, queueIndex.tailsRecord()] });
    this.#committed(appliedIndex, queues, keys);
  }

  async #writeUnits(queues: QueueIndexSnapshot): Promise<void> {
    const { queueIndex, immediate, queuesPerTurn } = this.#parts;
    do {
      await new Promise<void>((resolve) => {
        immediate(resolve);
      });
    } while (queueIndex.writeSome(queues, queuesPerTurn));
  }

  #committed(appliedIndex: number, queues: QueueIndexSnapshot, keys: UniqKeyMark): void {
    this.#parts.queueIndex.committed(queues);
    this.#parts.uniqKeys.committed(keys);
    this.#appliedIndex = appliedIndex;
    this.#keys = keys;
  }
}
