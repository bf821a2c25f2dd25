import test from 'ava';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replaySeed } from '../../src/cli/replay-seed.ts';
import { runMany, type RunManyOptions } from '../../src/cli/run-many.ts';
import { fakeSeed } from './fake-run.ts';

const runner = new URL('./fake-run.js', import.meta.url);

async function many(options: Partial<RunManyOptions>): Promise<{ good: boolean; text: string }> {
  const lines: string[] = [];
  const print = (text: string): void => void lines.push(text);
  const good = await runMany({ runner, first: 20, count: 4, minutes: null, parallel: 1, print, ...options });
  return { good, text: lines.join('\n') };
}

test('a small set reports as a suite does, and says that marks are not enforced', async (t) => {
  const { good, text } = await many({});
  t.true(good);
  t.regex(text, /^4 passed, 0 failed$/m);
  t.regex(text, /seeds per minute and core/);
  t.regex(text, /not enforced: that takes a set of 100 seeds/);
});

test('a failing seed is printed with the command that shows it again', async (t) => {
  const json = join(mkdtempSync(join(tmpdir(), 'sim-')), 'result.json');
  const { good, text } = await many({ first: fakeSeed.violation, count: 1, virtualMs: 9_000, json });
  t.false(good);
  t.regex(text, /^FAILED seed 103: election-safety: two leaders at 103$/m);
  t.regex(text, /^ {2}replay: npm run sim -- --seed 103 --virtual-seconds 9$/m);
  t.regex(text, /^0 passed, 1 failed$/m);
  const written = JSON.parse(readFileSync(json, 'utf8')) as { failures: unknown[]; seeds: number };
  t.is(written.seeds, 1);
  t.is(written.failures.length, 1);
});

test('a large set fails for each required mark that it never reached', async (t) => {
  const { good, text } = await many({ first: 120, count: 100, required: ['torn tail cut', 'never seen'] });
  t.false(good);
  t.regex(text, /^MISSING MARK: "never seen" was never reached$/m);
  t.regex(text, /^101 passed, 1 failed$/m);
});

test('a seed alone is told as a time-line with parameters and trace', async (t) => {
  const lines: string[] = [];
  const print = (text: string): void => void lines.push(...text.split('\n'));
  t.true(await replaySeed(21, { runner, print }));
  t.true(lines.includes('    1.234  n1    leader 3          info      became leader  term=3 leader=n1'));
  t.true(lines.includes('    2.000  n1    leader 3          fault     kill'));
  t.true(lines.includes('    2.500  -                       fault     cut n1 | n2 n3'));
  t.true(lines.includes('nodes      3'));
  t.true(lines.includes('trace of 21'));
  t.true(lines.includes('no violations'));
  t.false(await replaySeed(fakeSeed.violation, { runner, print }));
  t.true(lines.includes('0.005 s  election-safety: two leaders at 103'));
});
