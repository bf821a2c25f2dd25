import { Buffer } from 'node:buffer';
import { connect, createServer, type Server, type Socket } from 'node:net';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import {
  encodePeerFrame,
  PeerFrameDecoder,
  silentLogger,
  type Message,
  type Transport,
} from '@ledgermq/raft';
import { encodeHello } from '../../src/replication/peer-hello.ts';
import {
  PeerTransport,
  peerTransportDefaults,
  type PeerAddress,
  type PeerEvents,
  type PeerTransportConfig,
} from '../../src/replication/peer-transport.ts';
import { EntryChain } from '../machine/entry-chain.ts';
import { VirtualClock } from '../virtual-clock.ts';

/** A list of what happened, and promises of what will. */
class Events {
  readonly all: string[] = [];
  #watchers: (() => void)[] = [];

  add(event: string): void {
    this.all.push(event);
    for (const watcher of this.#watchers) watcher();
  }

  count(event: string): number {
    return this.all.filter((one) => one === event).length;
  }

  /** Resolves when `event` has happened `times` times. */
  async until(event: string, times = 1): Promise<void> {
    while (this.count(event) < times) {
      await new Promise<void>((resolve) => {
        this.#watchers.push(resolve);
      });
    }
  }
}

/** Virtual time that remembers which times were asked for. */
class WatchedClock extends VirtualClock {
  readonly delays: number[] = [];

  override setTimer(ms: number, fn: () => void): ReturnType<VirtualClock['setTimer']> {
    this.delays.push(ms);
    return super.setTimer(ms, fn);
  }

  /** Lets the event loop turn until something holds. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      await new Promise<void>((resolve) => {
        setImmediate(resolve);
      });
    }
  }
}

/** A node that listens, with virtual time for its timers. */
class Node {
  readonly clock: WatchedClock = new WatchedClock();
  readonly events: Events = new Events();
  readonly received: Message[] = [];
  readonly transport: PeerTransport;
  readonly #id: string;

  constructor(id: string, peers: readonly PeerAddress[], change: Partial<PeerTransportConfig> = {}) {
    this.#id = id;
    this.transport = new PeerTransport(
      {
        ...peerTransportDefaults,
        clusterName: 'c',
        nodeId: id,
        listenHost: '127.0.0.1',
        listenPort: 0,
        peers,
        ...change,
      },
      { clock: this.clock, random: { nextInt: () => 0 }, logger: silentLogger },
    );
  }

  async start(t: ExecutionContext): Promise<number> {
    t.teardown(() => this.transport.stop());
    return this.transport.start();
  }

  join(group: string): Transport {
    const events: PeerEvents = {
      receive: (from, messages) => {
        for (const message of messages) {
          this.received.push(message);
          this.events.add(`${group} ${from} ${message.term}`);
        }
      },
      peerOpened: (peer) => this.events.add(`${group} opened ${peer}`),
      peerClosed: (peer) => this.events.add(`${group} closed ${peer}`),
    };
    return this.transport.join(group, events);
  }

  /** A message that can be told from others by its term. */
  message(to: string, term: number): Message {
    return { type: 'heartbeat-request', from: this.#id, to, term, commit: 0, round: 0 };
  }
}

/** The other end of a connection as the test plays it. */
class RawServer {
  readonly sockets: Socket[] = [];
  readonly events: Events = new Events();
  readonly #server: Server;

  constructor(
    t: ExecutionContext,
    onSocket: (socket: Socket) => void = (socket) => socket.resume(),
    answer: Buffer = encodeHello('c', 'n2', 'n1'),
  ) {
    this.#server = createServer((socket) => {
      this.sockets.push(socket);
      socket.on('error', () => undefined);
      socket.write(answer);
      onSocket(socket);
      this.events.add('connected');
    });
    t.teardown(async () => {
      for (const socket of this.sockets) socket.destroy();
      await new Promise((resolve) => this.#server.close(resolve));
    });
  }

  /** Resolves when that connection is closed. */
  async gone(which: number): Promise<void> {
    const socket = this.sockets[which];
    if (socket !== undefined) await closed(socket);
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve);
    });
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }
}

/** Resolves with the socket when it is connected. */
async function dial(t: ExecutionContext, port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port });
  t.teardown(() => socket.destroy());
  socket.on('error', () => undefined);
  socket.resume();
  await new Promise<void>((resolve) => {
    socket.once('connect', resolve);
  });
  return socket;
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once('close', () => resolve());
  });
}

