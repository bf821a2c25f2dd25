import type { Clock, TimerHandle } from './clock.ts';
import type { RaftConfig } from './config.ts';

/** With `asyncFlush`: asks for a sync every `flushIntervalMs`, since nobody waits for one. */
export class BackgroundFlush {
  readonly #config: Pick<RaftConfig, 'asyncFlush' | 'flushIntervalMs'>;
  readonly #clock: Clock;
  readonly #sync: () => void;
  #timer: TimerHandle | null = null;

  constructor(config: Pick<RaftConfig, 'asyncFlush' | 'flushIntervalMs'>, clock: Clock, sync: () => void) {
    this.#config = config;
    this.#clock = clock;
    this.#sync = sync;
  }

  start(): void {
    if (!this.#config.asyncFlush) return;
    this.#timer = this.#clock.setTimer(this.#config.flushIntervalMs, () => {
      this.start();
      this.#sync();
    });
  }

  stop(): void {
    if (this.#timer !== null) this.#clock.clearTimer(this.#timer);
    this.#timer = null;
  }
}
