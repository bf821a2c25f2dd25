import { Command } from 'commander';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { atLeastOne, wholeNumber } from '../cli/option-values.ts';
import { StatusLine } from '../cli/status-line.ts';
import { textTable } from '../cli/text-table.ts';
import { mutantNamed, mutants } from './catalogue.ts';
import { huntMutants, type MutantVerdict } from './mutant-hunt.ts';

interface MutantOptions {
  readonly only: readonly string[];
  readonly seeds: number;
  readonly first: number;
  readonly parallel: number;
  readonly virtualSeconds?: number;
  readonly json?: string;
}

async function main(options: MutantOptions): Promise<void> {
  const wanted = options.only.length === 0 ? mutants : options.only.map(mutantNamed);
  const status = new StatusLine(process.stderr);
  let done = 0;
  const verdicts = await huntMutants({
    mutants: wanted,
    first: options.first,
    seedsMax: options.seeds,
    parallel: options.parallel,
    ...(options.virtualSeconds === undefined ? {} : { virtualMs: options.virtualSeconds * 1_000 }),
    onSeed: (mutant, seed) => status.show(`${done} of ${wanted.length} done; ${mutant.name}: seed ${seed}`),
    onVerdict: (verdict) => {
      done += 1;
      status.clear();
      process.stderr.write(`${sentence(verdict)}\n`);
    },
  });
  status.clear();
  process.stdout.write(`${verdictTable(verdicts)}\n`);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(verdicts, null, 2)}\n`);
  const found = verdicts.filter(({ foundAtSeed }) => foundAtSeed !== null).length;
  process.stdout.write(`\n${found} of ${verdicts.length} planted bugs found within ${options.seeds} seeds\n`);
  process.exitCode = found === verdicts.length ? 0 : 1;
}

function sentence({ mutant, foundAtSeed, seedsTried, checkers, message, seconds }: MutantVerdict): string {
  const time = `${seconds.toFixed(1)} s`;
  if (foundAtSeed === null) return `${mutant.name}: NOT FOUND in ${seedsTried} seeds, ${time}`;
  const [line = ''] = message.split('\n');
  return `${mutant.name}: seed ${foundAtSeed}, ${time}, ${checkers.join(', ')}: ${line}`;
}

function verdictTable(verdicts: readonly MutantVerdict[]): string {
  const rows = verdicts.map((verdict) => [
    verdict.mutant.name,
    verdict.foundAtSeed === null ? 'NOT FOUND' : String(verdict.foundAtSeed),
    verdict.seedsTried,
    verdict.checkers.join(', '),
    remark(verdict),
  ]);
  return textTable(['mutant', 'found at seed', 'seeds tried', 'checker', ''], rows);
}

/** What makes a finding worth a second look. */
function remark({ mutant, foundAtSeed, checkers, uncleanSeeds }: MutantVerdict): string {
  const expected = checkers.some((checker) => mutant.expectedCheckers.includes(checker));
  const other = foundAtSeed === null || expected ? [] : [`expected: ${mutant.expectedCheckers.join(', ')}`];
  const unclean = uncleanSeeds.length === 0 ? [] : [`fails without the bug too: ${uncleanSeeds.join(' ')}`];
  return [...other, ...unclean].join('; ');
}

const collect = (value: string, before: readonly string[]): readonly string[] => [
  ...before,
  ...value.split(','),
];
const program = new Command('sim:mutants')
  .description('plants bugs into the product and checks that the simulation finds each of them')
  .option('--only <name>', 'only this mutant; may be repeated, or several with commas between', collect, [])
  .option('--seeds <n>', 'seeds to try for each mutant at most', atLeastOne, 1000)
  .option('--first <seed>', 'the first seed', wholeNumber, 1)
  .option('--parallel <p>', 'worker processes', atLeastOne, availableParallelism())
  .option(
    '--virtual-seconds <s>',
    'load and faults of each run; what `npm run sim` has unless given',
    atLeastOne,
  )
  .option('--json <file>', 'write the result as JSON too')
  .action(main);
await program.parseAsync();
