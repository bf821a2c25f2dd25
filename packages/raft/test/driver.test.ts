import test from 'ava';
import { RaftError } from '../src/errors.ts';
import { entriesAfter } from '../src/log-storage-suite.ts';
import type { AppendRequest } from '../src/message.ts';
import { DriverFixture } from './driver-fixture.ts';
import { settle } from './manual-clock.ts';
import { plainAnswer, plainVote } from './plain-vote.ts';

const START = { index: 0, term: 0, address: 0, hash: 0 };

/** The first `count` entries of the leader n1, in one message. */
function appendRequest(to: string, count: number, commit = 0): AppendRequest {
  const entries = entriesAfter(
    START,
    Array.from({ length: count }, () => ({ term: 1, bytes: 10 })),
  );
  return { type: 'append-request', from: 'n1', to, term: 1, prevIndex: 0, prevTerm: 0, commit, entries };
}

test('a follower acknowledges after its sync, and not before', async (t) => {
  const follower = new DriverFixture({ id: 'n2' });
  follower.follow();
  follower.receive(appendRequest('n2', 3));
  await settle();
  t.deepEqual(follower.journal, ['append 1..3', 'sync']);
  await follower.endSync();
  t.deepEqual(follower.journal, ['append 1..3', 'sync', 'synced', 'append-accepted -> n1']);
  t.is(follower.sentOf('append-accepted')[0]?.index, 3);
});

test('an acknowledgement covers only what was appended before the sync began', async (t) => {
  const follower = new DriverFixture({ id: 'n2' });
  follower.follow();
  const all = appendRequest('n2', 4);
  follower.receive({ ...all, entries: all.entries.slice(0, 1) });
  follower.receive({ ...all, prevIndex: 1, prevTerm: 1, entries: all.entries.slice(1) });
  t.is(follower.log.syncsStarted, 1);
  await follower.endSync();
  t.deepEqual(
    follower.sentOf('append-accepted').map(({ index }) => index),
    [1],
  );
  t.true(follower.log.syncing, 'the next sync starts at once');
  await follower.endSync();
  t.deepEqual(
    follower.sentOf('append-accepted').map(({ index }) => index),
    [1, 4],
  );
});

test('a vote is saved before it is sent', (t) => {
  const voter = new DriverFixture({ id: 'n2' });
  voter.driver.start();
  voter.clock.turn();
  voter.receive({
    type: 'vote-request',
    ...plainVote,
    from: 'n3',
    to: 'n2',
    term: 7,
    lastIndex: 0,
    lastTerm: 0,
  });
  t.deepEqual(voter.journal, ['save 7 n3', 'vote-response -> n3']);
  t.true(voter.sentOf('vote-response')[0]?.granted);
});

test('a vote does not overtake a sync that older entries wait for', async (t) => {
  const voter = new DriverFixture({ id: 'n2' });
  voter.follow();
  voter.receive(appendRequest('n2', 1));
  voter.driver.peerClosed('n1');
  voter.receive({
    type: 'vote-request',
    ...plainVote,
    from: 'n3',
    to: 'n2',
    term: 2,
    lastIndex: 9,
    lastTerm: 1,
  });
  t.deepEqual(voter.sentOf('vote-response'), []);
  t.true(voter.journal.includes('save 2 n3'));
  await voter.endSync();
  t.is(voter.sentOf('vote-response').length, 1);
  t.deepEqual(voter.sentOf('append-accepted'), [], 'the leader of term 1 gets nothing in term 2');
});

test('a candidate counts its own vote after it is saved', (t) => {
  const candidate = new DriverFixture();
  candidate.driver.start();
  candidate.clock.advance(1_000);
  candidate.receive({
    type: 'pre-vote-response',
    ...plainAnswer,
    from: 'n2',
    to: 'n1',
    term: 1,
    granted: true,
  });
  const saved = candidate.journal.indexOf('save 1 n1');
  const asked = candidate.journal.indexOf('vote-request -> n2');
  t.true(saved >= 0 && saved < asked);
  t.is(candidate.driver.status().role, 'candidate');
});

test('a leader sends before its own sync and counts itself only after it', async (t) => {
  const leader = new DriverFixture();
  await leader.lead();
  t.is(leader.proposeText('one').type, 'appended');
  leader.clock.turn();
  t.deepEqual(leader.journal, ['append 2..2', 'append-request -> n2', 'append-request -> n3', 'sync']);
  leader.receive({ type: 'append-accepted', from: 'n2', to: 'n1', term: 1, index: 2 });
  t.is(leader.driver.status().commitIndex, 1, 'one follower alone is no quorum');
  t.deepEqual(leader.appliedTexts, []);
  await leader.endSync();
  t.is(leader.driver.status().commitIndex, 2);
  t.deepEqual(leader.appliedTexts, ['one']);
});

