import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import type { Message, SnapshotAnswer, SnapshotChunk } from '../src/message.ts';
import { AppliedPrefixes } from './applied-prefixes.ts';
import { Cluster, IDS } from './driver-cluster.ts';

/** Everything small, so that a snapshot is many chunks and nothing is served from memory. */
const SMALL = {
  preferredLeader: 'n1',
  snapshotChunkBytes: 100,
  snapshotTimeoutMs: 100,
  snapshotRetryMsMin: 50,
  snapshotRetryMsMax: 400,
  recentBytesMax: 0,
} as const;

function chunksTo(cluster: Cluster, to: string): SnapshotChunk[] {
  return cluster.sent.filter(
    (message): message is SnapshotChunk => message.type === 'snapshot-chunk' && message.to === to,
  );
}

function bytesTo(cluster: Cluster, to: string): number {
  return chunksTo(cluster, to).reduce((sum, { data }) => sum + data.length, 0);
}

/** n1 leads with `count` texts, of which n3 has none; only snapshots bring them, since n1 and n2 dropped their logs. */
async function withFollowerBehind(seed: number, count: number, config: object = {}): Promise<Cluster> {
  const cluster = new Cluster(seed, { ...SMALL, ...config });
  await cluster.awaitLeader(2_000);
  await cluster.run(300);
  cluster.kill('n3');
  for (let at = 0; at < count; at++) cluster.propose('n1', `text ${at}`);
  await cluster.run(300);
  for (const id of ['n1', 'n2']) cluster.compact(id, cluster.snapshot(id));
  cluster.propose('n1', 'after the snapshot');
  await cluster.run(100);
  return cluster;
}

function agree(t: ExecutionContext, cluster: Cluster, note = ''): void {
  for (const id of IDS) {
    t.deepEqual(cluster.texts(id), cluster.texts('n1'), `${note} ${id}`);
    cluster.driver(id).checkInvariants();
  }
}

test('a follower behind the start of the log gets a snapshot and then the log', async (t) => {
  const cluster = await withFollowerBehind(1, 40);
  cluster.start('n3');
  await cluster.run(1_000);
  agree(t, cluster);
  t.is(cluster.texts('n3').length, 41);
  t.is(cluster.driver('n3').metrics().snapshotsInstalled, 1);
  const { log } = cluster.member('n3');
  t.is(log.firstIndex(), cluster.member('n1').log.firstIndex());
  t.true(log.lastPosition().index > log.firstIndex() - 1);
  const snapshot = cluster.member('n1').snapshots.list()[0];
  t.is(bytesTo(cluster, 'n3'), snapshot?.bytes ?? 0, 'each byte was sent once');
  t.true(chunksTo(cluster, 'n3').every(({ data }) => data.length <= 100));
  t.is(cluster.status('n1').progress['n3']?.state, 'replicate');
  cluster.propose('n1', 'more');
  await cluster.run(300);
  agree(t, cluster);
  t.true(cluster.texts('n3').includes('more'));
});

test('of several snapshots a follower gets the oldest that the log continues', async (t) => {
  const cluster = await withFollowerBehind(2, 10);
  const base = cluster.snapshot('n1') - 1;
  for (let round = 0; round < 3; round++) {
    cluster.propose('n1', `round ${round}`);
    await cluster.run(200);
    cluster.snapshot('n1');
  }
  cluster.start('n3');
  await cluster.run(1_000);
  t.is(chunksTo(cluster, 'n3')[0]?.snapshot.position.index, base);
  t.is(cluster.member('n3').log.firstIndex(), base + 1, 'it has all that the leader has');
  agree(t, cluster);
});

test('a follower that restarts during the transfer goes on where it stopped', async (t) => {
  const cluster = await withFollowerBehind(3, 200);
  const total = cluster.member('n1').snapshots.list()[0]?.bytes ?? 0;
  cluster.start('n3');
  await cluster.until('half of it', () => bytesTo(cluster, 'n3') > total / 2);
  cluster.kill('n3');
  await cluster.run(250);
  t.deepEqual(cluster.texts('n3'), []);
  cluster.start('n3');
  await cluster.run(2_000);
  agree(t, cluster);
  const sent = bytesTo(cluster, 'n3');
  t.true(sent < total + 500, `${sent} bytes for a snapshot of ${total}`);
});

