import { join } from 'node:path/posix';
import test from 'ava';
import { BrokerError } from '../../src/errors.ts';
import { DIRECTORY, ReplicaCluster, type Member } from '../replica-cluster.ts';

/** Time of a few elections, and of a checkpoint. */
const LONG_MS = 10_000;

async function loseVotes(member: Member): Promise<void> {
  await member.disk.process().remove(join(DIRECTORY, 'hard-state'));
}

/** How the hard state stands when nothing but opening has happened. */
function standing(member: Member): string {
  return member.live.inspect().hardState().standing;
}

test('a lonely member goes on without its votes, also after the next start', async (t) => {
  const cluster = await ReplicaCluster.start({}, 0, { members: 1 });
  const [one] = cluster.members as readonly [Member];
  await cluster.createTopic('T');
  await cluster.send({ topic: 'T', uniqKey: 'k0' });
  const term = one.live.status().term;
  cluster.kill('n1', 'kill');
  await loseVotes(one);

  await cluster.open('n1');
  t.is(standing(one), 'full');
  t.is((await cluster.send({ topic: 'T', uniqKey: 'k1' })).queueOffset, 1);
  t.true(one.live.status().term > term);
  t.like(await cluster.send({ topic: 'T', uniqKey: 'k0' }), { queueOffset: 0, duplicate: true });
  cluster.kill('n1');
  await cluster.open('n1');
  t.is((await cluster.send({ topic: 'T', uniqKey: 'k2' })).queueOffset, 2);
  t.deepEqual(one.fatal, []);
});

test('a lonely member that lost its log says so, and lets go of its files', async (t) => {
  const cluster = await ReplicaCluster.start({}, 0, { members: 1 });
  const [one] = cluster.members as readonly [Member];
  await cluster.createTopic('T');
  cluster.kill('n1', 'kill');
  await one.disk.process().removeTree(join(DIRECTORY, 'log'));
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const error = await t.throwsAsync(cluster.open('n1'), { instanceOf: BrokerError });
    t.is(error?.code, 'REPAIR_IMPOSSIBLE', String(error));
  }
});

test('a member whose log makes others voters is not lonely, though it has not applied that', async (t) => {
  const cluster = await ReplicaCluster.start({}, 0, { members: 3, founders: 1 });
  const [one] = cluster.members as readonly [Member];
  await cluster.createTopic('T');
  await cluster.send({ topic: 'T', uniqKey: 'k0' });
  t.is(one.live.changeMembers({ voters: ['n1'], learners: ['n2', 'n3'] }), null);
  await cluster.pass(LONG_MS);
  const checkpoint = one.live.inspect().derived.appliedIndex;
  t.is(one.live.changeMembers({ voters: ['n1', 'n2', 'n3'], learners: [] }), null);
  await cluster.until('the others are voters', () =>
    cluster.members.every(({ live }) => {
      const { voters, votersOutgoing } = live.status().configuration;
      return voters.length === 3 && votersOutgoing.length === 0;
    }),
  );
  // Otherwise opening would know the voters without a look at the log.
  t.is(one.live.inspect().derived.appliedIndex, checkpoint);
  cluster.kill('n1', 'kill');
  await loseVotes(one);
  await cluster.send({ topic: 'T', uniqKey: 'k1' });

  // Its vote may be what made one of the others the leader.
  cluster.cut('n1');
  await cluster.open('n1');
  t.is(standing(one), 'repairing');
  await cluster.pass(LONG_MS);
  t.false(one.live.leadership.current().leading);

  cluster.heal('n1');
  await cluster.level();
  await cluster.until('it votes again', () => standing(one) === 'full');
  t.is((await cluster.send({ topic: 'T', uniqKey: 'k2' })).queueOffset, 2);
});
