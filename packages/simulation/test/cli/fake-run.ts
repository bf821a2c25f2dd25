/** A stand-in for a run: what happens depends on the seed alone, and on whether the majority of three is still two. */
import { mutantNamed } from '../../src/mutants/catalogue.ts';
import { moduleUrl } from '../../src/mutants/plant.ts';
import type { RunOptions, RunResult } from '../../src/run-result.ts';
import type { RunParameters } from '../../src/parameters.ts';

const quorum = (await import(moduleUrl(mutantNamed('quorum-of-half')).href)) as {
  majority(voters: number): number;
};
const sound = quorum.majority(3) === 2;
let runs = 0;

export const fakeSeed = {
  violation: 103,
  throws: 105,
  exits: 107,
  hangs: 109,
  forgetsNothing: 250,
  rejectsLater: 113,
} as const;

/** With the mutant planted every tenth seed shows it; seed 10 fails without it too. */
export async function runSeed(seed: number, options: RunOptions = {}): Promise<RunResult> {
  runs += 1;
  const { virtualMs = 120_000, onEvent } = options;
  switch (seed) {
    case fakeSeed.throws:
      throw new Error('thrown by the run');
    case fakeSeed.exits:
      process.exit(3);
      break;
    case fakeSeed.hangs:
      for (;;);
    case fakeSeed.rejectsLater:
      setImmediate(() => void Promise.reject(new Error('rejected, and nobody waits')));
      break;
  }
  onEvent?.({ atMs: 1_234.5, node: 'n1', kind: 'info', text: 'became leader {"term":3,"leader":"n1"}' });
  onEvent?.({ atMs: 2_000, node: 'n1', kind: 'fault', text: 'kill' });
  onEvent?.({ atMs: 2_500, node: null, kind: 'fault', text: 'cut n1 | n2 n3' });
  const bad = seed === fakeSeed.violation || seed === 10 || (!sound && seed % 10 === 0);
  const violations = bad ? [{ checker: 'election-safety', atMs: 5, message: `two leaders at ${seed}` }] : [];
  return {
    seed,
    parameters: { nodes: 3 } as RunParameters,
    schedule: [],
    // As if something of an earlier seed had stayed in memory.
    traceHash: seed === fakeSeed.forgetsNothing ? `after ${runs}` : `of ${seed}`,
    virtualMs,
    events: 10,
    realMs: 2,
    violations,
    coverage: { 'fault kill @ leader': 1, 'torn tail cut': seed % 2 },
    acked: 7,
    faults: 3,
  };
}
