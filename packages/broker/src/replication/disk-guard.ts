import type { Clock, Logger, TimerHandle } from '@ledgermq/raft';
import type { Disk } from '@ledgermq/store';

export interface DiskGuardConfig {
  /** Below so many free bytes nothing new is accepted. Room for what is under way, elections and checkpoints. */
  readonly diskReserveBytes: number;
  /** Time between two looks at the disk, and so until sends are accepted again when there is room. */
  readonly diskCheckMs: number;
  /** Nor above so many percent of the disk in use (RocketMQ: diskSpaceWarningLevelRatio). */
  readonly diskSpaceWarningLevelRatio: number;
}

export const diskGuardDefaults: DiskGuardConfig = Object.freeze({
  diskReserveBytes: 512 * 1024 * 1024,
  diskCheckMs: 1_000,
  diskSpaceWarningLevelRatio: 90,
});

/**
 * What the disk has room for.
 * - ample: everything.
 * - low: below the reserve, or above the ratio. A master refuses sends; followers still take what was accepted.
 * - scarce: below half of the reserve. The log takes no data, so that the rest is there for votes and checkpoints.
 * - exhausted: below an eighth of it. Somebody else fills the disk; no checkpoint begins that could fail halfway.
 */
export type DiskRoom = 'ample' | 'low' | 'scarce' | 'exhausted';

const LOG_SHARE = 1 / 2;
const CHECKPOINT_SHARE = 1 / 8;
/** Free space has to exceed a limit by this share before it counts as kept again. */
const RESUME_SHARE = 1.1;

export interface DiskGuardPorts {
  readonly disk: Pick<Disk, 'freeBytes' | 'totalBytes'>;
  readonly directory: string;
  readonly clock: Pick<Clock, 'setTimer' | 'clearTimer'>;
  readonly logger: Logger;
  readonly onChange: (room: DiskRoom) => void;
}

/**
 * Looks at the free space of a replica's file system, so that a master refuses sends with a definite error before its
 * log cannot be written, and accepts them again by itself.
 */
export class DiskGuard {
  readonly #config: DiskGuardConfig;
  readonly #ports: DiskGuardPorts;
  #timer: TimerHandle | null = null;
  #room: DiskRoom = 'ample';
  #lastFree = Number.MAX_SAFE_INTEGER;
  #lastTotal = 0;

  constructor(config: DiskGuardConfig, ports: DiskGuardPorts) {
    this.#config = config;
    this.#ports = ports;
  }

  get room(): DiskRoom {
    return this.#room;
  }

  start(): void {
    this.look();
    this.#timer = this.#ports.clock.setTimer(this.#config.diskCheckMs, () => this.start());
  }

  stop(): void {
    if (this.#timer !== null) this.#ports.clock.clearTimer(this.#timer);
    this.#timer = null;
  }

  /** Looks now, for who is about to write much. */
  look(): DiskRoom {
    const { logger, onChange } = this.#ports;
    const free = this.#freeBytes();
    const room = this.#roomOf(free);
    if (room !== this.#room) {
      const wasAmple = this.#room === 'ample';
      this.#room = room;
      if (room === 'ample') logger.warn('the disk has room again', { free });
      else if (wasAmple) logger.warn('the disk is nearly full, sends are refused', { free, room });
      else logger.warn('the room on the disk has changed', { free, room });
      onChange(room);
    }
    return room;
  }

  #roomOf(free: number): DiskRoom {
    const { diskReserveBytes, diskSpaceWarningLevelRatio } = this.#config;
    const byRatio = (this.#lastTotal * (100 - diskSpaceWarningLevelRatio)) / 100;
    const limits: readonly (readonly [DiskRoom, number])[] = [
      ['exhausted', diskReserveBytes * CHECKPOINT_SHARE],
      ['scarce', diskReserveBytes * LOG_SHARE],
      ['low', Math.max(diskReserveBytes, byRatio)],
    ];
    const now = limits.findIndex(([room]) => room === this.#room);
    for (const [at, [room, limit]] of limits.entries()) {
      // A limit that is undercut at present is left behind only with some room above it.
      const undercut = now !== -1 && at >= now;
      if (free < limit * (undercut ? RESUME_SHARE : 1)) return room;
    }
    return 'ample';
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
