import { setImmediate } from 'node:timers/promises';
import test from 'ava';
import fc from 'fast-check';
import { rough, run, type Outcome, type Step } from './random-run.ts';
import type { DiskFault } from './simulated-disk.ts';

const step = (weights: Readonly<Record<Step['act'], number>>): fc.Arbitrary<Step> =>
  fc.record({
    act: fc.oneof(
      ...Object.entries(weights).map(([act, weight]) => ({
        weight,
        arbitrary: fc.constant(act as Step['act']),
      })),
    ),
    at: fc.nat(6),
    pick: fc.nat(1_000),
  });

const numRuns = 150;

for (const [voters, seed, fresh] of [
  [1, 101, false],
  [2, 102, false],
  [3, 103, false],
  [3, 104, true],
  [4, 105, false],
  [5, 106, false],
  [5, 107, true],
] as const) {
  test.serial(
    `a ${fresh ? 'new ' : ''}group of ${voters} stays safe and converges, seed ${seed}`,
    async (t) => {
      // Lets the runner hear of the test before.
      await setImmediate();
      const total: Outcome = { applied: 0, elections: 0, changes: 0, reads: 0, snapshots: 0, losses: 0 };
      const steps = fc.array(step(rough), { minLength: 60, maxLength: 400, size: 'max' });
      fc.assert(
        fc.property(steps, fc.nat(), (list, draws) => {
          const outcome = run(list, { voters, seed: draws, fresh });
          for (const key of Object.keys(total) as (keyof Outcome)[]) total[key] += outcome[key];
        }),
        { seed, numRuns, includeErrorInReport: true },
      );
      t.log(JSON.stringify(total));
      // A run in which nothing is elected, applied or changed would prove nothing.
      t.true(total.applied > 6 * numRuns && total.elections > 1.2 * numRuns);
      t.true(total.changes > 0.5 * numRuns && total.reads > 2 * numRuns && total.snapshots > numRuns / 4);
    },
  );
}

/** Weights under which a planted bug shows soon. */
const violent = { ...rough, crash: 3, restart: 9, elect: 5, flow: 20, change: 0, lose: 0, compact: 0 };

function findsBug(fault: DiskFault, seed: number): string {
  const steps = fc.array(step(violent), { minLength: 100, maxLength: 500, size: 'max' });
  const property = fc.property(steps, fc.nat(), (list, draws) => {
    run(list, { voters: 3, seed: draws, fault });
  });
  const found = fc.check(property, { seed, numRuns: 400, endOnFailure: true });
  return found.failed ? String(found.errorInstance) : 'nothing found';
}

test('a disk that forgets votes is caught', (t) => {
  t.regex(findsBug('forgets-votes', 201), /vote once per term|Election Safety/);
});

test('a driver that reports entries durable too early is caught', (t) => {
  t.regex(
    findsBug('acknowledges-early', 202),
    /durable on a majority|Leader Completeness|State Machine Safety/,
  );
});

test('the same runs without a planted bug find nothing', (t) => {
  t.is(findsBug('none', 201), 'nothing found');
});
