import test from 'ava';
import {
  MemoryLogStorage,
  RaftNode,
  configurationOf,
  parseRaftConfig,
  silentLogger,
  type Message,
  type Standing,
} from '../src/index.ts';
import { Cluster } from './cluster.ts';
import { plainVote } from './plain-vote.ts';
import { allEntries } from './simulated-disk.ts';

const ids = ['n1', 'n2', 'n3'];

function nodeOf(standing: Standing, life: number = 6): RaftNode {
  return new RaftNode({
    id: 'n1',
    configuration: configurationOf(ids),
    config: parseRaftConfig({ electionTimeoutTicks: 10 }),
    log: new MemoryLogStorage(),
    hardState: { term: 0, votedFor: null, commit: 0, standing },
    appliedIndex: 0,
    random: { nextInt: (bound) => Math.min(life, bound - 1) },
    logger: silentLogger,
  });
}

const ask = {
  type: 'vote-request',
  ...plainVote,
  from: 'n2',
  to: 'n1',
  term: 1,
  lastIndex: 0,
  lastTerm: 0,
} as const;

test('a blank member votes in the first election of its group, and remembers from then on', (t) => {
  const node = nodeOf('blank');
  node.step({ type: 'pre-vote-request', from: 'n2', to: 'n1', term: 1, lastIndex: 0, lastTerm: 0 });
  const [answer] = node.ready().messages;
  t.like(answer, { granted: true, blank: true, empty: true, life: 7 });
  node.step({ ...ask, bootstrap: true, life: 7 });
  const { hardState, afterSync } = node.ready();
  t.like(hardState, { term: 1, votedFor: 'n2', standing: 'full' });
  t.like(afterSync[0], { granted: true });
});

test('a blank member votes in no other election, nor in one that an earlier life agreed to', (t) => {
  for (const request of [
    { ...ask },
    { ...ask, bootstrap: true, life: 6 },
    { ...ask, bootstrap: true, life: 0 },
    { ...ask, bootstrap: true, life: 7, lastIndex: 3, lastTerm: 1 },
    { ...ask, transfer: true },
  ]) {
    const node = nodeOf('blank');
    node.step(request);
    const { hardState, messages, afterSync } = node.ready();
    t.like(messages[0], { type: 'vote-response', granted: false }, JSON.stringify(request));
    t.is(afterSync.length, 0);
    t.like(hardState, { votedFor: null, standing: 'blank' });
  }
});

test('a blank member agrees to nobody that has entries', (t) => {
  const node = nodeOf('blank');
  node.step({ type: 'pre-vote-request', from: 'n2', to: 'n1', term: 1, lastIndex: 1, lastTerm: 1 });
  t.like(node.ready().messages[0], { granted: false, blank: true });
});

test('a repairing member neither votes nor campaigns, also when the leader asks it to', (t) => {
  const node = nodeOf('repairing');
  t.false(node.campaign());
  node.step({ ...ask, bootstrap: true, life: 7 });
  t.like(node.ready().messages[0], { granted: false });
  node.step({ type: 'pre-vote-request', from: 'n2', to: 'n1', term: 2, lastIndex: 0, lastTerm: 0 });
  t.like(node.ready().messages[0], { granted: false, blank: false });
  node.step({ type: 'timeout-now', from: 'n2', to: 'n1', term: 1 });
  t.is(node.status().role, 'follower');
});

test('a leader that asked an earlier life of a blank member to campaign asked in vain', (t) => {
  const node = nodeOf('blank');
  node.step({ type: 'timeout-now', from: 'n2', to: 'n1', term: 3 });
  t.like(node.status(), { role: 'follower', standing: 'blank' });
});

test('a sign of a leader makes a blank member a repairing one, whatever sign it is', (t) => {
  const envelope = { from: 'n2', to: 'n1', term: 1 };
  const position = { index: 5, term: 1, address: 0, hash: 0 };
  const snapshot = { position, configuration: configurationOf(ids), bytes: 0, crc: 0 };
  for (const message of [
    { ...envelope, type: 'heartbeat-request', commit: 0, round: 1 },
    { ...envelope, type: 'append-request', prevIndex: 4, prevTerm: 1, commit: 0, entries: [] },
    { ...envelope, type: 'snapshot-chunk', snapshot, offset: 0, data: Buffer.alloc(0), crc: 0 },
  ] as const) {
    const node = nodeOf('blank');
    node.step(message);
    t.is(node.ready().hardState?.standing, 'repairing', message.type);
  }
});

test('who has entries is not blank, whatever its hard state says', (t) => {
  const source = new Cluster({ ids, logs: { n1: [1, 1] } });
  const log = new MemoryLogStorage();
  log.append(allEntries(source.member('n1').disk.log));
  const node = new RaftNode({
    id: 'n1',
    configuration: configurationOf(ids),
    config: parseRaftConfig({}),
    log,
    hardState: { term: 1, votedFor: null, commit: 0, standing: 'blank' },
    appliedIndex: 0,
    random: { nextInt: () => 0 },
    logger: silentLogger,
  });
  t.is(node.ready().hardState?.standing, 'repairing');
});

