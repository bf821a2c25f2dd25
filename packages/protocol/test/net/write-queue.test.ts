import test from 'ava';
import fc from 'fast-check';

import { WriteQueue } from '../../src/net/write-queue.ts';

test('what is taken is what was pushed, in order, without what was withdrawn', (t) => {
  const frame = fc.oneof(
    fc.integer({ min: 1, max: 200 }),
    fc.integer({ min: 16_300, max: 16_500 }),
    fc.integer({ min: 50_000, max: 300_000 }),
  );
  const step = fc.record({ length: frame, withdraw: fc.boolean(), take: fc.integer({ min: 0, max: 9 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const queue = new WriteQueue();
      let expected: Buffer[] = [];
      let mark = 0;
      const takeAndCompare = (): boolean => {
        const bytes = queue.bytes;
        const pieces = queue.takeAll();
        const taken = Buffer.concat(pieces);
        const same = taken.equals(Buffer.concat(expected)) && taken.length === bytes && queue.empty;
        expected = [];
        return same && pieces.every((piece) => piece.length > 0);
      };
      for (const { length, withdraw, take } of steps) {
        mark = (mark + 1) % 251;
        const buffer = Buffer.alloc(length, mark);
        const sequence = queue.push(buffer);
        if (!queue.holds(sequence)) return false;
        if (withdraw) {
          if (!queue.withdraw(sequence)) return false;
        } else {
          expected.push(buffer);
        }
        if (take === 0) {
          if (!takeAndCompare()) return false;
          if (queue.holds(sequence) || queue.withdraw(sequence)) return false;
        }
      }
      return takeAndCompare();
    }),
    { seed: 7_001, numRuns: 300 },
  );
  t.pass();
});

test('small frames are joined and large ones passed on as they are', (t) => {
  const queue = new WriteQueue();
  const large = Buffer.alloc(100_000, 1);
  for (let i = 0; i < 10; i += 1) queue.push(Buffer.from([i]));
  queue.push(large);
  queue.push(Buffer.from([10]));
  const pieces = queue.takeAll();
  t.deepEqual(
    pieces.map((piece) => piece.length),
    [10, 100_000, 1],
  );
  t.is(pieces[1], large);
});
