import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';
import { runSeed } from '../src/index.ts';

const VIRTUAL_MS = 20_000;
const SEEDS = [1, 9];

test('a seed gives the same run twice in one process, and in another process', async (t) => {
  for (const seed of SEEDS) {
    const first = await runSeed(seed, { virtualMs: VIRTUAL_MS });
    const second = await runSeed(seed, { virtualMs: VIRTUAL_MS });
    t.deepEqual(first.violations, []);
    t.is(second.traceHash, first.traceHash);
    t.is(second.events, first.events);
    t.deepEqual(second.coverage, first.coverage);
    t.true(first.acked > 0);
    const index = fileURLToPath(new URL('../src/index.js', import.meta.url));
    const program =
      `const { runSeed } = await import(${JSON.stringify(index)});` +
      `console.log((await runSeed(${seed}, { virtualMs: ${VIRTUAL_MS} })).traceHash);`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
    t.is(stdout.trim(), first.traceHash);
  }
});

test('different seeds give different runs', async (t) => {
  const [one, other] = await Promise.all(SEEDS.map((seed) => runSeed(seed, { virtualMs: 3_000 })));
  t.not(one?.traceHash, other?.traceHash);
});
