import test from 'ava';

import { InFlight } from '../../src/net/in-flight.ts';
import type { Requester, Waiter } from '../../src/net/in-flight.ts';

const requester: Requester = {
  encode: () => Buffer.alloc(0),
  onResponse: () => undefined,
  onFailure: () => undefined,
};

function waiter(deadlineMs: number): Waiter {
  return { requester, deadlineMs, sequence: 1, release: null };
}

test('numbers in use are not given out', (t) => {
  const table = new InFlight();
  t.is(table.nextOpaque(), 1);
  table.add(2, waiter(10));
  t.is(table.nextOpaque(), 3);
});

test('the deadline of the earliest waiter is never overlooked', (t) => {
  const table = new InFlight();
  t.is(table.earliestDeadlineMs, Number.POSITIVE_INFINITY);
  const [a, b, c] = [waiter(30), waiter(10), waiter(20)];
  table.add(1, a);
  table.add(2, b);
  table.add(3, c);
  t.is(table.earliestDeadlineMs, 10);
  t.deepEqual(table.takeExpired(9), []);
  t.deepEqual(table.takeExpired(20), [b, c]);
  t.is(table.earliestDeadlineMs, 30);
  t.is(table.take(1), a);
  t.is(table.take(1), null);
  t.is(table.size, 0);
});
