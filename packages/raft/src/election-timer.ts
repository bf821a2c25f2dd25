import type { Random } from './random.ts';

/**
 * Counts the ticks since a member last heard what keeps it from campaigning. The limit is drawn anew at every
 * reset from `timeoutTicks` to one less than twice that (paper §5.2), so that members rarely collide.
 */
export class ElectionTimer {
  readonly #timeoutTicks: number;
  readonly #random: Random;
  #elapsed = 0;
  #limit = 0;

  constructor(timeoutTicks: number, random: Random) {
    this.#timeoutTicks = timeoutTicks;
    this.#random = random;
    this.reset();
  }

  /** True while less than the shortest timeout passed: whoever led at the reset may still be trusted to lead. */
  get withinTimeout(): boolean {
    return this.#elapsed < this.#timeoutTicks;
  }

  reset(): void {
    this.#elapsed = 0;
    this.#limit = this.#timeoutTicks + this.#random.nextInt(this.#timeoutTicks);
  }

  /** One tick passed. Returns true, and starts over, when the limit is reached. */
  tick(): boolean {
    this.#elapsed++;
    if (this.#elapsed < this.#limit) return false;
    this.reset();
    return true;
  }
}
