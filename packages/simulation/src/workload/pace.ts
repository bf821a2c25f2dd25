import type { Clock } from '@ledgermq/raft';
import type { RunParameters } from '../parameters.ts';
import type { SeededRandom } from '../world/seeded-random.ts';

/** Length of a time with load together with the rest after it, ms. */
const PERIOD_MS = 8_000;

/** When workers act: in bursts, with rests between in which timers and idle code get their turn. */
export class Pace {
  readonly #clock: Clock;
  readonly #random: SeededRandom;
  readonly #meanMs: number;
  readonly #burstMs: number;
  readonly #startedAt: number;

  constructor(clock: Clock, random: SeededRandom, parameters: RunParameters, workers: number) {
    this.#clock = clock;
    this.#random = random;
    this.#meanMs = (1_000 * workers) / parameters.burstRate;
    this.#burstMs = PERIOD_MS * parameters.burstShare;
    this.#startedAt = clock.monotonic();
  }

  /** Resolves when the worker may act again. */
  next(): Promise<void> {
    const wait = this.#random.exponential(this.#meanMs);
    const at = this.#clock.monotonic() + wait - this.#startedAt;
    const within = at % PERIOD_MS;
    const rest = within < this.#burstMs ? 0 : PERIOD_MS - within;
    return sleep(this.#clock, wait + rest);
  }
}

export function sleep(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimer(ms, resolve);
  });
}
