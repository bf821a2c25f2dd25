import type { ConfigurationState, Entry, LogPosition, Logger, SnapshotMeta } from '@ledgermq/raft';
import type { DerivedExport, DerivedState, SnapshotFiles, StoreMetrics } from '@ledgermq/store';
import type { SnapshotTaker } from './applier.ts';
import type { LogRetention } from './log-retention.ts';

export interface SnapshotScheduleConfig {
  /** Bytes of log between two snapshots; equal on all members, so that they take the same ones. */
  readonly intervalBytes: number;
}

export const snapshotScheduleDefaults: SnapshotScheduleConfig = Object.freeze({
  intervalBytes: 256 * 1024 * 1024,
});

export interface SnapshotSchedulePorts {
  readonly derived: () => DerivedState;
  readonly snapshots: SnapshotFiles;
  readonly retention: LogRetention;
  readonly clock: { monotonic(): number };
  readonly logger: Logger;
  readonly metrics: Pick<StoreMetrics, 'snapshotMs' | 'snapshotBytes'>;
}

/** Takes a snapshot after each entry that crosses a multiple of so many bytes of log, and lets old log go after it. */
export class SnapshotSchedule implements SnapshotTaker {
  readonly #config: SnapshotScheduleConfig;
  readonly #ports: SnapshotSchedulePorts;
  #running: Promise<void> | null = null;
  #reading: Promise<void> | null = null;
  #stopped = false;
  /** Snapshots found at the start that end behind what was applied by then, the oldest first. */
  #ahead: readonly SnapshotMeta[];

  constructor(config: SnapshotScheduleConfig, ports: SnapshotSchedulePorts) {
    this.#config = config;
    this.#ports = ports;
    const { appliedIndex } = ports.derived();
    this.#ahead = ports.snapshots.list().filter(({ position }) => position.index > appliedIndex);
  }

  /** A log that was lost cannot tell at the start which snapshots are its own; when it comes by again it can. */
  passed({ index, hash }: Entry): void {
    if (index < (this.#ahead[0]?.position.index ?? Infinity)) return;
    const { snapshots } = this.#ports;
    const here = this.#ahead.find(({ position }) => position.index === index);
    this.#ahead = this.#ahead.filter(({ position }) => position.index > index);
    if (here === undefined || here.position.hash === hash || !snapshots.list().includes(here)) return;
    snapshots.reject(index);
  }

  due(entry: Entry): boolean {
    const { intervalBytes } = this.#config;
    const end = entry.address + entry.frame.length;
    return Math.floor(end / intervalBytes) > Math.floor(entry.address / intervalBytes);
  }

  take(position: LogPosition, configuration: ConfigurationState): void {
    const { derived, logger } = this.#ports;
    if (this.#running !== null) {
      logger.warn('a snapshot is left out, the one before is still being written', { index: position.index });
      return;
    }
    const content = derived().exportSnapshot(position.index);
    this.#running = this.#write(position, configuration, content).finally(() => {
      content.close();
      this.#running = null;
    });
  }

  /** Reads the snapshots of earlier lives once: what has decayed must not be found out when it is needed. */
  start(): void {
    this.#reading = this.#readAll().catch((error: unknown) => {
      this.#ports.logger.warn('the snapshots could not be read', { error: String(error) });
    });
  }

  /** Resolves when no snapshot is being written, and so nobody reads the state for one. */
  async written(): Promise<void> {
    await this.#running;
  }

  /** Waits for the snapshot that is being written, and for the one that is being read. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
    await this.#reading;
  }

  async #readAll(): Promise<void> {
    const { snapshots } = this.#ports;
    for (const { position } of [...snapshots.list()]) {
      if (this.#stopped) return;
      await snapshots.verify(position.index);
    }
  }

  async #write(
    position: LogPosition,
    configuration: ConfigurationState,
    content: DerivedExport,
  ): Promise<void> {
    const { snapshots, retention, clock, logger, metrics } = this.#ports;
    const since = clock.monotonic();
    try {
      const { bytes } = await snapshots.take(position, configuration, content);
      const ms = Math.round(clock.monotonic() - since);
      metrics.snapshotMs.observe(ms);
      metrics.snapshotBytes.observe(bytes);
      logger.info('snapshot taken', { index: position.index, bytes, ms });
    } catch (error) {
      logger.warn('a snapshot was not taken', { index: position.index, error: String(error) });
    }
    await retention.enforce();
  }
}
