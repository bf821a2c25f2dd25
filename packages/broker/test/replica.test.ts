import { Buffer } from 'node:buffer';
import { join } from 'node:path/posix';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { readRecords } from '@ledgermq/protocol';
import { machineLimits } from '../src/machine/machine-limits.ts';
import { readQueue } from './read-queue.ts';
import { DIRECTORY, ReplicaCluster, type Member } from './replica-cluster.ts';

/** Bodies of queue 0 of T, after a check that offsets and places are as they must be. */
async function bodies(t: ExecutionContext, member: Member): Promise<string[]> {
  const { queues, records } = member.live;
  const { minOffset = 0, maxOffset = 0 } = queues.bounds('T', 0) ?? {};
  t.is(minOffset, 0);
  const found: string[] = [];
  while (found.length < maxOffset) {
    const limits = { countMax: 7, bytesMax: 1e6, matches: null };
    const { body } = await readQueue(queues, 'T', 0, found.length, limits);
    if (body === null) {
      t.fail(`${member.id} has a hole at ${found.length}`);
      break;
    }
    for (const record of readRecords(body, { verifyBody: true })) {
      t.is(record.queueOffset, found.length);
      const viewed = records.readRecord(record.physicalOffset);
      t.is(viewed === null ? '' : readRecords(viewed)[0]?.body.toString(), record.body.toString());
      found.push(record.body.toString());
    }
  }
  return found;
}

async function sameEverywhere(
  t: ExecutionContext,
  cluster: ReplicaCluster,
  expected: readonly string[],
): Promise<void> {
  await cluster.level();
  for (const member of cluster.members) {
    if (member.replica === null) continue;
    t.deepEqual(await bodies(t, member), expected, member.id);
    t.deepEqual(member.fatal, []);
  }
}

async function sendMany(cluster: ReplicaCluster, from: number, to: number): Promise<string[]> {
  const sent: string[] = [];
  for (let i = from; i < to; i += 1) {
    await cluster.send({ topic: 'T', uniqKey: `k${i}`, body: `m${i}` });
    sent.push(`m${i}`);
  }
  return sent;
}

for (const power of ['lose', 'kill'] as const) {
  test(`the loss of the leader loses nothing and doubles nothing (${power})`, async (t) => {
    const cluster = await ReplicaCluster.start();
    await cluster.createTopic('T');
    const sent = await sendMany(cluster, 0, 20);
    await cluster.commitOffset(13);
    const first = await cluster.leader();
    t.true(first.live.leadership.readsAreCurrent());

    // Accepted by a leader that dies before it can answer: stored or not, the second try is stored once.
    const unanswered = cluster.post(first, { topic: 'T', uniqKey: 'k20', body: 'm20' });
    cluster.clock.endTurn();
    cluster.kill(first.id, power);
    const retried = await cluster.send({ topic: 'T', uniqKey: 'k20', body: 'm20' });
    t.true(unanswered.every(({ type }) => type === 'unknown'));
    t.is(retried.queueOffset, 20);
    const again = await cluster.send({ topic: 'T', uniqKey: 'k3', body: 'sent again' });
    t.like(again, { queueOffset: 3, duplicate: true });
    sent.push('m20', ...(await sendMany(cluster, 21, 40)));
    await sameEverywhere(t, cluster, sent);

    await cluster.open(first.id);
    sent.push(...(await sendMany(cluster, 40, 45)));
    await sameEverywhere(t, cluster, sent);
    for (const { live } of cluster.members) t.is(live.offsets.get('g', 'T', 0), 13);
    t.like(await cluster.send({ topic: 'T', uniqKey: 'k30' }), { queueOffset: 30, duplicate: true });
  });
}

test('a lost leader is followed up at once by a member whose connections stood before it started', async (t) => {
  const cluster = await ReplicaCluster.start({ preferredLeader: 'n1' });
  await cluster.createTopic('T');
  t.is((await cluster.leader()).id, 'n1');
  for (const id of ['n2', 'n3']) {
    cluster.kill(id, 'kill');
    await cluster.open(id);
    await cluster.level();
  }
  // n2 misses a committed message, so only n3, which was started last, can be elected.
  cluster.cut('n2');
  await cluster.send({ topic: 'T', uniqKey: 'k' });
  cluster.heal('n2');
  const killedAt = cluster.clock.monotonic();
  cluster.kill('n1', 'kill');
  t.is((await cluster.leader()).id, 'n3');
  const outage = cluster.clock.monotonic() - killedAt;
  t.true(outage < 500, `${outage} ms, the length of an election timeout`);
});