test('a power cut during the transfer costs the transfer and nothing else', async (t) => {
  const cluster = await withFollowerBehind(4, 200);
  const total = cluster.member('n1').snapshots.list()[0]?.bytes ?? 0;
  cluster.start('n3');
  await cluster.until('half of it', () => bytesTo(cluster, 'n3') > total / 2);
  cluster.kill('n3');
  cluster.member('n3').snapshots.crash();
  cluster.start('n3');
  await cluster.run(2_000);
  agree(t, cluster);
});

test('another leader goes on with a snapshot that both keep', async (t) => {
  const cluster = await withFollowerBehind(5, 200);
  const [mine, other] = ['n1', 'n2'].map((id) => cluster.member(id).snapshots.list()[0]);
  t.deepEqual(mine, other, 'equal states give equal snapshots');
  cluster.start('n3');
  const total = mine?.bytes ?? 0;
  await cluster.until('half of it', () => bytesTo(cluster, 'n3') > total / 2);
  t.is(cluster.driver('n1').transferLeadership('n2').type, 'started');
  await cluster.run(3_000);
  t.is(cluster.leader(), 'n2');
  agree(t, cluster);
  const sent = bytesTo(cluster, 'n3');
  t.true(sent < total + 1_000, `${sent} bytes for a snapshot of ${total}`);
  t.true(chunksTo(cluster, 'n3').some(({ from }) => from === 'n2'));
});

test('chunks whose bytes changed on the way are refused and sent again', async (t) => {
  const cluster = await withFollowerBehind(6, 60);
  let changed = 0;
  cluster.weather.alter = (message: Message) => {
    if (message.type !== 'snapshot-chunk' || message.data.length === 0 || changed >= 5) return message;
    changed++;
    const data = Buffer.from(message.data);
    data[changed] = (data[changed] ?? 0) ^ 0x10;
    return { ...message, data };
  };
  cluster.start('n3');
  await cluster.run(3_000);
  t.is(changed, 5);
  t.is(cluster.driver('n3').metrics().snapshotChunksRefused, 5);
  t.is(cluster.driver('n3').metrics().snapshotsInstalled, 1);
  agree(t, cluster);
});

test('a snapshot that is damaged on the leader is never installed; another is when there is one', async (t) => {
  const cluster = await withFollowerBehind(7, 60);
  const { snapshots } = cluster.member('n1');
  const meta = snapshots.list()[0];
  if (meta === undefined) throw new Error('there is a snapshot');
  const content = Buffer.from(snapshots.read(meta.position.index, 0, meta.bytes));
  content[30] = (content[30] ?? 0) ^ 1;
  snapshots.keep(meta, content);
  cluster.start('n3');
  await cluster.run(3_000);
  t.is(cluster.driver('n3').metrics().snapshotsInstalled, 0);
  t.deepEqual(cluster.texts('n3'), []);
  const sent = bytesTo(cluster, 'n3');
  t.true(sent < 30 * meta.bytes, `${sent} bytes: it backs off`);
  cluster.snapshot('n1');
  snapshots.dropBefore(meta.position.index + 1);
  await cluster.run(2_000);
  agree(t, cluster);
});

test('a leader without a usable snapshot goes on leading, and sends one when it has it', async (t) => {
  const cluster = await withFollowerBehind(8, 20);
  const { snapshots } = cluster.member('n1');
  snapshots.dropBefore(1_000);
  cluster.start('n3');
  await cluster.run(2_000);
  t.is(chunksTo(cluster, 'n3').length, 0);
  t.true(cluster.propose('n1', 'still here'));
  await cluster.run(200);
  t.true(cluster.texts('n2').includes('still here'));
  cluster.snapshot('n1');
  await cluster.run(2_000);
  agree(t, cluster);
});

test('a follower that stops answering is given up after some time-outs, and tried again', async (t) => {
  const cluster = await withFollowerBehind(9, 100, { snapshotTriesMax: 3 });
  let deaf = true;
  cluster.weather.alter = (message) => (deaf && message.type === 'snapshot-answer' ? null : message);
  cluster.start('n3');
  await cluster.run(5_000);
  const asked = chunksTo(cluster, 'n3').length;
  t.true(asked >= 4 && asked <= 40, `${asked} messages in five seconds`);
  t.is(bytesTo(cluster, 'n3'), 0, 'nothing but questions');
  deaf = false;
  await cluster.run(2_000);
  agree(t, cluster);
});

