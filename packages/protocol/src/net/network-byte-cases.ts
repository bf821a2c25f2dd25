import { pattern, type NetworkCase } from './network-bench.ts';

const KIB = 1024;

/** How bytes travel over a connection that stands. */
export const byteCases: readonly NetworkCase[] = [
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
