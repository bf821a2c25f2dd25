// Runs every workspace's ava suite on its compiled tests, one workspace after the other (some of them start whole
// clusters), and sums the results. `node scripts/test.mjs raft store` runs only the named ones. The last line is
// "N passed, N failed"; the exit code is 0 only when nothing failed.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const ava = join(root, 'node_modules', 'ava', 'entrypoints', 'cli.mjs');
const wanted = process.argv.slice(2);
const { workspaces } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** One workspace: { passed, failed, skipped }. A run that ends badly without naming a test counts as one failure. */
function runSuite(directory) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [ava, '--tap'], {
      cwd: directory,
      env: { ...process.env, FORCE_COLOR: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const count = { passed: 0, failed: 0, skipped: 0 };
    let inFailure = false;
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('not ok')) {
        if (/# TODO/.test(line)) count.skipped++;
        else count.failed++;
        inFailure = true;
        console.log(line);
      } else if (line.startsWith('ok')) {
        if (/# SKIP/.test(line)) {
          count.skipped++;
          console.log(line);
        } else count.passed++;
        inFailure = false;
      } else if (inFailure || line.startsWith('# skipped:')) console.log(line);
    });
    child.stderr.on('data', (chunk) => process.stderr.write(chunk));
    child.on('close', (code) => {
      if (code !== 0 && count.failed === 0) count.failed = 1;
      resolve(count);
    });
  });
}

const total = { passed: 0, failed: 0, skipped: 0 };
for (const workspace of workspaces) {
  const directory = join(root, workspace);
  if (wanted.length > 0 && !wanted.includes(workspace.split('/').at(-1))) continue;
  if (!existsSync(join(directory, 'dist', 'test'))) continue;
  const startedAt = Date.now();
  const count = await runSuite(directory);
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  console.log(
    `${workspace}: ${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped (${seconds} s)`,
  );
  for (const key of Object.keys(total)) total[key] += count[key];
}
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);
