import type { Clock, LogIndex, Logger, SnapshotMeta, TimerHandle } from '@ledgermq/raft';
import { QueueUnits, type Disk, type QueueIndex } from '@ledgermq/store';
import {
  cleaningMode,
  dropPoints,
  expiredBefore,
  retentionRuleDefaults,
  type CleaningMode,
  type RetentionRules,
} from './retention-policy.ts';

export interface LogRetentionConfig extends RetentionRules {
  /** Time between two rounds, ms. */
  readonly cleanResourceInterval: number;
  /** Time before the first one, ms. */
  readonly firstCleanDelay: number;
}

export const logRetentionDefaults: LogRetentionConfig = Object.freeze({
  ...retentionRuleDefaults,
  cleanResourceInterval: 10_000,
  firstCleanDelay: 60_000,
});

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
  /** Index of the entry up to which the state is durable: what lies behind it is still needed to build the state. */
  readonly checkpointIndex: () => LogIndex;
  /** The log begins later than before. */
  readonly onDropped: () => void;
  readonly disk: Pick<Disk, 'freeBytes' | 'totalBytes'>;
  readonly directory: string;
  /** Hour of the day, 0 to 23, where this node stands. */
  readonly localHour: (now: number) => number;
  readonly clock: Pick<Clock, 'now' | 'immediate' | 'setTimer' | 'clearTimer'>;
  readonly logger: Logger;
}

/** Queues that are looked at in one turn of the event loop. */
const QUEUES_PER_TURN = 256;

/**
 * Lets the oldest part of the log go, by the rules of the policy, after each snapshot and now and then. What goes ends at a
 * snapshot, so that the log always begins at or before one: a follower that is behind the start gets that snapshot, and
 * the state can be built anew from it. Whether a message was consumed does not matter.
 */
export class LogRetention {
  readonly #config: LogRetentionConfig;
  readonly #ports: LogRetentionPorts;
  readonly #units: QueueUnits = new QueueUnits(1);
  #timer: TimerHandle | null = null;
  #running: Promise<void> | null = null;
  /** Start of the log from which all queues are known to begin. */
  #raisedTo = -1;
  #stopped = false;

  constructor(config: LogRetentionConfig, ports: LogRetentionPorts) {
    this.#config = config;
    this.#ports = ports;
  }

  start(): void {
    this.#schedule(this.#config.firstCleanDelay);
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
    if (this.#timer !== null) this.#ports.clock.clearTimer(this.#timer);
    this.#timer = null;
    await this.#running;
  }

  #schedule(ms: number): void {
    this.#timer = this.#ports.clock.setTimer(ms, () => {
      if (this.#stopped) return;
      this.#schedule(this.#config.cleanResourceInterval);
      void this.enforce();
    });
  }

  async #enforce(): Promise<void> {
    const { log, snapshots, logger } = this.#ports;
    if (this.#stopped) return;
    // A crash, or another state, may have left queues that begin before the log.
    if (this.#raisedTo !== log.startAddress()) await this.#raiseMinOffsets();
    const before = log.firstIndex();
    for (const { position } of await this.#dropPoints()) {
      if (this.#stopped) return;
      const first = await log.dropBefore(position.index + 1, position.index);
      if (first === before) continue;
      logger.info('dropped the oldest part of the log', { firstIndex: first, address: log.startAddress() });
      this.#ports.onDropped();
      await this.#raiseMinOffsets();
      break;
    }
    if (!this.#stopped) await snapshots.prune(log.firstIndex());
  }

  async #dropPoints(): Promise<readonly SnapshotMeta[]> {
    const { log, clock, localHour, snapshots, checkpointIndex } = this.#ports;
    const now = clock.now();
    const mode = cleaningMode(this.#config, localHour(now), this.#usedPercent());
    const within = snapshots
      .list()
      .filter(({ position: { index } }) => index >= log.firstIndex() && index <= checkpointIndex());
    const [oldest] = within;
    if (oldest === undefined) return [];
    const expiredAddress = await this.#expiredAddress(mode, now, oldest.position.address);
    return dropPoints(this.#config, {
      snapshots: within,
      endAddress: log.endAddress(),
      mode,
      expiredAddress,
    });
  }

  #usedPercent(): number {
    const { disk, directory } = this.#ports;
    const total = disk.totalBytes(directory);
    return ((total - disk.freeBytes(directory)) / total) * 100;
  }

  /**
   * Log address below which all messages are expired; 0 when that is not above `atLeast`, so that nothing would come of
   * knowing it: then one queue with an old message that is not expired ends the search.
   */
  async #expiredAddress(mode: CleaningMode, now: number, atLeast: number): Promise<number> {
    if (mode === 'size') return 0;
    const before = expiredBefore(this.#config, now);
    let lowest = this.#ports.log.endAddress();
    const complete = await this.#forQueues((index, number) => {
      const first = index.findByTime(number, before, 'LOWER');
      if (index.read(number, first, 1, this.#units) === 1) {
        lowest = Math.min(lowest, this.#units.addresses[0] as number);
      }
      return lowest >= atLeast;
    });
    return complete ? lowest : 0;
  }

  /** A queue begins with its first message whose bytes are still here. */
  async #raiseMinOffsets(): Promise<void> {
    const startAddress = this.#ports.log.startAddress();
    const complete = await this.#forQueues((index, number) => {
      const first = index.findByAddress(number, startAddress);
      if (first > index.minOffset(number)) index.setMinOffset(number, first);
      return true;
    });
    if (complete) this.#raisedTo = startAddress;
  }

  /** Some queues in each turn. False if `visit` ended it, or another state took the place of this one meanwhile. */
  async #forQueues(visit: (index: QueueIndex, number: number) => boolean): Promise<boolean> {
    const { queueIndex, clock } = this.#ports;
    const index = queueIndex();
    for (let number = 0; number < index.queueCount; number += 1) {
      if (number % QUEUES_PER_TURN === QUEUES_PER_TURN - 1) {
        await new Promise<void>((resolve) => {
          clock.immediate(resolve);
        });
        // A snapshot may have brought another state meanwhile, whose queues begin where its log does.
        if (this.#stopped || queueIndex() !== index) return false;
      }
      if (!visit(index, number)) return false;
    }
    return true;
  }
}
