import test from 'ava';
import type { Message, Role } from '../src/index.ts';
import { Cluster } from './cluster.ts';
import { SeededRandom } from './seeded-random.ts';
import { allEntries } from './simulated-disk.ts';
import { plainAnswer, plainVote } from './plain-vote.ts';

/*
 * Each test names the section of "In Search of an Understandable Consensus Algorithm" (extended version), or of
 * the thesis "Consensus: Bridging Theory and Practice", whose rule it checks.
 */

const three = ['n1', 'n2', 'n3'];

function led(ids: readonly string[] = three): Cluster {
  const cluster = new Cluster({ ids });
  cluster.node('n1').campaign();
  cluster.settle();
  return cluster;
}

function terms(cluster: Cluster, id: string): number[] {
  return allEntries(cluster.member(id).disk.log).map((entry) => entry.term);
}

/** Brings n1 into the role, at term 1 or later. */
function inRole(role: Role): Cluster {
  const cluster = led();
  if (role === 'leader') return cluster;
  cluster.node('n2').campaignHint('n1');
  cluster.node('n3').campaignHint('n1');
  cluster.node('n2').campaign();
  cluster.settle();
  if (role === 'follower') return cluster;
  cluster.node('n1').campaignHint('n2');
  cluster.node('n1').campaign();
  if (role === 'pre-candidate') return cluster;
  const { term } = cluster.node('n1').status();
  const granted = {
    type: 'pre-vote-response',
    ...plainAnswer,
    from: 'n3',
    to: 'n1',
    term: term + 1,
    granted: true,
  } as const;
  cluster.node('n1').step(granted);
  return cluster;
}

for (const role of ['follower', 'pre-candidate', 'candidate', 'leader'] as const) {
  test(`§5.1 a ${role} that sees a later term becomes a follower in it`, (t) => {
    const cluster = inRole(role);
    const node = cluster.node('n1');
    t.is(node.status().role, role);
    node.step({ type: 'heartbeat-request', from: 'n3', to: 'n1', term: 9, commit: 0, round: 1 });
    t.like(node.status(), { role: 'follower', term: 9, leader: 'n3' });
  });

  test(`§5.1 a ${role} rejects requests of an earlier term`, (t) => {
    const cluster = inRole(role);
    const node = cluster.node('n1');
    while (cluster.ready('n1'));
    cluster.network = [];
    const before = node.status();
    const stale = { from: 'n3', to: 'n1', term: 0 };
    node.step({ ...stale, type: 'append-request', prevIndex: 0, prevTerm: 0, commit: 9, entries: [] });
    node.step({ ...stale, type: 'vote-request', ...plainVote, lastIndex: 99, lastTerm: 99 });
    node.step({ ...stale, type: 'append-accepted', index: 1 });
    t.deepEqual(node.status(), before);
    const answers = node.ready().messages.filter((message) => message.to === 'n3');
    t.deepEqual(
      answers.map((message) => [message.type, message.term]),
      [
        ['heartbeat-response', before.term],
        ['vote-response', before.term],
      ],
    );
  });
}

test('§5.2 a follower that hears nothing for its timeout starts an election', (t) => {
  const cluster = new Cluster({ ids: three });
  for (let i = 0; i < 9; i++) cluster.node('n1').tick();
  t.is(cluster.node('n1').status().role, 'follower');
  cluster.node('n1').tick();
  t.is(cluster.node('n1').status().role, 'pre-candidate');
});

test('§5.2 timeouts are drawn from one to two times the least, anew for each wait', (t) => {
  const seeded = new SeededRandom(52);
  const bounds = new Set<number>();
  const random = { nextInt: (bound: number): number => (bounds.add(bound), seeded.nextInt(bound)) };
  const cluster = new Cluster({ ids: three, random: () => random });
  const waits = new Set<number>();
  for (let round = 0; round < 40; round++) {
    const node = cluster.node('n1');
    const before = node.status().term;
    let wait = 0;
    node.step({ type: 'heartbeat-request', from: 'n2', to: 'n1', term: before + 1, commit: 0, round: 1 });
    do {
      node.tick();
      wait++;
    } while (node.status().role === 'follower');
    waits.add(wait);
  }
  t.deepEqual([...bounds], [10]);
  t.true(Math.min(...waits) >= 10 && Math.max(...waits) <= 19, [...waits].join(' '));
  t.true(waits.size > 5);
});

