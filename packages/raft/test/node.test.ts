import test from 'ava';
import {
  INITIAL_HARD_STATE,
  RaftNode,
  configurationOf,
  parseRaftConfig,
  silentLogger,
  type Message,
  type RaftConfig,
} from '../src/index.ts';
import { MemoryLogStorage } from '../src/memory-storage.ts';
import { Cluster } from './cluster.ts';
import { allEntries } from './simulated-disk.ts';
import { plainVote } from './plain-vote.ts';

const ids = ['n1', 'n2', 'n3'];

/** A group of three in which n1 leads, with nothing under way. */
function led(config: Partial<RaftConfig> = {}): Cluster {
  const cluster = new Cluster({ ids, config });
  cluster.node('n1').campaign();
  cluster.settle();
  return cluster;
}

test('a member without an id is refused', (t) => {
  const options = {
    id: '',
    configuration: configurationOf(ids),
    config: parseRaftConfig({}),
    log: new MemoryLogStorage(),
    hardState: INITIAL_HARD_STATE,
    appliedIndex: 0,
    random: { nextInt: () => 0 },
    logger: silentLogger,
  };
  t.throws(() => new RaftNode(options), { code: 'CONFIG_INVALID' });
});

test('a saved term older than the log is refused', (t) => {
  const log = new MemoryLogStorage();
  log.append(allEntries(led().member('n1').disk.log));
  const options = {
    id: 'n1',
    configuration: configurationOf(ids),
    config: parseRaftConfig({}),
    log,
    hardState: INITIAL_HARD_STATE,
    appliedIndex: 0,
    random: { nextInt: () => 0 },
    logger: silentLogger,
  };
  t.throws(() => new RaftNode(options), { code: 'STATE_INVALID' });
});

test('a single voter leads alone, and commits when its disk is done', (t) => {
  const cluster = new Cluster({ ids: ['n1'] });
  cluster.node('n1').campaign();
  t.is(cluster.node('n1').status().role, 'candidate');
  cluster.ready('n1');
  t.is(cluster.node('n1').status().role, 'leader');
  cluster.ready('n1');
  t.is(cluster.node('n1').status().commitIndex, 0);
  cluster.completeWrite('n1');
  t.is(cluster.node('n1').status().commitIndex, 1);
  t.true(cluster.node('n1').status().leaseValid);
});

test('a follower refuses proposals and names the leader', (t) => {
  const cluster = led();
  t.deepEqual(cluster.propose('n2', 'x'), { type: 'refused', reason: 'not-leader', leader: 'n1' });
});

test('too much that waits for a quorum is refused, and accepted again after it', (t) => {
  const cluster = led({ uncommittedBytesMax: 150, uncommittedEntriesMax: 100 });
  t.is(cluster.propose('n1', 'x'.repeat(500)).type, 'appended', 'the first always fits');
  t.deepEqual(cluster.propose('n1', 'y'), { type: 'refused', reason: 'too-many-uncommitted', leader: 'n1' });
  cluster.settle();
  t.is(cluster.propose('n1', 'y').type, 'appended');
});

test('the count of waiting entries is limited too', (t) => {
  const cluster = led({ uncommittedEntriesMax: 2 });
  t.is(cluster.propose('n1', 'a').type, 'appended');
  t.is(cluster.propose('n1', 'b').type, 'appended');
  t.like(cluster.propose('n1', 'c'), { type: 'refused', reason: 'too-many-uncommitted' });
});

test('an entry over its limit is refused', (t) => {
  const cluster = led({ entryBytesMax: 100 });
  t.is(cluster.propose('n1', 'x'.repeat(52)).type, 'appended');
  t.like(cluster.propose('n1', 'x'.repeat(53)), { type: 'refused', reason: 'entry-too-large' });
});

test('the proposals of one turn leave in one message per follower', (t) => {
  const cluster = led();
  for (const text of ['a', 'b', 'c']) cluster.propose('n1', text);
  cluster.ready('n1');
  const appends = cluster.network.filter((message) => message.type === 'append-request');
  t.deepEqual(
    appends.map(({ to, entries }) => [to, entries.length]),
    [
      ['n2', 3],
      ['n3', 3],
    ],
  );
});