test('everything is there after all lost their power', async (t) => {
  const cluster = await ReplicaCluster.start();
  await cluster.createTopic('T');
  const sent = await sendMany(cluster, 0, 30);
  await cluster.commitOffset(30);
  for (const { id } of cluster.members) cluster.kill(id);
  for (const { id } of cluster.members) await cluster.open(id);
  t.like(await cluster.send({ topic: 'T', uniqKey: 'k29' }), { queueOffset: 29, duplicate: true });
  sent.push(...(await sendMany(cluster, 30, 33)));
  await sameEverywhere(t, cluster, sent);
  for (const { live } of cluster.members) t.is(live.offsets.get('g', 'T', 0), 30);
});

test('everything is there after all were stopped, without applying the log again', async (t) => {
  const cluster = await ReplicaCluster.start();
  await cluster.createTopic('T');
  const sent = await sendMany(cluster, 0, 30);
  await cluster.level();
  for (const { id } of cluster.members) await cluster.stop(id);
  for (const { id } of cluster.members) await cluster.open(id);
  for (const { live } of cluster.members) {
    t.is(live.traffic().messagesPut, 0);
    t.is(live.queues.bounds('T', 0)?.maxOffset, 30);
  }
  sent.push(...(await sendMany(cluster, 30, 31)));
  await sameEverywhere(t, cluster, sent);
});

test('what a leader without followers accepted is refused when another entry takes its place', async (t) => {
  const cluster = await ReplicaCluster.start();
  await cluster.createTopic('T');
  const sent = await sendMany(cluster, 0, 3);
  const old = await cluster.leader();
  cluster.cut(old.id);
  const stranded = cluster.post(old, { topic: 'T', uniqKey: 'stranded', body: 'stranded' });
  sent.push(...(await sendMany(cluster, 3, 6)));
  t.deepEqual(stranded, [], 'it may yet be stored');
  await cluster.until('the old leader sees that it is alone', () => !old.live.leadership.current().leading);
  t.false(old.live.leadership.readsAreCurrent());
  t.like(cluster.post(old, { topic: 'T' })[0], { type: 'refused', reason: 'not-leader' });
  cluster.heal(old.id);
  await sameEverywhere(t, cluster, sent);
  const { id } = await cluster.leader();
  t.deepEqual(stranded, [{ type: 'refused', reason: 'not-leader', leader: id }]);
  t.is((await cluster.send({ topic: 'T', uniqKey: 'stranded', body: 'stranded' })).duplicate, false);
});

test('a leader is the master only when it has applied an entry of its own term', async (t) => {
  const cluster = await ReplicaCluster.start();
  const first = await cluster.leader();
  cluster.kill(first.id);
  const second = await cluster.leader();
  for (const { roles } of [first, second]) {
    const leading = roles.filter((role) => role.startsWith('leader'));
    t.deepEqual(leading, ['leader false', 'leader true']);
  }
});

test('a first leader gives the group its topics, and all replicas tell of changes', async (t) => {
  const cluster = await ReplicaCluster.start();
  await cluster.createTopic('T');
  await cluster.send({ topic: 'T' });
  await cluster.level();
  const [first] = cluster.members;
  for (const { live, arrivals, topicChanges } of cluster.members) {
    t.is(live.topics.get('TBW102')?.perm, 7);
    t.deepEqual(live.topics.dataVersion, first?.live.topics.dataVersion);
    t.is(arrivals, 1);
    t.true(topicChanges > 0);
    t.deepEqual(live.holdings(), { queues: 1, messages: 1 });
    t.true(live.logRange().end > 0);
  }
});

test('derived state that cannot be used is set aside and built again', async (t) => {
  const damages: [string, (member: Member) => Promise<void> | void][] = [
    ['a damaged mark', (member) => member.stateLevel.tamper(Buffer.from([0x6d]), Buffer.alloc(48, 1))],
    ['a missing mark', (member) => member.stateLevel.tamper(Buffer.from([0x6d]), null)],
    [
      'a missing file',
      (member) =>
        member.disk.remove(
          join(DIRECTORY, 'derived', '1', `uniq-keys-${2 * machineLimits.uniqKeyCountMax}.dat`),
        ),
    ],
    [
      'a log that ends before it',
      async ({ disk }) => {
        const log = join(DIRECTORY, 'log');
        const files = disk.list(log).filter((name) => name !== 'set-aside');
        for (const name of files) await disk.remove(join(log, name));
      },
    ],
  ];
  for (const [what, damage] of damages) {
    const cluster = await ReplicaCluster.start();
    await cluster.createTopic('T');
    const sent = await sendMany(cluster, 0, 12);
    await cluster.level();
    const leader = await cluster.leader();
    const victim = cluster.members.find(({ id }) => id !== leader.id) as Member;
    await cluster.stop(victim.id);
    await damage(victim);
    await cluster.open(victim.id);
    t.true(victim.warnings.includes('derived state set aside, it is built again'), what);
    t.deepEqual(victim.disk.list(join(DIRECTORY, 'derived', 'set-aside')).length, 1, what);
    sent.push(...(await sendMany(cluster, 12, 14)));
    await sameEverywhere(t, cluster, sent);
    t.is(victim.live.traffic().messagesPut, 14, what);
  }
});

