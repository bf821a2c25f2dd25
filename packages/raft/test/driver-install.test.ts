import test from 'ava';
import { crc32 } from 'node:zlib';
import { RaftError } from '../src/errors.ts';
import { entriesAfter, snapshotOf } from '../src/suite.ts';
import type { AppendRequest, SnapshotChunk } from '../src/message.ts';
import type { SnapshotMeta } from '../src/storage.ts';
import { DriverFixture, type DriverFixtureOptions } from './driver-fixture.ts';
import { settle } from './manual-clock.ts';

const START = { index: 0, term: 0, address: 0, hash: 0 };
const held = entriesAfter(START, new Array<{ term: number; bytes: number }>(5).fill({ term: 1, bytes: 10 }));
const { meta, content } = snapshotOf(40, 500);

function chunk(offset: number, data: Buffer, snapshot: SnapshotMeta = meta): SnapshotChunk {
  return {
    type: 'snapshot-chunk',
    from: 'n1',
    to: 'n2',
    term: 4,
    snapshot,
    offset,
    data,
    crc: crc32(data),
  };
}

/** n2 with five entries, of which two are applied, that follows n1 in term 4. */
function follower(options: DriverFixtureOptions = {}): DriverFixture {
  const fixture = new DriverFixture({
    id: 'n2',
    entries: held,
    appliedIndex: 2,
    hardState: { term: 4, votedFor: 'n1', commit: 2, standing: 'full' },
    ...options,
  });
  fixture.driver.start();
  fixture.receive({ type: 'heartbeat-request', from: 'n1', to: 'n2', term: 4, commit: 0, round: 1 });
  fixture.forget();
  return fixture;
}

/** Lets what waits for promises go on to its end. */
async function end(fixture: DriverFixture): Promise<void> {
  for (let round = 0; round < 3; round++) {
    await settle();
    fixture.clock.turn();
  }
}

function appendAfter(snapshot: SnapshotMeta): AppendRequest {
  const entries = entriesAfter(snapshot.position, [{ term: 4, bytes: 7 }]);
  const { index: prevIndex, term: prevTerm } = snapshot.position;
  return {
    type: 'append-request',
    from: 'n1',
    to: 'n2',
    term: 4,
    prevIndex,
    prevTerm,
    commit: prevIndex,
    entries,
  };
}

test('log, state and core take the place of a complete snapshot in this order, and the leader hears of it', async (t) => {
  const one = follower();
  one.receive(chunk(0, content.subarray(0, 200)));
  t.is(one.sentOf('snapshot-answer')[0]?.offset, 200);
  one.receive(chunk(200, content.subarray(200)));
  await end(one);
  const answer = one.sentOf('snapshot-answer').at(-1);
  t.deepEqual([answer?.status, answer?.index, answer?.term], ['installed', 40, 4]);
  t.deepEqual(one.journal.slice(1, 3), ['reset 40', 'install 40']);
  t.deepEqual(one.machine.installed, [meta]);
  t.is(one.driver.status().appliedIndex, 40);
  t.deepEqual(one.configurations, [], 'the members are the same');
  one.receive(appendAfter(meta));
  await one.endSync();
  t.is(one.sentOf('append-accepted').at(-1)?.index, 41);
  one.driver.checkInvariants();
});

test('the configuration of a snapshot takes effect', async (t) => {
  const one = follower();
  const configuration = { ...meta.configuration, voters: ['n1', 'n2', 'n3', 'n4'] };
  one.receive(chunk(0, content, { ...meta, configuration }));
  await end(one);
  t.deepEqual(one.configurations, [configuration]);
  t.deepEqual(one.driver.status().configuration, configuration);
});

test('a changed configuration is told before the machine gets the entry that changed it', async (t) => {
  const leader = new DriverFixture();
  await leader.lead();
  leader.clock.advance(leader.config.tickMs * leader.config.heartbeatTicks);
  const round = leader.sentOf('heartbeat-request').at(-1)?.round ?? 0;
  leader.receive({ type: 'heartbeat-response', from: 'n2', to: 'n1', term: 1, round });
  t.is(leader.driver.changeMembers({ learners: ['n4'] }).type, 'appended');
  leader.clock.turn();
  leader.receive({ type: 'append-accepted', from: 'n2', to: 'n1', term: 1, index: 2 });
  await leader.endSync();
  const told = leader.journal.filter((line) => /^configuration|^apply/.test(line));
  t.deepEqual(told, ['configuration n1 n2 n3', 'apply 2..2']);
  t.deepEqual(leader.configurations[0]?.learners, ['n4']);
});

test('a member answers heartbeats while it installs, whatever commit index they name', async (t) => {
  const one = follower();
  one.machine.holdsInstall = true;
  one.receive(chunk(0, content));
  await settle();
  t.deepEqual(one.machine.installed, [meta]);
  one.receive({ type: 'heartbeat-request', from: 'n1', to: 'n2', term: 4, commit: 4, round: 7 });
  t.deepEqual(one.fatal, []);
  t.is(one.sentOf('heartbeat-response').at(-1)?.round, 7);
  one.receive(appendAfter(meta));
  one.clock.advance(500);
  t.deepEqual(one.applied, [], 'nothing is applied meanwhile');
  await one.machine.release();
  one.clock.turn();
  t.deepEqual(one.fatal, []);
  t.is(one.driver.status().commitIndex, 40);
});

