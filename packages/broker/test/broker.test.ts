import { Buffer } from 'node:buffer';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import {
  createRequest,
  createResponse,
  decodeCommand,
  encodeCommand,
  encodeSendHeaderV2,
  readRecords,
} from '@ledgermq/protocol';
import type { RemotingCommand } from '@ledgermq/protocol';
import { CONNECTION_DEFAULTS, Listener, connect } from '@ledgermq/protocol/net';
import type { Connection } from '@ledgermq/protocol/net';
import { SystemClock, SystemRandom, silentLogger } from '@ledgermq/raft';
import { Broker } from '../src/broker.ts';
import type { BrokerReady } from '../src/broker.ts';
import { BrokerError } from '../src/errors.ts';
import type { HostedReplica, ReplicaEvents, ReplicaHealth, ReplicaHost } from '../src/replica-host.ts';
import type { StoreFigures } from '../src/metrics/store-figures.ts';
import { StoreTallies } from '../src/metrics/store-tallies.ts';
import { noFigures } from './metrics/no-figures.ts';
import { brokerConfig } from './broker-config.ts';
import { pullFields, sendHeader } from './face-fixture.ts';
import { MemoryGroup } from './memory-group.ts';

/** A replica in memory that a node can host; records the order of its life. */
class MemoryReplica extends MemoryGroup implements HostedReplica {
  readonly life: string[] = [];
  readonly storeTallies = new StoreTallies({ monotonic: () => 0 });

  start(): void {
    this.life.push('start');
  }

  stop(): Promise<void> {
    this.life.push('stop');
    return Promise.resolve();
  }

  transferLeadership(): string | null {
    return null;
  }

  changeMembers(): string | null {
    return null;
  }

  storeFigures(): Promise<StoreFigures> {
    return Promise.resolve({ ...noFigures, logBytes: 77 });
  }

  health(): ReplicaHealth {
    return { stalls: 0, longestStallMs: 0, diskFull: false, syncMsMax: 0 };
  }

  holdings(): { queues: number; messages: number } {
    return { queues: this.queueTable.size, messages: 0 };
  }
}

class MemoryHost implements ReplicaHost {
  readonly replica = new MemoryReplica();
  events: ReplicaEvents | null = null;

  start(): Promise<void> {
    return Promise.resolve();
  }

  open(_group: unknown, events: ReplicaEvents, _stopped: AbortSignal): Promise<HostedReplica> {
    this.events = events;
    this.replica.onArrival = (topic, queueId, maxOffset, code) => {
      events.onArrival(topic, queueId, maxOffset, code);
    };
    return Promise.resolve(this.replica);
  }

  stop(): Promise<void> {
    this.replica.life.push('host stopped');
    return Promise.resolve();
  }
}

/** Opens its first replica; the second one waits for other nodes until it is told to stop. */
class WaitingHost extends MemoryHost {
  waits = 0;

  override open(group: unknown, events: ReplicaEvents, stopped: AbortSignal): Promise<HostedReplica> {
    if (this.events === null) return super.open(group, events, stopped);
    this.waits += 1;
    return new Promise((_resolve, reject) => {
      const end = (): void => reject(new BrokerError('STOPPED', 'no longer wanted'));
      stopped.addEventListener('abort', end, { once: true });
    });
  }
}

/** A name server that confirms every registration and remembers what it was told. */
class Namesrv {
  readonly received: RemotingCommand[] = [];
  readonly #listener: Listener;

  constructor() {
    this.#listener = new Listener(
      { ...CONNECTION_DEFAULTS, host: '127.0.0.1', port: 0, connectionsMax: 10 },
      {
        onFrames: (frames, connection) => {
          for (const frame of frames) {
            const command = decodeCommand(frame);
            this.received.push({ ...command, body: Buffer.from(command.body) });
            connection.write(encodeCommand(createResponse(command, 0)));
          }
        },
        onClose: () => undefined,
      },
    );
  }

  start(): Promise<number> {
    return this.#listener.start();
  }

  stop(): Promise<void> {
    return this.#listener.stop();
  }
}

interface Node {
  readonly host: MemoryHost;
  readonly namesrv: Namesrv;
  readonly broker: Broker;
  readonly ready: BrokerReady;
  readonly fatal: Error[];
  readonly connect: () => Promise<Connection>;
}

