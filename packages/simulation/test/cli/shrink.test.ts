import test from 'ava';
import fc from 'fast-check';
import { shrinkSchedule } from '../../src/cli/shrink.ts';
import type { FaultStep } from '../../src/faults/fault.ts';

const steps = (count: number): FaultStep[] =>
  Array.from({ length: count }, (_, at) => ({
    atMs: at,
    fault: { kind: 'name-server-kill', pick: 0, downMs: 1 },
  }));

test('only the faults that a failure needs are left', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.nat(40), fc.uniqueArray(fc.nat(39), { maxLength: 5 }), async (count, wanted) => {
      const needed = wanted.filter((at) => at < count);
      const kept = await shrinkSchedule(steps(count), 10_000, async (rest) =>
        needed.every((at) => rest.some(({ atMs }) => atMs === at)),
      );
      return kept.map(({ atMs }) => atMs).join() === needed.toSorted((a, b) => a - b).join();
    }),
    { seed: 26, numRuns: 200 },
  );
  t.pass();
});

test('it asks no more often than allowed, and what it gives back fails', async (t) => {
  let asked = 0;
  const kept = await shrinkSchedule(steps(64), 5, async (rest) => {
    asked += 1;
    return rest.some(({ atMs }) => atMs === 63);
  });
  t.is(asked, 5);
  t.is(kept.at(-1)?.atMs, 63);
});
