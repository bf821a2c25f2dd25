import { performance } from 'node:perf_hooks';
import type { Clock, TimerHandle } from './clock.ts';

/** Time of this process. Its timers do not keep the process alive; open sockets do. */
export class SystemClock implements Clock {
  now(): number {
    return Date.now();
  }

  monotonic(): number {
    return performance.now();
  }

  setTimer(ms: number, fn: () => void): TimerHandle {
    // A timer of Node cuts fractions off, and would be early.
    return setTimeout(fn, Math.ceil(ms)).unref();
  }

  clearTimer(handle: TimerHandle): void {
    clearTimeout(handle as NodeJS.Timeout);
  }

  immediate(fn: () => void): void {
    setImmediate(fn);
  }
}