async function startNode(
  t: ExecutionContext,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<Node> {
  const namesrv = new Namesrv();
  const namesrvPort = await namesrv.start();
  const host = new MemoryHost();
  host.replica.addTopic('TBW102', 8, 7);
  host.replica.addGroup('g');
  const fatal: Error[] = [];
  const config = brokerConfig({
    namesrvAddr: `127.0.0.1:${namesrvPort}`,
    groups: [{ brokerName: 'broker-a', members: [{ id: 'n1', listenAddress: '127.0.0.1:0' }] }],
    ...settings,
  });
  const broker = new Broker(config, {
    loggers: { component: () => silentLogger },
    onFatal: (error) => fatal.push(error),
    clock: new SystemClock(),
    random: new SystemRandom(),
    replicas: host,
    processId: 1,
  });
  t.teardown(async () => {
    await broker.stop();
    await namesrv.stop();
  });
  const ready = await broker.start();
  return {
    host,
    namesrv,
    broker,
    ready,
    fatal,
    connect: async () => {
      const handler = { onFrames: () => undefined, onClose: () => undefined };
      const port = ready.listenPorts['broker-a'] ?? 0;
      const connection = await connect('127.0.0.1', port, CONNECTION_DEFAULTS, handler, 2_000);
      t.teardown(() => {
        connection.close();
      });
      return connection;
    },
  };
}

test('a message travels over real sockets, and its new topic is registered before the answer', async (t) => {
  const { namesrv, connect: open } = await startNode(t);
  const connection = await open();
  const header = encodeSendHeaderV2(sendHeader({ topic: 'New' }));
  const sent = await connection.request(createRequest(310, header, Buffer.from('over the wire')), 5_000);
  t.is(sent.code, 0, sent.remark ?? '');
  const registered = namesrv.received.filter((command) => command.code === 103);
  t.true(registered.some((command) => command.body.includes('"New"')));
  t.is(registered.at(-1)?.extFields['brokerId'], '0');
  const fields = pullFields({ topic: 'New', sysFlag: '4', subscription: '*' });
  const pulled = await connection.request(createRequest(11, fields), 5_000);
  t.is(pulled.code, 0);
  t.is(readRecords(pulled.body)[0]?.body.toString(), 'over the wire');
});

test('pulls of older messages give way to the sends of the whole node', async (t) => {
  const limits = { coldReadBytesPerSecond: 1, coldReadYieldsAt: 1 };
  const { broker, host, connect: open } = await startNode(t, { limits });
  host.replica.addTopic('T');
  host.replica.tailFrom = Number.MAX_SAFE_INTEGER;
  const connection = await open();
  const fields = pullFields({ sysFlag: '4', subscription: '*' });
  const waits = (): boolean => broker.status().pullsGivingWay > 0;
  while (!waits()) {
    const send = createRequest(310, encodeSendHeaderV2(sendHeader()), Buffer.from('x'));
    t.is((await connection.request(send, 5_000)).code, 0);
    // Answered at once while nothing presses, and not at all afterwards: the answer is nothing to wait for.
    void connection.request(createRequest(11, fields), 60_000).catch(() => undefined);
  }
  t.true(waits());
});

test('many requests of one turn are answered each with its own number', async (t) => {
  const { connect: open, host } = await startNode(t);
  host.replica.addTopic('T');
  const connection = await open();
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, i) =>
      connection.request(createRequest(310, encodeSendHeaderV2(sendHeader()), Buffer.from(String(i))), 5_000),
    ),
  );
  t.deepEqual(
    answers.map((answer) => answer.extFields['queueOffset']),
    Array.from({ length: 100 }, (_, i) => String(i)),
  );
});

test('a held pull is answered by a send over another connection', async (t) => {
  const { connect: open, host } = await startNode(t);
  host.replica.addTopic('T');
  const consumer = await open();
  const producer = await open();
  const pulling = consumer.request(createRequest(11, pullFields({ sysFlag: '6', subscription: '*' })), 5_000);
  await producer.request(createRequest(310, encodeSendHeaderV2(sendHeader()), Buffer.from('wake up')), 5_000);
  const pulled = await pulling;
  t.is(pulled.code, 0);
  t.is(readRecords(pulled.body)[0]?.body.toString(), 'wake up');
});

