import test from 'ava';
import { ReadWaiters, type ReadResult } from '../src/read-waiters.ts';

function answersOf(waiters: ReadWaiters): { ask: (id: number) => void; answers: Map<number, ReadResult> } {
  const answers = new Map<number, ReadResult>();
  return {
    answers,
    ask: (id) =>
      waiters.asked(id, (result) => {
        if (answers.has(id)) throw new Error(`read ${id} was answered twice`);
        answers.set(id, result);
      }),
  };
}

test('a read is answered when it is confirmed and its index is applied, in whatever order', (t) => {
  const waiters = new ReadWaiters(10);
  const { ask, answers } = answersOf(waiters);
  for (const id of [1, 2, 3]) ask(id);
  waiters.applied(100);
  t.is(answers.size, 0, 'none is confirmed');
  waiters.confirmed([
    { id: 1, index: 5 },
    { id: 2, index: 8 },
  ]);
  waiters.applied(4);
  t.is(answers.size, 0);
  waiters.applied(5);
  t.deepEqual(answers.get(1), { type: 'current', index: 5 });
  t.false(answers.has(2));
  waiters.applied(9);
  t.deepEqual(answers.get(2), { type: 'current', index: 8 });
  t.is(waiters.count, 1);
});

test('what is not confirmed is lost with the leadership; what is confirmed stays good', (t) => {
  const waiters = new ReadWaiters(10);
  const { ask, answers } = answersOf(waiters);
  for (const id of [1, 2]) ask(id);
  waiters.confirmed([{ id: 1, index: 5 }]);
  waiters.lost([2]);
  t.deepEqual(answers.get(2), { type: 'lost', reason: 'deposed' });
  waiters.applied(5);
  t.deepEqual(answers.get(1), { type: 'current', index: 5 });
});

test('an end answers everything that waits', (t) => {
  const waiters = new ReadWaiters(10);
  const { ask, answers } = answersOf(waiters);
  for (const id of [1, 2]) ask(id);
  waiters.confirmed([{ id: 1, index: 5 }]);
  waiters.end();
  for (const id of [1, 2]) t.deepEqual(answers.get(id), { type: 'lost', reason: 'stopped' });
  waiters.applied(9);
  t.is(waiters.count, 0);
});

test('confirmed reads that wait for a machine are bounded', (t) => {
  const waiters = new ReadWaiters(2);
  const { ask, answers } = answersOf(waiters);
  for (const id of [1, 2, 3]) ask(id);
  waiters.confirmed([1, 2, 3].map((id) => ({ id, index: 7 })));
  t.deepEqual(answers.get(3), { type: 'lost', reason: 'too-many-reads' });
  waiters.applied(7);
  t.is(answers.size, 3);
});

test('a reader may ask again within its answer', (t) => {
  const waiters = new ReadWaiters(10);
  const order: string[] = [];
  waiters.asked(1, () => {
    order.push('one');
    waiters.asked(2, () => order.push('two'));
    waiters.confirmed([{ id: 2, index: 3 }]);
    waiters.applied(3);
  });
  waiters.confirmed([{ id: 1, index: 3 }]);
  waiters.applied(3);
  t.deepEqual(order, ['one', 'two']);
});
