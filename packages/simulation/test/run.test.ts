import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { runSeed } from '../src/run.ts';
import { Turns } from '../src/turns.ts';
import { smallCluster } from './cluster-property.ts';

test('what is rejected in the last moment of a run is its own, not that of the next run', (t) => {
  // In a process of its own: a rejection that nobody cares for fails the tests of this one.
  const program = fileURLToPath(new URL('./rejection-probe.js', import.meta.url));
  const uncaught: unknown = JSON.parse(execFileSync(process.execPath, [program], { encoding: 'utf8' }));
  t.deepEqual(uncaught, [1, 0]);
});

test('runs that are asked for at the same time take turns', async (t) => {
  const options = { virtualMs: 2_000, schedule: [], parameters: smallCluster };
  const told: string[] = [];
  const run = (seed: number): ReturnType<typeof runSeed> =>
    runSeed(seed, { ...options, onEvent: () => told.push(`run ${seed}`) });
  const [one, other] = await Promise.all([run(3), run(4)]);
  t.is(told.lastIndexOf('run 3') + 1, told.indexOf('run 4'));
  t.is((await runSeed(4, options)).traceHash, other.traceHash);
  t.not(one.traceHash, other.traceHash);
});

test('a piece of work that fails keeps nobody from his turn', async (t) => {
  const turns = new Turns();
  const failed = turns.take(() => Promise.reject(new Error('failed')));
  const next = turns.take(() => Promise.resolve('next'));
  await t.throwsAsync(failed, { message: 'failed' });
  t.is(await next, 'next');
});
