import { Buffer } from 'node:buffer';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { createRequest, encodeSendHeaderV2, readRecords } from '@ledgermq/protocol';
import type { RemotingCommand } from '@ledgermq/protocol';
import { CONNECTION_DEFAULTS, connect, nodeNet } from '@ledgermq/protocol/net';
import type { Connection } from '@ledgermq/protocol/net';
import { SystemClock, SystemRandom, silentLogger } from '@ledgermq/raft';
import { NodeDisk, nodeLevel } from '@ledgermq/store';
import { Broker } from '../src/broker.ts';
import { parseConfig } from '../src/config.ts';
import { RaftReplicaHost } from '../src/raft-replica-host.ts';
import { pullFields, sendHeader } from './face-fixture.ts';

const IDS = ['n1', 'n2', 'n3'] as const;
type Id = (typeof IDS)[number];

/** Ports that nobody used a moment ago. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const server = createServer().listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Three nodes with one group, all in this process, over real sockets and files. */
class Cluster {
  readonly directory: string = mkdtempSync(join(tmpdir(), 'ledgermq-'));
  readonly nodes: Map<Id, Broker> = new Map();
  readonly fatal: Error[] = [];
  readonly #ports: readonly number[];
  readonly #t: ExecutionContext;

  private constructor(t: ExecutionContext, ports: readonly number[]) {
    this.#t = t;
    this.#ports = ports;
  }

  static async start(t: ExecutionContext): Promise<Cluster> {
    const cluster = new Cluster(t, await freePorts(6));
    t.teardown(async () => {
      await Promise.all([...cluster.nodes.values()].map((node) => node.stop()));
      rmSync(cluster.directory, { recursive: true, force: true });
    });
    await Promise.all(IDS.map((id) => cluster.startNode(id)));
    return cluster;
  }

  async startNode(id: Id): Promise<void> {
    const config = parseConfig({
      nodeId: id,
      dataDir: join(this.directory, id),
      peerListen: this.#peerAddress(id),
      adminListen: '127.0.0.1:0',
      namesrvAddr: '127.0.0.1:1',
      registrationWaitMs: 0,
      peers: IDS.map((peer) => ({ id: peer, peerAddress: this.#peerAddress(peer) })),
      groups: [
        {
          brokerName: 'broker-a',
          members: IDS.map((member) => ({ id: member, listenAddress: this.listenAddress(member) })),
          preferredLeader: 'n1',
        },
      ],
      store: { segmentBytes: 1_048_576, tailCacheBytes: 1_048_576 },
    });
    const ports = {
      loggers: { component: () => silentLogger },
      clock: new SystemClock(),
      random: new SystemRandom(),
    };
    const broker = new Broker(config, {
      ...ports,
      onFatal: (error) => this.fatal.push(error),
      replicas: new RaftReplicaHost(config, {
        ...ports,
        disk: new NodeDisk(),
        level: nodeLevel,
        net: nodeNet,
      }),
      processId: 1,
    });
    this.nodes.set(id, broker);
    await broker.start();
  }

  async stopNode(id: Id): Promise<void> {
    const node = this.nodes.get(id);
    this.nodes.delete(id);
    await node?.stop();
  }

  /** The node that calls itself leader; the requests of a test wait for it by themselves. */
  leader(): Id | null {
    for (const [id, node] of this.nodes) {
      if (node.status().groups[0]?.role === 'leader') {
        return id;
      }
    }
    return null;
  }

  listenAddress(id: Id): string {
    return `127.0.0.1:${this.#ports[IDS.indexOf(id)] ?? 0}`;
  }

  async connectTo(id: Id): Promise<Connection> {
    const handler = { onFrames: () => undefined, onClose: () => undefined };
    const port = this.#ports[IDS.indexOf(id)] ?? 0;
    const connection = await connect('127.0.0.1', port, CONNECTION_DEFAULTS, handler, 2_000);
    this.#t.teardown(() => {
      connection.close();
    });
    return connection;
  }

  #peerAddress(id: Id): string {
    return `127.0.0.1:${this.#ports[IDS.length + IDS.indexOf(id)] ?? 0}`;
  }
}

