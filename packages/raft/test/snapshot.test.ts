import test from 'ava';
import { configurationOf, type SnapshotMeta } from '../src/index.ts';
import { Cluster } from './cluster.ts';

const ids = ['n1', 'n2', 'n3'];

/** n1 leads and holds three entries; n3 lacks the last two, and n1's log begins behind them. */
function behind(): Cluster {
  const cluster = new Cluster({ ids, config: { recentBytesMax: 0 } });
  cluster.node('n1').campaign();
  cluster.settle();
  cluster.propose('n1', 'a');
  cluster.propose('n1', 'b');
  cluster.settle((message) => message.to !== 'n3');
  cluster.snapshot('n1');
  cluster.compact('n1');
  cluster.node('n1').campaignHint('n3');
  cluster.settle();
  return cluster;
}

function metaOf(cluster: Cluster): SnapshotMeta {
  const snapshot = cluster.member('n1').machine.snapshots.at(-1);
  if (snapshot === undefined) throw new Error('n1 took no snapshot');
  return snapshot.meta;
}

/** Brings n1 to where it wants to send a snapshot to n3, and loses the snapshot. */
function due(): Cluster {
  const cluster = behind();
  cluster.node('n1').tick();
  cluster.settle((message) => message.type !== 'snapshot-chunk');
  return cluster;
}

test('a follower is named once until the sending ends', (t) => {
  const cluster = due();
  t.is(cluster.node('n1').status().progress['n3']?.state, 'snapshot');
  cluster.node('n1').tick();
  cluster.settle((message) => message.type !== 'snapshot-chunk');
  t.is(cluster.node('n1').status().progress['n3']?.state, 'snapshot');
  t.false(cluster.node('n1').hasReady());
  cluster.node('n1').campaignHint('n3');
  t.is(
    cluster.node('n1').status().progress['n3']?.state,
    'snapshot',
    'the sender decides, not the connection',
  );
});

test('a sent snapshot counts as durable there, and the log goes on behind it', (t) => {
  const cluster = due();
  const { index } = metaOf(cluster).position;
  cluster.node('n1').snapshotSent('n3', index);
  t.like(cluster.node('n1').status().progress['n3'], { state: 'replicate', match: index, next: index + 1 });
  cluster.node('n1').snapshotSent('n3', 99);
  cluster.node('n1').snapshotSent('n9', index);
  cluster.node('n1').snapshotFailed('n9');
  cluster.checkInvariants();
  t.is(cluster.node('n1').status().progress['n3']?.match, index, 'impossible answers change nothing');
});

test('a snapshot that failed is due again after a sign of life, not before', (t) => {
  const cluster = due();
  cluster.node('n1').snapshotFailed('n3');
  t.is(cluster.node('n1').status().progress['n3']?.state, 'probe');
  t.false(cluster.node('n1').hasReady());
  cluster.node('n1').tick();
  cluster.settle();
  t.is(cluster.node('n3').status().commitIndex, 3);
});

test('a snapshot of no leader of this term is stale', (t) => {
  const cluster = due();
  const meta = metaOf(cluster);
  const node = cluster.node('n3');
  const { term } = node.status();
  t.is(node.installSnapshot(meta, 'n2', term), 'stale');
  t.is(node.installSnapshot(meta, 'n1', term - 1), 'stale');
  t.is(node.installSnapshot(meta, 'n1', term), 'install');
  t.is(node.installSnapshot(meta, 'n1', term), 'stale', 'one at a time');
});

test('what is committed and durable here is never replaced', (t) => {
  const cluster = due();
  const meta = metaOf(cluster);
  const node = cluster.node('n2');
  t.is(node.installSnapshot(meta, 'n1', 1), 'known');
  cluster.propose('n1', 'c');
  cluster.settle();
  t.is(node.installSnapshot(meta, 'n1', 1), 'known');
  t.is(node.status().commitIndex, 4);
  t.throws(() => node.snapshotInstalled(meta), { code: 'INVARIANT_VIOLATED' });
});

