import type { Clock, TimerHandle } from '../src/clock.ts';

interface ManualTimer {
  readonly at: number;
  readonly order: number;
  readonly fn: () => void;
}

/** Time that moves when the test says so. Timers fire in the order of their due time, then of their making. */
export class ManualClock implements Clock {
  #now = 0;
  #order = 0;
  #timers: ManualTimer[] = [];
  #immediates: (() => void)[] = [];

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  setTimer(ms: number, fn: () => void): TimerHandle {
    const timer: ManualTimer = { at: this.#now + Math.max(0, ms), order: this.#order++, fn };
    this.#timers.push(timer);
    return timer;
  }

  clearTimer(handle: TimerHandle): void {
    this.#timers = this.#timers.filter((timer) => timer !== handle);
  }

  immediate(fn: () => void): void {
    this.#immediates.push(fn);
  }

  /** Timers that would still fire. */
  get timers(): number {
    return this.#timers.length;
  }

  /** Ends the present event-loop turn: runs what waits for it, but not what that adds. */
  turn(): void {
    const due = this.#immediates;
    this.#immediates = [];
    for (const fn of due) fn();
  }

  /** Lets `ms` pass with every timer on time; each one is followed by a turn. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#now = next.at;
      this.#fire(next);
      this.turn();
    }
    this.#now = end;
    this.turn();
  }

  /** Lets `ms` pass while the event loop does nothing; then the timers that became due fire, before any turn. */
  stall(ms: number): void {
    this.#now += ms;
    const end = this.#now;
    const due = this.#timers.filter((timer) => timer.at <= end);
    for (const timer of due) this.#fire(timer);
  }

  #next(end: number): ManualTimer | undefined {
    let first: ManualTimer | undefined;
    for (const timer of this.#timers) {
      if (timer.at > end) continue;
      if (
        first === undefined ||
        timer.at < first.at ||
        (timer.at === first.at && timer.order < first.order)
      ) {
        first = timer;
      }
    }
    return first;
  }

  #fire(timer: ManualTimer): void {
    if (!this.#timers.includes(timer)) return;
    this.clearTimer(timer);
    timer.fn();
  }
}

/** Lets every promise that can settle do so. */
export async function settle(): Promise<void> {
  for (let round = 0; round < 10; round++) await Promise.resolve();
}