test('an entry is applied when the commit moves, whatever newer sync runs', async (t) => {
  const leader = new DriverFixture();
  await leader.lead();
  leader.proposeText('one');
  leader.clock.turn();
  await leader.endSync();
  leader.proposeText('two');
  leader.clock.turn();
  t.true(leader.log.syncing);
  leader.receive({ type: 'append-accepted', from: 'n3', to: 'n1', term: 1, index: 2 });
  t.deepEqual(leader.appliedTexts, ['one']);
});

test('all proposals of a turn are one append, one message for each peer and one sync', async (t) => {
  const leader = new DriverFixture();
  await leader.lead();
  const before = leader.log.syncsStarted;
  for (let at = 0; at < 10; at++) leader.proposeText(`text ${at}`);
  t.deepEqual(leader.journal, [], 'nothing happens before the turn ends');
  leader.clock.turn();
  t.deepEqual(leader.journal, ['append 2..11', 'append-request -> n2', 'append-request -> n3', 'sync']);
  t.is(leader.sentOf('append-request')[0]?.entries.length, 10);
  for (let at = 0; at < 5; at++) {
    leader.proposeText(`late ${at}`);
    leader.clock.turn();
  }
  t.is(leader.log.syncsStarted, before + 1, 'what comes during a sync gathers');
  await leader.endSync();
  t.is(leader.log.syncsStarted, before + 2);
  leader.receive({ type: 'append-accepted', from: 'n2', to: 'n1', term: 1, index: 16 });
  await leader.endSync();
  t.is(leader.log.syncsStarted, before + 2, 'one sync took all five');
  t.is(leader.appliedTexts.length, 15);
});

test('peer messages of a turn are handled in one cycle', async (t) => {
  const follower = new DriverFixture({ id: 'n2' });
  follower.follow();
  const all = appendRequest('n2', 3);
  for (let at = 0; at < 3; at++) {
    const prev = { prevIndex: at, prevTerm: at === 0 ? 0 : 1 };
    follower.driver.receive('n1', [{ ...all, ...prev, entries: all.entries.slice(at, at + 1) }]);
  }
  follower.clock.turn();
  t.deepEqual(follower.journal, ['append 1..3', 'sync']);
  await follower.endSync();
  t.is(follower.sentOf('append-accepted').length, 1);
});

test('a failed sync is final', async (t) => {
  const leader = new DriverFixture();
  await leader.lead();
  leader.proposeText('one');
  leader.clock.turn();
  const syncs = leader.log.syncsStarted;
  leader.forget();
  await leader.log.fail();
  t.is(leader.fatal.length, 1);
  t.true(leader.fatal[0] instanceof RaftError);
  t.is(leader.fatal[0]?.code, 'STORAGE_FAILED');
  t.deepEqual(leader.proposeText('two'), { type: 'refused', reason: 'stopped', leader: null });
  leader.receive({ type: 'append-accepted', from: 'n2', to: 'n1', term: 1, index: 2 });
  leader.clock.advance(10_000);
  await leader.driver.stop();
  t.is(leader.log.syncsStarted, syncs, 'no sync is tried again');
  t.deepEqual(leader.journal, [], 'nothing leaves and nothing is applied');
  t.is(leader.fatal.length, 1);
  t.is(leader.clock.timers, 0);
  t.is(leader.driver.status().role, 'follower');
});

test('a failed append, save or apply is final', async (t) => {
  const append = new DriverFixture();
  await append.lead();
  append.log.failAppend = new Error('ENOSPC');
  append.proposeText('one');
  append.clock.turn();
  t.is(append.fatal[0]?.code, 'STORAGE_FAILED');
  t.deepEqual(append.journal, [], 'what was not written is not sent');

  const save = new DriverFixture({ id: 'n2' });
  save.driver.start();
  save.clock.turn();
  save.hardState.failure = new Error('EIO');
  save.receive({
    type: 'vote-request',
    ...plainVote,
    from: 'n3',
    to: 'n2',
    term: 7,
    lastIndex: 0,
    lastTerm: 0,
  });
  t.is(save.fatal[0]?.code, 'STORAGE_FAILED');
  t.deepEqual(save.sent, []);

  const apply = new DriverFixture();
  await apply.lead();
  apply.machine.failApply = new Error('a bug');
  apply.proposeText('one');
  apply.clock.turn();
  apply.receive({ type: 'append-accepted', from: 'n2', to: 'n1', term: 1, index: 2 });
  await apply.endSync();
  t.is(apply.fatal[0]?.message, 'a bug');
  t.is(apply.fatal.length, 1);
});

