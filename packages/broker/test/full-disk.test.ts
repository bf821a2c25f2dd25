import test from 'ava';
import type { ExecutionContext } from 'ava';
import { readRecords } from '@ledgermq/protocol';
import { refusalAnswer } from '../src/failure.ts';
import {
  freeRoom,
  leaveRoom,
  RESERVE_BYTES,
  startFaultyCluster,
  type FaultyCluster,
  type FaultyMember,
} from './faulty-cluster.ts';
import { readQueue } from './read-queue.ts';

/** Sends of a group that found no room are taken again within so long after there is some, by nobody's doing. */
const RESUME_MS = 5_000;
const SERVICE_NOT_AVAILABLE = 14;

async function sendMany(cluster: FaultyCluster, from: number, to: number, bytes = 10): Promise<string[]> {
  const sent: string[] = [];
  for (let i = from; i < to; i += 1) {
    const body = `m${i}`.padEnd(bytes, '.');
    await cluster.send({ topic: 'T', uniqKey: `k${i}`, body });
    sent.push(body);
  }
  return sent;
}

async function bodies(cluster: FaultyCluster, member: FaultyMember): Promise<string[]> {
  const { queues } = member.live;
  const { maxOffset = 0 } = queues.bounds('T', 0) ?? {};
  const found: string[] = [];
  while (found.length < maxOffset) {
    const limits = { countMax: 32, bytesMax: 1e6, matches: null };
    const { body } = await cluster.finish(readQueue(queues, 'T', 0, found.length, limits));
    if (body === null) break;
    for (const record of readRecords(body, { verifyBody: true })) found.push(record.body.toString());
  }
  return found;
}

async function sameEverywhere(
  t: ExecutionContext,
  cluster: FaultyCluster,
  expected: string[],
): Promise<void> {
  await cluster.level();
  for (const member of cluster.members) {
    t.deepEqual(await bodies(cluster, member), expected, member.id);
    t.deepEqual(member.fatal, [], member.id);
  }
}

/** A send that is refused at once: nothing of it may be stored, then or later. */
function refused(t: ExecutionContext, cluster: FaultyCluster, member: FaultyMember): void {
  const told = cluster.post(member, { topic: 'T', uniqKey: 'refused', body: 'refused' });
  t.like(told, [{ type: 'refused', reason: 'disk-full' }]);
  t.is(refusalAnswer('disk-full').code, SERVICE_NOT_AVAILABLE);
}

function others(cluster: FaultyCluster, id: string): readonly FaultyMember[] {
  return cluster.members.filter((member) => member.id !== id);
}

test('a follower with a full disk does not stop the group, and catches up by itself', async (t) => {
  const cluster = await startFaultyCluster(t);
  await cluster.createTopic('T');
  const leader = await cluster.leader();
  const [full] = others(cluster, leader.id) as [FaultyMember];
  leaveRoom(full, 3_000);
  const sent = await sendMany(cluster, 0, 40, 500);
  t.is((await cluster.leader()).id, leader.id);
  t.true(full.live.status().lastIndex < leader.live.status().lastIndex);
  t.deepEqual(full.fatal, []);
  freeRoom(full);
  const freedAt = cluster.clock.monotonic();
  await cluster.level();
  t.true(cluster.clock.monotonic() - freedAt <= RESUME_MS);
  await sameEverywhere(t, cluster, sent);
});

test('a follower whose log meets the end of the disk between two looks goes on when there is room', async (t) => {
  const cluster = await startFaultyCluster(t, { diskSpace: { diskReserveBytes: 0, diskCheckMs: 1_000 } });
  await cluster.createTopic('T');
  const leader = await cluster.leader();
  const [full] = others(cluster, leader.id) as [FaultyMember];
  leaveRoom(full, 2_000);
  const sent = await sendMany(cluster, 0, 20, 500);
  t.true(full.live.health().diskFull);
  freeRoom(full);
  const freedAt = cluster.clock.monotonic();
  await cluster.level();
  t.true(cluster.clock.monotonic() - freedAt <= RESUME_MS);
  await sameEverywhere(t, cluster, sent);
});

