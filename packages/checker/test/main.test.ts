import test from 'ava';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readHistoryFile, writeHistoryFile } from '../src/index.ts';
import { QueueScript } from './queue-script.ts';

const program = fileURLToPath(new URL('../src/main.js', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'ledgermq-checker-'));

test.after.always(() => rmSync(directory, { recursive: true, force: true }));

function check(...args: string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' });
  return { code: status, out: stdout, err: stderr };
}

async function fileOf(name: string, write: (script: QueueScript) => void): Promise<string> {
  const script = new QueueScript();
  write(script);
  for (const log of script.finalLogs) script.recorder.finalLog(log);
  const file = join(directory, name);
  await writeHistoryFile(file, script.records);
  return file;
}

test('a right history exits with 0 and a line per queue', async (t) => {
  const file = await fileOf('right.ndjson', (script) => {
    script.sentAll('abc');
    script.end(3);
    script.recorder.invoke('commit-offset', { group: 'g', queue: 'q0', offset: 2 }).ok(null);
    script.recorder.invoke('query-offset', { group: 'g', queue: 'q0' }).ok({ offset: 2 });
    script.allHold('abc');
  });
  const { code, out } = check(file);
  t.is(code, 0);
  t.regex(out, /^q0: valid, 3 acknowledged.*3 messages on 3 replicas$/m);
  t.regex(out, /^consumer offset: linearizable: 2 operations on 1 objects$/m);
  t.regex(out, /^6 operations: VALID$/m);
});

test('a wrong history exits with 1 and shows the proof', async (t) => {
  const file = await fileOf('wrong.ndjson', (script) => {
    script.sentAll('ab');
    script.recorder.invoke('commit-offset', { group: 'g', queue: 'q0', offset: 2 }).ok(null);
    script.recorder.invoke('query-offset', { group: 'g', queue: 'q0' }).ok({ offset: 1 });
    script.allHold('a');
  });
  const { code, out } = check(file);
  t.is(code, 1);
  t.regex(out, /lost-suffix in q0: b was acknowledged at offset 1 and no replica holds it/);
  t.regex(out, /process 0 send \["q0","b",null\] -> \["q0","b",1\]/);
  t.regex(out, /consumer offset, g in q0: not linearizable/);
  t.regex(out, /INVALID$/m);
});

test('what is allowed does not count, and retention explains a missing beginning', async (t) => {
  const lost = await fileOf('lost.ndjson', (script) => {
    script.sentAll('ab');
    script.allHold('a');
  });
  t.is(check('--allow', 'lost-suffix', lost).code, 0);
  const cut = await fileOf('cut.ndjson', (script) => {
    script.sentAll('ab');
    script.allHold('b', 1);
  });
  t.is(check(cut).code, 1);
  t.is(check('--retention', cut).code, 0);
});

test('an empty history shows nothing and is not valid', async (t) => {
  const { code, out } = check(await fileOf('empty.ndjson', () => undefined));
  t.is(code, 1);
  t.regex(out, /nothing to check/);
});

test('what cannot be read exits with 2', (t) => {
  const torn = join(directory, 'torn.ndjson');
  writeFileSync(torn, '{"index":0,');
  t.like(check(torn), { code: 2, err: 'HISTORY_LINE_INVALID: line 1 of the history has no end\n' });
  t.is(check(join(directory, 'missing.ndjson')).code, 2);
  t.is(check().code, 2);
  t.is(check('--allow', 'nonsense', torn).code, 2);
});

test('a file is read as it was written', async (t) => {
  const script = new QueueScript();
  for (let i = 0; i < 5000; i++) script.sent(`m${i}`, i);
  const file = join(directory, 'long.ndjson');
  await writeHistoryFile(file, script.records);
  t.deepEqual(await readHistoryFile(file), [...script.records]);
});
