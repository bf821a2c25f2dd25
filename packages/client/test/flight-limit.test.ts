import { nodeNet } from '@ledgermq/protocol/net';
import test from 'ava';
import { FlightLimit } from '../src/flight-limit.ts';
import { turns } from './signals.ts';

const soon = (): number => performance.now() + 1;
/** Timers take no more than an int32 of milliseconds. */
const far = (): number => performance.now() + 60_000;

test('places are given in the order of the calls', async (t) => {
  const limit = new FlightLimit(2, nodeNet.clock);
  const entered: number[] = [];
  t.true(limit.tryEnter());
  t.true(limit.tryEnter());
  t.false(limit.tryEnter());
  const waiting = [1, 2, 3].map((i) => limit.enter(far(), undefined).then(() => entered.push(i)));
  limit.exit();
  await turns(2);
  t.deepEqual(entered, [1]);
  limit.exit();
  limit.exit();
  await Promise.all(waiting);
  t.deepEqual(entered, [1, 2, 3]);
});

test('who waits keeps its turn before newcomers', async (t) => {
  const limit = new FlightLimit(1, nodeNet.clock);
  t.true(limit.tryEnter());
  const waiting = limit.enter(far(), undefined);
  limit.exit();
  t.false(limit.tryEnter());
  await waiting;
  t.false(limit.tryEnter());
});

test('deadline and signal end a wait and free its turn', async (t) => {
  const limit = new FlightLimit(1, nodeNet.clock);
  t.true(limit.tryEnter());
  const abort = new AbortController();
  const late = t.throwsAsync(limit.enter(soon(), undefined), { code: 'ERR_MQ_TOO_MANY' });
  const aborted = t.throwsAsync(limit.enter(far(), abort.signal), { code: 'ERR_MQ_ABORTED' });
  const last = limit.enter(far(), undefined);
  abort.abort();
  await Promise.all([late, aborted]);
  limit.exit();
  await last;
  limit.exit();
  t.true(limit.tryEnter());
});

test('empty means nothing under way and nobody waiting', async (t) => {
  const limit = new FlightLimit(1, nodeNet.clock);
  await limit.empty();
  t.true(limit.tryEnter());
  let empty = false;
  const becomesEmpty = limit.empty().then(() => (empty = true));
  const next = limit.enter(far(), undefined);
  limit.exit();
  await next;
  await turns(2);
  t.false(empty);
  limit.exit();
  await becomesEmpty;
});
