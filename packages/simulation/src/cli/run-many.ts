import { writeFileSync } from 'node:fs';
import type { Finding } from './finding.ts';
import { REQUIRED_FROM_SEEDS, requiredMarks } from './required-marks.ts';
import { RunSet, type RunSetOptions } from './run-set.ts';
import { StatusLine } from './status-line.ts';

export interface RunManyOptions extends Omit<RunSetOptions, 'onSeed' | 'onFailure'> {
  /** File that gets the result as JSON. */
  readonly json?: string;
  /** Marks that a large set must reach; the list of the simulation unless a test brings another. */
  readonly required?: readonly string[];
  /** Gets what is to be read; the standard output unless a test listens. */
  readonly print?: (text: string) => void;
}

/** `npm run sim` over a set of seeds: progress, failures, coverage, speed. Resolves to whether all is well. */
export async function runMany(options: RunManyOptions): Promise<boolean> {
  const { required = requiredMarks, print = (text) => process.stdout.write(`${text}\n`) } = options;
  const status = new StatusLine(process.stderr);
  const set = new RunSet({
    ...options,
    onSeed: ({ seeds, failures, seedsPerMinuteAndCore: speed }) => {
      const of = Number.isFinite(options.count) ? ` of ${options.count}` : '';
      status.show(`${seeds}${of} seeds, ${failures.length} failures, ${speed.toFixed(0)} seeds/min/core`);
    },
    onFailure: (failure) => {
      status.clear();
      print(failureText(failure, options));
    },
  });
  await set.run();
  status.clear();
  const large = set.seeds >= REQUIRED_FROM_SEEDS;
  const missing = large ? set.coverage.missing(required) : [];
  print(`\n${set.coverage.toText(required)}\n`);
  print(summary(set, options.parallel));
  if (!large) print(`Required marks are not enforced: that takes a set of ${REQUIRED_FROM_SEEDS} seeds.`);
  for (const mark of missing) print(`MISSING MARK: "${mark}" was never reached`);
  if (options.json !== undefined)
    writeFileSync(options.json, `${JSON.stringify(report(set, missing), null, 2)}\n`);
  const failed = new Set(set.failures.map(({ seed }) => seed)).size;
  const passed = set.seeds - failed + (large ? required.length - missing.length : 0);
  // The form in which test suites report, a required mark being one test.
  print(`${passed} passed, ${failed + missing.length} failed`);
  return failed === 0 && missing.length === 0 && set.seeds > 0;
}

/** What a reader needs to see it again. */
function failureText(failure: Finding, { virtualMs, mutant }: RunManyOptions): string {
  const time = virtualMs === undefined ? '' : ` --virtual-seconds ${virtualMs / 1000}`;
  const bug = mutant === undefined || mutant === null ? '' : ` --mutant ${mutant}`;
  return [
    `FAILED seed ${failure.seed}: ${failure.checkers.join(', ')}: ${failure.message}`,
    `  replay: npm run sim -- --seed ${failure.seed}${time}${bug}`,
  ].join('\n');
}

function summary(set: RunSet, parallel: number): string {
  const seconds = set.elapsedMs / 1000;
  const hours = set.virtualMs / 3_600_000;
  const ratio = set.cpuMs === 0 ? 0 : set.virtualMs / set.cpuMs;
  return [
    `${set.seeds} seeds in ${seconds.toFixed(1)} s on ${parallel} processes: ` +
      `${set.seedsPerMinuteAndCore.toFixed(1)} seeds per minute and core (by processor time)`,
    `${hours.toFixed(2)} virtual hours, ${ratio.toFixed(0)} times as fast as real time; ${set.events} events, ` +
      `${set.acked} acknowledged messages, ${set.faults} faults (${(set.faults / Math.max(1, set.seeds)).toFixed(1)} per seed)`,
    `${set.repeated} seeds were run twice, in different processes, and compared by their traces`,
  ].join('\n');
}

function report(set: RunSet, missing: readonly string[]): unknown {
  const { seeds, repeated, virtualMs, events, acked, faults, cpuMs, elapsedMs, failures, coverage } = set;
  const { seedsPerMinuteAndCore } = set;
  const sums = {
    seeds,
    repeated,
    virtualMs,
    events,
    acked,
    faults,
    cpuMs,
    elapsedMs,
    seedsPerMinuteAndCore,
  };
  return { ...sums, failures, coverage, missing };
}
