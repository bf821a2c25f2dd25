import { readFileSync } from 'node:fs';
import test from 'ava';
import { runSeed } from '../src/run.ts';

interface RegressionSeed {
  readonly seed: number;
  /** The check that saw it. */
  readonly check: string;
  /** What was wrong. */
  readonly found: string;
  /** The directed test of the same, which holds however seeds are drawn. */
  readonly test: string;
}

const SEEDS_FILE = new URL('../../regression-seeds.json', import.meta.url);
const seeds = JSON.parse(readFileSync(SEEDS_FILE, 'utf8')) as readonly RegressionSeed[];

for (const { seed, check, found } of seeds) {
  test(`seed ${seed} (${check}: ${found})`, async (t) => {
    const { violations } = await runSeed(seed);
    t.deepEqual(violations, []);
  });
}
