import test from 'ava';
import {
  ENTRY_HEADER_BYTES,
  EntryKind,
  MemoryLogStorage,
  RaftNode,
  allocateFrame,
  configurationOf,
  encodeConfiguration,
  parseRaftConfig,
  sealEntry,
  silentLogger,
  type ConfigurationState,
  type Entry,
} from '../src/index.ts';
import { Cluster } from './cluster.ts';
import { plainAnswer, plainVote } from './plain-vote.ts';

const ids = ['n1', 'n2', 'n3'];

function led(options: { readonly joining?: readonly string[] } = {}): Cluster {
  const cluster = new Cluster({ ids: [...ids, ...(options.joining ?? [])], voters: ids });
  cluster.node('n1').campaign();
  cluster.settle();
  return cluster;
}

/** A log of membership entries, all of term 1. */
function changes(states: readonly ConfigurationState[]): Entry[] {
  const entries: Entry[] = [];
  let before = { index: 0, address: 0, hash: 0 };
  for (const state of states) {
    const body = encodeConfiguration(state);
    const frame = allocateFrame(body.length);
    frame.set(body, ENTRY_HEADER_BYTES);
    const { index, address, hash } = before;
    const seal = { index: index + 1, term: 1, kind: EntryKind.Membership, address, prevHash: hash };
    const entry = sealEntry(frame, seal);
    entries.push(entry);
    before = { index: entry.index, address: entry.address + frame.length, hash: entry.hash };
  }
  return entries;
}

function nodeWith(entries: readonly Entry[], commit: number): RaftNode {
  const log = new MemoryLogStorage();
  log.append(entries);
  return new RaftNode({
    id: 'n1',
    configuration: configurationOf(ids),
    config: parseRaftConfig({ electionTimeoutTicks: 10 }),
    log,
    hardState: { term: 1, votedFor: null, commit, standing: 'full' },
    appliedIndex: 0,
    random: { nextInt: () => 0 },
    logger: silentLogger,
  });
}

test('a member does not campaign while a committed change of the members is not applied', (t) => {
  const node = nodeWith(changes([configurationOf(['n1', 'n2', 'n3', 'n4'])]), 1);
  t.false(node.campaign());
  for (let i = 0; i < 40; i++) node.tick();
  t.is(node.status().role, 'follower');
  const { configuration } = node.ready();
  t.deepEqual(configuration?.voters, ['n1', 'n2', 'n3', 'n4']);
  t.true(node.campaign());
  t.is(node.ready().messages.length, 3, 'it asks all members of the new configuration');
});

test('an uncommitted change holds nothing up, and has no effect', (t) => {
  const node = nodeWith(changes([configurationOf(['n1', 'n2', 'n3', 'n4'])]), 0);
  t.true(node.campaign());
  t.deepEqual(node.status().configuration.voters, ids);
});

test('after a restart the log itself proves that all changes but the last are committed', (t) => {
  const four = [...ids, 'n4'];
  const node = nodeWith(changes([configurationOf(four), configurationOf([...four, 'n5'])]), 0);
  t.is(node.status().commitIndex, 1);
  t.false(node.campaign(), 'or it could be elected by a majority of a configuration that is over');
  node.ready();
  t.deepEqual(node.status().configuration.voters, four);
});

test('proposals of membership entries by hand are a fault of the program', (t) => {
  const cluster = led();
  t.throws(() => cluster.node('n1').propose(EntryKind.Membership, allocateFrame(0)), {
    code: 'INVARIANT_VIOLATED',
  });
});

test('only a leader changes the members', (t) => {
  const cluster = led();
  const refused = { type: 'refused', reason: 'not-leader', leader: 'n1' };
  t.deepEqual(cluster.node('n2').proposeConfiguration({ voters: ['n1', 'n2'] }), refused);
});

test('voters that could not elect anyone are refused: strangers, and members out of reach', (t) => {
  const cluster = led({ joining: ['n4', 'n5'] });
  const change = (voters: string[]): unknown => cluster.node('n1').proposeConfiguration({ voters });
  t.like(change(['n4', 'n5']), { reason: 'members-not-ready' });
  t.like(change(['n1', 'n4']), { reason: 'members-not-ready' });
  cluster.node('n1').campaignHint('n3');
  t.like(change(['n1', 'n3']), { reason: 'members-not-ready' }, 'the connection to n3 is lost');
  t.like(change(['n1', 'n2']), { type: 'appended' });
});

test('a stranger may be one of few: the others still elect', (t) => {
  const cluster = led({ joining: ['n4'] });
  t.like(cluster.node('n1').proposeConfiguration({ voters: [...ids, 'n4'] }), { type: 'appended' });
  cluster.settle();
  t.is(cluster.node('n4').status().commitIndex, 2);
});

