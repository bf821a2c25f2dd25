import test from 'ava';
import fc from 'fast-check';
import type { ReadResult } from '../src/read-waiters.ts';
import { Cluster, IDS } from './driver-cluster.ts';
import { DriverFixture } from './driver-fixture.ts';

function read(cluster: Cluster, id: string): { result: ReadResult | null } {
  const asked: { result: ReadResult | null } = { result: null };
  cluster.driver(id).readIndex((result) => {
    if (asked.result !== null) throw new Error('a read was answered twice');
    asked.result = result;
  });
  return asked;
}

test('a read at the leader is current once a quorum has confirmed it', async (t) => {
  const cluster = new Cluster(1, { preferredLeader: 'n1' });
  await cluster.awaitLeader(2_000);
  cluster.propose('n1', 'one');
  await cluster.run(200);
  cluster.sent.length = 0;
  const reads = [1, 2, 3].map(() => read(cluster, 'n1'));
  t.true(reads.every(({ result }) => result === null));
  await cluster.until('an answer', () => reads[0]?.result !== null, 60);
  for (const { result } of reads) t.is(result?.type, 'current');
  const beats = cluster.sent.filter(({ type }) => type === 'heartbeat-request').length;
  t.is(beats, 2, 'one round for all');
  t.deepEqual(read(cluster, 'n2').result, { type: 'lost', reason: 'not-leader' });
  void cluster.driver('n1').stop();
  t.deepEqual(read(cluster, 'n1').result, { type: 'lost', reason: 'stopped' });
});

test('a read at a leader that was deposed without knowing it is never current', async (t) => {
  const cluster = new Cluster(2, { preferredLeader: 'n1' });
  await cluster.awaitLeader(2_000);
  cluster.propose('n1', 'old');
  await cluster.run(200);
  cluster.isolate('n1');
  const early = read(cluster, 'n1');
  await cluster.until(
    'another leads',
    () => ['n2', 'n3'].some((id) => cluster.status(id).role === 'leader'),
    5_000,
  );
  const leader = cluster.leader() ?? 'n2';
  cluster.propose(leader, 'new');
  const late = cluster.status('n1').role === 'leader' ? read(cluster, 'n1') : early;
  await cluster.run(3_000);
  t.deepEqual(early.result, { type: 'lost', reason: 'deposed' });
  t.deepEqual(late.result, { type: 'lost', reason: 'deposed' });
});

test('a read waits for a machine that lags', async (t) => {
  const leader = new DriverFixture();
  await leader.lead();
  leader.machine.lags = true;
  leader.proposeText('one');
  leader.clock.turn();
  await leader.endSync();
  leader.receive({ type: 'append-accepted', from: 'n2', to: 'n1', term: 1, index: 2 });
  t.deepEqual(leader.appliedTexts, ['one'], 'the machine was given it');
  let result: ReadResult | null = null;
  leader.driver.readIndex((answer) => (result = answer));
  leader.clock.turn();
  const round = leader.sentOf('heartbeat-request').at(-1)?.round ?? 0;
  leader.receive({ type: 'heartbeat-response', from: 'n2', to: 'n1', term: 1, round });
  t.is(result, null);
  leader.machine.catchUp();
  leader.driver.machineAdvanced();
  t.deepEqual(result as ReadResult | null, { type: 'current', index: 2 });
});

test('a driver that stops answers its reads', async (t) => {
  const leader = new DriverFixture();
  await leader.lead();
  let result: ReadResult | null = null;
  leader.driver.readIndex((answer) => (result = answer));
  await leader.driver.stop();
  t.deepEqual(result as ReadResult | null, { type: 'lost', reason: 'stopped' });
});

test('whoever answers a read as current shows all that anybody had applied when it was asked', async (t) => {
  const action = fc.oneof(
    { weight: 5, arbitrary: fc.constant('propose' as const) },
    { weight: 5, arbitrary: fc.constant('read' as const) },
    { weight: 2, arbitrary: fc.constant('run' as const) },
    { weight: 2, arbitrary: fc.constantFrom(...IDS).map((id) => ({ cut: id })) },
    { weight: 1, arbitrary: fc.constantFrom(...IDS).map((id) => ({ process: id })) },
  );
  let current = 0;
  let lost = 0;
  const property = fc.asyncProperty(
    fc.nat(10_000),
    fc.array(action, { minLength: 20, maxLength: 80 }),
    async (seed, actions) => {
      const cluster = new Cluster(seed);
      cluster.weather.delayMsMax = 30;
      cluster.weather.lossPercent = 5;
      await cluster.awaitLeader(20_000);
      const isolated = new Set<string>();
      let sequence = 0;
      let open = 0;
      const ask = (id: string): void => {
        const before = Math.max(...IDS.map((one) => cluster.texts(one).length));
        open++;
        const { machine } = cluster.member(id);
        cluster.driver(id).readIndex((result) => {
          open--;
          if (result.type === 'lost') {
            lost++;
          } else {
            current++;
            t.true(machine.texts.length >= before, `seed ${seed}: ${machine.texts.length} of ${before}`);
          }
        });
      };
      for (const step of actions) {
        if (step === 'propose') {
          for (const id of cluster.running()) cluster.propose(id, `text ${++sequence}`);
        } else if (step === 'read') {
          for (const id of cluster.running()) ask(id);
        } else if (step === 'run') {
          await cluster.run(1_500);
        } else if ('cut' in step) {
          const on = !isolated.has(step.cut);
          if (on) isolated.add(step.cut);
          else isolated.delete(step.cut);
          cluster.isolate(step.cut, on);
        } else if (cluster.member(step.process).driver === null) {
          cluster.start(step.process);
        } else {
          cluster.kill(step.process);
        }
        await cluster.run(40);
      }
      for (const id of cluster.running()) void cluster.driver(id).stop();
      t.is(open, 0, 'every read was answered');
    },
  );
  await fc.assert(property, { seed: 23, numRuns: 60 });
  t.true(current > 200 && lost > 100, `${current} current, ${lost} lost`);
});