test('§5.2 a leader sends heartbeats to all its followers', (t) => {
  const cluster = led();
  cluster.node('n1').tick();
  cluster.ready('n1');
  t.deepEqual(
    cluster.network.map(({ type, to }) => [type, to]),
    [
      ['heartbeat-request', 'n2'],
      ['heartbeat-request', 'n3'],
    ],
  );
});

test('§5.2 a member votes for one candidate in a term, first come first served', (t) => {
  const cluster = new Cluster({ ids: three });
  const ask = { type: 'vote-request', ...plainVote, to: 'n1', term: 1, lastIndex: 0, lastTerm: 0 } as const;
  for (const from of ['n2', 'n3', 'n2']) cluster.node('n1').step({ ...ask, from });
  const { messages, afterSync, hardState } = cluster.node('n1').ready();
  t.like(hardState, { term: 1, votedFor: 'n2' });
  t.deepEqual(
    afterSync.map((message) => message.to),
    ['n2', 'n2'],
  );
  t.deepEqual(
    messages.map((message) => message.to),
    ['n3'],
  );
});

test('§5.2 an election needs a majority: the candidate counts its own vote only once it is saved', (t) => {
  const cluster = inRole('candidate');
  const node = cluster.node('n1');
  const { term } = node.status();
  node.step({ type: 'vote-response', from: 'n3', to: 'n1', term, granted: true });
  t.is(node.status().role, 'candidate');
  cluster.ready('n1');
  t.is(node.status().role, 'leader');
});

test('§5.2 a candidate that hears the leader of its term follows it', (t) => {
  const cluster = inRole('candidate');
  const { term } = cluster.node('n1').status();
  const append: Message = {
    type: 'append-request',
    from: 'n3',
    to: 'n1',
    term,
    prevIndex: 2,
    prevTerm: 2,
    commit: 0,
    entries: [],
  };
  cluster.node('n1').step(append);
  t.like(cluster.node('n1').status(), { role: 'follower', term, leader: 'n3' });
});

test('§5.3 an entry is committed once a majority holds it durably, and the followers learn it', (t) => {
  const cluster = led();
  cluster.propose('n1', 'x');
  cluster.ready('n1');
  for (const message of cluster.network.splice(0)) cluster.receive(message);
  cluster.ready('n2');
  cluster.ready('n3');
  t.is(cluster.network.length, 0, 'nobody acknowledges before the disk');
  cluster.completeWrite('n2');
  cluster.settle((message) => message.to !== 'n3');
  t.is(cluster.node('n1').status().commitIndex, 2);
  t.is(cluster.node('n2').status().commitIndex, 2);
});

test('§5.3 followers apply in log order what is committed', (t) => {
  const cluster = led();
  for (const text of ['a', 'b', 'c']) {
    cluster.propose('n1', text);
    cluster.settle();
  }
  for (const id of three)
    t.deepEqual(
      cluster.member(id).machine.applied.map((entry) => entry.index),
      [1, 2, 3, 4],
    );
});

