import type { Clock, TimerHandle } from './clock.ts';
import type { RaftConfig } from './config.ts';
import type { Logger } from './logger.ts';

export interface TickerOptions {
  readonly config: Pick<RaftConfig, 'tickMs' | 'electionTimeoutTicks'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** `ticks` ticks passed, at least one. */
  onTicks(ticks: number): void;
  /** The event loop stood still for `ms`; called before the tick that follows. */
  onStall?(ms: number): void;
}

/**
 * Turns time into ticks. A timer that is a little late counts all ticks that passed.
 *
 * After a stall of the event loop of more than half an election timeout the leader's heartbeats may lie unread in
 * the sockets. They get one turn to be read first, and the silence counts as one tick only, because it was ours.
 */
export class Ticker {
  readonly #options: TickerOptions;
  #running = false;
  #timer: TimerHandle | null = null;
  /** Up to when ticks were counted. */
  #countedAt = 0;
  #stalls = 0;
  #longestStallMs = 0;

  constructor(options: TickerOptions) {
    this.#options = options;
  }

  /** Times that the event loop stood still for more than half an election timeout. */
  get stalls(): number {
    return this.#stalls;
  }

  get longestStallMs(): number {
    return this.#longestStallMs;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#countedAt = this.#options.clock.monotonic();
    this.#arm();
  }

  stop(): void {
    this.#running = false;
    if (this.#timer !== null) this.#options.clock.clearTimer(this.#timer);
    this.#timer = null;
  }

  #arm(): void {
    const { clock, config } = this.#options;
    const waitMs = Math.max(0, this.#countedAt + config.tickMs - clock.monotonic());
    this.#timer = clock.setTimer(waitMs, () => this.#fire());
  }

  #fire(): void {
    this.#timer = null;
    const { clock, config, logger } = this.#options;
    const now = clock.monotonic();
    const elapsedMs = now - this.#countedAt;
    const lateMs = elapsedMs - config.tickMs;
    if (lateMs > (config.electionTimeoutTicks * config.tickMs) / 2) {
      this.#countedAt = now;
      this.#stalls++;
      this.#longestStallMs = Math.max(this.#longestStallMs, lateMs);
      logger.warn('the event loop stalled', { lateMs: Math.round(lateMs) });
      this.#options.onStall?.(lateMs);
      clock.immediate(() => {
        if (this.#running) this.#options.onTicks(1);
      });
    } else {
      const ticks = Math.floor(elapsedMs / config.tickMs);
      this.#countedAt += ticks * config.tickMs;
      if (ticks > 0) this.#options.onTicks(ticks);
    }
    if (this.#running) this.#arm();
  }
}