test('a change is refused until the one before is applied, also one of an earlier leader', (t) => {
  const cluster = led();
  cluster.node('n1').proposeConfiguration({ voters: ['n1', 'n2'] });
  cluster.ready('n1');
  while (cluster.completeWrite('n1'));
  for (const message of cluster.network.splice(0)) if (message.to === 'n2') cluster.receive(message);
  cluster.ready('n2');
  cluster.completeWrite('n2');
  cluster.network = [];
  cluster.crash('n1');
  cluster.node('n2').campaignHint('n1');
  cluster.node('n3').campaignHint('n1');
  cluster.node('n2').campaign();
  cluster.settle((message) => message.type !== 'append-request');
  t.deepEqual(cluster.leaders(), ['n2']);
  const ask = (): unknown => cluster.node('n2').proposeConfiguration({ voters: ['n2', 'n3'] });
  t.like(ask(), { reason: 'membership-change-pending' });
});

test('a leader that is elected in the joint phase ends it', (t) => {
  const cluster = led({ joining: ['n4', 'n5'] });
  cluster.node('n1').proposeConfiguration({ learners: ['n4', 'n5'] });
  cluster.settle();
  cluster.node('n1').tick();
  cluster.settle();
  for (const id of ['n4', 'n5']) for (let i = 0; i < 40; i++) cluster.node(id).tick();
  cluster.node('n1').tick();
  cluster.settle();
  t.like(cluster.node('n1').proposeConfiguration({ voters: ['n2', 'n4', 'n5'] }), { type: 'appended' });
  // The entry is committed and applied on n2 and n1; then n1 dies before the next one leaves.
  const joint = (id: string): boolean => cluster.node(id).status().configuration.votersOutgoing.length > 0;
  cluster.settle((message) => !joint('n1') || message.from !== 'n1' || message.type === 'heartbeat-request');
  cluster.crash('n1');
  for (const id of ['n2', 'n3', 'n4', 'n5']) cluster.node(id).campaignHint('n1');
  cluster.node('n2').campaign();
  cluster.settle();
  t.deepEqual(cluster.leaders(), ['n2']);
  t.like(cluster.node('n2').status().configuration, { voters: ['n2', 'n4', 'n5'], votersOutgoing: [] });
});

test('who is not a voter in its own configuration follows and never campaigns', (t) => {
  const cluster = led({ joining: ['n4'] });
  const node = cluster.node('n4');
  for (let i = 0; i < 50; i++) node.tick();
  t.is(node.status().role, 'follower');
  cluster.node('n1').proposeConfiguration({ voters: ['n1', 'n2'] });
  cluster.settle();
  t.like(cluster.node('n3').status(), { role: 'follower', commitIndex: 2 }, 'it learns that it left');
  for (let i = 0; i < 50; i++) cluster.node('n3').tick();
  t.is(cluster.node('n3').status().role, 'follower');
});

test('a member that left still gives its vote: the others may not know yet', (t) => {
  const cluster = led();
  cluster.node('n1').proposeConfiguration({ voters: ['n1', 'n2'] });
  cluster.settle();
  cluster.node('n3').campaignHint('n1');
  cluster
    .node('n3')
    .step({ type: 'vote-request', ...plainVote, from: 'n2', to: 'n3', term: 2, lastIndex: 2, lastTerm: 1 });
  t.like(cluster.node('n3').ready().afterSync[0], { type: 'vote-response', granted: true });
});

test('a pre-candidate learns from a refusal that its configuration is over, and asks again in the new one', (t) => {
  const entries = changes([configurationOf(['n1', 'n2'])]);
  const node = nodeWith(entries, 0);
  node.campaign();
  const refusal = { type: 'pre-vote-response', from: 'n3', to: 'n1', term: 1, granted: false } as const;
  node.step({ ...refusal, ...plainAnswer, commit: 1, commitTerm: 2 });
  t.is(node.status().commitIndex, 0, 'another entry than its own');
  node.step({ ...refusal, ...plainAnswer, commit: 1, commitTerm: 1 });
  t.like(node.status(), { role: 'follower', commitIndex: 1 });
  node.ready();
  node.campaign();
  t.deepEqual(
    node.ready().messages.map((message) => message.to),
    ['n2'],
  );
});

test('a shrinking group commits what the smaller one already holds', (t) => {
  const cluster = new Cluster({ ids: ['n1', 'n2'] });
  cluster.node('n1').campaign();
  cluster.settle();
  cluster.node('n1').proposeConfiguration({ voters: ['n1'] });
  cluster.propose('n1', 'x');
  cluster.ready('n1');
  cluster.completeWrite('n1');
  cluster.network = [];
  cluster.node('n1').step({ type: 'append-accepted', from: 'n2', to: 'n1', term: 1, index: 2 });
  t.is(cluster.node('n1').status().commitIndex, 2);
  cluster.settle((message) => message.from !== 'n2');
  t.is(cluster.node('n1').status().commitIndex, 3);
});
