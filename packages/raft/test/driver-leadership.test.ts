import test from 'ava';
import fc from 'fast-check';
import { AppliedPrefixes } from './applied-prefixes.ts';
import { Cluster, IDS } from './driver-cluster.ts';

/** Three members led by n1. */
async function ledByN1(seed: number, config: object = {}): Promise<Cluster> {
  const cluster = new Cluster(seed, { preferredLeader: 'n1', ...config });
  await cluster.awaitLeader(2_000);
  await cluster.run(300);
  return cluster;
}

test('leadership moves to the member that was asked for, and nothing proposed before is lost', async (t) => {
  const cluster = await ledByN1(1);
  for (let at = 0; at < 20; at++) cluster.propose('n1', `text ${at}`);
  t.deepEqual(cluster.driver('n1').transferLeadership('n2'), { type: 'started' });
  t.false(cluster.propose('n1', 'too late'));
  t.deepEqual(cluster.driver('n1').transferLeadership('n3'), { type: 'refused', reason: 'transferring' });
  const ms = await cluster.until('n2 leads', () => cluster.leader() === 'n2', 1_000);
  t.true(ms < 200, `${ms} ms`);
  t.true(cluster.propose('n2', 'after'));
  await cluster.run(300);
  for (const id of IDS) t.is(cluster.texts(id).length, 21, id);
  t.deepEqual(cluster.driver('n1').transferLeadership('n1'), { type: 'refused', reason: 'not-leader' });
});

test('a transfer to a member that does not answer ends, and the leader goes on', async (t) => {
  const cluster = await ledByN1(2);
  cluster.isolate('n2');
  t.is(cluster.driver('n1').transferLeadership('n2').type, 'started');
  await cluster.run(1_500);
  t.is(cluster.status('n1').role, 'leader');
  t.true(cluster.propose('n1', 'still here'));
  await cluster.run(200);
  t.true(cluster.texts('n3').includes('still here'));
});

test('members come and go, everybody is told, and a restart finds it in the log', async (t) => {
  const ids = [...IDS, 'n4'];
  const cluster = new Cluster(3, { preferredLeader: 'n1' }, ids, IDS);
  await cluster.awaitLeader(2_000);
  cluster.propose('n1', 'early');
  await cluster.run(300);
  t.is(cluster.driver('n1').changeMembers({ learners: ['n4'] }).type, 'appended');
  await cluster.run(500);
  t.deepEqual(cluster.texts('n4'), ['early'], 'a learner gets the log');
  t.is(cluster.driver('n1').changeMembers({ voters: ['n1', 'n2', 'n4'], learners: [] }).type, 'appended');
  await cluster.run(500);
  for (const id of ids.filter((one) => one !== 'n3')) {
    const last = cluster.member(id).configurations.at(-1);
    t.deepEqual([last?.voters, last?.votersOutgoing], [['n1', 'n2', 'n4'], []], id);
  }
  cluster.kill('n3');
  await cluster.until('n4 counts', () => cluster.status('n4').standing === 'full', 10_000);
  await cluster.run(300);
  cluster.kill('n2');
  t.true(cluster.propose('n1', 'with n4'));
  await cluster.run(500);
  t.true(cluster.texts('n1').includes('with n4'), 'n4 counts now');
  cluster.kill('n1');
  cluster.start('n1');
  cluster.start('n2');
  const { id } = await cluster.awaitLeader(10_000);
  t.deepEqual(cluster.status(id).configuration.voters, ['n1', 'n2', 'n4']);
});

test('the preferred leader gets the leadership back when it was caught up for a while', async (t) => {
  const cluster = await ledByN1(4);
  cluster.kill('n1');
  const { id } = await cluster.awaitLeader(3_000);
  for (let at = 0; at < 50; at++) cluster.propose(id, `text ${at}`);
  await cluster.run(1_000);
  cluster.start('n1');
  await cluster.run(4_000);
  t.is(cluster.leader(), id, 'not yet');
  const ms = await cluster.until('n1 leads', () => cluster.leader() === 'n1', 3_000);
  t.true(ms <= 2_500, `${ms} ms`);
  t.is(cluster.texts('n1').length, 50);
});

