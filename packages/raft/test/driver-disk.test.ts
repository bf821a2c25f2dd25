import test from 'ava';
import { RaftError } from '../src/errors.ts';
import type { AppendRequest } from '../src/message.ts';
import { entriesAfter } from '../src/suite.ts';
import { DriverFixture } from './driver-fixture.ts';

const START = { index: 0, term: 0, address: 0, hash: 0 };
const full = new RaftError('DISK_FULL', 'no room');
const entries = entriesAfter(
  START,
  Array.from({ length: 6 }, () => ({ term: 1, bytes: 10 })),
);

/** The entries after `prevIndex` up to `lastIndex` of the leader n1. */
function append(prevIndex: number, lastIndex: number): AppendRequest {
  return {
    type: 'append-request',
    from: 'n1',
    to: 'n2',
    term: 1,
    prevIndex,
    prevTerm: prevIndex === 0 ? 0 : 1,
    commit: 0,
    entries: entries.slice(prevIndex, lastIndex),
  };
}

function accepted(fixture: DriverFixture): number[] {
  return fixture.sentOf('append-accepted').map(({ index }) => index);
}

test('a follower with a full disk goes on living, confirms nothing, and takes no more', async (t) => {
  const one = new DriverFixture({ id: 'n2' });
  one.follow();
  one.log.failAppend = full;
  one.receive(append(0, 2));
  await one.endSync();
  t.deepEqual(one.fatal, []);
  t.deepEqual(accepted(one), []);
  one.receive(append(2, 4));
  t.is(one.driver.status().lastIndex, 2, 'what could not be written anyway is left to the leader');
  one.receive({ type: 'heartbeat-request', from: 'n1', to: 'n2', term: 1, commit: 0, round: 2 });
  t.is(one.sentOf('heartbeat-response').length, 1);
  one.receive({ type: 'timeout-now', from: 'n1', to: 'n2', term: 1 });
  t.is(one.driver.status().role, 'follower');

  one.log.failAppend = null;
  one.clock.advance(one.config.diskFullRetryMs / 2);
  one.receive({ type: 'heartbeat-request', from: 'n1', to: 'n2', term: 1, commit: 0, round: 3 });
  one.clock.advance(one.config.diskFullRetryMs / 2);
  await one.endSync();
  t.deepEqual(accepted(one), [2]);
  one.receive(append(2, 4));
  await one.endSync();
  t.deepEqual(accepted(one), [2, 4]);
  t.is(one.driver.metrics().diskFullCount, 1);
  one.driver.checkInvariants();
});

test('entries of another leader follow when the disk has room, after those that were held', async (t) => {
  const one = new DriverFixture({ id: 'n2' });
  one.follow();
  one.receive(append(0, 1));
  await one.endSync();
  one.log.failAppend = full;
  one.receive(append(1, 3));
  const other = entriesAfter(one.log.lastPosition(), [{ term: 2, bytes: 5 }]);
  const request = { ...append(1, 1), from: 'n3', term: 2, entries: other };
  one.receive(request);
  one.log.failAppend = null;
  one.clock.advance(one.config.diskFullRetryMs);
  await one.endSync();
  t.deepEqual(accepted(one), [1], 'the held entries are of the leader of term 1, who is none any more');
  one.receive(request);
  await one.endSync();
  t.deepEqual(accepted(one), [1, 2]);
  t.is(one.log.lastPosition().index, 2);
  t.is(one.log.term(2), 2);
  one.driver.checkInvariants();
});

test('a vote does not overtake entries that are held', async (t) => {
  const one = new DriverFixture({ id: 'n2' });
  one.follow();
  one.log.failAppend = full;
  one.receive(append(0, 2));
  one.driver.peerClosed('n1');
  const vote = { lastIndex: 9, lastTerm: 1, transfer: false, bootstrap: false, life: 0 };
  one.receive({ type: 'vote-request', from: 'n3', to: 'n2', term: 2, ...vote });
  t.true(one.journal.includes('save 2 n3'));
  t.deepEqual(one.sentOf('vote-response'), []);
  one.log.failAppend = null;
  one.clock.advance(one.config.diskFullRetryMs);
  await one.endSync();
  t.is(one.sentOf('vote-response').length, 1);
});

