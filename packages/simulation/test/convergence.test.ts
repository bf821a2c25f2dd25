import test from 'ava';
import { drawParameters, SeededRandom } from '../src/index.ts';
import { rot } from '../src/faults/file-damage.ts';
import { converged } from '../src/world/convergence.ts';
import { scrub } from '../src/world/scrub.ts';
import { SimWorld } from '../src/world/sim-world.ts';

function world(seed: number): SimWorld {
  const parameters = drawParameters(new SeededRandom(seed));
  return new SimWorld(seed, {
    ...parameters,
    nodes: 3,
    spareNodes: 0,
    groups: 1,
    pushConsumers: 1,
    logBytesMax: 0,
  });
}

test('a cluster without faults comes to rest, and everything sent was delivered', async (t) => {
  const healthy = world(5);
  healthy.start();
  await healthy.scheduler.run(15_000);
  healthy.drain();
  t.true(await healthy.scheduler.run(60_000, () => converged(healthy)));
  t.deepEqual(healthy.violations, []);
  t.is(healthy.openOperations, 0);
  t.true(healthy.history.some(({ f, type }) => f === 'send' && type === 'ok'));
  t.deepEqual(healthy.undelivered(), []);
  const replica = healthy.members()[0]?.replica ?? null;
  if (replica === null) throw new Error('a member is down');
  const behind = { ...replica.inspect(), machineIndex: () => replica.status().appliedIndex - 1 };
  Object.assign(replica, { inspect: () => behind });
  t.false(converged(healthy), 'a machine that has not applied what it was given');
});

test('a cluster with a member that stays away, or is cut off, does not count as at rest', async (t) => {
  for (const hurt of ['down', 'cut off'] as const) {
    const hurtWorld = world(6);
    hurtWorld.start();
    await hurtWorld.scheduler.run(8_000);
    if (hurt === 'down') {
      hurtWorld.node('n1').kill('kill');
    } else {
      for (const other of ['n2', 'n3']) {
        hurtWorld.network.block('n1', other);
        hurtWorld.network.block(other, 'n1');
      }
    }
    await hurtWorld.scheduler.run(12_000);
    hurtWorld.drain();
    t.false(await hurtWorld.scheduler.run(30_000, () => converged(hurtWorld)), hurt);
  }
});

test('a scrub finds damage that nobody has read, and the member is whole again', async (t) => {
  const rotten = world(5);
  rotten.start();
  await rotten.scheduler.run(15_000);
  rotten.drain();
  const rest = (): Promise<boolean> => rotten.scheduler.run(rotten.now + 60_000, () => converged(rotten));
  t.true(await rest());
  t.true(await scrub(rotten, rest));
  t.is(rotten.coverage.get('scrub found damage'), undefined);
  const [{ id, group } = { id: '', group: '' }] = rotten.members();
  const { disk, directory } = rotten.member(id, group);
  const segment = disk.list(`${directory}/log`).find((name) => name.endsWith('.log')) ?? '';
  t.true(rot(disk, `${directory}/log/${segment}`, 400, 1, rotten.random('rot')));
  const { life } = rotten.node(id);
  t.true(await scrub(rotten, rest));
  t.is(rotten.coverage.get('scrub found damage'), 1);
  t.is(rotten.node(id).life, life + 1);
  t.is(rotten.coverage.get('log: a hole of the log was filled'), 1);
  t.true(await scrub(rotten, rest));
  t.is(rotten.coverage.get('scrub found damage'), 1, 'nothing is left to find');
});
