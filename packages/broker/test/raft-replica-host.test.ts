import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { nodeNet } from '@ledgermq/protocol/net';
import { silentLogger } from '@ledgermq/raft';
import { MemoryDisk, MemoryLevel, NodeDisk, nodeLevel } from '@ledgermq/store';
import { Broker } from '../src/broker.ts';
import { BrokerError } from '../src/errors.ts';
import { RaftReplicaHost, type RaftReplicaHostPorts } from '../src/raft-replica-host.ts';
import { brokerConfig } from './broker-config.ts';
import { leaveDamagedLog } from './replication/damaged-log.ts';
import { VirtualClock } from './virtual-clock.ts';

function host(
  change: Readonly<Record<string, unknown>>,
  ports: Partial<RaftReplicaHostPorts> = {},
): RaftReplicaHost {
  return new RaftReplicaHost(brokerConfig(change), {
    clock: new VirtualClock(),
    random: { nextInt: () => 0 },
    loggers: { component: () => silentLogger },
    disk: new NodeDisk(),
    level: nodeLevel,
    net: nodeNet,
    ...ports,
  });
}

test('faults of the raft and store sections are named before anything is opened', (t) => {
  const faulty: [string, Readonly<Record<string, unknown>>][] = [
    ['raft', { raft: { tickMs: 0 } }],
    ['raft', { raft: { unheardOf: 1 } }],
    ['store', { store: { segmentBytes: 1 } }],
    ['store.derived', { store: { derived: { uniqKeyCountMax: 'many' } } }],
    ['store.derived', { store: { derived: { uniqKeyCountMax: 1000 } } }],
  ];
  for (const [section, change] of faulty) {
    const error = t.throws(() => host(change), { instanceOf: BrokerError });
    t.is(error.code, 'CONFIG_INVALID');
    t.true(error.message.startsWith(section), error.message);
  }
});

test('a data directory belongs to one process', async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'ledgermq-host-'));
  t.teardown(() => {
    rmSync(dataDir, { recursive: true });
  });
  const first = host({ dataDir });
  t.teardown(() => first.stop());
  await first.start();
  const error = await t.throwsAsync(host({ dataDir }).start(), { instanceOf: BrokerError });
  t.is(error.code, 'STORE_FAILED');
  await first.stop();
  const second = host({ dataDir });
  t.teardown(() => second.stop());
  await t.notThrowsAsync(second.start());
});

test('a start that fails for its port gives the directory back', async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'ledgermq-host-'));
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  const refused = host({ dataDir, peerListen: `127.0.0.1:${port}` });
  const error = await t.throwsAsync(refused.start(), { instanceOf: BrokerError });
  t.is(error.code, 'LISTEN_FAILED');
  server.close();
  const next = host({ dataDir });
  t.teardown(async () => {
    await next.stop();
    rmSync(dataDir, { recursive: true });
  });
  await t.notThrowsAsync(next.start());
});

test('replicas live on the disk of the ports; who observes sees them, and their way to peers can be replaced', async (t) => {
  const dataDir = join(tmpdir(), 'ledgermq-host-that-is-never-made');
  const opened: unknown[] = [];
  const wrapped: [string, string][] = [];
  const config = brokerConfig({ dataDir });
  const memory = host(
    { dataDir },
    {
      disk: new MemoryDisk(),
      level: () => new MemoryLevel().connect(),
      observe: (replica) => opened.push(replica),
      wrapTransport: (group, memberId) => {
        wrapped.push([group, memberId]);
        return { send: () => undefined };
      },
    },
  );
  t.teardown(() => memory.stop());
  await memory.start();
  const silent = (): void => undefined;
  const group = config.groups[0];
  if (group === undefined) throw new Error('the configuration has no group');
  const events = { onRole: silent, onArrival: silent, onTopics: silent, onFatal: silent };
  const replica = await memory.open(group, events, new AbortController().signal);
  t.deepEqual(opened, [replica]);
  t.deepEqual(wrapped, [['broker-a', 'n1']]);
  t.false(existsSync(dataDir));
  await replica.stop();
});

test('a node that is stopped while a damaged log waits for the others ends at once, and gives its directory back', async (t) => {
  const dataDir = '/data';
  const disk = new MemoryDisk();
  await leaveDamagedLog(disk, join(dataDir, 'broker-a', 'log'), 7);
  const told: string[] = [];
  const note = (text: string): void => void told.push(text);
  const logger = { debug: note, info: note, warn: note, error: note };
  const ports = { disk, level: () => new MemoryLevel().connect(), loggers: { component: () => logger } };
  const broker = new Broker(brokerConfig({ dataDir }), {
    loggers: ports.loggers,
    onFatal: (error) => t.fail(error.message),
    clock: new VirtualClock(),
    random: { nextInt: () => 0 },
    replicas: host({ dataDir }, ports),
    processId: 1,
    admin: false,
  });
  const starting = broker.start();
  while (!told.some((text) => text.startsWith('the log has a hole'))) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  await broker.stop();
  const error = await t.throwsAsync(starting, { instanceOf: BrokerError });
  t.is(error.code, 'STOPPED');
  const next = host({ dataDir }, ports);
  t.teardown(() => next.stop());
  await t.notThrowsAsync(next.start());
});
