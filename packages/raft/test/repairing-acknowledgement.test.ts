import test from 'ava';
import { configurationOf, type Message } from '../src/index.ts';
import { Cluster } from './cluster.ts';

/** What n1 says to nobody: it leads term 1 and every answer is written by the test. */
function leaderOfThree(): Cluster {
  const cluster = new Cluster({ ids: ['n1', 'n2', 'n3'] });
  const node = cluster.node('n1');
  node.campaign();
  while (cluster.ready('n1'));
  const answer = (type: 'pre-vote-response' | 'vote-response'): Message =>
    type === 'vote-response'
      ? { type, from: 'n2', to: 'n1', term: 1, granted: true }
      : { type, from: 'n2', to: 'n1', term: 1, granted: true, blank: false, empty: false, life: 0 };
  node.step(answer('pre-vote-response'));
  while (cluster.ready('n1'));
  node.step(answer('vote-response'));
  while (cluster.ready('n1'));
  while (cluster.completeWrite('n1')) while (cluster.ready('n1'));
  return cluster;
}

test('what a member confirms after it lost its memory commits nothing', (t) => {
  const cluster = leaderOfThree();
  const node = cluster.node('n1');
  t.is(node.status().role, 'leader');
  t.deepEqual(node.status().configuration.voters, configurationOf(['n1', 'n2', 'n3']).voters);
  const accepted = { type: 'append-accepted', from: 'n2', to: 'n1', term: 1, index: 1 } as const;
  node.step({ ...accepted, repairing: true });
  t.is(node.status().commitIndex, 0, 'n2 may have promised itself to a later leader');
  node.step({ type: 'heartbeat-response', from: 'n2', to: 'n1', term: 1, round: 1, repairing: false });
  t.is(node.status().commitIndex, 1, 'it remembers again, and what it confirmed counts');
});

test('a confirmation of a member that remembers commits', (t) => {
  const cluster = leaderOfThree();
  cluster.node('n1').step({ type: 'append-accepted', from: 'n2', to: 'n1', term: 1, index: 1 });
  t.is(cluster.node('n1').status().commitIndex, 1);
});

test('a leader whose only company lost its memory steps down', (t) => {
  const cluster = leaderOfThree();
  const node = cluster.node('n1');
  for (let tick = 0; tick < 25; tick++) {
    node.tick();
    node.step({ type: 'append-accepted', from: 'n2', to: 'n1', term: 1, index: 1, repairing: true });
  }
  t.not(node.status().role, 'leader');
});
