import type { Clock, Logger, LogIndex, SnapshotMeta } from '@ledgermq/raft';
import type { QueueIndex } from '@ledgermq/store';

export interface LogRetentionConfig {
  /** Bytes of log kept at least; older whole segments go when a snapshot lies behind them. 0 keeps everything. */
  readonly logBytesMax: number;
}

export const logRetentionDefaults: LogRetentionConfig = Object.freeze({ logBytesMax: 0 });

export interface LogRetentionPorts {
  readonly log: {
    firstIndex(): LogIndex;
    startAddress(): number;
    endAddress(): number;
    dropBefore(index: LogIndex, snapshotIndex: LogIndex): Promise<LogIndex>;
  };
  readonly snapshots: {
    list(): readonly SnapshotMeta[];
    prune(firstIndex: LogIndex): Promise<void>;
  };
  /** Of the present state; another one after a snapshot was installed. */
  readonly queueIndex: () => QueueIndex;
  readonly clock: Pick<Clock, 'immediate'>;
  readonly logger: Logger;
}

/** Queues whose first offset is looked for in one turn of the event loop. */
const QUEUES_PER_TURN = 256;

/**
 * Lets the oldest part of the log go. What goes ends at a snapshot, so that the log always begins at or before one: a
 * follower that is behind the start gets that snapshot, and the state can be built anew from it.
 */
export class LogRetention {
  readonly #config: LogRetentionConfig;
  readonly #ports: LogRetentionPorts;
  #running: Promise<void> | null = null;
  #stopped = false;

  constructor(config: LogRetentionConfig, ports: LogRetentionPorts) {
    this.#config = config;
    this.#ports = ports;
  }

  /** Drops what may go now; at most one run at a time. Never rejects: what stays now goes next time. */
  enforce(): Promise<void> {
    this.#running ??= this.#enforce()
      .catch((error: unknown) => {
        this.#ports.logger.warn('the log keeps its oldest part for now', { error: String(error) });
      })
      .finally(() => {
        this.#running = null;
      });
    return this.#running;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #enforce(): Promise<void> {
    const { log, snapshots, logger } = this.#ports;
    if (this.#stopped) return;
    const base = dropPoint(snapshots.list(), log.endAddress(), this.#config.logBytesMax);
    if (base !== null && base.position.index >= log.firstIndex()) {
      const before = log.firstIndex();
      const first = await log.dropBefore(base.position.index + 1, base.position.index);
      if (first > before) {
        logger.info('dropped the oldest part of the log', { firstIndex: first, address: log.startAddress() });
        await this.#raiseMinOffsets();
      }
    }
    if (!this.#stopped) await snapshots.prune(log.firstIndex());
  }

  /** A queue begins with its first message whose bytes are still here. */
  async #raiseMinOffsets(): Promise<void> {
    const { log, queueIndex, clock } = this.#ports;
    const index = queueIndex();
    for (let number = 0; number < index.queueCount; number += 1) {
      if (number % QUEUES_PER_TURN === QUEUES_PER_TURN - 1) {
        await new Promise<void>((resolve) => {
          clock.immediate(resolve);
        });
        // A snapshot may have brought another state meanwhile, whose queues begin where its log does.
        if (this.#stopped || queueIndex() !== index) return;
      }
      const first = index.findByAddress(number, log.startAddress());
      if (first > index.minOffset(number)) index.setMinOffset(number, first);
    }
  }
}

/** The newest snapshot with at least `keepBytes` of log behind it; null when there is none, or everything is kept. */
export function dropPoint(
  snapshots: readonly SnapshotMeta[],
  endAddress: number,
  keepBytes: number,
): SnapshotMeta | null {
  if (keepBytes === 0) return null;
  return snapshots.findLast(({ position }) => endAddress - position.address >= keepBytes) ?? null;
}