function at(id: string, port: number): PeerAddress {
  return { id, host: '127.0.0.1', port };
}

/** A port on which nobody listens. */
const NOWHERE = 1;

test('messages of several groups arrive in order, each at its group', async (t) => {
  const n1 = new Node('n1', [at('n2', NOWHERE)]);
  const port = await n1.start(t);
  n1.join('a');
  n1.join('b');
  const n2 = new Node('n2', [at('n1', port)]);
  const [a, b, stranger] = [n2.join('a'), n2.join('b'), n2.join('x')];
  await n2.start(t);
  await n2.events.until('a opened n1');
  await n2.events.until('b opened n1');
  a.send('n1', [n2.message('n1', 1), n2.message('n1', 2)]);
  b.send('n1', [n2.message('n1', 3)]);
  stranger.send('n1', [n2.message('n1', 4)]);
  a.send('n1', [n2.message('n1', 5)]);
  a.send('n3', [n2.message('n3', 6)]);
  await n1.events.until('a n2 5');
  t.deepEqual(n1.events.all, ['a n2 1', 'a n2 2', 'b n2 3', 'a n2 5']);
  t.is(n2.transport.dropped, 0);
});

test('a group that joins late hears of the peers that are connected', async (t) => {
  const server = new RawServer(t);
  const node = new Node('n1', [at('n2', await server.listen()), at('n3', NOWHERE)]);
  node.join('a');
  await node.start(t);
  await node.events.until('a opened n2');
  node.join('b');
  t.is(node.events.count('b opened n2'), 1);
  t.is(node.events.count('b opened n3'), 0);
  node.transport.leave('a');
  server.sockets[0]?.destroy();
  await node.events.until('b closed n2');
  t.is(node.events.count('a closed n2'), 0);
});

test('entries cross as they are, small and large', async (t) => {
  const n1 = new Node('n1', [at('n2', NOWHERE)]);
  const port = await n1.start(t);
  n1.join('a');
  const n2 = new Node('n2', [at('n1', port)]);
  const transport = n2.join('a');
  await n2.start(t);
  await n2.events.until('a opened n1');
  const chain = new EntryChain();
  for (const bytes of [10, 300_000, 20]) chain.body(Buffer.alloc(bytes, 5));
  const { entries } = chain;
  transport.send('n1', [
    { type: 'append-request', from: 'n2', to: 'n1', term: 9, prevIndex: 0, prevTerm: 0, commit: 0, entries },
  ]);
  await n1.events.until('a n2 9');
  const [message] = n1.received;
  const frames = message?.type === 'append-request' ? message.entries.map(({ frame }) => frame) : [];
  t.true(Buffer.concat(frames).equals(Buffer.concat(entries.map(({ frame }) => frame))));
});

