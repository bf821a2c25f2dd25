import { writeFileSync } from 'node:fs';
import { mutantNamed } from '../mutants/catalogue.ts';
import { plantMutant } from '../mutants/plant.ts';
import type { runSeed } from '../run.ts';
import type { RunResult } from '../run-result.ts';
import type { FaultStep } from '../faults/fault.ts';
import { Coverage } from './coverage.ts';
import { findingOf } from './finding.ts';
import { SeedWorker } from './seed-worker.ts';
import { shrinkSchedule } from './shrink.ts';
import { textTable } from './text-table.ts';
import { Timeline } from './timeline.ts';

export interface ReplayOptions {
  readonly virtualMs?: number;
  readonly mutant?: string;
  readonly json?: string;
  /** Leaves out the faults that a violation does not need. */
  readonly shrink?: boolean;
  /** Module with `runSeed`; the simulation's own unless a test brings another. */
  readonly runner?: URL;
  /** Gets what is to be read; the standard output unless a test listens. */
  readonly print?: (text: string) => void;
}

/** Runs spent on leaving out faults at most. */
const SHRINK_RUNS_MAX = 200;

/** `npm run sim -- --seed S`: one run with its time-line. Resolves to whether it is without violations. */
export async function replaySeed(seed: number, options: ReplayOptions): Promise<boolean> {
  const { virtualMs, mutant, json, runner, print = (text) => process.stdout.write(`${text}\n`) } = options;
  if (mutant !== undefined) plantMutant(mutantNamed(mutant));
  // Loaded now, not before: a mutant changes modules while they are loaded.
  const module: { readonly runSeed: typeof runSeed } =
    runner === undefined ? await import('../run.ts') : ((await import(runner.href)) as never);
  const schedule = options.shrink === true ? await fewestFaults(seed, options, print) : null;
  const timeline = new Timeline(print);
  print(`seed ${seed}${mutant === undefined ? '' : `, with the planted bug ${mutant}`}\n`);
  print(timeline.head);
  const result = await module.runSeed(seed, {
    ...(virtualMs === undefined ? {} : { virtualMs }),
    ...(schedule === null ? {} : { schedule }),
    onEvent: (event) => timeline.add(event),
  });
  print(resultText(result));
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(result, null, 2)}\n`);
  return result.violations.length === 0;
}

/** Null if the seed does not fail. */
async function fewestFaults(
  seed: number,
  options: ReplayOptions,
  print: (text: string) => void,
): Promise<readonly FaultStep[] | null> {
  const worker = new SeedWorker(options);
  try {
    const outcome = await worker.run(seed);
    const finding = findingOf(outcome);
    if (finding === null || outcome.type !== 'ran') {
      print(
        finding === null
          ? 'nothing to leave out: no violation\n'
          : `cannot leave out faults: ${finding.message}\n`,
      );
      return null;
    }
    const [checker] = finding.checkers;
    const { schedule } = outcome.result;
    const kept = await shrinkSchedule(
      schedule,
      SHRINK_RUNS_MAX,
      async (rest) => findingOf(await worker.run(seed, rest))?.checkers[0] === checker,
    );
    print(`${kept.length} of ${schedule.length} faults are enough for ${checker ?? ''}:`);
    for (const { atMs, fault } of kept)
      print(`${(atMs / 1000).toFixed(3).padStart(9)}  ${JSON.stringify(fault)}`);
    print('');
    return kept;
  } finally {
    await worker.close();
  }
}

function resultText(result: RunResult): string {
  const { parameters, violations, traceHash, virtualMs, realMs, events, acked, faults } = result;
  const coverage = new Coverage();
  coverage.add(result.coverage);
  const found = violations.map(
    ({ checker, atMs, message }) => `${(atMs / 1000).toFixed(3)} s  ${checker}: ${message}`,
  );
  return [
    '',
    textTable(
      ['parameter', 'value'],
      Object.entries(parameters).map(([name, value]) => [name, String(value)]),
    ),
    '',
    coverage.toText(),
    '',
    `${(virtualMs / 1000).toFixed(1)} virtual seconds in ${(realMs / 1000).toFixed(2)} s, ${events} events, ` +
      `${acked} acknowledged messages, ${faults} faults`,
    `trace ${traceHash}`,
    ...(found.length === 0 ? ['no violations'] : [`${found.length} VIOLATIONS`, ...found]),
  ].join('\n');
}