/** n1 leads; n3 lost its files and came back. */
function repairing(): Cluster {
  const cluster = new Cluster({ ids });
  cluster.node('n1').campaign();
  cluster.settle();
  cluster.crash('n3');
  cluster.lose('n3');
  cluster.restart('n3');
  rounds(cluster, 2);
  return cluster;
}

/** The leader learns in one round of heartbeats that n3 lost its memory, and tells it in the next what to reach. */
function rounds(cluster: Cluster, count: number): void {
  for (let round = 0; round < count; round++) {
    cluster.node('n1').tick();
    cluster.settle();
  }
}

test('time alone repairs nothing, and neither does an entry of an earlier term', (t) => {
  const cluster = repairing();
  for (const id of ['n2', 'n3']) cluster.node(id).campaignHint('n1');
  cluster.crash('n1');
  cluster.restart('n1');
  cluster.node('n1').campaign();
  // n1 leads term 2; its entry of term 2 does not arrive.
  cluster.settle((message) => message.type !== 'append-request');
  for (let i = 0; i < 60; i++) cluster.node('n3').tick();
  t.is(cluster.node('n3').status().standing, 'repairing');
  t.is(cluster.node('n3').status().commitIndex, 1);
  rounds(cluster, 2);
  cluster.node('n3').tick();
  t.is(cluster.node('n3').status().standing, 'full');
});

test('a part of what the leader committed in its own term repairs nothing', (t) => {
  const cluster = new Cluster({ ids, config: { appendEntriesMax: 1 } });
  cluster.node('n1').campaign();
  cluster.settle();
  // Of these only the leader and n3 know.
  for (const text of ['a', 'b', 'c', 'd']) cluster.propose('n1', text);
  cluster.settle((message) => message.to !== 'n2');
  t.is(cluster.node('n1').status().commitIndex, 5);
  cluster.crash('n3');
  cluster.lose('n3');
  cluster.restart('n3');
  const early = (message: Message): boolean =>
    message.to !== 'n2' &&
    (message.type !== 'append-request' || message.entries.every(({ index }) => index <= 3));
  for (let round = 0; round < 4; round++) {
    cluster.node('n1').tick();
    cluster.settle(early);
  }
  for (let i = 0; i < 60; i++) cluster.node('n3').tick();
  t.is(cluster.node('n3').status().commitIndex, 3, 'entries of the leader of this term');
  t.is(cluster.node('n3').status().standing, 'repairing', 'it would elect n2, which has none of the others');
  rounds(cluster, 2);
  cluster.node('n3').tick();
  t.is(cluster.node('n3').status().standing, 'full');
});

test('an entry of the term alone repairs nothing before the time is up', (t) => {
  const cluster = repairing();
  for (let i = 0; i < 39; i++) cluster.node('n3').tick();
  t.is(cluster.node('n3').status().standing, 'repairing');
  cluster.node('n3').tick();
  t.is(cluster.node('n3').status().standing, 'full');
});

test('whoever it may have voted for in this term, a repaired member votes for nobody else in it', (t) => {
  const cluster = repairing();
  for (let i = 0; i < 40; i++) cluster.node('n3').tick();
  cluster.node('n3').campaignHint('n1');
  cluster.node('n3').ready();
  cluster.node('n3').step({ ...ask, from: 'n2', to: 'n3', lastIndex: 9, lastTerm: 1 });
  t.like(cluster.node('n3').ready().messages[0], { type: 'vote-response', granted: false });
});

test('a leader forgets what a follower confirmed that lost it', (t) => {
  const cluster = repairing();
  const fresh = new Cluster({ ids });
  fresh.node('n1').campaign();
  fresh.settle();
  fresh
    .node('n1')
    .step({ type: 'heartbeat-response', from: 'n3', to: 'n1', term: 1, round: 1, repairing: true });
  t.like(fresh.node('n1').status().progress['n3'], { match: 0, state: 'probe' });
  t.is(cluster.node('n3').status().commitIndex, 1, 'it got everything again without a new entry');
});

test('the bootstrap takes every vote: a member that has lost its files cannot make up a majority', (t) => {
  const cluster = new Cluster({ ids, blank: ids });
  cluster.node('n1').campaign();
  cluster.settle((message) => message.type !== 'vote-request' || message.to !== 'n3');
  t.is(cluster.node('n1').status().role, 'candidate', 'n1 and n2 voted');
});

test('a group of one starts by itself', (t) => {
  const cluster = new Cluster({ ids: ['n1'], blank: ['n1'] });
  cluster.node('n1').campaign();
  cluster.settle();
  t.like(cluster.node('n1').status(), { role: 'leader', standing: 'full', commitIndex: 1 });
});
