import test from 'ava';
import { SystemClock } from '../src/system-clock.ts';
import { SystemRandom } from '../src/system-random.ts';

test('a timer fires once and not early; an ended one does not', async (t) => {
  const clock = new SystemClock();
  const from = clock.monotonic();
  const ended = clock.setTimer(1, () => t.fail('it was ended'));
  clock.clearTimer(ended);
  clock.clearTimer(ended);
  // A referenced handle keeps the process alive for the unreferenced timer.
  const keepAlive = setInterval(() => {}, 1_000);
  await new Promise<void>((resolve) => clock.setTimer(4.5, resolve));
  clearInterval(keepAlive);
  t.true(clock.monotonic() - from >= 4);
  t.true(Math.abs(clock.now() - Date.now()) < 1_000);
});

test('immediates keep their order', async (t) => {
  const clock = new SystemClock();
  const order: number[] = [];
  await new Promise<void>((resolve) => {
    for (const n of [1, 2, 3]) clock.immediate(() => order.push(n));
    clock.immediate(resolve);
  });
  t.deepEqual(order, [1, 2, 3]);
});

test('random numbers stay below their bound', (t) => {
  const random = new SystemRandom();
  const seen = new Set<number>();
  for (let at = 0; at < 500; at++) seen.add(random.nextInt(4));
  t.deepEqual([...seen].toSorted(), [0, 1, 2, 3]);
  t.is(random.nextInt(1), 0);
});
