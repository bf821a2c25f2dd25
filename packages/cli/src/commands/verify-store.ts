import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyFolder, type StorePart, type VerifyReport } from '@ledgermq/broker';

export interface VerifyStoreOptions {
  readonly repair: boolean;
  /** Where derived data is built to be compared. */
  readonly scratch?: string;
}

const PROGRESS_EVERY_MS = 500;

/**
 * `ledgermq store verify`: reads everything that a stopped node has on disk and prints what is wrong. Returns the exit code:
 * 0 when all is well or was repaired, 1 otherwise.
 */
export async function verifyStore(directory: string, options: VerifyStoreOptions): Promise<number> {
  const scratch = await mkdtemp(join(options.scratch ?? tmpdir(), 'ledgermq-verify-'));
  let sound = true;
  const progress = new ProgressLine();
  try {
    await verifyFolder({
      directory,
      scratch,
      repair: options.repair,
      clock: { immediate: (fn) => void setImmediate(fn) },
      onReplica: (replica) => console.log(`verifying ${replica}`),
      onProgress: ({ part, done, total }) => progress.show(part, done, total),
      onReport: (_replica, report) => {
        progress.clear();
        sound = printReport(report, options.repair) && sound;
      },
    });
  } finally {
    progress.clear();
    await rm(scratch, { recursive: true, force: true });
  }
  return sound ? 0 : 1;
}

/** Returns whether the replica is sound now. */
function printReport(
  { findings, repaired, firstIndex, lastIndex, comparedTo }: VerifyReport,
  repair: boolean,
): boolean {
  const compared =
    comparedTo === null ? 'state not compared' : `state compared with the log up to entry ${comparedTo}`;
  console.log(`  log: entries ${firstIndex} to ${lastIndex}; ${compared}`);
  for (const { kind, part, text } of findings) console.log(`  ${kind} ${part}: ${text}`);
  for (const part of repaired) console.log(`  repaired ${part}: set aside and built again from the log`);
  const left = findings.filter(({ kind, part }) => kind === 'damage' && !repaired.includes(part));
  if (left.length === 0) {
    console.log(findings.some(({ kind }) => kind === 'damage') ? '  sound now' : '  sound');
    return true;
  }
  const derived = left.some(({ part }) => part === 'state' || part === 'key-index');
  if (derived && !repair) console.log('  derived data can be built again: use --repair');
  return false;
}

/** One line on a terminal that is written over and over; nothing elsewhere. */
class ProgressLine {
  #shownAt = 0;
  #shown = false;

  show(part: StorePart, done: number, total: number): void {
    if (!process.stdout.isTTY || Date.now() - this.#shownAt < PROGRESS_EVERY_MS) return;
    this.#shownAt = Date.now();
    this.#shown = true;
    const percent = total === 0 ? 100 : Math.floor((done / total) * 100);
    process.stdout.write(`\r  ${part} ${percent} %\u001b[K`);
  }

  clear(): void {
    if (this.#shown) process.stdout.write('\r\u001b[K');
    this.#shown = false;
  }
}