test('an end of the process between the log and the state is made good at the next start', async (t) => {
  const cluster = await withFollowerBehind(10, 60);
  cluster.member('n3').machine.installMs = 200;
  cluster.start('n3');
  const { log } = cluster.member('n3');
  await cluster.until('the reset', () => log.firstIndex() > 1);
  t.deepEqual(cluster.texts('n3'), [], 'the state is not there yet');
  cluster.kill('n3');
  cluster.start('n3');
  t.is(cluster.texts('n3').length, 60, 'from the snapshot under the log');
  await cluster.run(1_000);
  agree(t, cluster);
});

test('a snapshot that is being installed disturbs neither the member nor the group', async (t) => {
  const cluster = await withFollowerBehind(11, 60);
  // Longer than an election timeout and than all time-outs of the transfer.
  cluster.member('n3').machine.installMs = 4_000;
  const { term } = cluster.status('n1');
  cluster.start('n3');
  const { log } = cluster.member('n3');
  await cluster.until('the reset', () => log.firstIndex() > 1);
  cluster.kill('n2');
  await cluster.run(2_500);
  t.is(cluster.status('n1').term, term, 'its heartbeats are answered: the leader keeps its quorum');
  t.is(cluster.status('n1').role, 'leader');
  cluster.propose('n1', 'meanwhile');
  await cluster.run(2_500);
  t.true(cluster.texts('n3').includes('meanwhile'));
  cluster.start('n2');
  await cluster.run(1_000);
  agree(t, cluster);
  t.is(cluster.driver('n3').metrics().snapshotsInstalled, 1);
});

test('appends of other followers leave before a chunk, and a turn sends few chunks', async (t) => {
  const ids = ['n1', 'n2', 'n3', 'n4', 'n5'];
  const cluster = new Cluster(12, { ...SMALL, snapshotSendsMax: 2 }, ids, ids);
  await cluster.awaitLeader(3_000);
  await cluster.run(300);
  for (const id of ['n4', 'n5']) cluster.kill(id);
  for (let at = 0; at < 3_000; at++) cluster.propose('n1', `text ${at}`);
  await cluster.run(300);
  for (const id of ['n1', 'n2', 'n3']) cluster.compact(id, cluster.snapshot(id));
  for (const id of ['n4', 'n5']) cluster.start(id);
  await cluster.until('both are sent chunks', () =>
    ['n4', 'n5'].every((id) => chunksTo(cluster, id).length > 3),
  );
  let appended = 0;
  for (let round = 0; round < 20; round++) {
    cluster.sent.length = 0;
    const settled = cluster.texts('n2').length;
    t.true(cluster.propose('n1', `under way ${round}`));
    cluster.clock.turn();
    const first = cluster.sent.findIndex(({ type }) => type === 'snapshot-chunk');
    const appends = cluster.sent
      .map((message, at) => ({ message, at }))
      .filter(({ message }) => message.type === 'append-request' && message.entries.length > 0);
    appended += appends.filter(({ at }) => first < 0 || at < first).length;
    t.true(chunksTo(cluster, 'n4').length <= 1 && chunksTo(cluster, 'n5').length <= 1);
    await cluster.run(60);
    t.true(cluster.texts('n2').length > settled, 'it is committed as fast as ever');
  }
  t.is(cluster.status('n1').progress['n4']?.state, 'snapshot', 'the transfers went on all the time');
  t.is(appended, 40, 'two appends in each turn, all before the chunks');
  await cluster.run(3_000);
  for (const id of ids) t.deepEqual(cluster.texts(id), cluster.texts('n1'), id);
});

test('only so many transfers run at once, and the others follow', async (t) => {
  const ids = ['n1', 'n2', 'n3', 'n4', 'n5'];
  const cluster = new Cluster(13, { ...SMALL, snapshotSendsMax: 1 }, ids, ids);
  await cluster.awaitLeader(3_000);
  await cluster.run(300);
  for (const id of ['n4', 'n5']) cluster.kill(id);
  for (let at = 0; at < 100; at++) cluster.propose('n1', `text ${at}`);
  await cluster.run(300);
  for (const id of ['n1', 'n2', 'n3']) cluster.compact(id, cluster.snapshot(id));
  cluster.sent.length = 0;
  for (const id of ['n4', 'n5']) cluster.start(id);
  await cluster.run(3_000);
  const receivers = cluster.sent
    .filter((message): message is SnapshotChunk => message.type === 'snapshot-chunk')
    .map(({ to }) => to);
  const changes = receivers.filter((to, at) => at > 0 && receivers[at - 1] !== to).length;
  t.is(changes, 1, 'one after the other');
  for (const id of ids) t.deepEqual(cluster.texts(id), cluster.texts('n1'), id);
});

