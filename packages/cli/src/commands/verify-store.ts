import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyFolder, type VerifyReport } from '@ledgermq/broker';
import { ProgressLine } from '../progress-line.ts';

export interface VerifyStoreOptions {
  readonly repair: boolean;
  /** Where derived data is built to be compared. */
  readonly scratch?: string;
}

const WHAT = 'log, term and vote, snapshots, state with queue index and ids, key index';

/**
 * `ledgermq store verify`: reads everything that a stopped node has on disk and prints what is wrong. Returns the exit code:
 * 0 when all is well or was repaired, 1 for damage, 2 when the folder cannot be verified: there is no replica in it, or a node
 * uses it.
 */
export async function verifyStore(directory: string, options: VerifyStoreOptions): Promise<number> {
  try {
    return (await verifyAll(directory, options)) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    const advice = error.code === 'DIRECTORY_LOCKED' ? '; stop the node first' : '';
    console.error(`ledgermq: ${String(error.code)}\n${error.message}${advice}`);
    return 2;
  }
}

/** Whether all replicas are sound now. */
async function verifyAll(directory: string, options: VerifyStoreOptions): Promise<boolean> {
  const scratch = await mkdtemp(join(options.scratch ?? tmpdir(), 'ledgermq-verify-'));
  let sound = true;
  const progress = new ProgressLine(process.stdout, Date.now);
  try {
    await verifyFolder({
      directory,
      scratch,
      repair: options.repair,
      clock: { immediate: (fn) => void setImmediate(fn) },
      onReplica: (replica, number, count) => {
        console.log(`verifying replica ${number} of ${count}, ${replica}: ${WHAT}`);
      },
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
  return sound;
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