test('strangers are shown out', async (t) => {
  const node = new Node('n1', [at('n2', NOWHERE)]);
  const port = await node.start(t);
  node.join('a');
  const heartbeat: Message = {
    type: 'heartbeat-request',
    from: 'n3',
    to: 'n1',
    term: 1,
    commit: 0,
    round: 0,
  };
  const hello = encodeHello('c', 'n2', 'n1');
  const openings: [string, Buffer][] = [
    ['another cluster', encodeHello('d', 'n2', 'n1')],
    ['another node', encodeHello('c', 'n2', 'n9')],
    ['a node that is not configured', encodeHello('c', 'n9', 'n1')],
    ['garbage', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['garbage behind the hello', Buffer.concat([hello, Buffer.alloc(100, 0xff)])],
    ['one in the name of another', Buffer.concat([hello, ...encodePeerFrame('a', 'n3', 'n1', [heartbeat])])],
    ['one for another', Buffer.concat([hello, ...encodePeerFrame('a', 'n2', 'n3', [heartbeat])])],
  ];
  for (const [who, bytes] of openings) {
    const socket = await dial(t, port);
    socket.write(bytes);
    await t.notThrowsAsync(closed(socket), who);
  }
  // Those that said to be n2 are taken for it until they go.
  t.deepEqual(node.events.all, ['a closed n2', 'a closed n2', 'a closed n2']);
});

test('what accepts a connection but is not the peer is called ever less often, and never taken for it', async (t) => {
  const hello = encodeHello('c', 'n2', 'n1');
  const answers: [string, Buffer][] = [
    ['another cluster', encodeHello('d', 'n2', 'n1')],
    ['another node', encodeHello('c', 'n3', 'n1')],
    ['one that looks for another', encodeHello('c', 'n2', 'n3')],
    ['garbage', Buffer.from('HTTP/1.1 400 Bad Request')],
    ['more than an answer', Buffer.concat([hello, Buffer.alloc(1)])],
  ];
  for (const [who, answer] of answers) {
    const server = new RawServer(t, undefined, answer);
    const node = new Node('n1', [at('n2', await server.listen())]);
    node.join('a');
    await node.start(t);
    const waits = [20, 40, 80, 160, 320, 500, 500];
    for (const [calls, wait] of waits.entries()) {
      await server.events.until('connected', calls + 1);
      await server.gone(calls);
      await node.clock.until(() => node.clock.delays.at(-1) !== peerTransportDefaults.connectTimeoutMs);
      t.is(node.clock.delays.at(-1), wait, who);
      node.clock.advance(wait);
    }
    t.deepEqual(node.events.all, [], who);
  }
});

test('a port that accepts and says nothing is given up after a time', async (t) => {
  const server = new RawServer(t, undefined, Buffer.alloc(0));
  const node = new Node('n1', [at('n2', await server.listen())]);
  node.join('a');
  await node.start(t);
  await server.events.until('connected');
  node.clock.advance(peerTransportDefaults.connectTimeoutMs);
  await server.gone(0);
  t.deepEqual(node.events.all, []);
});

test('the loss of a peer that only called us is reported', async (t) => {
  const node = new Node('n1', [at('n2', NOWHERE)]);
  node.join('a');
  const socket = await dial(t, await node.start(t));
  socket.write(encodeHello('c', 'n2', 'n1'));
  await new Promise<void>((resolve) => {
    socket.once('data', () => resolve());
  });
  t.deepEqual(node.events.all, []);
  socket.destroy();
  await node.events.until('a closed n2');
  t.is(node.events.count('a opened n2'), 0);
});

test('who says nothing is shown out after a time', async (t) => {
  const node = new Node('n1', [], { helloTimeoutMs: 500 });
  const port = await node.start(t);
  const socket = await dial(t, port);
  // A second connection that is answered shows that the first one was accepted.
  const second = await dial(t, port);
  second.write('garbage');
  await closed(second);
  node.clock.advance(499);
  t.is(node.clock.timerCount, 1);
  node.clock.advance(1);
  await closed(socket);
  t.is(node.clock.timerCount, 0);
});

test('an introduced connection stays when its time to introduce itself is over', async (t) => {
  const node = new Node('n1', [at('n2', NOWHERE)], { helloTimeoutMs: 500 });
  const port = await node.start(t);
  node.join('a');
  const socket = await dial(t, port);
  const say = (term: number): Buffer[] =>
    encodePeerFrame('a', 'n2', 'n1', [
      { type: 'heartbeat-request', from: 'n2', to: 'n1', term, commit: 0, round: 0 },
    ]);
  socket.write(Buffer.concat([encodeHello('c', 'n2', 'n1'), ...say(1)]));
  await node.events.until('a n2 1');
  node.clock.advance(10_000);
  socket.write(Buffer.concat(say(2)));
  await node.events.until('a n2 2');
  t.false(socket.destroyed);
});

test('a connection that closes is reported once, and made again', async (t) => {
  const server = new RawServer(t);
  const node = new Node('n1', [at('n2', await server.listen())]);
  node.join('a');
  await node.start(t);
  for (let life = 1; life <= 3; life += 1) {
    await node.events.until('a opened n2', life);
    await server.events.until('connected', life);
    server.sockets[life - 1]?.destroy();
    await node.events.until('a closed n2', life);
    t.is(node.events.count('a opened n2'), life);
    node.clock.advance(peerTransportDefaults.reconnectMsMin);
  }
  await node.events.until('a opened n2', 4);
  t.is(node.events.count('a closed n2'), 3);
});

test('a peer that breaks its own connection is taken for gone, once', async (t) => {
  const server = new RawServer(t);
  const node = new Node('n1', [at('n2', await server.listen())]);
  node.join('a');
  const port = await node.start(t);
  await node.events.until('a opened n2');
  const inbound = await dial(t, port);
  inbound.write(encodeHello('c', 'n2', 'n1'));
  inbound.write(Buffer.concat(encodePeerFrame('a', 'n2', 'n1', [new Node('n2', []).message('n1', 7)])));
  await node.events.until('a n2 7');
  inbound.destroy();
  await node.events.until('a closed n2');
  node.clock.advance(peerTransportDefaults.reconnectMsMin);
  await node.events.until('a opened n2', 2);
  t.is(node.events.count('a closed n2'), 1);
});

test('a peer that connects anew is not taken for gone', async (t) => {
  const bytes = new Events();
  const server = new RawServer(t, (socket) => {
    socket.on('data', () => bytes.add('data'));
  });
  const node = new Node('n1', [at('n2', await server.listen())]);
  const transport = node.join('a');
  const port = await node.start(t);
  await node.events.until('a opened n2');
  const say = (term: number): Buffer =>
    Buffer.concat([
      encodeHello('c', 'n2', 'n1'),
      ...encodePeerFrame('a', 'n2', 'n1', [new Node('n2', []).message('n1', term)]),
    ]);
  const first = await dial(t, port);
  first.write(say(1));
  await node.events.until('a n2 1');
  const second = await dial(t, port);
  second.write(say(2));
  await closed(first);
  await node.events.until('a n2 2');
  await bytes.until('data');
  transport.send('n2', [node.message('n2', 3)]);
  await bytes.until('data', 2);
  t.is(node.events.count('a closed n2'), 0);
});

test('what a peer does not take is dropped beyond a bound', async (t) => {
  const server = new RawServer(t, (socket) => socket.pause());
  const node = new Node('n1', [at('n2', await server.listen())], { sendBytesMax: 100_000 });
  const transport = node.join('a');
  const chain = new EntryChain();
  const entry = chain.body(Buffer.alloc(10_000));
  const message: Message = {
    type: 'append-request',
    from: 'n1',
    to: 'n2',
    term: 1,
    prevIndex: 0,
    prevTerm: 0,
    commit: 0,
    entries: [entry],
  };
  transport.send('n2', [message]);
  t.is(node.transport.dropped, 1, 'nothing waits for a connection');
  await node.start(t);
  await node.events.until('a opened n2');
  for (let i = 0; i < 30; i += 1) transport.send('n2', [message]);
  t.is(node.transport.dropped, 1 + 21);
});

test('sends of one turn leave together and whole', async (t) => {
  const terms: number[] = [];
  const events = new Events();
  const server = new RawServer(t, (socket) => {
    const decoder = new PeerFrameDecoder();
    let hello = encodeHello('c', 'n1', 'n2').length;
    socket.on('data', (chunk) => {
      const skipped = Math.min(hello, chunk.length);
      hello -= skipped;
      for (const frame of decoder.push(Buffer.from(chunk).subarray(skipped))) {
        terms.push(...frame.messages.map(({ term }) => term));
        events.add(`frame ${frame.group}`);
      }
    });
  });
  const node = new Node('n1', [at('n2', await server.listen())]);
  const transport = node.join('a');
  await node.start(t);
  await node.events.until('a opened n2');
  for (let term = 0; term < 100; term += 1) transport.send('n2', [node.message('n2', term)]);
  await events.until('frame a', 100);
  t.deepEqual(
    terms,
    Array.from({ length: 100 }, (_, term) => term),
  );
});

test('a listener that cannot be bound is a rejection, and stopping then is harmless', async (t) => {
  const server = new RawServer(t);
  const node = new Node('n1', [], { listenPort: await server.listen() });
  await t.throwsAsync(node.transport.start(), { code: 'EADDRINUSE' });
  await node.transport.stop();
});

test('after a stop nothing is reported and no timer is left', async (t) => {
  const server = new RawServer(t);
  const node = new Node('n1', [at('n2', await server.listen()), at('n3', NOWHERE)]);
  const transport = node.join('a');
  await node.start(t);
  await node.events.until('a opened n2');
  const before = node.events.all.length;
  await node.transport.stop();
  transport.send('n2', [node.message('n2', 1)]);
  for (const socket of server.sockets) await closed(socket);
  node.clock.advance(60_000);
  t.is(node.events.all.length, before);
  t.is(node.clock.timerCount, 0);
});
