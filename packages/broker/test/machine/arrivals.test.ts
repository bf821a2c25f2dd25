import test from 'ava';
import { Arrivals } from '../../src/machine/arrivals.ts';

function queue(number: number): { topicName: string; queueId: number; number: number } {
  return { topicName: 'T', queueId: number + 10, number };
}

function flushed(arrivals: Arrivals): unknown[][] {
  const told: unknown[][] = [];
  arrivals.flush((...arrival) => told.push(arrival));
  return told;
}

test('a queue is announced once for each of its tags, with its last offset', (t) => {
  const arrivals = new Arrivals();
  const [first, second] = [queue(0), queue(1)];
  arrivals.add(first, 1, 7);
  arrivals.add(first, 2, 7);
  arrivals.add(second, 1, 0);
  arrivals.add(first, 3, 8);
  arrivals.add(first, 4, 7);
  t.deepEqual(flushed(arrivals), [
    ['T', 10, 4, 7],
    ['T', 10, 4, 8],
    ['T', 11, 1, 0],
  ]);
  t.deepEqual(flushed(arrivals), [], 'nothing is announced twice');
});

test('a queue that was deleted is not announced', (t) => {
  const arrivals = new Arrivals();
  const gone = queue(0);
  arrivals.add(gone, 1, 0);
  arrivals.add(queue(1), 1, 0);
  arrivals.forget(0);
  t.deepEqual(flushed(arrivals), [['T', 11, 1, 0]]);
});

test('every tag of a turn is announced, however many there are', (t) => {
  const arrivals = new Arrivals();
  const busy = queue(0);
  for (let tag = 0; tag < 40; tag += 1) arrivals.add(busy, tag + 1, tag);
  t.deepEqual(
    new Set(flushed(arrivals).map((arrival) => arrival[3])),
    new Set(Array.from({ length: 40 }, (_, tag) => tag)),
  );
});
