import test from 'ava';
import type { Finding } from '../../src/cli/finding.ts';
import { RunSet } from '../../src/cli/run-set.ts';
import { fakeSeed } from './fake-run.ts';

const runner = new URL('./fake-run.js', import.meta.url);
const options = { runner, minutes: null, parallel: 1 };

test('a set sums up what its seeds saw', async (t) => {
  const set = new RunSet({ ...options, first: 20, count: 6, parallel: 2 });
  await set.run();
  t.is(set.seeds, 6);
  t.deepEqual(set.failures, []);
  t.is(set.coverage.count('fault kill @ leader'), 6);
  t.is(set.coverage.count('torn tail cut'), 3);
  t.is(set.virtualMs, 720_000);
  t.is(set.acked, 42);
  t.is(set.faults, 18);
  t.is(set.repeated, 1);
  t.true(set.seedsPerMinuteAndCore > 0);
});

test('virtual time is passed on, and a time that is up ends the set', async (t) => {
  const short = new RunSet({ ...options, first: 20, count: 1, virtualMs: 5_000 });
  await short.run();
  t.is(short.virtualMs, 5_000);
  const late = new RunSet({ ...options, first: 20, count: Infinity, minutes: 0 });
  await late.run();
  t.is(late.seeds, 0);
});

async function failureOf(seed: number, seedTimeoutMs = 60_000): Promise<Finding | undefined> {
  const set = new RunSet({ ...options, first: seed - 1, count: 3, seedTimeoutMs });
  await set.run();

  return set.failures[0];
}

test('a violation is a failure of that seed', async (t) => {
  const failure = await failureOf(fakeSeed.violation);
  t.is(failure?.seed, fakeSeed.violation);
  t.deepEqual(failure?.checkers, ['election-safety']);
});

test('a run that throws is a crash', async (t) => {
  const failure = await failureOf(fakeSeed.throws);
  t.deepEqual(failure?.checkers, ['crash']);
  t.regex(failure?.message ?? '', /thrown by the run/);
});

test('a process that ends is a crash of its seed, and the next seed gets a new one', async (t) => {
  const failure = await failureOf(fakeSeed.exits);
  t.is(failure?.seed, fakeSeed.exits);
  t.regex(failure?.message ?? '', /ended with code 3/);
});

test('a run without end is killed', async (t) => {
  const failure = await failureOf(fakeSeed.hangs, 1_500);
  t.is(failure?.seed, fakeSeed.hangs);
  t.deepEqual(failure?.checkers, ['liveness']);
});

test('a promise that nobody waits for is not lost', async (t) => {
  const failure = await failureOf(fakeSeed.rejectsLater);
  t.deepEqual(failure?.checkers, ['crash']);
  t.regex(failure?.message ?? '', /nobody waits/);
});

test('a seed whose second run leaves another trace fails', async (t) => {
  const set = new RunSet({ ...options, first: fakeSeed.forgetsNothing - 50, count: 51 });
  await set.run();
  t.is(set.repeated, 2);
  t.deepEqual(
    set.failures.filter(({ checkers }) => checkers.includes('determinism')).map(({ seed }) => seed),
    [fakeSeed.forgetsNothing],
  );
});