test('§5.3 figure 7: whatever a follower lacks or has too much, it ends with the leader’s log', (t) => {
  const leader = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6];
  const followers = [
    [1, 1, 1, 4, 4, 5, 5, 6, 6],
    [1, 1, 1, 4],
    [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
    [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7],
    [1, 1, 1, 4, 4, 4, 4],
    [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
  ];
  for (const log of followers) {
    const cluster = new Cluster({ ids: three, logs: { n1: leader, n2: log, n3: leader } });
    // n3 sees to the majority, so that a longer log of n2 cannot prevent the election.
    for (let i = 0; i < 4 && cluster.leaders().length === 0; i++) {
      cluster.node('n1').campaign();
      cluster.settle();
    }
    t.deepEqual(cluster.leaders(), ['n1']);
    const { term } = cluster.node('n1').status();
    t.deepEqual(terms(cluster, 'n2'), [...leader, term], `follower with ${log.join(' ')}`);
    t.is(cluster.node('n2').status().commitIndex, leader.length + 1);
  }
});

test('§5.4.1 a vote goes only to a log that is at least as complete', (t) => {
  const own = [1, 1, 2];
  const cases: readonly (readonly [number, number, boolean])[] = [
    [3, 2, true],
    [4, 2, true],
    [1, 3, true],
    [2, 2, false],
    [9, 1, false],
  ];
  for (const [lastIndex, lastTerm, granted] of cases) {
    for (const type of ['vote-request', 'pre-vote-request'] as const) {
      const cluster = new Cluster({ ids: three, logs: { n1: own } });
      cluster.node('n1').step({ type, ...plainVote, from: 'n2', to: 'n1', term: 5, lastIndex, lastTerm });
      const { messages, afterSync } = cluster.node('n1').ready();
      t.like([...messages, ...afterSync][0], { granted }, `${type} ${lastIndex}@${lastTerm}`);
    }
  }
});

test('§5.4.2 a leader commits entries of its own term only, and the older ones with them', (t) => {
  const cluster = new Cluster({ ids: three, logs: { n1: [1, 2], n2: [1, 2], n3: [1] } });
  cluster.node('n1').campaign();
  cluster.settle((message) => message.type !== 'append-accepted');
  const answer = { type: 'append-accepted', from: 'n2', to: 'n1', term: 3 } as const;
  cluster.node('n1').step({ ...answer, index: 2 });
  t.is(cluster.node('n1').status().commitIndex, 0);
  cluster.node('n1').step({ ...answer, index: 3 });
  t.is(cluster.node('n1').status().commitIndex, 3);
});

test('§5.5 repeated requests do no harm', (t) => {
  const cluster = led();
  cluster.propose('n1', 'x');
  cluster.ready('n1');
  const twice = cluster.network.flatMap((message) => [message, message]);
  cluster.network = [...twice, ...twice];
  cluster.settle();
  for (const id of three) t.deepEqual(terms(cluster, id), [1, 1]);
});

test('§8 a new leader appends an entry of its term before anything else', (t) => {
  const cluster = inRole('follower');
  t.deepEqual(cluster.leaders(), ['n2']);
  t.deepEqual(
    allEntries(cluster.member('n2').disk.log).map(({ term, kind }) => [term, kind]),
    [
      [1, 0],
      [2, 0],
    ],
  );
});

test('thesis §4.2.3 a member that hears its leader ignores a candidate of a later term', (t) => {
  const cluster = led();
  const ask = {
    type: 'vote-request',
    ...plainVote,
    from: 'n3',
    to: 'n2',
    term: 7,
    lastIndex: 99,
    lastTerm: 7,
  } as const;
  cluster.node('n2').step(ask);
  t.like(cluster.node('n2').status(), { term: 1, leader: 'n1' });
  t.false(cluster.node('n2').hasReady());
  for (let i = 0; i < 9; i++) cluster.node('n2').tick();
  cluster.node('n2').step(ask);
  t.is(cluster.node('n2').status().term, 1, 'nine of ten ticks');
  cluster.node('n2').campaignHint('n1');
  cluster.node('n2').step(ask);
  t.like(cluster.node('n2').status(), { term: 7, leader: null });
});

test('thesis §9.6 a pre-vote changes neither term nor vote of anyone', (t) => {
  const cluster = new Cluster({ ids: three });
  cluster.node('n1').campaign();
  cluster.ready('n1');
  for (const message of cluster.network.splice(0)) cluster.receive(message);
  cluster.ready('n2');
  cluster.ready('n3');
  for (const id of three) {
    t.is(cluster.node(id).status().term, 0);
    t.deepEqual(cluster.member(id).disk.hardState, { term: 0, votedFor: null, commit: 0, standing: 'full' });
  }
});

test('thesis §6.2 a leader without a quorum steps down after an election timeout', (t) => {
  const cluster = led();
  for (let i = 0; i < 10; i++) cluster.node('n1').tick();
  t.is(cluster.node('n1').status().role, 'leader', 'the first interval saw the election');
  for (let i = 0; i < 10; i++) cluster.node('n1').tick();
  t.like(cluster.node('n1').status(), { role: 'follower', term: 1, leader: null });
});