test('with asyncFlush nothing waits for the sync, and the sync comes by the clock', async (t) => {
  const follower = new DriverFixture({ id: 'n2', config: { asyncFlush: true, flushIntervalMs: 200 } });
  follower.follow();
  follower.receive(appendRequest('n2', 2, 2));
  t.deepEqual(follower.journal, ['append 1..2', 'append-accepted -> n1', 'apply 1..2']);
  t.is(follower.log.committedIndex, 0, 'the mark names only what is durable');
  follower.clock.advance(200);
  t.is(follower.log.syncsStarted, 1);
  await follower.endSync();
  t.is(follower.log.committedIndex, 2);
  follower.clock.advance(1_000);
  t.is(follower.log.syncsStarted, 1, 'there is nothing more to sync');
});

test('stop waits for the running sync, and with asyncFlush for a last one', async (t) => {
  const sync = new DriverFixture({ id: 'n2' });
  sync.follow();
  sync.receive(appendRequest('n2', 1));
  let stopped = false;
  const stopping = sync.driver.stop().then(() => {
    stopped = true;
  });
  await settle();
  t.false(stopped);
  await sync.endSync();
  await stopping;
  t.deepEqual(sync.sentOf('append-accepted'), []);
  t.is(sync.clock.timers, 0);
  t.throws(() => sync.driver.start(), { code: 'STOPPED' });
  await sync.driver.stop();

  const late = new DriverFixture({ id: 'n2', config: { asyncFlush: true } });
  late.follow();
  late.receive(appendRequest('n2', 1));
  late.log.held = false;
  t.is(late.log.syncsStarted, 0);
  await late.driver.stop();
  t.is(late.log.syncsStarted, 1);
});

test('the inbound queue is bounded and counts what it drops', (t) => {
  const follower = new DriverFixture({ id: 'n2', config: { inboundMessagesMax: 3, inboundBytesMax: 100 } });
  follower.follow();
  const heartbeat = { type: 'heartbeat-request', from: 'n1', to: 'n2', term: 1, commit: 0 } as const;
  follower.driver.receive(
    'n1',
    [1, 2, 3, 4, 5].map((round) => ({ ...heartbeat, round })),
  );
  t.is(follower.driver.metrics().inboundDropped, 2);
  follower.clock.turn();
  t.is(follower.sentOf('heartbeat-response').length, 3);
  follower.driver.receive('n1', [appendRequest('n2', 4), appendRequest('n2', 1)]);
  t.is(follower.driver.metrics().inboundDropped, 3, 'one large message fits, a second does not');
});

test('a message in the name of another member is ignored', (t) => {
  const voter = new DriverFixture({ id: 'n2' });
  voter.driver.start();
  voter.clock.turn();
  voter.driver.receive('n1', [
    { type: 'vote-request', ...plainVote, from: 'n3', to: 'n2', term: 7, lastIndex: 0, lastTerm: 0 },
  ]);
  voter.clock.turn();
  t.deepEqual(voter.sent, []);
});

test('a single member leads at once', async (t) => {
  const member = new DriverFixture({ peers: ['n1'] });
  member.log.held = false;
  member.driver.start();
  member.clock.advance(0);
  await settle();
  t.is(member.driver.status().role, 'leader');
  member.clock.turn();
  t.is(member.proposeText('one').type, 'appended');
  member.clock.turn();
  await settle();
  member.clock.turn();
  t.deepEqual(member.appliedTexts, ['one']);
  member.driver.checkInvariants();
});

test('a start replays what is committed beyond the applied index, and no more', async (t) => {
  const entries = appendRequest('n2', 5).entries;
  const hardState = { term: 1, votedFor: 'n1', commit: 4, standing: 'full' } as const;
  const member = new DriverFixture({ id: 'n2', entries, hardState, appliedIndex: 1 });
  member.driver.start();
  member.clock.turn();
  await settle();
  t.deepEqual(
    member.applied.map(({ index }) => index),
    [2, 3, 4],
  );
  t.is(member.log.committedIndex, 4);
  t.is(member.log.syncsStarted, 0);
});
