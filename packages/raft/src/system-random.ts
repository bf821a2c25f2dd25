import type { Random } from './random.ts';

/** Chance of this process. Used for jitter only, so it need not be unpredictable. */
export class SystemRandom implements Random {
  nextInt(bound: number): number {
    return Math.floor(Math.random() * bound);
  }
}
