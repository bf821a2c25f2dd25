/** A running timer, as the clock that made it knows it. */
export type TimerHandle = object | number;

/** The only source of time. Simulation replaces it with virtual time. */
export interface Clock {
  /** Wall-clock milliseconds since 1970; may jump. For stamps that people read, never for time-outs. */
  now(): number;
  /** Milliseconds, fractional, from an arbitrary start; never goes back. */
  monotonic(): number;
  /** Calls `fn` once, not before `ms` milliseconds have passed. */
  setTimer(ms: number, fn: () => void): TimerHandle;
  /** Ends a timer; one that fired or was ended already is ignored. */
  clearTimer(handle: TimerHandle): void;
  /** Calls `fn` once after the input of the present event-loop turn was read. Calls keep their order. */
  immediate(fn: () => void): void;
}
