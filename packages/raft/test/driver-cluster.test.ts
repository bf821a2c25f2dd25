import test from 'ava';
import fc from 'fast-check';
import { Cluster, IDS } from './driver-cluster.ts';

test('three members elect the preferred leader, commit, and agree', async (t) => {
  const cluster = new Cluster(1, { preferredLeader: 'n2' });
  const { id, ms } = await cluster.awaitLeader(200);
  t.is(id, 'n2');
  t.true(ms < 100, `${ms} ms`);
  const texts = Array.from({ length: 50 }, (_, at) => `text ${at}`);
  for (const text of texts) t.true(cluster.propose(id, text));
  t.false(cluster.propose('n1', 'not here'));
  await cluster.run(300);
  for (const one of IDS) {
    const member = cluster.member(one);
    t.deepEqual(member.machine.texts, texts, one);
    t.is(member.driver?.status().leader, 'n2');
    t.is(member.log.committedIndex, 51);
  }
  const [first, second, third] = IDS.map((one) => cluster.member(one).log.lastPosition());
  t.deepEqual(first, second);
  t.deepEqual(second, third);
});

test('a killed leader is replaced well before the election timeout, and nothing committed is lost', async (t) => {
  for (let seed = 1; seed <= 5; seed++) {
    const cluster = new Cluster(seed, { preferredLeader: 'n1' });
    t.is((await cluster.awaitLeader(200)).id, 'n1');
    cluster.propose('n1', 'before');
    await cluster.run(300);
    cluster.kill('n1');
    const { id, ms } = await cluster.awaitLeader(900);
    t.not(id, 'n1');
    t.true(ms <= 150, `seed ${seed}: ${ms} ms`);
    t.true(cluster.propose(id, 'after'));
    await cluster.run(300);
    cluster.start('n1');
    await cluster.run(1_000);
    for (const one of IDS) t.deepEqual(cluster.texts(one), ['before', 'after'], `seed ${seed}, ${one}`);
    t.is(cluster.member('n1').driver?.status().leader, id, 'it follows the new leader');
  }
});

test('random kills and restarts lose nothing that a leader applied, and all agree in the end', async (t) => {
  const action = fc.oneof(
    { weight: 4, arbitrary: fc.constant('propose' as const) },
    { weight: 2, arbitrary: fc.constant('run' as const) },
    { weight: 1, arbitrary: fc.constantFrom(...IDS) },
  );
  const property = fc.asyncProperty(
    fc.nat(1_000),
    fc.array(action, { minLength: 10, maxLength: 40 }),
    async (seed, actions) => {
      const cluster = new Cluster(seed);
      await cluster.awaitLeader(8_000);
      let longest: string[] = [];
      let sequence = 0;
      const observe = (): void => {
        for (const one of IDS) {
          const applied = cluster.texts(one);
          const shared = Math.min(applied.length, longest.length);
          t.deepEqual(applied.slice(0, shared), longest.slice(0, shared), 'applied states are prefixes');
          if (applied.length > longest.length) longest = applied.slice();
        }
      };
      for (const step of actions) {
        if (step === 'propose') {
          for (const one of IDS) cluster.propose(one, `text ${++sequence}`);
        } else if (step === 'run') {
          await cluster.run(400);
        } else if (cluster.member(step).driver === null) {
          cluster.start(step);
        } else {
          cluster.kill(step);
        }
        await cluster.run(5);
        observe();
      }
      for (const one of IDS) if (cluster.member(one).driver === null) cluster.start(one);
      await cluster.awaitLeader(8_000);
      await cluster.run(1_000);
      observe();
      for (const one of IDS) {
        t.deepEqual(cluster.texts(one), longest, one);
        cluster.member(one).driver?.checkInvariants();
      }
    },
  );
  await fc.assert(property, { seed: 77, numRuns: 60 });
});