test('the administration port tells state and health', async (t) => {
  const { ready, host } = await startNode(t);
  const base = `http://127.0.0.1:${ready.adminPort}`;
  const status = (await (await fetch(`${base}/status`)).json()) as {
    nodeId: string;
    groups: { role: string; followers: unknown[] }[];
  };
  t.is(status.nodeId, 'n1');
  t.is(status.groups[0]?.role, 'leader');
  t.deepEqual(status.groups[0]?.followers, [{ id: 'n2', matchIndex: 4, lag: 3, state: 'replicate' }]);
  t.is((await fetch(`${base}/healthz`)).status, 200);
  host.replica.leadershipNow = { leading: false, leader: null, term: 2 };
  const sick = await fetch(`${base}/healthz`);
  t.is(sick.status, 503);
  t.deepEqual(await sick.json(), { healthy: false, leaderless: ['broker-a'] });
});

test('a lost mastership is registered at once', async (t) => {
  const { host, namesrv, connect: open } = await startNode(t);
  host.replica.leadershipNow = { leading: false, leader: null, term: 3 };
  host.events?.onRole();
  // Any answered request shows that the turn of the registration is over; its own answer comes from another socket.
  const connection = await open();
  await connection.request(createRequest(28, {}), 5_000);
  for (let i = 0; i < 200 && namesrv.received.at(-1)?.extFields['raftTerm'] !== '3'; i += 1) {
    await connection.request(createRequest(28, {}), 5_000);
  }
  const last = namesrv.received.at(-1);
  t.is(last?.extFields['raftTerm'], '3');
  t.is(last?.extFields['brokerId'], '1');
});

test('stopping says farewell, stops the parts in order, and can be asked twice', async (t) => {
  const { broker, host, namesrv, connect: open } = await startNode(t);
  const connection = await open();
  const header = encodeSendHeaderV2(sendHeader({ topic: 'New' }));
  await connection.request(createRequest(310, header, Buffer.from('a')), 5_000);
  await broker.stop();
  await broker.stop();
  t.is(namesrv.received.at(-1)?.code, 104);
  t.deepEqual(host.replica.life, ['start', 'stop', 'host stopped']);
});

test('a fatal error is reported once', async (t) => {
  const { host, fatal } = await startNode(t);
  host.events?.onFatal(new Error('the disk failed'));
  host.events?.onFatal(new Error('and again'));
  t.deepEqual(
    fatal.map((error) => error.message),
    ['the disk failed'],
  );
});

test('a port that is taken is a typed error that names it, and frees the replica', async (t) => {
  const { ready } = await startNode(t);
  const host = new MemoryHost();
  const taken = `127.0.0.1:${ready.listenPorts['broker-a'] ?? 0}`;
  const second = new Broker(
    brokerConfig({ groups: [{ brokerName: 'broker-a', members: [{ id: 'n1', listenAddress: taken }] }] }),
    {
      loggers: { component: () => silentLogger },
      onFatal: () => undefined,
      clock: new SystemClock(),
      random: new SystemRandom(),
      replicas: host,
      processId: 1,
    },
  );
  const error = await t.throwsAsync(second.start(), { instanceOf: BrokerError });
  t.is(error?.code, 'LISTEN_FAILED');
  t.true(error?.message.includes(taken));
  t.deepEqual(host.replica.life, ['stop']);
  await second.stop();
});

test('a node that is stopped while it still starts ends what it has, and is never ready', async (t) => {
  const replicas = new WaitingHost();
  const members = [{ id: 'n1', listenAddress: '127.0.0.1:0' }];
  const groups = ['broker-a', 'broker-b', 'broker-c'].map((brokerName) => ({ brokerName, members }));
  const broker = new Broker(brokerConfig({ groups }), {
    loggers: { component: () => silentLogger },
    onFatal: (error) => t.fail(error.message),
    clock: new SystemClock(),
    random: new SystemRandom(),
    replicas,
    processId: 1,
    admin: false,
  });
  const starting = broker.start();
  while (replicas.waits === 0) await new Promise((resolve) => setImmediate(resolve));
  await broker.stop();
  const error = await t.throwsAsync(starting, { instanceOf: BrokerError });
  t.is(error.code, 'STOPPED');
  t.deepEqual(replicas.replica.life, ['stop', 'host stopped']);
  t.is(replicas.waits, 1, 'nothing more is opened');
});