test('a message for another member is ignored, whatever term it names', (t) => {
  const cluster = led();
  const before = cluster.node('n2').status();
  const ask = { type: 'vote-request', ...plainVote, term: 99, lastIndex: 99, lastTerm: 99 } as const;
  cluster.node('n2').step({ ...ask, from: 'n3', to: 'n1' });
  t.deepEqual(cluster.node('n2').status(), before);
  t.false(cluster.node('n2').hasReady());
});

test('who is not in the configuration is answered, and counts for nothing', (t) => {
  const cluster = led();
  const node = cluster.node('n1');
  node.step({ type: 'append-accepted', from: 'n9', to: 'n1', term: 1, index: 1 });
  node.step({ type: 'heartbeat-response', from: 'n9', to: 'n1', term: 1, round: 1 });
  t.deepEqual(Object.keys(node.status().progress), ids);
  cluster.propose('n1', 'x');
  cluster.settle((message) => message.to === 'n1');
  node.step({ type: 'append-accepted', from: 'n9', to: 'n1', term: 1, index: 2 });
  t.is(node.status().commitIndex, 1);
  const follower = cluster.node('n2');
  follower.step({ type: 'heartbeat-request', from: 'n9', to: 'n2', term: 7, commit: 0, round: 1 });
  t.like(follower.status(), { term: 7, leader: 'n9' }, 'a later leader may be unknown yet');
});

test('answers that cannot be true are ignored by a leader', (t) => {
  const cluster = led();
  const answer = { from: 'n2', to: 'n1', term: 1 };
  const hostile: Message[] = [
    { ...answer, type: 'append-accepted', index: 1_000 },
    { ...answer, type: 'append-rejected', prevIndex: 1_000, hintIndex: 1_000, hintTerm: 1_000 },
    { ...answer, type: 'append-rejected', prevIndex: 0, hintIndex: 0, hintTerm: 0 },
    { ...answer, type: 'heartbeat-response', round: 1_000 },
  ];
  for (const message of hostile) {
    cluster.node('n1').step(message);
    cluster.checkInvariants();
  }
  t.is(cluster.node('n1').status().role, 'leader');
  t.is(cluster.node('n1').status().commitIndex, 1);
  cluster.propose('n1', 'x');
  cluster.settle();
  for (let i = 0; i < 3; i++) cluster.node('n1').tick();
  cluster.settle();
  t.is(cluster.node('n2').status().commitIndex, 2);
});

test('the hard state is handed out when term or vote changed, not when only commit moved', (t) => {
  const saved: string[] = [];
  const cluster = new Cluster({
    ids,
    onReady: (id, { hardState }) => {
      if (hardState !== null) saved.push(`${id} ${hardState.term} ${hardState.votedFor ?? 'none'}`);
    },
  });
  cluster.node('n1').campaign();
  cluster.settle();
  t.deepEqual(saved.sort(), ['n1 1 n1', 'n2 1 n1', 'n3 1 n1']);
  cluster.propose('n1', 'x');
  cluster.settle();
  t.is(saved.length, 3);
});

test('a leader forgets what was under way on a closed connection, and sends it again', (t) => {
  const cluster = led();
  cluster.propose('n1', 'x');
  cluster.ready('n1');
  cluster.network = cluster.network.filter((message) => message.to !== 'n3');
  cluster.node('n1').campaignHint('n3');
  t.like(cluster.node('n1').status().progress['n3'], { match: 1, next: 2, state: 'probe' });
  cluster.settle();
  t.is(cluster.node('n3').status().lastIndex, 2);
});

test('a hint about anyone but the leader changes nothing at a follower', (t) => {
  const cluster = led();
  cluster.node('n2').campaignHint('n3');
  t.is(cluster.node('n2').status().leader, 'n1');
  t.false(cluster.node('n2').campaign());
});

test('the lease is valid while a quorum answers, and ends before a follower can time out', (t) => {
  const cluster = led();
  t.true(cluster.node('n1').status().leaseValid);
  for (let i = 0; i < 7; i++) cluster.node('n1').tick();
  t.true(cluster.node('n1').status().leaseValid);
  cluster.node('n1').tick();
  t.false(cluster.node('n1').status().leaseValid, 'eight of ten ticks');
  cluster.settle();
  t.true(cluster.node('n1').status().leaseValid);
  t.false(cluster.node('n2').status().leaseValid);
});

