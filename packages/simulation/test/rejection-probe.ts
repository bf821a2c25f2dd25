/**
 * A program for tests: in the last moment of a first run a promise is rejected and nobody cares; a second run follows at
 * once. Prints how
 * many errors each of them saw that nobody caught.
 */
import { runSeed } from '../src/run.ts';
import { smallCluster } from './cluster-property.ts';

const options = { virtualMs: 2_000, schedule: [] };
/** Nobody ever campaigns, so the first run does not come to rest, and says so when all else is over. */
const leaderless = { ...smallCluster, electionTimeoutTicks: 100_000 };

const first = await runSeed(1, {
  ...options,
  parameters: leaderless,
  onEvent: ({ kind, text }) => {
    if (kind === 'violation' && text.startsWith('convergence')) void Promise.reject(new Error('too late'));
  },
});
const second = await runSeed(2, { ...options, parameters: smallCluster });
const uncaught = [first, second].map(
  ({ violations }) => violations.filter(({ checker }) => checker === 'uncaught').length,
);
process.stdout.write(JSON.stringify(uncaught));
