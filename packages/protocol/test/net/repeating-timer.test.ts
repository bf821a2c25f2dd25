import test from 'ava';

import { RepeatingTimer } from '../../src/net/index.ts';
import type { TimerHandle } from '../../src/net/index.ts';

/** Fires timers when told; remembers for how long they were set. */
class HandClock {
  readonly set: number[] = [];
  #timer: { readonly fn: () => void } | null = null;

  setTimer(ms: number, fn: () => void): TimerHandle {
    this.set.push(ms);
    this.#timer = { fn };
    return this.#timer;
  }

  clearTimer(handle: TimerHandle): void {
    if (handle === this.#timer) this.#timer = null;
  }

  fire(): boolean {
    const timer = this.#timer;
    this.#timer = null;
    timer?.fn();
    return timer !== null;
  }
}

test('it calls after every period until it is stopped', (t) => {
  const clock = new HandClock();
  let calls = 0;
  const timer = new RepeatingTimer(clock, 50, () => (calls += 1));
  t.is(calls, 0);
  t.true(clock.fire());
  t.true(clock.fire());
  t.is(calls, 2);
  timer.stop();
  timer.stop();
  t.false(clock.fire());
  t.deepEqual(clock.set, [50, 50, 50]);
});

test('it can be stopped by what it calls, and an exception there does not end it', (t) => {
  const clock = new HandClock();
  let calls = 0;
  const timer = new RepeatingTimer(clock, 1, () => {
    calls += 1;
    if (calls === 1) throw new Error('once');
    timer.stop();
  });
  t.throws(() => clock.fire(), { message: 'once' });
  t.true(clock.fire());
  t.false(clock.fire());
  t.is(calls, 2);
});
