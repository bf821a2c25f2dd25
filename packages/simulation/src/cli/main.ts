import { Command } from 'commander';
import { availableParallelism } from 'node:os';
import { atLeastOne, positiveNumber, wholeNumber } from './option-values.ts';
import { replaySeed } from './replay-seed.ts';
import { runMany } from './run-many.ts';

interface SimOptions {
  readonly seeds?: number;
  readonly minutes?: number;
  readonly first: number;
  readonly parallel: number;
  readonly seed?: number;
  readonly virtualSeconds?: number;
  readonly shrink: boolean;
  readonly mutant?: string;
  readonly json?: string;
}

const SEEDS = 100;

async function main(options: SimOptions): Promise<boolean> {
  const { seed, seeds, minutes, first, parallel, virtualSeconds, shrink, mutant, json } = options;
  const common = {
    ...(virtualSeconds === undefined ? {} : { virtualMs: virtualSeconds * 1000 }),
    ...(mutant === undefined ? {} : { mutant }),
    ...(json === undefined ? {} : { json }),
  };
  if (seed !== undefined) return replaySeed(seed, { ...common, shrink });
  const count = seeds ?? (minutes === undefined ? SEEDS : Infinity);
  return runMany({ ...common, first, count, minutes: minutes ?? null, parallel });
}

const program = new Command('sim')
  .description('runs whole clusters in one process under virtual time, with faults, and checks what they did')
  .option('--seeds <n>', `how many seeds to run (default: ${SEEDS}; with --minutes: no limit)`, atLeastOne)
  .option('--first <seed>', 'the first seed', wholeNumber, 1)
  .option('--minutes <m>', 'begin no seed after this many minutes', positiveNumber)
  .option('--parallel <p>', 'worker processes', atLeastOne, availableParallelism())
  .option('--seed <seed>', 'run this seed alone and print its time-line', wholeNumber)
  .option('--shrink', 'with --seed: leave out the faults that the violation does not need', false)
  .option('--virtual-seconds <s>', 'load and faults for this long in each run', positiveNumber)
  .option('--mutant <name>', 'plant this bug (see sim:mutants)')
  .option('--json <file>', 'write the result as JSON too')
  .action(async (options: SimOptions) => {
    process.exitCode = (await main(options)) ? 0 : 1;
  });
await program.parseAsync();
