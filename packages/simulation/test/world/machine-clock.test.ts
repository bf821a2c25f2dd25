import test from 'ava';
import { MachineClock, SimClock } from '../../src/world/machine-clock.ts';
import { Process } from '../../src/world/process.ts';
import { Scheduler } from '../../src/world/scheduler.ts';
import { SeededRandom } from '../../src/world/seeded-random.ts';

interface Fixture {
  readonly scheduler: Scheduler;
  readonly machine: MachineClock;
  readonly process: Process;
  readonly clock: SimClock;
}

function fixture(seed = 1): Fixture {
  const scheduler = new Scheduler({ onStep: () => undefined, onThrown: () => undefined });
  const machine = new MachineClock(scheduler, new SeededRandom(seed));
  const process = new Process('n1', 1);
  return { scheduler, machine, process, clock: new SimClock(scheduler, machine, process) };
}

test('both clocks advance with virtual time', async (t) => {
  const { scheduler, clock } = fixture();
  const [wall, monotonic] = [clock.now(), clock.monotonic()];
  await scheduler.run(250);
  t.is(clock.monotonic() - monotonic, 250);
  t.is(clock.now() - wall, 250);
});

test('a fast machine sees more time pass, and nothing jumps when the rate changes', async (t) => {
  const { scheduler, clock, machine } = fixture();
  const start = clock.monotonic();
  machine.setRate(1.1);
  t.is(clock.monotonic(), start);
  await scheduler.run(100);
  t.true(Math.abs(clock.monotonic() - start - 110) < 1e-6);
  machine.setRate(0.5);
  await scheduler.run(200);
  t.true(Math.abs(clock.monotonic() - start - 160) < 1e-6);
});

test('the wall clock may jump back, the monotonic one does not', (t) => {
  const { clock, machine } = fixture();
  const [wall, monotonic] = [clock.now(), clock.monotonic()];
  machine.jumpWall(-5_000);
  t.is(clock.now(), wall - 5_000);
  t.is(clock.monotonic(), monotonic);
});

test('a timer is never early, and at most two milliseconds late', async (t) => {
  const { scheduler, clock } = fixture();
  const lateness: number[] = [];
  for (let ms = 0; ms < 200; ms += 0.7) {
    const due = clock.monotonic() + ms;
    clock.setTimer(ms, () => lateness.push(clock.monotonic() - due));
  }
  await scheduler.run(1_000);
  t.is(lateness.length, 286);
  for (const late of lateness) t.true(late >= 0 && late <= 2, `${late}`);
});

test('timers fire in the order in which they are due', async (t) => {
  const { scheduler, clock } = fixture(5);
  const fired: number[] = [];
  for (let index = 0; index < 300; index += 1) {
    const ms = (index * 37) % 101;
    clock.setTimer(ms, () => fired.push(ms));
  }
  await scheduler.run(200);
  t.deepEqual(
    fired,
    [...fired].sort((a, b) => a - b),
  );
});

test('a timer of a slow machine waits longer, also when the clock is slowed down meanwhile', async (t) => {
  const { scheduler, clock, machine } = fixture();
  const fired: number[] = [];
  clock.setTimer(100, () => fired.push(scheduler.now));
  await scheduler.run(50);
  machine.setRate(0.5);
  await scheduler.run(148);
  t.deepEqual(fired, []);
  await scheduler.run(155);
  t.is(fired.length, 1);
});

test('a cleared timer does not fire, nor one of a life that ended', async (t) => {
  const { scheduler, clock, process } = fixture();
  const fired: string[] = [];
  const timer = clock.setTimer(5, () => fired.push('cleared'));
  clock.clearTimer(timer);
  clock.setTimer(5, () => fired.push('kept'));
  clock.setTimer(50, () => fired.push('ended'));
  clock.immediate(() => fired.push('immediate'));
  await scheduler.run(20);
  process.end();
  await scheduler.run(100);
  t.deepEqual(fired, ['immediate', 'kept']);
});

test('the timers of a paused process fire when it is resumed', async (t) => {
  const { scheduler, clock, process } = fixture();
  const fired: number[] = [];
  clock.setTimer(5, () => fired.push(scheduler.now));
  process.setPaused(true);
  await scheduler.run(100);
  t.deepEqual(fired, []);
  scheduler.resume(process);
  await scheduler.run(101);
  t.deepEqual(fired, [100]);
});
