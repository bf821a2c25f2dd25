import { join } from 'node:path/posix';
import type { LogIndex } from '@ledgermq/raft';
import type { QueueIndex, StoreMetrics } from '@ledgermq/store';
import type { BrokerMachine } from '../machine/machine.ts';
import type { ReplicaOptions } from '../replica-options.ts';
import { KeyIndexer, keyIndexerDefaults } from './key-indexer.ts';
import { IndexedKeyReader } from './key-reader.ts';
import { IndexedQueueReader } from './queue-reader.ts';
import { QueueStarts } from './queue-starts.ts';
import { replicaFolder } from './replica-folder.ts';
import type { ReplicaStore } from './replica-store.ts';

/** How far the machine is: nothing behind that is shown to anyone. */
export interface AppliedProgress {
  readonly appliedIndex: LogIndex;
  /** Log address behind that entry. */
  readonly appliedEnd: number;
}

export interface ReplicaReadsParts extends ReplicaOptions {
  readonly store: ReplicaStore;
  readonly machine: BrokerMachine;
  readonly metrics: StoreMetrics;
}

/** What a replica serves from its log: messages by their place, by their time, and by their keys. */
export class ReplicaReads {
  readonly queues: IndexedQueueReader;
  readonly keys: IndexedKeyReader;
  readonly keyIndexer: KeyIndexer;

  constructor(parts: ReplicaReadsParts, progress: () => AppliedProgress) {
    const { config, disk, directory, clock, logger, events, machine, metrics } = parts;
    const { log, state } = parts.store;
    const queueIndex = (): QueueIndex => state.queueIndex;
    this.queues = new IndexedQueueReader({
      machine,
      queueIndex,
      starts: new QueueStarts({ queueIndex, log }),
      log,
      appliedEnd: () => progress().appliedEnd,
    });
    this.keyIndexer = new KeyIndexer(config.keyIndex ?? keyIndexerDefaults, {
      disk,
      directory: join(directory, replicaFolder.keyIndex),
      log,
      appliedIndex: () => progress().appliedIndex,
      clock,
      logger,
      onFatal: (error) => events.onFatal(error),
      metrics,
    });
    this.keys = new IndexedKeyReader(this.keyIndexer, this.queues);
  }
}
