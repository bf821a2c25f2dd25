import type { SeededRandom } from './seeded-random.ts';

export interface LinkLatency {
  /** Mean one-way latency, ms. */
  readonly meanMs: number;
  /** Chance per chunk that it takes ten times as long. */
  readonly tailChance: number;
}

const TAIL_FACTOR = 10;

/** Whatever waits behind a blocked link. */
export interface Waiting {
  restart(): void;
}

/** One direction between two machines. */
export class Link {
  readonly #random: SeededRandom;
  readonly #baseMs: number;
  readonly #tailChance: number;
  readonly #waiting: Set<Waiting> = new Set();
  #blocked = false;
  #extraMs = 0;

  constructor(random: SeededRandom, { meanMs, tailChance }: LinkLatency) {
    this.#random = random;
    this.#baseMs = meanMs * (0.4 + 0.4 * random.real());
    this.#tailChance = tailChance;
  }

  get blocked(): boolean {
    return this.#blocked;
  }

  block(): void {
    this.#blocked = true;
  }

  /** Lets through what waits, in the order in which it came to wait. */
  unblock(): void {
    if (!this.#blocked) return;
    this.#blocked = false;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const one of waiting) one.restart();
  }

  slow(ms: number): void {
    this.#extraMs = ms;
  }

  /** For what reached the far end of a blocked link: it is told when the way is free. */
  wait(one: Waiting): void {
    this.#waiting.add(one);
  }

  /** The time the next chunk takes, ms. */
  latency(): number {
    const base = this.#baseMs + this.#random.exponential(this.#baseMs / 2) + this.#extraMs;
    return this.#tailChance > 0 && this.#random.chance(this.#tailChance) ? base * TAIL_FACTOR : base;
  }
}
