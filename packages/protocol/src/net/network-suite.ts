import type { TestFn } from 'ava';

import { errorCode, NetworkBench, pattern, type NetworkCase, type NetworkFixture } from './network-bench.ts';

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

const KIB = 1024;

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

const byteCases: readonly NetworkCase[] = [
  {
    title:
      'bytes arrive whole and in order in both directions, also those written before the connection stood',
    async run(t, bench) {
      const server = await bench.listen();
      const near = bench.connect(server.port);
      const pieces = [1, 7, 100_000, 2, 65_536, 3].map((length, salt) => pattern(length, salt));
      for (const piece of pieces.slice(0, 3)) near.socket.write(piece);
      await bench.until('accepted', () => server.accepted.length === 1);
      const far = server.accepted[0]!;
      for (const piece of pieces.slice(3)) near.socket.write(piece);
      for (const piece of pieces.toReversed()) far.socket.write(piece);
      const total = pieces.reduce((sum, { length }) => sum + length, 0);
      await bench.until('all is there', () => near.bytes >= total && far.bytes >= total);
      t.true(far.received().equals(Buffer.concat(pieces)));
      t.true(near.received().equals(Buffer.concat(pieces.toReversed())));
      await bench.close(server);
    },
  },
  {
    title: 'corked writes leave with the others, in order',
    async run(t, bench) {
      const pair = await bench.pair();
      const { socket } = pair.near;
      socket.setNoDelay(true);
      socket.write(Buffer.from('a'));
      socket.cork();
      socket.write(Buffer.from('b'));
      socket.write(Buffer.from('c'));
      socket.uncork();
      socket.write(Buffer.from('d'));
      await bench.until('all is there', () => pair.far.bytes >= 4);
      t.is(pair.far.received().toString(), 'abcd');
      await bench.close(pair);
    },
  },
  {
    title: 'a write is reported once the system took it: in order, later than the call, without an error',
    async run(t, bench) {
      const pair = await bench.pair();
      const taken: number[] = [];
      for (let i = 0; i < 10; i += 1) {
        pair.near.socket.write(pattern(1_000, i), (error) => {
          if (error === null || error === undefined) taken.push(i);
        });
      }
      t.deepEqual(taken, []);
      await bench.until('all is there', () => taken.length >= 10 && pair.far.bytes >= 10_000);
      t.deepEqual(taken, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      t.is(pair.near.socket.writableLength, 0);
      await bench.close(pair);
    },
  },
  {
    title: 'who pauses hears nothing; writes to him are not taken for ever, and all arrive after resume',
    async run(t, bench) {
      const pair = await bench.pair();
      pair.far.socket.pause();
      // More than any system buffers for one connection.
      const chunks = 512;
      const chunk = 64 * KIB;
      let taken = 0;
      for (let i = 0; i < chunks; i += 1) {
        pair.near.socket.write(pattern(chunk, i), () => {
          taken += 1;
        });
      }
      const whilePaused = await bench.settled(() => taken);
      t.is(pair.far.bytes, 0);
      t.true(whilePaused < chunks, 'back-pressure');
      t.true(pair.near.socket.writableLength > 0);
      pair.far.socket.resume();
      await bench.until('all is there', () => pair.far.bytes >= chunks * chunk && taken === chunks);
      const expected = Buffer.concat(Array.from({ length: chunks }, (_, i) => pattern(chunk, i)));
      t.true(pair.far.received().equals(expected));
      t.is(pair.near.socket.writableLength, 0);
      await bench.close(pair);
    },
  },
  {
    title: 'a pause in the middle of a stream loses and reorders nothing',
    async run(t, bench) {
      const pair = await bench.pair();
      const bytes = pattern(300_000, 9);
      pair.near.socket.write(bytes.subarray(0, 100_000));
      await bench.until('the first part is there', () => pair.far.bytes === 100_000);
      pair.far.socket.pause();
      pair.near.socket.write(bytes.subarray(100_000, 200_000));
      await bench.settled(() => pair.far.bytes);
      t.is(pair.far.bytes, 100_000);
      pair.far.socket.resume();
      pair.near.socket.write(bytes.subarray(200_000));
      await bench.until('all is there', () => pair.far.bytes >= bytes.length);
      t.true(pair.far.received().equals(bytes));
      await bench.close(pair);
    },
  },
];

const endCases: readonly NetworkCase[] = [
  {
    title: 'destroySoon lets everything leave; the peer hears the end after it, and both sides close',
    async run(t, bench) {
      const pair = await bench.pair();
      // More than the system takes at once, so that most of it still waits when the end is asked for.
      const bytes = pattern(16 * 1024 * KIB, 3);
      pair.far.socket.pause();
      pair.near.socket.write(bytes);
      pair.near.socket.destroySoon();
      await bench.settled(() => pair.near.events.length);
      t.false(pair.near.heard('close'));
      pair.far.socket.resume();
      await bench.until('both closed', () => pair.near.heard('close') && pair.far.heard('close'));
      t.true(pair.far.received().equals(bytes));
      t.deepEqual(pair.far.events, ['data', 'end', 'close']);
      t.is(pair.near.events.at(-1), 'close');
      t.false(pair.near.heard('error'));
      await bench.close(pair);
    },
  },
  {
    title: 'an end that nobody reads is not heard before the bytes in front of it',
    async run(t, bench) {
      const pair = await bench.pair();
      pair.far.socket.pause();
      pair.near.socket.write(Buffer.from('last words'));
      pair.near.socket.destroySoon();
      await bench.settled(() => pair.far.events.length);
      t.false(pair.far.heard('end'));
      pair.far.socket.resume();
      await bench.until('closed', () => pair.far.heard('close'));
      t.is(pair.far.received().toString(), 'last words');
      t.deepEqual(pair.far.events, ['data', 'end', 'close']);
      await bench.close(pair);
    },
  },
  {
    title: 'the peer of a destroyed socket hears it, once, and hears no more bytes',
    async run(t, bench) {
      for (const breaks of ['near', 'far'] as const) {
        const pair = await bench.pair();
        const [broken, other] = breaks === 'near' ? [pair.near, pair.far] : [pair.far, pair.near];
        broken.socket.destroy();
        t.false(broken.heard('close'), 'not within the call');
        await bench.until('both closed', () => broken.heard('close') && other.heard('close'));
        await bench.settled(() => other.events.length + broken.events.length);
        t.deepEqual(
          other.events.filter((event) => event !== 'connect'),
          ['end', 'close'],
        );
        t.deepEqual(
          broken.events.filter((event) => event !== 'connect'),
          ['close'],
        );
        await bench.close(pair);
      }
    },
  },
  {
    title: 'who destroys a socket hears nothing of it but the close, whatever was under way',
    async run(t, bench) {
      const pair = await bench.pair();
      pair.far.socket.write(pattern(100_000, 1));
      pair.near.socket.destroy();
      await bench.until('both closed', () => pair.near.heard('close') && pair.far.heard('close'));
      t.deepEqual(pair.near.events, ['connect', 'close']);
      t.is(pair.far.events.filter((event) => event === 'close').length, 1);
      t.is(pair.far.events.at(-1), 'close');
      await bench.close(pair);
    },
  },
  {
    title: 'every write is reported, also at a destroy, and one that came after it with an error',
    async run(t, bench) {
      const pair = await bench.pair();
      pair.far.socket.pause();
      const outcomes: boolean[] = [];
      const note = (error?: Error | null): void => {
        outcomes.push(error === null || error === undefined);
      };
      for (let i = 0; i < 512; i += 1) pair.near.socket.write(pattern(64 * KIB, i), note);
      await bench.settled(() => outcomes.length);
      pair.near.socket.destroy();
      const tooLate: (Error | null)[] = [];
      pair.near.socket.write(Buffer.from('too late'), (error) => {
        note(error);
        tooLate.push(error ?? null);
      });
      t.true(outcomes.every(Boolean), 'not within the call');
      await bench.until('all are reported', () => outcomes.length === 513 && tooLate.length > 0);
      t.true(tooLate[0] instanceof Error);
      t.false(outcomes.every(Boolean));
      await bench.until('closed', () => pair.near.heard('close'));
      t.deepEqual(pair.near.events, ['connect', 'close']);
      pair.far.socket.resume();
      await bench.close(pair);
    },
  },
  {
    title: 'destroying again changes nothing',
    async run(t, bench) {
      const pair = await bench.pair();
      pair.near.socket.destroy();
      pair.near.socket.destroy();
      await bench.until('both closed', () => pair.near.heard('close') && pair.far.heard('close'));
      pair.near.socket.destroy();
      pair.near.socket.destroySoon();
      await bench.settled(() => pair.near.events.length);
      t.deepEqual(pair.near.events, ['connect', 'close']);
      await bench.close(pair);
    },
  },
  {
    title: 'a listener that was taken off hears nothing, one for once hears once',
    async run(t, bench) {
      const pair = await bench.pair();
      let off = 0;
      let once = 0;
      const listener = (): void => {
        off += 1;
      };
      pair.far.socket.on('data', listener);
      pair.far.socket.off('data', listener);
      pair.far.socket.once('data', () => {
        once += 1;
      });
      for (let i = 1; i <= 2; i += 1) {
        pair.near.socket.write(Buffer.from('x'));
        await bench.until('the byte is there', () => pair.far.bytes === i);
      }
      t.is(off, 0);
      t.is(once, 1);
      await bench.close(pair);
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
