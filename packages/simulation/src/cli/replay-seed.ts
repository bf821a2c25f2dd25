import { writeFileSync } from 'node:fs';
import { mutantNamed } from '../mutants/catalogue.ts';
import { plantMutant } from '../mutants/plant.ts';
import type { runSeed } from '../run.ts';
import type { RunResult } from '../run-result.ts';
import { Coverage } from './coverage.ts';
import { textTable } from './text-table.ts';
import { Timeline } from './timeline.ts';

export interface ReplayOptions {
  readonly virtualMs?: number;
  readonly mutant?: string;
  readonly json?: string;
  /** Module with `runSeed`; the simulation's own unless a test brings another. */
  readonly runner?: URL;
  /** Gets what is to be read; the standard output unless a test listens. */
  readonly print?: (text: string) => void;
}

/** `npm run sim -- --seed S`: one run with its time-line. Resolves to whether it is without violations. */
export async function replaySeed(seed: number, options: ReplayOptions): Promise<boolean> {
  const { virtualMs, mutant, json, runner, print = (text) => process.stdout.write(`${text}\n`) } = options;
  if (mutant !== undefined) plantMutant(mutantNamed(mutant));
  // Loaded now, not before: a mutant changes modules while they are loaded.
  const module: { readonly runSeed: typeof runSeed } =
    runner === undefined ? await import('../run.ts') : ((await import(runner.href)) as never);
  const timeline = new Timeline(print);
  print(`seed ${seed}${mutant === undefined ? '' : `, with the planted bug ${mutant}`}\n`);
  print(timeline.head);
  const result = await module.runSeed(seed, {
    ...(virtualMs === undefined ? {} : { virtualMs }),
    onEvent: (event) => timeline.add(event),
  });
  print(resultText(result));
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(result, null, 2)}\n`);
  return result.violations.length === 0;
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
