/**
 * `npm run bench:store [-- --only PART... --gigabytes N --rounds N --dir PATH --json FILE]`.
 *
 * Measures the store and what stands on it on this machine. What is compared runs in turn within one run: absolute figures
 * of a shared machine drift, ratios less so. A report, not a test: a figure that is missed is printed as such.
 */
import { mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { machine, printVerdicts, type Verdict, writeReport } from '../report.ts';
import { MemoryWatch, type MemoryPeak } from './memory-watch.ts';
import type { Figure } from './part.ts';
import { parts } from './parts.ts';

interface Options {
  readonly only?: readonly string[];
  readonly gigabytes: number;
  readonly rounds: number;
  readonly dir: string;
  readonly json?: string;
}

interface PartReport {
  readonly part: string;
  readonly seconds: number;
  readonly figures: readonly Figure[];
  readonly verdicts: readonly Verdict[];
  readonly memory: MemoryPeak;
  readonly details: unknown;
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('expected a number above 0.');
  return value;
}

const program = new Command('bench:store')
  .description('measure the store: appends, indexes, many queues, snapshots, start-up')
  .addOption(new Option('--only <part...>', 'parts to run').choices(parts.map(({ name }) => name)))
  .option('--gigabytes <n>', 'log that the start-up and backlog parts write', positive, 10)
  .option('--rounds <n>', 'repetitions of what is compared', positive, 3)
  .option('--dir <path>', 'where to make the folder that is measured in', tmpdir())
  .option('--json <file>', 'also write the report here');
program.parse();
const options = program.opts<Options>();

mkdirSync(options.dir, { recursive: true });
const directory = mkdtempSync(join(options.dir, 'ledgermq-store-bench-'));
const { bsize, blocks, bavail } = statfsSync(directory);
const report = {
  method:
    `1 KiB bodies, one process, one replica; medians of ${options.rounds} rounds, what is compared runs in turn; ` +
    'bytes per message are file space, us/message are processor time, for the index with its checkpoints',
  machine: {
    ...machine(),
    diskGB: Math.round((bsize * blocks) / 1e9),
    diskFreeGB: Math.round((bsize * bavail) / 1e9),
  },
  parts: [] as PartReport[],
};

try {
  for (const { name, run } of parts) {
    if (options.only !== undefined && !options.only.includes(name)) continue;
    const folder = join(directory, name);
    mkdirSync(folder);
    console.log(`\n== ${name}`);
    const memory = new MemoryWatch();
    const began = performance.now();
    const { gigabytes, rounds } = options;
    const say = (text: string): void => console.log(`   ${text}`);
    const result = await run({ directory: folder, gigabytes, rounds, say });
    const seconds = (performance.now() - began) / 1000;
    const { figures, verdicts, details = null } = result;
    const part = { part: name, seconds, figures, verdicts, memory: memory.stop(), details };
    report.parts.push(part);
    printPart(part);
    rmSync(folder, { recursive: true });
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}
console.log(`\n${report.method}\n${JSON.stringify(report.machine)}\n`);
printVerdicts(report.parts.flatMap(({ verdicts }) => verdicts));
console.log(JSON.stringify(report));
writeReport(options.json, report);

function printPart({ figures, verdicts, memory, seconds }: PartReport): void {
  const { heapMB, rssMB, arrayBuffersMB } = memory;
  const rows = [
    ...figures,
    { name: 'largest heap', value: heapMB, unit: 'MB' },
    { name: 'most array buffers', value: arrayBuffersMB, unit: 'MB' },
    { name: 'largest resident memory', value: rssMB, unit: 'MB' },
    { name: 'time of this part', value: seconds, unit: 's' },
  ];
  const width = Math.max(...rows.map(({ name }) => name.length));
  for (const { name, value, unit } of rows) {
    const digits = Math.abs(value) < 100 && !Number.isInteger(value) ? 2 : 0;
    console.log(`${name.padEnd(width)}  ${value.toFixed(digits).padStart(10)} ${unit}`);
  }
  printVerdicts(verdicts);
}