test('a preferred leader that comes and goes does not get it back', async (t) => {
  const cluster = await ledByN1(5);
  cluster.kill('n1');
  const { id } = await cluster.awaitLeader(3_000);
  for (let round = 0; round < 4; round++) {
    cluster.start('n1');
    await cluster.run(3_500);
    t.is(cluster.leader(), id);
    cluster.kill('n1');
    await cluster.run(500);
  }
});

test('a preferred leader that does not take over is asked at longer and longer intervals', async (t) => {
  const cluster = await ledByN1(6);
  cluster.kill('n1');
  const { id } = await cluster.awaitLeader(3_000);
  cluster.start('n1');
  cluster.weather.alter = (message) => (message.type === 'timeout-now' ? null : message);
  cluster.sent.length = 0;
  await cluster.run(120_000);
  const asked = cluster.sent.filter(({ type }) => type === 'timeout-now').length;
  t.true(asked >= 3 && asked <= 6, `${asked} times in two minutes`);
  t.is(cluster.leader(), id);
});

test('a follower whose disk is full holds on, and catches up when there is room', async (t) => {
  const cluster = await ledByN1(7);
  const { mood, log } = cluster.member('n3');
  mood.full = true;
  for (let at = 0; at < 200; at++) {
    cluster.propose('n1', `text ${at}`);
    await cluster.run(10);
  }
  await cluster.run(200);
  const end = log.lastPosition().index;
  t.is(cluster.member('n3').fatal, null);
  t.true(cluster.driver('n3').metrics().diskFull);
  t.is(cluster.texts('n2').length, 200, 'the others go on');
  const { lastIndex } = cluster.status('n3');
  t.true(lastIndex - end < 10, `${lastIndex - end} entries in memory`);
  t.is(cluster.status('n1').progress['n3']?.match, end, 'nothing is confirmed that is not durable');
  mood.full = false;
  const ms = await cluster.until('n3 has all', () => cluster.texts('n3').length === 200, 5_000);
  t.true(ms <= 2_000, `${ms} ms`);
  t.false(cluster.driver('n3').metrics().diskFull);
  cluster.propose('n1', 'last');
  await cluster.run(300);
  for (const id of IDS) t.deepEqual(cluster.texts(id), cluster.texts('n1'), id);
});

test('a leader whose disk is full refuses, hands over, and the group goes on without it', async (t) => {
  const cluster = await ledByN1(8);
  cluster.propose('n1', 'before');
  await cluster.run(200);
  cluster.member('n1').mood.full = true;
  t.true(cluster.propose('n1', 'found no room'));
  await cluster.run(5);
  t.false(cluster.propose('n1', 'refused'));
  const ms = await cluster.until('another leads', () => ['n2', 'n3'].includes(cluster.leader() ?? ''), 3_000);
  t.true(ms <= 300, `${ms} ms`);
  const leader = cluster.leader() ?? '';
  t.is(cluster.driver('n1').metrics().handOvers, 1);
  t.true(cluster.propose(leader, 'after'));
  await cluster.run(300);
  t.true(cluster.texts(leader).includes('after'));
  await cluster.run(10_000);
  t.is(cluster.leader(), leader, 'a member with a full disk does not get the leadership back');
  cluster.member('n1').mood.full = false;
  await cluster.run(2_000);
  for (const id of IDS) t.deepEqual(cluster.texts(id), cluster.texts(leader), id);
});

test('when all disks are full nothing is lost, and the group resumes by itself', async (t) => {
  const cluster = await ledByN1(9);
  cluster.propose('n1', 'before');
  await cluster.run(200);
  for (const id of IDS) cluster.member(id).mood.full = true;
  for (let round = 0; round < 50; round++) {
    for (const id of IDS) cluster.propose(id, `round ${round}`);
    await cluster.run(200);
  }
  for (const id of IDS) {
    t.deepEqual(cluster.texts(id), ['before'], id);
    t.is(cluster.member(id).fatal, null);
    cluster.driver(id).checkInvariants();
  }
  for (const id of IDS) cluster.member(id).mood.full = false;
  await cluster.until(
    'writes again',
    () => IDS.some((id) => cluster.propose(id, 'again')) && cluster.texts('n2').includes('again'),
    5_000,
  );
  await cluster.run(2_000);
  for (const id of IDS) t.deepEqual(cluster.texts(id), cluster.texts('n1'), id);
});

