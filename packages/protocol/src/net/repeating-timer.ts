import type { NetClock, TimerHandle } from './ports.ts';

/** Calls a function again and again, the first time after one period. */
export class RepeatingTimer {
  readonly #clock: Pick<NetClock, 'setTimer' | 'clearTimer'>;
  readonly #periodMs: number;
  readonly #fn: () => void;
  #timer: TimerHandle;

  constructor(clock: Pick<NetClock, 'setTimer' | 'clearTimer'>, periodMs: number, fn: () => void) {
    this.#clock = clock;
    this.#periodMs = periodMs;
    this.#fn = fn;
    this.#timer = this.#arm();
  }

  /** Idempotent. */
  stop(): void {
    this.#clock.clearTimer(this.#timer);
  }

  #arm(): TimerHandle {
    return this.#clock.setTimer(this.#periodMs, () => {
      // Before the call, which may stop it.
      this.#timer = this.#arm();
      this.#fn();
    });
  }
}
