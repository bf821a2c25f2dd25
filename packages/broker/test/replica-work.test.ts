import test from 'ava';
import { DIRECTORY, ReplicaCluster, type Member } from './replica-cluster.ts';

const RETAINED = 16_384;
const ENOUGH = 250;
/** Everything that is not done at a look shows. */
const progress = { intervalMs: 1, bytesLeftMin: 1 };

/** What each member says about its long work until all are level again, and afterwards. */
async function workUntilLevel(cluster: ReplicaCluster): Promise<Map<string, Set<string>>> {
  const seen = new Map(cluster.members.map(({ id }) => [id, new Set<string>()]));
  let level = false;
  const leveled = cluster.level().then(() => {
    level = true;
  });
  await cluster.until('all are level', () => {
    for (const { id, replica } of cluster.members) {
      for (const { work, member } of replica?.longWork() ?? []) seen.get(id)?.add(`${work} ${member}`);
    }
    return level;
  });
  await leveled;
  return seen;
}

async function group(): Promise<{ cluster: ReplicaCluster; leader: Member; victim: Member }> {
  const cluster = await ReplicaCluster.start({ snapshotChunkBytes: 1_024 }, RETAINED, { progress });
  await cluster.createTopic('T');
  const leader = await cluster.leader();
  const victim = cluster.members.find(({ id }) => id !== leader.id) as Member;
  for (let i = 0; i < ENOUGH; i += 1) await cluster.send({ topic: 'T', uniqKey: `k${i}`, body: `m${i}` });
  await cluster.level();
  return { cluster, leader, victim };
}

test('a leader shows the snapshot that it sends and who is behind, a member without files what it builds', async (t) => {
  const { cluster, leader, victim } = await group();
  cluster.kill(victim.id);
  victim.disk.drop(DIRECTORY);
  await cluster.finish(cluster.open(victim.id));
  const seen = await workUntilLevel(cluster);
  t.true(seen.get(leader.id)?.has(`snapshot-out ${victim.id}`));
  t.true(seen.get(leader.id)?.has(`follower ${victim.id}`));
  t.true(seen.get(victim.id)?.has('key-index null'));
  await cluster.until('nothing is left', () =>
    cluster.members.every(({ live }) => live.longWork().length === 0),
  );
});

test('a member whose state is built anew shows how far it is', async (t) => {
  const { cluster, victim } = await group();
  await cluster.stop(victim.id);
  victim.disk.drop(`${DIRECTORY}/derived/current`);
  await cluster.finish(cluster.open(victim.id));
  const seen = await workUntilLevel(cluster);
  t.true(seen.get(victim.id)?.has('replay null'));
  await cluster.until('nothing is left', () => victim.live.longWork().length === 0);
});