test('disks that fill up and find room again, with restarts, lose nothing that was applied anywhere', async (t) => {
  const action = fc.oneof(
    { weight: 5, arbitrary: fc.constant('propose' as const) },
    { weight: 3, arbitrary: fc.constant('run' as const) },
    { weight: 2, arbitrary: fc.constantFrom(...IDS).map((id) => ({ disk: id })) },
    { weight: 1, arbitrary: fc.constantFrom(...IDS).map((id) => ({ process: id })) },
  );
  let fullCount = 0;
  const property = fc.asyncProperty(
    fc.nat(10_000),
    fc.array(action, { minLength: 15, maxLength: 60 }),
    async (seed, actions) => {
      const cluster = new Cluster(seed);
      await cluster.awaitLeader(8_000);
      const prefixes = new AppliedPrefixes(t, cluster);
      let sequence = 0;
      for (const step of actions) {
        if (step === 'propose') {
          for (const id of IDS) cluster.propose(id, `text ${++sequence}`);
        } else if (step === 'run') {
          await cluster.run(700);
        } else if ('disk' in step) {
          const { mood } = cluster.member(step.disk);
          mood.full = !mood.full;
        } else if (cluster.member(step.process).driver === null) {
          cluster.start(step.process);
        } else {
          cluster.kill(step.process);
        }
        await cluster.run(20);
        prefixes.observe();
      }
      for (const id of IDS) {
        fullCount += cluster.member(id).driver?.metrics().diskFullCount ?? 0;
        cluster.member(id).mood.full = false;
        if (cluster.member(id).driver === null) cluster.start(id);
      }
      await cluster.run(3_000);
      await cluster.awaitLeader(20_000);
      await cluster.run(2_000);
      prefixes.observe();
      for (const id of IDS) t.deepEqual(cluster.texts(id), prefixes.longest, id);
    },
  );
  await fc.assert(property, { seed: 17, numRuns: 40 });
  t.true(fullCount > 20, `${fullCount} full disks`);
});

test('a leader whose disk became slow hands over', async (t) => {
  const cluster = await ledByN1(10, { preferredReturnMs: 1_000_000 });
  cluster.member('n1').mood.syncMs = 1_200;
  let sequence = 0;
  const ms = await cluster.until(
    'another leads',
    () => {
      for (const id of cluster.running()) cluster.propose(id, `text ${++sequence}`);
      return ['n2', 'n3'].some((id) => cluster.status(id).role === 'leader');
    },
    10_000,
  );
  t.true(ms >= 3_000 && ms <= 5_000, `${ms} ms: three syncs`);
  t.is(cluster.driver('n1').metrics().handOvers, 1);
  t.true(cluster.driver('n1').metrics().syncMsMax >= 1_200);
});

test('a leader whose disk hangs hands over', async (t) => {
  const cluster = await ledByN1(11, { preferredReturnMs: 1_000_000 });
  cluster.member('n1').mood.syncMs = 1_000_000;
  cluster.propose('n1', 'while it hangs');
  await cluster.run(300);
  t.true(cluster.texts('n2').includes('while it hangs'), 'the followers are a majority');
  const ms = await cluster.until('another leads', () =>
    ['n2', 'n3'].some((id) => cluster.status(id).role === 'leader'),
  );
  t.true(ms >= 2_500 && ms <= 3_500, `${ms} ms`);
});

test('when all disks are slow the leadership does not wander', async (t) => {
  const cluster = await ledByN1(12);
  for (const id of IDS) cluster.member(id).mood.syncMs = 1_100;
  const { term } = cluster.status('n1');
  for (let round = 0; round < 600; round++) {
    for (const id of IDS) cluster.propose(id, `round ${round}`);
    await cluster.run(100);
  }
  const terms = cluster.status('n1').term - term;
  t.true(terms <= 8, `${terms} elections in a minute`);
  t.true(cluster.texts('n1').length > 100);
});