test('a deposed leader stops sending', async (t) => {
  const cluster = await withFollowerBehind(14, 300);
  cluster.start('n3');
  await cluster.until('some of it', () => bytesTo(cluster, 'n3') > 300);
  cluster.isolate('n1');
  await cluster.run(4_000);
  t.not(cluster.leader(), 'n1');
  cluster.sent.length = 0;
  await cluster.run(1_000);
  t.deepEqual(
    cluster.sent.filter(({ type, from }) => type === 'snapshot-chunk' && from === 'n1'),
    [],
  );
  cluster.isolate('n1', false);
  await cluster.run(5_000);
  agree(t, cluster);
});

test('transfers end well over a network that loses, repeats, delays and damages, with restarts', async (t) => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.constant('run' as const) },
    { weight: 2, arbitrary: fc.constant('propose' as const) },
    { weight: 1, arbitrary: fc.constant('compact' as const) },
    { weight: 1, arbitrary: fc.constantFrom(...IDS) },
  );
  const weather = fc.record({
    lossPercent: fc.nat(20),
    twicePercent: fc.nat(20),
    delayMsMax: fc.nat(30),
  });
  let installed = 0;
  const property = fc.asyncProperty(
    fc.nat(10_000),
    weather,
    fc.array(step, { minLength: 10, maxLength: 40 }),
    async (seed, { lossPercent, twicePercent, delayMsMax }, steps) => {
      const cluster = await withFollowerBehind(seed, 50);
      Object.assign(cluster.weather, { lossPercent, twicePercent, delayMsMax });
      let noise = seed;
      cluster.weather.alter = (message) => {
        noise = (Math.imul(noise, 1_664_525) + 1_013_904_223) >>> 0;
        if (message.type !== 'snapshot-chunk' || message.data.length === 0 || noise >>> 27 !== 0)
          return message;
        const data = Buffer.from(message.data);
        data[0] = (data[0] ?? 0) ^ 1;
        return { ...message, data };
      };
      cluster.start('n3');
      const prefixes = new AppliedPrefixes(t, cluster);
      let sequence = 0;
      for (const action of steps) {
        if (action === 'propose') {
          for (const id of IDS) cluster.propose(id, `more ${++sequence}`);
        } else if (action === 'compact') {
          for (const id of cluster.running()) {
            const { machine, log, life } = cluster.member(id);
            if (life !== null && machine.appliedIndex > log.firstIndex() + 5) {
              cluster.compact(id, cluster.snapshot(id));
            }
          }
        } else if (action !== 'run') {
          if (cluster.member(action).driver === null) cluster.start(action);
          else cluster.kill(action);
        }
        await cluster.run(150);
        prefixes.observe();
      }
      Object.assign(cluster.weather, { lossPercent: 0, twicePercent: 0, delayMsMax: 0 });
      for (const id of IDS) if (cluster.member(id).driver === null) cluster.start(id);
      await cluster.awaitLeader(20_000);
      await cluster.run(4_000);
      prefixes.observe();
      for (const id of IDS) {
        t.deepEqual(cluster.texts(id), prefixes.longest, id);
        installed += cluster.driver(id).metrics().snapshotsInstalled;
      }
    },
  );
  await fc.assert(property, { seed: 91, numRuns: 25 });
  t.true(installed > 5, `${installed} snapshots were installed in the last lives`);
});

test('answers do not multiply when the network repeats every message', async (t) => {
  const cluster = await withFollowerBehind(15, 200);
  cluster.weather.twicePercent = 100;
  cluster.start('n3');
  await cluster.run(2_000);
  agree(t, cluster);
  const total = cluster.member('n1').snapshots.list()[0]?.bytes ?? 0;
  const sent = bytesTo(cluster, 'n3');
  t.true(sent < 1.2 * total + 200, `${sent} bytes for a snapshot of ${total}`);
  const answers = cluster.sent.filter(
    (message): message is SnapshotAnswer => message.type === 'snapshot-answer',
  );
  t.true(answers.length <= 2 * chunksTo(cluster, 'n3').length);
});
