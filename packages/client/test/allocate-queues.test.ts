import test from 'ava';
import fc from 'fast-check';
import { allocateQueuesAveragely } from '../src/allocate-queues.ts';

const queuesOf = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

test('queues that do not come out even go to the first members', (t) => {
  const share = (queues: number, members: string[], member: string): number[] =>
    allocateQueuesAveragely(queuesOf(queues), members, member);
  const three = ['c', 'a', 'b'];
  t.deepEqual(
    ['a', 'b', 'c'].map((member) => share(8, three, member)),
    [
      [0, 1, 2],
      [3, 4, 5],
      [6, 7],
    ],
  );
  t.deepEqual(
    ['a', 'b', 'c'].map((member) => share(2, three, member)),
    [[0], [1], []],
  );
  t.deepEqual(share(4, three, 'stranger'), []);
});

test('every membership covers all queues exactly once, in runs that differ by one at most', (t) => {
  const memberships = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 4 }), {
    minLength: 1,
    maxLength: 12,
  });
  fc.assert(
    fc.property(memberships, fc.nat({ max: 40 }), (members, count) => {
      const queues = queuesOf(count);
      const shares = [...members].sort().map((member) => allocateQueuesAveragely(queues, members, member));
      t.deepEqual(shares.flat(), queues);
      const sizes = shares.map((share) => share.length);
      t.true(Math.max(...sizes) - Math.min(...sizes) <= 1);
    }),
    { seed: 20_260_101 },
  );
});

/** RocketMQ's own arithmetic (broker semantics, allocation AVG), as a second route to the same shares. */
function allocateByIndex(count: number, members: number, index: number): number[] {
  const mod = count % members;
  const longer = mod > 0 && index < mod;
  const average =
    count <= members ? 1 : longer ? Math.floor(count / members) + 1 : Math.floor(count / members);
  const start = longer ? index * average : index * average + mod;
  return queuesOf(Math.max(0, Math.min(average, count - start))).map((i) => start + i);
}

test('shares are those of RocketMQ', (t) => {
  for (let count = 0; count <= 20; count += 1) {
    for (let members = 1; members <= 9; members += 1) {
      const ids = queuesOf(members).map((i) => `c${i}`);
      for (const [index, id] of ids.entries()) {
        t.deepEqual(
          allocateQueuesAveragely(queuesOf(count), ids, id),
          allocateByIndex(count, members, index),
        );
      }
    }
  }
});
