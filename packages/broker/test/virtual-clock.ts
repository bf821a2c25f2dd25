import type { Clock } from '@ledgermq/raft';

interface VirtualTimer {
  readonly at: number;
  readonly fn: () => void;
}

/** Time that passes only when a test says so; timers fire in the order of their moments. */
export class VirtualClock implements Clock {
  readonly #wallStart: number;
  #elapsed = 0;
  #timers: VirtualTimer[] = [];
  #immediates: (() => void)[] = [];

  constructor(wallStart = 1_700_000_000_000) {
    this.#wallStart = wallStart;
  }

  get timerCount(): number {
    return this.#timers.length;
  }

  now(): number {
    return this.#wallStart + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  setTimer(ms: number, fn: () => void): VirtualTimer {
    const timer = { at: this.#elapsed + ms, fn };
    this.#timers.push(timer);
    return timer;
  }

  clearTimer(handle: unknown): void {
    this.#timers = this.#timers.filter((timer) => timer !== handle);
  }

  immediate(fn: () => void): void {
    this.#immediates.push(fn);
  }

  /** Ends the turn: runs what was scheduled for it, and what that schedules in turn. */
  endTurn(): void {
    while (this.#immediates.length > 0) {
      const due = this.#immediates;
      this.#immediates = [];
      for (const fn of due) {
        fn();
      }
    }
  }

  /** Lets time pass, firing timers at their moments with a turn's end after each. */
  advance(ms: number): void {
    const until = this.#elapsed + ms;
    this.endTurn();
    for (;;) {
      const due = this.#timers.filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) {
        break;
      }
      this.clearTimer(due);
      this.#elapsed = Math.max(this.#elapsed, due.at);
      due.fn();
      this.endTurn();
    }
    this.#elapsed = until;
  }
}