function sendRequest(body: string, uniqKey = body): RemotingCommand {
  const properties = `TAGS\u0001A\u0002UNIQ_KEY\u0001${uniqKey}\u0002`;
  return createRequest(310, encodeSendHeaderV2(sendHeader({ topic: 'T', properties })), Buffer.from(body));
}

/** Sends until it is stored, as a producer with retries does. */
async function sendStored(connection: Connection, body: string): Promise<RemotingCommand> {
  for (;;) {
    const answer = await connection.request(sendRequest(body), 20_000);
    if (answer.code !== 14) {
      return answer;
    }
  }
}

async function pullAll(connection: Connection, count: number): Promise<string[]> {
  const bodies: string[] = [];
  for (let from = 0; bodies.length < count;) {
    const fields = pullFields({ sysFlag: '6', subscription: '*', queueOffset: String(from) });
    const answer = await connection.request(createRequest(11, fields), 20_000);
    if (answer.code === 0) {
      bodies.push(...readRecords(answer.body).map((record) => record.body.toString()));
      from = Number(answer.extFields['nextBeginOffset']);
    }
  }
  return bodies;
}

test('three nodes elect, store, forward, survive the loss of the master, and let it return', async (t) => {
  const cluster = await Cluster.start(t);
  const connections = await Promise.all(IDS.map((id) => cluster.connectTo(id)));
  const [first, second, third] = connections as [Connection, Connection, Connection];

  // Sent at once: whoever is asked waits for the first election, then stores or forwards.
  for (const [i, connection] of connections.entries()) {
    const answer = await sendStored(connection, `m${i}`);
    t.is(answer.code, 0, answer.remark ?? '');
    t.is(answer.extFields['queueOffset'], String(i));
  }
  t.deepEqual(await pullAll(second, 3), ['m0', 'm1', 'm2']);

  const again = await third.request(sendRequest('sent again', 'm1'), 20_000);
  t.is(again.extFields['queueOffset'], '1', 'the id is known, so the first position is the answer');

  const commit = { consumerGroup: 'g', topic: 'T', queueId: '0' };
  t.is((await second.request(createRequest(15, { ...commit, commitOffset: '2' }), 20_000)).code, 0);

  const master = cluster.leader();
  t.not(master, null);
  await cluster.stopNode(master ?? 'n1');
  const survivors = IDS.filter((id) => id !== master).map((id) => connections[IDS.indexOf(id)] ?? first);
  const [survivor = first, other = first] = survivors;
  const answer = await sendStored(survivor, 'after the loss');
  t.is(answer.code, 0, answer.remark ?? '');
  t.is(answer.extFields['queueOffset'], '3');
  t.is((await other.request(createRequest(14, commit), 20_000)).extFields['offset'], '2');
  t.deepEqual(await pullAll(other, 4), ['m0', 'm1', 'm2', 'after the loss']);

  await cluster.startNode(master ?? 'n1');
  const returned = await cluster.connectTo(master ?? 'n1');
  t.is((await sendStored(returned, 'welcome back')).extFields['queueOffset'], '4');
  t.deepEqual((await pullAll(returned, 5)).at(-1), 'welcome back');
  t.deepEqual(cluster.fatal, []);
});

test('everything is there after all nodes stopped and started', async (t) => {
  const cluster = await Cluster.start(t);
  const before = await cluster.connectTo('n2');
  for (let i = 0; i < 50; i += 1) {
    t.is((await sendStored(before, `m${i}`)).code, 0);
  }
  await Promise.all(IDS.map((id) => cluster.stopNode(id)));
  await Promise.all(IDS.map((id) => cluster.startNode(id)));
  const after = await cluster.connectTo('n3');
  t.is((await sendStored(after, 'one more')).extFields['queueOffset'], '50');
  const bodies = await pullAll(after, 51);
  t.deepEqual(bodies, [...Array.from({ length: 50 }, (_, i) => `m${i}`), 'one more']);
  t.deepEqual(cluster.fatal, []);
});
