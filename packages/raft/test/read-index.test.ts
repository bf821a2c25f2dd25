import test from 'ava';
import fc from 'fast-check';
import { ReadIndex } from '../src/read-index.ts';
import { Cluster } from './cluster.ts';

test('every read ends exactly once, and never by a round that began before it was asked for', (t) => {
  const act = fc.constantFrom('ask', 'round', 'answer', 'stale-answer', 'abandon', 'take');
  const property = fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
    const reads = new ReadIndex(5);
    const askedIn = new Map<number, { round: number; commit: number }>();
    let round = 0;
    let commit = 0;
    let answered = 0;
    const take = (): boolean => {
      const { reads: confirmed, readsLost } = reads.take();
      for (const { id, index } of confirmed) {
        const asked = askedIn.get(id);
        if (asked === undefined || answered <= asked.round || index < asked.commit) return false;
        askedIn.delete(id);
      }
      return readsLost.every((id) => askedIn.delete(id));
    };
    for (const one of acts) {
      commit++;
      if (one === 'ask' && !reads.full) askedIn.set(reads.ask(), { round, commit });
      else if (one === 'round') reads.roundBegins(++round, commit);
      else if (one === 'answer' || one === 'stale-answer') {
        const upTo = one === 'answer' ? round : Math.max(0, round - 1);
        answered = Math.max(answered, upTo);
        reads.answered(upTo);
      } else if (one === 'abandon') reads.abandon();
      else if (!take()) return false;
    }
    reads.abandon();
    return take() && askedIn.size === 0 && reads.pendingCount === 0;
  });
  fc.assert(property, { seed: 331, numRuns: 1_000 });
  t.pass();
});

const ids = ['n1', 'n2', 'n3'];

function led(config: ConstructorParameters<typeof Cluster>[0]['config'] = {}): Cluster {
  const cluster = new Cluster({ ids, config });
  cluster.node('n1').campaign();
  cluster.settle();
  return cluster;
}

test('all reads of one turn cost one round of heartbeats', (t) => {
  const cluster = led();
  for (let i = 0; i < 10; i++) cluster.node('n1').readIndex();
  t.is(cluster.node('n1').status().pendingReads, 10);
  cluster.ready('n1');
  t.is(cluster.network.filter((message) => message.type === 'heartbeat-request').length, 2);
});

test('so many may wait and no more', (t) => {
  const cluster = led({ pendingReadsMax: 2 });
  cluster.node('n1').readIndex();
  cluster.node('n1').readIndex();
  t.deepEqual(cluster.node('n1').readIndex(), { type: 'refused', reason: 'too-many-reads' });
  cluster.settle();
  t.is(cluster.node('n1').readIndex().type, 'asked');
});

test('a single voter confirms its reads alone', (t) => {
  const cluster = new Cluster({ ids: ['n1'] });
  cluster.node('n1').campaign();
  cluster.settle();
  const asked = cluster.node('n1').readIndex();
  t.deepEqual(cluster.node('n1').ready().reads, [{ id: asked.type === 'asked' ? asked.id : 0, index: 1 }]);
});

test('with lease reads a leader answers at once while its lease is valid, and asks a quorum when it is not', (t) => {
  const cluster = led({ leaseReads: true });
  t.is(cluster.node('n1').readIndex().type, 'asked');
  t.is(cluster.node('n1').ready().reads.length, 1);
  for (let i = 0; i < 9; i++) cluster.node('n1').tick();
  cluster.node('n1').readIndex();
  t.is(cluster.node('n1').ready().reads.length, 0);
});

test('with lease reads no member votes before the lease can have ended, whatever it hears', (t) => {
  const cluster = led({ leaseReads: true });
  const node = cluster.node('n2');
  node.campaignHint('n1');
  t.is(node.status().leader, null);
  t.false(node.campaign());
  // A later term makes it forget its leader, not that it answered one.
  node.step({ type: 'heartbeat-response', from: 'n3', to: 'n2', term: 5, round: 0 });
  const ask = { type: 'vote-request', from: 'n3', to: 'n2', lastIndex: 9, lastTerm: 5 } as const;
  const plain = { transfer: false, bootstrap: false, life: 0 };
  for (let i = 0; i < 9; i++) node.tick();
  node.step({ ...ask, ...plain, term: 6 });
  t.is(node.status().term, 5, 'nine of ten ticks');
  node.tick();
  node.step({ ...ask, ...plain, term: 6 });
  t.is(node.status().term, 6);
});

test('with lease reads a member that starts waits as if it had just answered', (t) => {
  const cluster = led({ leaseReads: true });
  cluster.crash('n2');
  cluster.restart('n2');
  const node = cluster.node('n2');
  t.false(node.campaign());
  for (let i = 0; i < 9; i++) node.tick();
  t.false(node.campaign());
  node.tick();
  t.is(node.status().role, 'pre-candidate');
});

test('a leader that told another to campaign answers no read by its lease any more', (t) => {
  const cluster = led({ leaseReads: true });
  cluster.node('n1').transferLeadership('n2');
  cluster.node('n1').readIndex();
  const { reads, messages } = cluster.node('n1').ready();
  t.is(reads.length, 0);
  t.true(messages.some((message) => message.type === 'timeout-now'));
});

test('a request of a transfer is heard in spite of the lease', (t) => {
  const cluster = led({ leaseReads: true });
  cluster.node('n1').transferLeadership('n2');
  cluster.settle();
  t.deepEqual(cluster.leaders(), ['n2']);
});
