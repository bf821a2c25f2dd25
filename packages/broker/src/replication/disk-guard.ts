import type { Clock, Logger, TimerHandle } from '@ledgermq/raft';
import type { Disk } from '@ledgermq/store';

export interface DiskGuardConfig {
  /** Below so many free bytes nothing new is accepted. Room for what is under way, elections and checkpoints. */
  readonly reserveBytes: number;
  readonly checkMs: number;
  /** Nor above so many percent of the disk in use (RocketMQ: diskSpaceWarningLevelRatio). */
  readonly diskSpaceWarningLevelRatio: number;
}

export const diskGuardDefaults: DiskGuardConfig = Object.freeze({
  reserveBytes: 512 * 1024 * 1024,
  checkMs: 1_000,
  diskSpaceWarningLevelRatio: 90,
});

/** Free space has to exceed the reserve by this share before sends are accepted again. */
const RESUME_SHARE = 1.1;

export interface DiskGuardPorts {
  readonly disk: Pick<Disk, 'freeBytes' | 'totalBytes'>;
  readonly directory: string;
  readonly clock: Pick<Clock, 'setTimer' | 'clearTimer'>;
  readonly logger: Logger;
  /** Called when the disk becomes nearly full, and when it has room again. */
  readonly onChange: (full: boolean) => void;
}

/**
 * Looks at the free space of a replica's file system, so that a master refuses sends with a definite error before its
 * log cannot be written, and accepts them again by itself.
 */
export class DiskGuard {
  readonly #config: DiskGuardConfig;
  readonly #ports: DiskGuardPorts;
  #timer: TimerHandle | null = null;
  #full = false;
  #lastFree = Number.MAX_SAFE_INTEGER;
  #lastTotal = 0;

  constructor(config: DiskGuardConfig, ports: DiskGuardPorts) {
    this.#config = config;
    this.#ports = ports;
  }

  start(): void {
    this.#check();
  }

  stop(): void {
    if (this.#timer !== null) this.#ports.clock.clearTimer(this.#timer);
    this.#timer = null;
  }

  #check(): void {
    const { clock, logger, onChange } = this.#ports;
    const free = this.#freeBytes();
    const full = free < this.#reserve() * (this.#full ? RESUME_SHARE : 1);
    if (full !== this.#full) {
      this.#full = full;
      logger.warn(full ? 'the disk is nearly full, sends are refused' : 'the disk has room again', { free });
      onChange(full);
    }
    this.#timer = clock.setTimer(this.#config.checkMs, () => this.#check());
  }

  /** Free bytes below which the disk counts as full. */
  #reserve(): number {
    const { reserveBytes, diskSpaceWarningLevelRatio } = this.#config;
    return Math.max(reserveBytes, (this.#lastTotal * (100 - diskSpaceWarningLevelRatio)) / 100);
  }

  /** A file system that does not tell leaves the last answer standing: the log will notice if it is broken. */
  #freeBytes(): number {
    const { disk, directory, logger } = this.#ports;
    try {
      this.#lastFree = disk.freeBytes(directory);
      this.#lastTotal = disk.totalBytes(directory);
    } catch (error) {
      logger.warn('the free space of the disk is not known', { error: String(error) });
    }
    return this.#lastFree;
  }
}