test('a leader with a full disk refuses, and does not count itself', async (t) => {
  const one = new DriverFixture();
  await one.lead();
  one.log.failAppend = full;
  one.proposeText('found no room');
  one.clock.turn();
  t.is(one.sentOf('append-request').length, 2, 'the others get it all the same');
  t.deepEqual(one.proposeText('too late'), { type: 'refused', reason: 'disk-full', leader: 'n1' });
  t.deepEqual(one.driver.changeMembers({ learners: ['n9'] }), {
    type: 'refused',
    reason: 'disk-full',
    leader: 'n1',
  });
  one.receive({ type: 'append-accepted', from: 'n2', to: 'n1', term: 1, index: 2 });
  t.is(one.driver.status().commitIndex, 1);
  one.receive({ type: 'append-accepted', from: 'n3', to: 'n1', term: 1, index: 2 });
  t.is(one.driver.status().commitIndex, 2, 'they are a majority without it');
  t.deepEqual(one.appliedTexts, [], 'the machine never leads the log');
  one.clock.advance(one.config.tickMs);
  t.is(one.sentOf('timeout-now').length, 1);
});

test('a stop with held entries ends at once', async (t) => {
  const one = new DriverFixture({ id: 'n2' });
  one.follow();
  one.log.failAppend = full;
  one.receive(append(0, 2));
  await one.driver.stop();
  t.is(one.clock.timers, 0);
  t.deepEqual(one.fatal, []);
  t.is(one.log.lastPosition().index, 0);
});

test('the length of syncs is measured', async (t) => {
  const one = new DriverFixture();
  await one.lead();
  one.proposeText('one');
  one.clock.turn();
  one.clock.advance(70);
  await one.endSync();
  const { syncMsLast, syncMsMax } = one.driver.metrics();
  t.is(syncMsLast, 70);
  t.true(syncMsMax >= 70);
});

test('a stall of the event loop is counted, and is not held against the disk', async (t) => {
  const one = new DriverFixture();
  await one.lead();
  one.proposeText('one');
  one.clock.turn();
  one.clock.stall(10_000);
  one.clock.turn();
  one.clock.advance(one.config.tickMs);
  const { stalls, longestStallMs } = one.driver.metrics();
  t.is(stalls, 1);
  t.true(longestStallMs > 9_900 && longestStallMs <= 10_000, `${longestStallMs}`);
  t.is(one.driver.metrics().handOvers, 0);
  one.receive({ type: 'append-accepted', from: 'n2', to: 'n1', term: 1, index: 2 });
  one.receive({ type: 'append-accepted', from: 'n3', to: 'n1', term: 1, index: 2 });
  for (let passed = 0; passed < 3_200; passed += 50) {
    one.clock.advance(50);
    one.receive({ type: 'append-accepted', from: 'n2', to: 'n1', term: 1, index: 2 });
  }
  t.is(one.sentOf('timeout-now').length, 1, 'but a sync that hangs is');
});

test('a driver answers members that repair their log from what it holds, committed or not', (t) => {
  const hardState = { term: 1, votedFor: null, commit: 0, standing: 'full' } as const;
  const one = new DriverFixture({ id: 'n2', entries, hardState, config: { repairBytesMax: 130 } });
  one.driver.start();
  one.clock.turn();
  one.forget();
  const request = { type: 'repair-request', from: 'n3', to: 'n2', term: 0, bytesMax: 1_000 } as const;
  const ask = (firstIndex: number, lastIndex: number): (readonly number[] | undefined)[] => {
    one.forget();
    one.receive({ ...request, firstIndex, lastIndex });
    return one
      .sentOf('repair-answer')
      .map((answer) => [answer.firstIndex, answer.lastIndex, ...answer.entries.map(({ index }) => index)]);
  };
  t.deepEqual(ask(2, 5), [[1, 6, 2, 3]], 'as many as fit');
  t.deepEqual(ask(5, 5), [[1, 6, 5]]);
  t.deepEqual(ask(6, 90), [[1, 6, 6]]);
  t.deepEqual(ask(7, 9), [[1, 6]], 'it has none of these');
  t.deepEqual(ask(0, 3), [[1, 6]]);
  t.deepEqual(ask(4, 3), [[1, 6]]);
  one.log.dropPrefix(4);
  t.deepEqual(ask(2, 5), [[4, 6]]);
  one.forget();
  one.driver.receive('n3', [
    { ...request, firstIndex: 4, lastIndex: 5 },
    { ...request, firstIndex: 4, lastIndex: 5 },
  ]);
  one.clock.turn();
  t.is(one.sentOf('repair-answer').length, 1, 'one in a turn');
  t.is(one.driver.metrics().repairAnswers, 8);
});
