import { pattern, type NetworkCase } from './network-bench.ts';

const KIB = 1024;

/** How connections end, and what either side hears of it. */
export const endCases: readonly NetworkCase[] = [
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
