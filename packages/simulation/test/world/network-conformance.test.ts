import test from 'ava';
import { networkSuite, type NetworkFixture } from '@ledgermq/protocol/net/suite';
import { Process } from '../../src/world/process.ts';
import { Scheduler } from '../../src/world/scheduler.ts';
import { SeededRandom } from '../../src/world/seeded-random.ts';
import { SimNetwork, type SimNetworkOptions } from '../../src/world/sim-network.ts';

/** Longest time that the world has to come to its next event, ms. */
const TURN_MS = 1_000;

function simulated(seed: number, options: Partial<SimNetworkOptions>): NetworkFixture {
  const scheduler = new Scheduler({
    onStep: () => undefined,
    onThrown: (_process, error) => {
      throw error;
    },
  });
  const network = new SimNetwork(scheduler, new SeededRandom(seed), {
    meanMs: 2,
    tailChance: 0.05,
    splitChance: 0,
    bufferBytes: 65_536,
    ...options,
  });
  network.addMachine('a', '10.0.0.1');
  network.addMachine('b', '10.0.0.2');
  return {
    client: network.for(new Process('a', 1)),
    server: network.for(new Process('b', 1)),
    host: '10.0.0.2',
    turn: async () => {
      const before = scheduler.executed;
      await scheduler.run(scheduler.now + TURN_MS, () => scheduler.executed > before);
    },
    dispose: () => Promise.resolve(),
  };
}

networkSuite(test, 'simulated', () => simulated(1, {}));
networkSuite(test, 'simulated, in pieces', () => simulated(2, { splitChance: 0.5, bufferBytes: 1_000 }));
