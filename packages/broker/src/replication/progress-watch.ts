import type { Clock, Logger, TimerHandle } from '@ledgermq/raft';

/** Kinds of work that may take long. */
export type LongWorkKind = 'replay' | 'key-index' | 'follower' | 'snapshot-out' | 'snapshot-in';

/** How far a piece of work is, in bytes of log or of a snapshot. */
export interface WorkMeasure {
  readonly work: LongWorkKind;
  /** The other member that has part in it; null for work of this one alone. */
  readonly member: string | null;
  readonly at: number;
  readonly goal: number;
  /** Where the work began; if absent, where it stood when it was first seen. */
  readonly from?: number;
}

/** A piece of long work as of the last look. */
export interface WorkProgress {
  readonly work: LongWorkKind;
  readonly member: string | null;
  /** Of the way from where it began to where it has to come, which may move; 0 to 100. */
  readonly percent: number;
  readonly bytesLeft: number;
  /** Between the last two looks; null at the first. */
  readonly bytesPerSecond: number | null;
}

export interface ProgressWatchConfig {
  /** Time between two looks, and between two lines in the log about one piece of work, ms. */
  readonly intervalMs: number;
  /** Work with less than so many bytes left is none that anybody waits for. */
  readonly bytesLeftMin: number;
}

export const progressWatchDefaults: ProgressWatchConfig = Object.freeze({
  intervalMs: 5_000,
  bytesLeftMin: 8 * 1024 * 1024,
});

export interface ProgressWatchPorts {
  /** All work that is not done, how little may be left of it. */
  readonly measure: () => readonly WorkMeasure[];
  readonly clock: Pick<Clock, 'monotonic' | 'setTimer' | 'clearTimer'>;
  readonly logger: Logger;
}

interface Watched {
  readonly from: number;
  readonly since: number;
  readonly at: number;
  readonly seenAt: number;
}

/**
 * Looks now and then how far the long work of a replica is: state built from the log, the key index, followers that are
 * behind, snapshots on their way. It tells the log of what goes on and what has ended, and whoever asks of the last look.
 */
export class ProgressWatch {
  readonly #config: ProgressWatchConfig;
  readonly #ports: ProgressWatchPorts;
  #watched = new Map<string, Watched>();
  #current: readonly WorkProgress[] = [];
  #timer: TimerHandle | null = null;

  constructor(config: ProgressWatchConfig, ports: ProgressWatchPorts) {
    this.#config = config;
    this.#ports = ports;
  }

  start(): void {
    this.#look();
    this.#timer = this.#ports.clock.setTimer(this.#config.intervalMs, () => {
      this.start();
    });
  }

  stop(): void {
    if (this.#timer !== null) this.#ports.clock.clearTimer(this.#timer);
    this.#timer = null;
    this.#current = [];
  }

  /** What went on at the last look. */
  current(): readonly WorkProgress[] {
    return this.#current;
  }

  #look(): void {
    const { clock, logger } = this.#ports;
    const now = clock.monotonic();
    const before = this.#watched;
    this.#watched = new Map();
    this.#current = this.#measured()
      .filter(({ at, goal }) => goal - at >= this.#config.bytesLeftMin)
      .map((measure) => this.#progress(measure, before.get(keyOf(measure)), now));
    for (const progress of this.#current) {
      // What waits for somebody who is not there would only fill the log.
      if (progress.bytesPerSecond !== 0) logger.info('work goes on', { ...progress });
    }
    for (const [key, { since }] of before) {
      if (!this.#watched.has(key)) logger.info('work is done', { work: key, ms: Math.round(now - since) });
    }
  }

  /** A damaged log cannot always tell; that is not the place where it matters. */
  #measured(): readonly WorkMeasure[] {
    try {
      return this.#ports.measure();
    } catch (error) {
      this.#ports.logger.warn('the progress of work is not known', { error: String(error) });
      return [];
    }
  }

  #progress(measure: WorkMeasure, before: Watched | undefined, now: number): WorkProgress {
    const { work, member, at, goal } = measure;
    const from = Math.min(at, measure.from ?? before?.from ?? at);
    this.#watched.set(keyOf(measure), { from, since: before?.since ?? now, at, seenAt: now });
    const seconds = before === undefined ? 0 : (now - before.seenAt) / 1000;
    return {
      work,
      member,
      percent: Math.floor(((at - from) / (goal - from)) * 100),
      bytesLeft: goal - at,
      bytesPerSecond: seconds > 0 ? Math.max(0, Math.round((at - (before?.at ?? at)) / seconds)) : null,
    };
  }
}

function keyOf({ work, member }: WorkMeasure): string {
  return member === null ? work : `${work} ${member}`;
}

/** One line for people. */
export function workText(all: readonly WorkProgress[]): string {
  return all
    .map(({ work, member, percent }) => `${member === null ? work : `${work} ${member}`} ${percent}%`)
    .join(', ');
}
