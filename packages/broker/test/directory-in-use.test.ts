import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import test from 'ava';

const MAIN = fileURLToPath(new URL('../src/main.js', import.meta.url));
/** See ExitCode in main.ts. */
const EXIT_START = 3;

/** A process of a node that is alone in its group, and the lines that it prints. */
class Process {
  readonly child: ChildProcess;
  readonly lines: Record<string, unknown>[] = [];
  readonly ended: Promise<unknown[]>;

  constructor(config: string) {
    this.child = spawn(process.execPath, [MAIN, '--config', config], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.ended = once(this.child, 'close');
    if (this.child.stdout === null) throw new Error('no output');
    createInterface({ input: this.child.stdout }).on('line', (line) => {
      this.lines.push(JSON.parse(line) as Record<string, unknown>);
      this.child.emit('said');
    });
  }

  async until(holds: (line: Record<string, unknown>) => boolean): Promise<Record<string, unknown>> {
    for (;;) {
      const found = this.lines.find(holds);
      if (found !== undefined) return found;
      if (this.child.exitCode !== null) throw new Error(`it ended: ${JSON.stringify(this.lines)}`);
      await Promise.race([once(this.child, 'said'), this.ended]);
    }
  }
}

test('a second process with the same folder ends, says who has it, and leaves the first one alone', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'ledgermq-in-use-'));
  const dataDir = join(root, 'data');
  const config = join(root, 'broker.json');
  const members = [{ id: 'n1', listenAddress: '127.0.0.1:0' }];
  writeFileSync(
    config,
    JSON.stringify({
      nodeId: 'n1',
      dataDir,
      brokerIP1: '127.0.0.1',
      peerListen: '127.0.0.1:0',
      adminListen: '127.0.0.1:0',
      peers: [{ id: 'n1', peerAddress: '127.0.0.1:40911' }],
      groups: [{ brokerName: 'broker-a', members }],
    }),
  );
  const first = new Process(config);
  t.teardown(async () => {
    if (first.child.exitCode === null) first.child.kill('SIGKILL');
    await first.ended;
    rmSync(root, { recursive: true });
  });
  const ready = await first.until((line) => line['ready'] === true);
  const lock = readFileSync(join(dataDir, 'LOCK'), 'utf8');

  const second = new Process(config);
  const [exitCode] = await second.ended;
  t.is(exitCode, EXIT_START);
  const last = second.lines.at(-1) ?? {};
  t.is(last['event'], 'this node cannot start');
  t.is(last['code'], 'STORE_FAILED');
  t.true(String(last['message']).includes(dataDir));
  t.regex(String(last['cause']), new RegExp(`in use by .* ${first.child.pid} `));

  t.is(readFileSync(join(dataDir, 'LOCK'), 'utf8'), lock);
  const status = await fetch(`http://127.0.0.1:${String(ready['adminPort'])}/status`);
  t.true(status.ok);
  first.child.kill('SIGTERM');
  const [firstExit] = await first.ended;
  t.is(firstExit, 0);
  t.true(first.lines.some((line) => line['event'] === 'stopped'));
});
