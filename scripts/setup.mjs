// Brings a clone to the state in which the built programs can run: dependencies installed from the lock file,
// sources compiled. Does nothing (in a few milliseconds) when neither has changed since the last run.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stampFile = join(root, 'node_modules', '.ledgermq-setup.json');
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`LedgerMQ needs Node 20.19 or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

function run(command, args) {
  // The output of installing and compiling goes to stderr, so that a program's own stdout stays clean.
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (result.status !== 0) {
    console.error(`setup: "${command} ${args.join(' ')}" failed`);
    process.exit(result.status ?? 1);
  }
}

function digest(text) {
  return createHash('sha256').update(text).digest('hex');
}

const SOURCE = /(\.ts|\.proto|\.js|\.json)$/;
function sourceState(directory, lines) {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.name === 'node_modules' || entry.name === 'dist' || entry.name.startsWith('.')) continue;
    const path = join(directory, entry.name);
    if (entry.isDirectory()) sourceState(path, lines);
    else if (SOURCE.test(entry.name)) {
      const { mtimeMs, size } = statSync(path);
      lines.push(`${path} ${mtimeMs} ${size}`);
    }
  }
}

function readStamp() {
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8'));
  } catch {
    return {};
  }
}

const stamp = readStamp();
const lock = digest(readFileSync(join(root, 'package-lock.json')) + process.versions.modules);
if (stamp.lock !== lock || !existsSync(join(root, 'node_modules', 'typescript'))) {
  console.error('setup: installing dependencies (npm ci)');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
}

const lines = [
  readFileSync(join(root, 'tsconfig.base.json'), 'utf8'),
  readFileSync(join(root, 'tsconfig.json'), 'utf8'),
];
for (const directory of ['packages', 'jepsen-tests', 'bench']) sourceState(join(root, directory), lines);
const sources = digest(lines.sort().join('\n'));
if (stamp.sources !== sources || !existsSync(join(root, 'packages', 'cli', 'dist', 'src', 'main.js'))) {
  console.error('setup: compiling');
  run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-b']);
}
mkdirSync(dirname(stampFile), { recursive: true });
writeFileSync(stampFile, JSON.stringify({ lock, sources }));
