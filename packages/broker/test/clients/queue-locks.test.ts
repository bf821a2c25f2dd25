import test from 'ava';
import { QueueLocks } from '../../src/clients/queue-locks.ts';

const queue = (queueId: number): { brokerName: string; topic: string; queueId: number } => ({
  brokerName: 'broker-a',
  topic: 'T',
  queueId,
});

function locksOf(lockedQueuesMax = 100): QueueLocks {
  return new QueueLocks({ lockMaxLiveTimeMs: 60_000, lockedQueuesMax });
}

test('a queue is locked by one client at a time, and its holder may refresh it', (t) => {
  const locks = locksOf();
  t.deepEqual(locks.lock('g', 'c1', [queue(0), queue(1)], 0), [queue(0), queue(1)]);
  t.deepEqual(locks.lock('g', 'c2', [queue(1), queue(2)], 10), [queue(2)]);
  t.deepEqual(locks.lock('g', 'c1', [queue(1)], 20), [queue(1)]);
});

test('groups do not disturb each other', (t) => {
  const locks = locksOf();
  locks.lock('g1', 'c1', [queue(0)], 0);
  t.deepEqual(locks.lock('g2', 'c2', [queue(0)], 0), [queue(0)]);
});

test('a lock is free for others only after its time is over', (t) => {
  const locks = locksOf();
  locks.lock('g', 'c1', [queue(0)], 0);
  t.deepEqual(locks.lock('g', 'c2', [queue(0)], 60_000), []);
  t.deepEqual(locks.lock('g', 'c2', [queue(0)], 60_001), [queue(0)]);
  t.deepEqual(locks.lock('g', 'c1', [queue(0)], 60_002), []);
});

test('only the holder can unlock', (t) => {
  const locks = locksOf();
  locks.lock('g', 'c1', [queue(0)], 0);
  locks.unlock('g', 'c2', [queue(0)]);
  t.deepEqual(locks.lock('g', 'c2', [queue(0)], 1), []);
  locks.unlock('g', 'c1', [queue(0)]);
  t.deepEqual(locks.lock('g', 'c2', [queue(0)], 2), [queue(0)]);
});

test('expired locks do not count as ordered consumption and are forgotten', (t) => {
  const locks = locksOf();
  locks.lock('g', 'c1', [queue(0)], 0);
  t.true(locks.holdsAny('g', 60_000));
  t.false(locks.holdsAny('g', 60_001));
  locks.expire(60_001);
  t.is(locks.count, 0);
});

test('a full table grants nothing more and recovers', (t) => {
  const locks = locksOf(2);
  t.is(locks.lock('g', 'c1', [queue(0), queue(1), queue(2)], 0).length, 2);
  locks.unlock('g', 'c1', [queue(0)]);
  t.deepEqual(locks.lock('g', 'c1', [queue(2)], 1), [queue(2)]);
});
