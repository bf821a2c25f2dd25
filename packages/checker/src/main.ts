#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { checkHistory } from './check-history.ts';
import { CheckerError } from './errors.ts';
import { readHistoryFile } from './history/history-file.ts';
import { ANOMALY_TYPES, type AnomalyType } from './log/anomaly.ts';
import { describeVerdict } from './verdict-text.ts';

const USAGE = `usage: main.js [options] HISTORY.ndjson

Checks a recorded history and prints the verdict of each queue. Exit code: 0 valid, 1 not valid or not decided,
2 the history cannot be read.

  --retention          messages may have been removed from the beginning of queues
  --allow TYPE,...     anomalies that are counted and do not make the history bad
  --timeout MS         for each model (60000)
  --lease MS           lease of queue locks (60000)
`;

const EXIT = { valid: 0, invalid: 1, unreadable: 2 } as const;

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      retention: { type: 'boolean', default: false },
      allow: { type: 'string', default: '' },
      timeout: { type: 'string', default: '60000' },
      lease: { type: 'string', default: '60000' },
    },
  });
  const [file, ...more] = positionals;
  const timeoutMs = Number(values.timeout);
  const leaseMs = Number(values.lease);
  const allowed = values.allow.split(',').filter((type) => type !== '');
  if (
    file === undefined ||
    more.length > 0 ||
    !(timeoutMs > 0) ||
    !(leaseMs > 0) ||
    !allowed.every(isAnomaly)
  ) {
    process.stderr.write(USAGE);
    return EXIT.unreadable;
  }
  const records = await readHistoryFile(file);
  const verdict = checkHistory(records, {
    log: { retention: values.retention, allowed },
    locks: { leaseMs, toleranceMs: leaseMs / 1000 },
    search: { timeoutMs, clock: { monotonic: () => performance.now() } },
  });
  process.stdout.write(`${describeVerdict(verdict)}\n`);
  return verdict.valid ? EXIT.valid : EXIT.invalid;
}

function isAnomaly(type: string): type is AnomalyType {
  return (ANOMALY_TYPES as readonly string[]).includes(type);
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  const text = error instanceof Error ? error.message : String(error);
  const code = error instanceof CheckerError ? `${error.code}: ` : '';
  process.stderr.write(`${code}${text}\n`);
  process.exitCode = EXIT.unreadable;
}
