import process from 'node:process';
import type { ExecutionContext } from 'ava';
import fc from 'fast-check';
import type { FaultStep } from '../src/faults/fault.ts';
import type { RunParameters } from '../src/parameters.ts';
import type { RunResult } from '../src/run-result.ts';
import { runSeed } from '../src/run.ts';

/** Few runs while everything is tested; `npx ava dist/test/properties*.test.js -- --runs=500` for many. */
const RUNS = 3;
const SEED = 20_261_121;
const VIRTUAL_MS = 15_000;
/** Attempts to make a failing script shorter; each is a whole run. */
const SHRINK_MS = 60_000;

/** Three nodes and a light load: what counts here is the script. */
export const smallCluster: Partial<RunParameters> = {
  nodes: 3,
  spareNodes: 0,
  groups: 1,
  nameServers: 1,
  producers: 2,
  consumers: 2,
  topics: 1,
  queuesPerTopic: 2,
  burstShare: 0.5,
  bodyBytesMax: 64,
  flushDiskType: 'SYNC_FLUSH',
};

export interface ClusterProperty {
  readonly scripts: fc.Arbitrary<readonly FaultStep[]>;
  readonly parameters?: Partial<RunParameters>;
  /** What else must hold of a run that broke no rule. */
  readonly also?: (t: ExecutionContext, result: RunResult) => void;
}

/** For every seed and script no check sees anything. A failure prints the seed and the shortest script that was found. */
export async function holdsUnderFaults(t: ExecutionContext, property: ClusterProperty): Promise<void> {
  const { scripts, parameters, also } = property;
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: 1_000_000 }), scripts, async (seed, schedule) => {
      const result = await runSeed(seed, {
        virtualMs: VIRTUAL_MS,
        schedule,
        parameters: { ...smallCluster, ...parameters },
      });
      const broken = result.violations.map(({ checker, message }) => `${checker}: ${message}`);
      if (broken.length > 0) throw new Error(broken.join('\n'));
      also?.(t, result);
    }),
    {
      numRuns: runsWanted(),
      // The few runs of the suite are always the same ones; many runs are new ones each time.
      ...(runsWanted() === RUNS ? { seed: SEED } : {}),
      interruptAfterTimeLimit: SHRINK_MS * runsWanted(),
      markInterruptAsFailure: false,
    },
  );
  t.pass();
}

function runsWanted(): number {
  const given = process.argv.find((argument) => argument.startsWith('--runs='));
  const runs = Number(given?.slice('--runs='.length));
  return Number.isSafeInteger(runs) && runs > 0 ? runs : RUNS;
}
