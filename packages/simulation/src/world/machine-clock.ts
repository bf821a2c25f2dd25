import type { Clock, TimerHandle } from '@ledgermq/raft';
import type { ScheduledEvent } from './event-heap.ts';
import type { Process } from './process.ts';
import type { Scheduler } from './scheduler.ts';
import type { SeededRandom } from './seeded-random.ts';

/** Where all wall clocks begin: 2024-01-01T00:00:00Z. */
const WALL_START_MS = 1_704_067_200_000;
/** The rest of a timer that came early by the local clock; below it the comparison is rounding. */
const EARLY_MS = 1e-6;

/** The clocks of one machine: they may run fast or slow, and the wall clock may be set. They outlive processes. */
export class MachineClock {
  readonly #scheduler: Scheduler;
  readonly #jitter: number;
  #rate = 1;
  /** Local monotonic time at the true moment of the last change of rate. */
  #localBase = 0;
  #trueBase = 0;
  #wallOffset: number;

  constructor(scheduler: Scheduler, random: SeededRandom) {
    this.#scheduler = scheduler;
    this.#jitter = random.nextInt(2 ** 32);
    this.#localBase = random.nextInt(1_000_000);
    this.#wallOffset = WALL_START_MS - this.#localBase + random.between(-50, 50);
  }

  /** Local milliseconds per true millisecond, from now on. */
  setRate(rate: number): void {
    this.#localBase = this.monotonic();
    this.#trueBase = this.#scheduler.now;
    this.#rate = rate;
  }

  jumpWall(ms: number): void {
    this.#wallOffset += ms;
  }

  monotonic(): number {
    return this.#localBase + (this.#scheduler.now - this.#trueBase) * this.#rate;
  }

  now(): number {
    return Math.floor(this.#wallOffset + this.monotonic());
  }

  /** True milliseconds in which so many local ones pass at the present rate. */
  trueMs(localMs: number): number {
    return localMs / this.#rate;
  }

  /**
   * The local moment at which a timer due at `dueAt` fires: up to two milliseconds later, as timers of an event loop
   * count whole milliseconds, and never before a timer that was due in an earlier millisecond.
   */
  firesAt(dueAt: number): number {
    const millisecond = Math.floor(dueAt);
    let hash = Math.imul(millisecond ^ this.#jitter, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35) >>> 0;
    return millisecond + 1 + hash / 2 ** 32;
  }
}

interface SimTimer {
  event: ScheduledEvent | null;
}

/** The Clock port of one life of a process. When that ends, nothing of it happens any more. */
export class SimClock implements Clock {
  readonly #scheduler: Scheduler;
  readonly #machine: MachineClock;
  readonly #process: Process;

  constructor(scheduler: Scheduler, machine: MachineClock, process: Process) {
    this.#scheduler = scheduler;
    this.#machine = machine;
    this.#process = process;
  }

  now(): number {
    return this.#machine.now();
  }

  monotonic(): number {
    return this.#machine.monotonic();
  }

  setTimer(ms: number, fn: () => void): TimerHandle {
    const timer: SimTimer = { event: null };
    this.#arm(timer, this.#machine.firesAt(this.#machine.monotonic() + Math.max(0, ms)), fn);
    return timer;
  }

  clearTimer(handle: TimerHandle): void {
    const timer = handle as SimTimer;
    if (timer.event !== null) this.#scheduler.cancel(timer.event);
    timer.event = null;
  }

  immediate(fn: () => void): void {
    this.#scheduler.after(0, this.#process, 'immediate', fn);
  }

  #arm(timer: SimTimer, firesAt: number, fn: () => void): void {
    const machine = this.#machine;
    const waitMs = machine.trueMs(firesAt - machine.monotonic());
    timer.event = this.#scheduler.after(waitMs, this.#process, 'timer', () => {
      timer.event = null;
      // The clock may have been slowed down meanwhile.
      if (machine.monotonic() < firesAt - EARLY_MS) this.#arm(timer, firesAt, fn);
      else fn();
    });
  }
}
