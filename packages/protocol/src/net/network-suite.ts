import type { TestFn } from 'ava';

import { errorCode, NetworkBench, type NetworkCase, type NetworkFixture } from './network-bench.ts';
import { byteCases } from './network-byte-cases.ts';
import { endCases } from './network-end-cases.ts';

export type { NetworkFixture };

/**
 * The conformance suite of the Network port. Every implementation registers it once, with a factory of fixtures:
 * `networkSuite(test, 'node:net', () => fixture)`.
 */
export function networkSuite(
  test: TestFn,
  name: string,
  factory: () => NetworkFixture | Promise<NetworkFixture>,
): void {
  for (const networkCase of [...connectionCases, ...byteCases, ...endCases, ...serverCases]) {
    test(`${name}: ${networkCase.title}`, async (t) => {
      const fixture = await factory();
      const bench = new NetworkBench(fixture);
      try {
        await networkCase.run(t, bench);
      } finally {
        bench.closeAll();
        await fixture.dispose();
      }
    });
  }
}

const connectionCases: readonly NetworkCase[] = [
  {
    title: 'a connection stands on both sides and knows both addresses',
    async run(t, bench) {
      const pair = await bench.pair();
      const near = pair.near.socket;
      const far = pair.far.socket;
      t.is(near.remoteAddress, bench.fixture.host);
      t.is(near.remotePort, pair.port);
      t.is(far.localAddress, bench.fixture.host);
      t.is(far.localPort, pair.port);
      t.is(far.remoteAddress, near.localAddress);
      t.is(far.remotePort, near.localPort);
      t.true((near.localPort ?? 0) > 0);
      t.deepEqual(pair.near.events, ['connect']);
      t.deepEqual(pair.far.events, []);
      await bench.close(pair);
    },
  },
  {
    title: 'several connections at once are different ones',
    async run(t, bench) {
      const server = await bench.listen();
      const near = [0, 1, 2].map(() => bench.connect(server.port));
      for (const [i, ear] of near.entries()) ear.socket.write(Buffer.from([i]));
      await bench.until(
        'each has its byte',
        () => server.accepted.length === 3 && server.accepted.every(({ bytes }) => bytes === 1),
      );
      t.is(new Set(near.map(({ socket }) => socket.localPort)).size, 3);
      for (const far of server.accepted) {
        const own = near[far.received()[0] ?? -1];
        t.is(far.socket.remotePort, own?.socket.localPort);
      }
      await bench.close(server);
    },
  },
  {
    title: 'nothing is reported within the call that connects',
    async run(t, bench) {
      const server = await bench.listen();
      const ear = bench.connect(server.port);
      t.deepEqual(ear.events, []);
      await bench.until('connected', () => ear.heard('connect'));
      await bench.close(server);
    },
  },
  {
    title: 'a port at which nobody listens refuses',
    async run(t, bench) {
      const server = await bench.listen();
      await bench.close(server);
      const ear = bench.connect(server.port);
      t.deepEqual(ear.events, [], 'not within the call');
      await bench.until('refused', () => ear.heard('close'));
      t.deepEqual(ear.events, ['error', 'close']);
      t.is(errorCode(ear.errors[0]), 'ECONNREFUSED');
    },
  },
  {
    title: 'a connection given up before it stands is closed without a word',
    async run(t, bench) {
      const server = await bench.listen();
      const ear = bench.connect(server.port);
      ear.socket.destroy();
      await bench.until('closed', () => ear.heard('close'));
      await bench.settled(() => ear.events.length);
      t.deepEqual(ear.events, ['close']);
      await bench.close(server);
    },
  },
];

const serverCases: readonly NetworkCase[] = [
  {
    title: 'a port in use cannot be listened on; another server is not harmed',
    async run(t, bench) {
      const first = await bench.listen();
      const second = bench.server(() => undefined);
      const errors: Error[] = [];
      let listening = false;
      second.on('error', (error) => errors.push(error));
      second.listen(first.port, bench.fixture.host, () => {
        listening = true;
      });
      await bench.until('refused', () => errors.length > 0);
      t.is(errorCode(errors[0]), 'EADDRINUSE');
      t.false(listening);
      const ear = bench.connect(first.port);
      await bench.until('connected', () => ear.heard('connect'));
      await bench.close(first);
    },
  },
  {
    title: 'port 0 is a free one, and a closed port can be used again',
    async run(t, bench) {
      const first = await bench.listen();
      const second = await bench.listen();
      t.not(first.port, 0);
      t.not(first.port, second.port);
      await bench.close(first);
      const again = await bench.listen(first.port);
      t.is(again.port, first.port);
      const ear = bench.connect(first.port);
      await bench.until('accepted', () => again.accepted.length === 1);
      t.true(ear.heard('connect') || !ear.heard('error'));
      await bench.close(again);
      await bench.close(second);
    },
  },
  {
    title: 'a closed server accepts no more; it is closed when its last connection is',
    async run(t, bench) {
      const pair = await bench.pair();
      let closed = false;
      pair.server.close(() => {
        closed = true;
      });
      const late = bench.connect(pair.port);
      await bench.until('refused', () => late.heard('close'));
      t.is(errorCode(late.errors[0]), 'ECONNREFUSED');
      pair.near.socket.write(Buffer.from('still here'));
      await bench.until('the bytes are there', () => pair.far.bytes === 10);
      t.false(closed);
      pair.near.socket.destroySoon();
      await bench.until('all is closed', () => closed && pair.far.heard('close'));
      t.is(pair.accepted.length, 1);
    },
  },
  {
    title: 'a connection beyond the limit is closed at once, and there is room again when another has gone',
    async run(t, bench) {
      const server = await bench.listen();
      server.server.maxConnections = 1;
      const first = bench.connect(server.port);
      await bench.until('accepted', () => server.accepted.length === 1);
      const beyond = bench.connect(server.port);
      await bench.until('closed', () => beyond.heard('close'));
      t.is(server.accepted.length, 1);
      t.false(first.heard('close'));
      first.socket.destroy();
      await bench.until('the first has gone', () => server.accepted[0]?.heard('close') === true);
      const next = bench.connect(server.port);
      await bench.until('accepted', () => server.accepted.length === 2);
      t.false(next.heard('close'));
      await bench.close(server);
    },
  },
];