test('a master without room refuses for certain, goes on reading, and hands over to a peer with room', async (t) => {
  const cluster = await startFaultyCluster(t);
  await cluster.createTopic('T');
  const sent = await sendMany(cluster, 0, 10);
  await cluster.level();
  const master = await cluster.leader();
  leaveRoom(master, RESERVE_BYTES - 1);
  await cluster.until('the master has noticed', () =>
    master.warnings.some((text) => text.includes('nearly full')),
  );
  const [told] = cluster.post(master, { topic: 'T', uniqKey: 'refused', body: 'refused' });
  t.is(told?.type, 'refused');
  t.deepEqual(await bodies(cluster, master), sent, 'it serves what it has');
  const noticedAt = cluster.clock.monotonic();
  await cluster.until('another leads', () =>
    others(cluster, master.id).some(({ live }) => live.leadership.current().leading),
  );
  t.true(cluster.clock.monotonic() - noticedAt <= 1_000);
  sent.push(...(await sendMany(cluster, 10, 20)));
  // It does not come back while its disk is so, though it is caught up.
  await cluster.pass(20_000);
  t.not((await cluster.leader()).id, master.id);
  await sameEverywhere(t, cluster, sent);
});

test('a preferred master without room gets its place back when there is room, and not before', async (t) => {
  const cluster = await startFaultyCluster(t, { raft: { preferredLeader: 'n1', preferredReturnMs: 1_000 } });
  await cluster.createTopic('T');
  const preferred = cluster.member('n1');
  t.is((await cluster.leader()).id, 'n1');
  leaveRoom(preferred, RESERVE_BYTES - 1);
  await cluster.until('another leads', () =>
    others(cluster, 'n1').some(({ live }) => live.leadership.current().leading),
  );
  preferred.roles = [];
  await cluster.pass(30_000);
  t.false(
    preferred.roles.some((role) => role.startsWith('leader')),
    preferred.roles.join(),
  );
  freeRoom(preferred);
  await cluster.until('the preferred one leads', () => preferred.live.leadership.current().leading);
  await cluster.send({ topic: 'T', uniqKey: 'k' });
});

for (const room of [RESERVE_BYTES - 1, RESERVE_BYTES / 2 - 1, 100, 0]) {
  test(`when all disks are full all refuse, none stops, and sends resume by themselves (${room} bytes left)`, async (t) => {
    const cluster = await startFaultyCluster(t);
    await cluster.createTopic('T');
    const sent = await sendMany(cluster, 0, 10);
    await cluster.level();
    for (const member of cluster.members) leaveRoom(member, room);
    await cluster.until('all have noticed', () =>
      cluster.members.every(({ warnings }) => warnings.some((text) => text.includes('nearly full'))),
    );
    const leader = await cluster.leader();
    for (let turn = 0; turn < 5; turn += 1) {
      refused(t, cluster, leader);
      await cluster.pass(3_000);
    }
    for (const member of cluster.members) {
      t.deepEqual(member.fatal, []);
      t.deepEqual(await bodies(cluster, member), sent);
    }
    // The reserve is kept for this: the group survives the loss of its leader meanwhile.
    if (room >= RESERVE_BYTES / 4) {
      const lost = await cluster.leader();
      cluster.kill(lost.id, 'kill');
      const next = await cluster.leader();
      refused(t, cluster, next);
      await cluster.open(lost.id);
    }

    for (const member of cluster.members) freeRoom(member);
    const freedAt = cluster.clock.monotonic();
    sent.push(...(await sendMany(cluster, 10, 11)));
    t.true(cluster.clock.monotonic() - freedAt <= RESUME_MS, `${cluster.clock.monotonic() - freedAt} ms`);
    sent.push(...(await sendMany(cluster, 11, 20)));
    await sameEverywhere(t, cluster, sent);
  });
}

test('the log leaves the rest of the disk to votes and checkpoints', async (t) => {
  const cluster = await startFaultyCluster(t);
  await cluster.createTopic('T');
  const leader = await cluster.leader();
  const [full] = others(cluster, leader.id) as [FaultyMember];
  leaveRoom(full, RESERVE_BYTES / 2 - 1);
  await cluster.until('it has noticed', () => full.warnings.some((text) => text.includes('nearly full')));
  const { end } = full.live.logRange();
  await sendMany(cluster, 0, 20, 1_000);
  t.is(full.live.logRange().end, end);
  t.true(full.live.health().diskFull);
  t.deepEqual(full.fatal, []);
});
