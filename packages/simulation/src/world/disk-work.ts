import type { ScheduledEvent } from './event-heap.ts';
import type { Process } from './process.ts';
import type { Scheduler } from './scheduler.ts';
import type { SeededRandom } from './seeded-random.ts';

/** Completes the work of a disk when a real one would: after a while that varies, or not while it hangs. */
export class DiskWork {
  readonly #scheduler: Scheduler;
  readonly #random: SeededRandom;
  readonly #process: () => Process | null;
  readonly #usualMeanMs: number;
  #meanMs: number;
  #stalled = false;
  #waiting: (() => ScheduledEvent)[] = [];

  constructor(scheduler: Scheduler, random: SeededRandom, meanMs: number, process: () => Process | null) {
    this.#scheduler = scheduler;
    this.#random = random;
    this.#usualMeanMs = meanMs;
    this.#meanMs = meanMs;
    this.#process = process;
  }

  /** Null: as at the beginning. */
  setMean(meanMs: number | null): void {
    this.#meanMs = meanMs ?? this.#usualMeanMs;
  }

  setStalled(stalled: boolean): void {
    this.#stalled = stalled;
    if (!stalled) for (const start of this.#waiting.splice(0)) start();
  }

  /** For `MemoryDisk` and `MemoryLevel`: what ended with its process is never completed. */
  readonly schedule = (complete: () => void): void => {
    const process = this.#process();
    const start = (): ScheduledEvent => {
      const ms = this.#meanMs * 0.3 + this.#random.exponential(this.#meanMs * 0.7);
      return this.#scheduler.after(ms, process, 'disk', complete);
    };
    if (this.#stalled) this.#waiting.push(start);
    else start();
  };
}
