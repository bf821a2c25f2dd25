import { join } from 'node:path/posix';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { readQueue } from './read-queue.ts';
import { DIRECTORY, ReplicaCluster, type Member } from './replica-cluster.ts';

/** Log bytes kept in these tests; a message takes about 200. */
const RETAINED = 16_384;
const ENOUGH = 250;

async function sendSome(cluster: ReplicaCluster, from: number, to: number): Promise<void> {
  for (let i = from; i < to; i += 1) await cluster.send({ topic: 'T', uniqKey: `k${i}`, body: `m${i}` });
}

/** A follower, and a group whose logs no longer begin at 1. */
async function groupWithOldLog(): Promise<{ cluster: ReplicaCluster; victim: Member }> {
  const cluster = await ReplicaCluster.start({}, RETAINED);
  await cluster.createTopic('T');
  const leader = await cluster.leader();
  return { cluster, victim: cluster.members.find(({ id }) => id !== leader.id) as Member };
}

async function drop(cluster: ReplicaCluster): Promise<void> {
  await cluster.until('the oldest part of the log goes', () =>
    cluster.members.every(({ replica }) => replica === null || replica.inspect().log.firstIndex() > 1),
  );
}

/** The member has the state of the others, and the messages from its first offset on. */
async function caughtUp(
  t: ExecutionContext,
  cluster: ReplicaCluster,
  member: Member,
  count: number,
): Promise<void> {
  await cluster.level();
  const other = cluster.members.find(({ id, replica }) => id !== member.id && replica !== null) as Member;
  t.is(member.live.offsets.get('g', 'T', 0), other.live.offsets.get('g', 'T', 0));
  const bounds = member.live.queues.bounds('T', 0);
  t.is(bounds?.maxOffset, count);
  t.true((bounds?.minOffset ?? count) < count, 'the retained log came with the state');
  const { read } = await readQueue(member.live.queues, 'T', 0, bounds?.minOffset ?? 0, {
    countMax: 1,
    bytesMax: 1_000,
    matches: null,
  });
  t.is(read.type, 'found');
  t.deepEqual(member.fatal, []);
}

test('a follower that is behind the start of the log gets a snapshot and the log behind it', async (t) => {
  const { cluster, victim } = await groupWithOldLog();
  await sendSome(cluster, 0, 5);
  await cluster.commitOffset(3);
  await cluster.level();
  cluster.kill(victim.id);
  await sendSome(cluster, 5, ENOUGH);
  await drop(cluster);
  await cluster.open(victim.id);
  await caughtUp(t, cluster, victim, ENOUGH);
  t.true(victim.live.inspect().log.firstIndex() > 1);
  // What was sent before the snapshot is still recognised.
  const again = await cluster.send({ topic: 'T', uniqKey: 'k7', body: 'again' });
  t.true(again.duplicate);
});

test('a snapshot survives a restart of who received it', async (t) => {
  const { cluster, victim } = await groupWithOldLog();
  cluster.kill(victim.id);
  await sendSome(cluster, 0, ENOUGH);
  await cluster.commitOffset(9);
  await drop(cluster);
  await cluster.open(victim.id);
  await cluster.level();
  cluster.kill(victim.id, 'lose');
  await cluster.open(victim.id);
  await caughtUp(t, cluster, victim, ENOUGH);
});

test('a member that lost all its files does not vote until it is filled', async (t) => {
  const { cluster, victim } = await groupWithOldLog();
  await sendSome(cluster, 0, ENOUGH);
  await cluster.commitOffset(9);
  await drop(cluster);
  cluster.kill(victim.id);
  victim.disk.drop(DIRECTORY);
  await cluster.open(victim.id);
  t.is(victim.live.status().standing, 'blank');
  await caughtUp(t, cluster, victim, ENOUGH);
  await cluster.until('it votes again', () => victim.live.status().standing === 'full');
});

test('a log that begins late and has neither state nor snapshot is set aside, and the leader sends all', async (t) => {
  const { cluster, victim } = await groupWithOldLog();
  await sendSome(cluster, 0, ENOUGH);
  await cluster.commitOffset(9);
  await drop(cluster);
  await cluster.stop(victim.id);
  victim.disk.drop(join(DIRECTORY, 'derived', 'current'));
  for (const name of victim.disk.list(join(DIRECTORY, 'snapshots'))) {
    if (name.endsWith('.snap')) victim.disk.drop(join(DIRECTORY, 'snapshots', name));
  }
  await cluster.open(victim.id);
  t.true(victim.warnings.includes('the log is set aside too, no snapshot is left that it continues'));
  t.is(victim.live.status().standing, 'repairing');
  await caughtUp(t, cluster, victim, ENOUGH);
});

test('state that is lost is built again so that every message of the log has its place', async (t) => {
  const { cluster, victim } = await groupWithOldLog();
  await sendSome(cluster, 0, 60);
  await cluster.commitOffset(9);
  await cluster.stop(victim.id);
  t.is(
    victim.disk.list(join(DIRECTORY, 'snapshots')).filter((name) => name.endsWith('.snap')).length > 0,
    true,
  );
  victim.disk.drop(join(DIRECTORY, 'derived', 'current'));
  await cluster.open(victim.id);
  t.is(victim.live.inspect().log.firstIndex(), 1);
  await cluster.level();
  t.deepEqual(victim.live.queues.bounds('T', 0), { minOffset: 0, maxOffset: 60 });
});
