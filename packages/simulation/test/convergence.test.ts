import test from 'ava';
import { drawParameters, SeededRandom } from '../src/index.ts';
import { converged } from '../src/world/convergence.ts';
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