test('a closed connection takes its part of the lease with it', (t) => {
  const cluster = led();
  cluster.node('n1').campaignHint('n2');
  t.true(cluster.node('n1').status().leaseValid, 'n3 still answers');
  cluster.node('n1').campaignHint('n3');
  t.false(cluster.node('n1').status().leaseValid);
});

test('a member below its vote floor neither leads nor votes for a log that is too short', (t) => {
  const node = new RaftNode({
    id: 'n1',
    configuration: configurationOf(ids),
    config: parseRaftConfig({}),
    log: new MemoryLogStorage(),
    hardState: { term: 4, votedFor: null, commit: 0, standing: 'full' },
    appliedIndex: 0,
    random: { nextInt: () => 0 },
    logger: silentLogger,
    voteFloor: { index: 5, term: 4 },
  });
  t.false(node.campaign());
  const ask = { type: 'vote-request', ...plainVote, from: 'n2', to: 'n1', lastTerm: 4 } as const;
  node.step({ ...ask, term: 5, lastIndex: 4 });
  t.like(node.ready().messages[0], { type: 'vote-response', granted: false });
  node.step({ ...ask, term: 6, lastIndex: 9, lastTerm: 3 });
  t.like(
    node.ready().messages[0],
    { granted: false },
    'a longer log of an earlier term lacks what was confirmed',
  );
  node.step({ ...ask, term: 6, lastIndex: 5 });
  t.like(node.ready().afterSync[0], { type: 'vote-response', granted: true });
});

test('a follower whose disk is behind drops appends and gets them again later', (t) => {
  const cluster = led({ unpersistedBytesMax: 100, appendBytesMax: 60, inflightBytesMax: 10_000 });
  for (const text of ['a', 'b', 'c', 'd', 'e', 'f']) cluster.propose('n1', text);
  cluster.ready('n1');
  for (const message of cluster.network.splice(0)) cluster.receive(message);
  t.is(cluster.node('n2').status().lastIndex, 4, 'the third append brought it over the limit');
  for (let i = 0; i < 4; i++) {
    cluster.node('n1').tick();
    cluster.settle();
  }
  t.is(cluster.node('n2').status().lastIndex, 7);
  t.is(cluster.node('n2').status().commitIndex, 7);
});

test('a second leader in one term is not followed', (t) => {
  const cluster = led();
  cluster.node('n2').step({ type: 'heartbeat-request', from: 'n3', to: 'n2', term: 1, commit: 0, round: 1 });
  t.is(cluster.node('n2').status().leader, 'n1');
  t.false(cluster.node('n2').hasReady());
  cluster.node('n1').step({ type: 'heartbeat-request', from: 'n3', to: 'n1', term: 1, commit: 0, round: 1 });
  t.is(cluster.node('n1').status().role, 'leader');
});

test('one Ready has a bounded number of messages, and the rest follows', (t) => {
  const sizes: number[] = [];
  const cluster = new Cluster({
    ids,
    config: { outboxMessagesMax: 64, appendEntriesMax: 1, uncommittedEntriesMax: 1_000 },
    onReady: (_, { messages, afterSync }) => sizes.push(messages.length + afterSync.length),
  });
  cluster.node('n1').campaign();
  cluster.settle();
  for (let i = 0; i < 100; i++) cluster.propose('n1', `${i}`);
  cluster.settle();
  t.is(Math.max(...sizes), 64);
  for (const id of ids) t.is(cluster.node(id).status().commitIndex, 101);
});

test('a leader whose follower is behind the start of the log goes on serving the others', (t) => {
  const cluster = led();
  const storage = cluster.member('n1').disk.log;
  cluster.propose('n1', 'x');
  cluster.propose('n1', 'y');
  cluster.settle((message) => message.to !== 'n3');
  if (!(storage instanceof MemoryLogStorage)) throw new Error('the disk is not in memory');
  cluster.crash('n1');
  cluster.restart('n1', 3);
  const log = cluster.member('n1').disk.log;
  if (!(log instanceof MemoryLogStorage)) throw new Error('the disk is not in memory');
  log.dropPrefix(3);
  cluster.node('n2').campaignHint('n1');
  cluster.node('n3').campaignHint('n1');
  cluster.node('n1').campaign();
  cluster.settle();
  t.is(cluster.node('n1').status().role, 'leader');
  t.is(cluster.node('n2').status().commitIndex, 4);
  t.is(cluster.node('n3').status().lastIndex, 1, 'it needs a snapshot');
  cluster.checkInvariants();
});