test('entries that the snapshot covers and the log holds are committed by it, not thrown away', (t) => {
  const cluster = new Cluster({ ids });
  cluster.node('n1').campaign();
  cluster.settle();
  cluster.propose('n1', 'a');
  cluster.settle((message) => message.type !== 'append-request' || message.commit < 2);
  t.is(cluster.node('n3').status().commitIndex, 1);
  cluster.snapshot('n1');
  t.is(cluster.node('n3').installSnapshot(metaOf(cluster), 'n1', 1), 'known');
  t.is(cluster.node('n3').status().commitIndex, 2);
});

test('what is not durable yet is not called installed', (t) => {
  const cluster = new Cluster({ ids });
  cluster.node('n1').campaign();
  cluster.settle();
  cluster.propose('n1', 'a');
  cluster.settle((message) => message.to !== 'n3');
  cluster.snapshot('n1');
  const [entry] = cluster.member('n1').machine.applied.slice(1);
  if (entry === undefined) throw new Error('n1 applied nothing');
  const node = cluster.node('n3');
  const append = { from: 'n1', to: 'n3', term: 1, prevIndex: 1, prevTerm: 1, commit: 1 };
  node.step({ type: 'append-request', ...append, entries: [entry] });
  cluster.ready('n3');
  t.is(node.installSnapshot(metaOf(cluster), 'n1', 1), 'stale');
  cluster.completeWrite('n3');
  t.is(node.installSnapshot(metaOf(cluster), 'n1', 1), 'known');
});

test('while a snapshot is being installed nothing is taken, handed out or campaigned for', (t) => {
  const cluster = due();
  const node = cluster.node('n3');
  t.is(node.installSnapshot(metaOf(cluster), 'n1', 1), 'install');
  const [entry] = cluster.member('n1').machine.applied.slice(1);
  if (entry === undefined) throw new Error('n1 applied nothing');
  const append = {
    type: 'append-request',
    from: 'n1',
    to: 'n3',
    term: 1,
    prevIndex: 1,
    prevTerm: 1,
    commit: 3,
  } as const;
  node.step({ ...append, entries: [entry] });
  t.is(node.status().lastIndex, 1);
  node.campaignHint('n1');
  t.false(node.campaign());
  for (let i = 0; i < 30; i++) node.tick();
  t.is(node.status().role, 'follower');
  const { entries, committed } = node.ready();
  t.deepEqual([entries.length, committed.length], [0, 0]);
});

test('after the install log, machine and configuration are those of the snapshot, in any later term', (t) => {
  const cluster = due();
  const node = cluster.node('n3');
  const meta = { ...metaOf(cluster), configuration: configurationOf(['n1', 'n2', 'n3', 'n4']) };
  t.is(node.installSnapshot(meta, 'n1', 1), 'install');
  node.step({ type: 'heartbeat-request', from: 'n2', to: 'n3', term: 4, commit: 0, round: 1 });
  cluster.member('n3').disk.reset(meta.position);
  node.snapshotInstalled(meta);
  cluster.checkInvariants();
  t.like(node.status(), { lastIndex: 3, commitIndex: 3, appliedIndex: 3, term: 4 });
  const { configuration, messages } = node.ready();
  t.deepEqual(configuration?.voters, ['n1', 'n2', 'n3', 'n4']);
  t.like(messages.at(-1), { type: 'append-accepted', to: 'n2', index: 3 });
});

test('a late report about the old log says nothing about the new one', (t) => {
  const cluster = due();
  const node = cluster.node('n3');
  // An entry that nobody else has is on its way to the disk of n3.
  const stray = {
    type: 'append-request',
    from: 'n1',
    to: 'n3',
    term: 1,
    prevIndex: 1,
    prevTerm: 1,
    commit: 1,
  } as const;
  const [next] = cluster.member('n1').machine.applied.slice(1);
  if (next === undefined) throw new Error('n1 applied nothing');
  node.step({ ...stray, entries: [next] });
  t.is(node.ready().entries.length, 1);
  const meta = metaOf(cluster);
  t.is(node.installSnapshot(meta, 'n1', 1), 'install');
  cluster.member('n3').disk.reset(meta.position);
  node.snapshotInstalled(meta);
  node.ready();
  cluster.propose('n1', 'c');
  cluster.ready('n1');
  for (const message of cluster.network.splice(0)) if (message.to === 'n2') cluster.receive(message);
  node.persisted(2, 1);
  node.persisted(4, 1);
  cluster.checkInvariants();
  t.like(node.status(), { lastIndex: 3, appliedIndex: 3 });
});
