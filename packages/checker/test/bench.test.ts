import test from 'ava';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

test('the benchmark of the log checker runs, and its history is valid', (t) => {
  const program = fileURLToPath(new URL('../bench/check-log.js', import.meta.url));
  const { status, stdout } = spawnSync(process.execPath, [program, '2000', '2'], { encoding: 'utf8' });
  t.is(status, 0);
  t.regex(stdout, /^2000 operations, 2 queues, \d+ final entries: valid in /);
});