test('state that is built again places every message that the log still has, not only those behind a snapshot', async (t) => {
  const cluster = await ReplicaCluster.start({}, 1_000_000);
  await cluster.createTopic('T');
  const sent = await sendMany(cluster, 0, 60);
  await cluster.level();
  const leader = await cluster.leader();
  const victim = cluster.members.find(({ id }) => id !== leader.id) as Member;
  await cluster.stop(victim.id);
  const snapshots = victim.disk.list(join(DIRECTORY, 'snapshots')).filter((name) => name.endsWith('.snap'));
  t.true(snapshots.length > 0, 'there is a snapshot that it could begin with');
  victim.stateLevel.tamper(Buffer.from([0x6d]), null);
  await cluster.finish(cluster.open(victim.id));
  t.true(victim.warnings.includes('derived state set aside, it is built again'));
  await cluster.until('it has applied its log', () => victim.live.holdings().messages >= sent.length);
  await sameEverywhere(t, cluster, sent);
});

test('a replica that cannot be opened leaves nothing locked', async (t) => {
  const cluster = await ReplicaCluster.start();
  await cluster.createTopic('T');
  await cluster.level();
  const victim = cluster.member('n3');
  await cluster.stop('n3');
  const lock = victim.disk.lock(join(DIRECTORY, 'derived'));
  await t.throwsAsync(cluster.open('n3'), { code: 'DIRECTORY_LOCKED' });
  lock.release();
  await cluster.open('n3');
  await sameEverywhere(t, cluster, []);
});

/** Bodies of what is found by a key at one member. */
function lookUp(
  cluster: ReplicaCluster,
  member: Member,
  key: string,
  uniqKeyOnly = false,
  range: readonly [number, number] = [0, 1e15],
): string[] {
  const [begin, end] = range;
  let records: readonly Buffer[] = [];
  const lookup = { topic: 'T', key, uniqKeyOnly, begin, end, countMax: 64, bytesMax: 1e6 };
  member.live.keys.findByKey(lookup, (result) => {
    records = result?.records ?? [];
  });
  cluster.clock.endTurn();
  return records.map((record) => readRecords(record)[0]?.body.toString() ?? '');
}

test('messages are found by their keys on every member, whatever became of the index', async (t) => {
  const cluster = await ReplicaCluster.start();
  await cluster.createTopic('T');
  await cluster.createTopic('U');
  const times: number[] = [];
  for (let i = 0; i < 100; i += 1) {
    times.push(cluster.clock.now());
    const keys = { KEYS: `n${i % 10} all` };
    await cluster.send({ topic: 'T', uniqKey: `k${i}`, body: `m${i}`, properties: keys });
    await cluster.send({ topic: 'U', uniqKey: `k${i}`, body: `u${i}`, properties: keys });
  }
  // Known already: it is in the log once more, but it is no message.
  await cluster.send({ topic: 'T', uniqKey: 'k42', body: 'again' });
  const check = async (): Promise<void> => {
    await cluster.level();
    for (const member of cluster.members) {
      t.deepEqual(lookUp(cluster, member, 'k42'), ['m42'], member.id);
      t.deepEqual(lookUp(cluster, member, 'k42', true), ['m42']);
      t.deepEqual(lookUp(cluster, member, 'n3', true), []);
      t.deepEqual(
        lookUp(cluster, member, 'n3'),
        [3, 13, 23, 33, 43, 53, 63, 73, 83, 93].map((i) => `m${i}`),
      );
      const all = Array.from({ length: 100 }, (_, i) => `m${i}`);
      t.deepEqual(lookUp(cluster, member, 'all'), all.slice(-64), 'the newest, in the order of the log');
      const [begin = 0, end = 0] = [times[30], times[40]];
      const within = all.filter((_, i) => (times[i] ?? 0) >= begin && (times[i] ?? 0) <= end);
      t.deepEqual(lookUp(cluster, member, 'all', false, [begin, end]), within);
      t.deepEqual(lookUp(cluster, member, 'nobody'), []);
      t.deepEqual(member.fatal, []);
    }
  };
  await check();
  cluster.kill('n1');
  await cluster.open('n1');
  await cluster.stop('n2');
  await cluster.member('n2').disk.removeTree(join(DIRECTORY, 'key-index'));
  await cluster.open('n2');
  cluster.kill('n3', 'kill');
  await cluster.open('n3');
  await check();
});