test('a chunk sent again while its snapshot is installed gets a sign of life, another snapshot a refusal', async (t) => {
  const one = follower();
  one.machine.holdsInstall = true;
  one.receive(chunk(0, content));
  await settle();
  one.forget();
  one.receive(chunk(meta.bytes, Buffer.alloc(0)));
  one.receive(chunk(0, Buffer.alloc(0), snapshotOf(50, 20).meta));
  t.deepEqual(
    one.sentOf('snapshot-answer').map(({ status, index, offset }) => ({ status, index, offset })),
    [
      { status: 'more', index: 40, offset: 500 },
      { status: 'refused', index: 50, offset: 0 },
    ],
  );
});

test('a snapshot of what is applied already is answered at once', async (t) => {
  const one = follower();
  one.receive(chunk(0, Buffer.alloc(0), snapshotOf(2, 99).meta));
  t.is(one.sentOf('snapshot-answer')[0]?.status, 'installed');
  t.deepEqual(one.machine.installed, []);
});

test('only the leader of the present term may send a snapshot', async (t) => {
  const one = follower();
  one.receive({ ...chunk(0, content), from: 'n3' });
  one.receive({ ...chunk(0, content), term: 3 });
  await end(one);
  t.deepEqual(one.sentOf('snapshot-answer'), []);
  t.deepEqual(one.machine.installed, []);
});

test('a leader that is replaced while its snapshot is verified does not get it installed', async (t) => {
  const one = follower();
  let verified: () => void = () => undefined;
  const { snapshots } = one;
  const complete = snapshots.complete.bind(snapshots);
  snapshots.complete = async (which) => {
    await new Promise<void>((resolve) => (verified = resolve));
    await complete(which);
  };
  one.receive(chunk(0, content));
  one.receive({ type: 'heartbeat-request', from: 'n3', to: 'n2', term: 5, commit: 0, round: 1 });
  verified();
  await end(one);
  t.deepEqual(one.machine.installed, []);
  t.is(one.sentOf('snapshot-answer').at(-1)?.status, 'refused');
  t.is(one.log.lastPosition().index, 5, 'the log is as it was');
  // The new leader has the same snapshot: it is there already.
  one.forget();
  one.receive({ ...chunk(0, Buffer.alloc(0)), from: 'n3', term: 5 });
  await end(one);
  t.deepEqual(one.machine.installed, [meta]);
  t.is(one.sentOf('snapshot-answer').at(-1)?.status, 'installed');
});

test('a snapshot that finds no room is refused and leaves everything as it is', async (t) => {
  const one = follower();
  one.snapshots.write = () => {
    throw new RaftError('DISK_FULL', 'no room');
  };
  one.receive(chunk(0, content));
  await end(one);
  t.is(one.sentOf('snapshot-answer')[0]?.status, 'refused');
  t.deepEqual(one.fatal, []);
});

test('a failure to store, to reset or to install is final', async (t) => {
  const failure = new Error('EIO');
  const stored = follower();
  stored.snapshots.write = () => {
    throw failure;
  };
  const reset = follower();
  reset.log.reset = () => Promise.reject(failure);
  const full = follower();
  full.log.reset = () => Promise.reject(new RaftError('DISK_FULL', 'no room'));
  const installed = follower();
  installed.machine.install = () => Promise.reject(failure);
  for (const one of [stored, reset, full, installed]) {
    one.receive(chunk(0, content));
    await end(one);
    t.is(one.fatal.length, 1);
    t.deepEqual(one.sentOf('snapshot-answer'), []);
    t.is(one.clock.timers, 0);
  }
});

test('a running sync ends before the log is reset, and what it covers is confirmed first', async (t) => {
  const one = follower();
  const entries = entriesAfter(one.log.lastPosition(), [{ term: 1, bytes: 3 }]);
  const append = {
    type: 'append-request',
    from: 'n1',
    to: 'n2',
    term: 4,
    prevIndex: 5,
    prevTerm: 1,
    commit: 0,
  } as const;
  one.receive({ ...append, entries });
  one.receive(chunk(0, content));
  await settle();
  t.deepEqual(one.machine.installed, []);
  await one.endSync();
  await end(one);
  t.deepEqual(
    one.journal.filter((line) => /sync|reset|install|answer/.test(line)),
    ['sync', 'synced', 'reset 40', 'install 40', 'snapshot-answer -> n1'],
  );
  one.driver.checkInvariants();
});

test('stop waits for an install that has begun', async (t) => {
  const one = follower();
  one.machine.holdsInstall = true;
  one.receive(chunk(0, content));
  await settle();
  let stopped = false;
  const stopping = one.driver.stop().then(() => (stopped = true));
  await settle();
  t.false(stopped);
  await one.machine.release();
  await stopping;
  t.is(one.machine.appliedIndex, 40);
  t.is(one.clock.timers, 0);
});
