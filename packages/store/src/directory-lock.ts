import * as fs from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { DiskLock } from './disk.ts';
import { StoreError } from './errors.ts';

export const lockFileName = 'LOCK';

/** Directories locked by this process: the file alone cannot tell two holders of one process apart. */
const heldHere = new Set<string>();

let claimCount = 0;

/**
 * Take a directory for this process. Node has no flock, so the lock is a file that names its holder (machine
 * boot, process id, start time of the process) and is put in place with link(2), which fails if the name
 * exists. A file whose holder is gone is stale and is taken over. A holder in another container whose
 * processes cannot be seen from here counts as gone: volumes must not be shared between running containers.
 */
export function acquireDirectoryLock(directory: string): DiskLock {
  const real = fs.realpathSync(directory);
  if (heldHere.has(real)) throw locked(directory, 'by this process');
  const path = join(real, lockFileName);
  const claim = `${path}.${process.pid}.${(claimCount += 1)}`;
  const holder = describeProcess(process.pid);
  fs.writeFileSync(claim, holder, { flag: 'w' });
  try {
    claimName(directory, path, claim);
  } finally {
    fs.rmSync(claim, { force: true });
  }
  heldHere.add(real);
  let held = true;
  return {
    release(): void {
      if (!held) return;
      held = false;
      heldHere.delete(real);
      if (readText(path) === holder) fs.rmSync(path, { force: true });
    },
  };
}

function claimName(directory: string, path: string, claim: string): void {
  // Two turns suffice: the second one meets either a free name or a live rival.
  for (let turn = 0; turn < 2; turn += 1) {
    try {
      fs.linkSync(claim, path);
      return;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const found = readText(path);
    if (found !== null && isAlive(found)) throw locked(directory, `by ${found.trim()}`);
    const aside = `${claim}.stale`;
    fs.renameSync(path, aside);
    const moved = readText(aside);
    if (moved !== found && moved !== null && isAlive(moved)) {
      // A rival took the name between the look and the rename: give it back.
      fs.renameSync(aside, path);
      throw locked(directory, `by ${moved.trim()}`);
    }
    fs.rmSync(aside, { force: true });
  }
  throw locked(directory, 'by a process that is starting');
}

function isAlive(holder: string): boolean {
  const [boot, , pidText] = holder.trim().split(' ');
  const pid = Number(pidText);
  // A file torn by a crash names nobody.
  if (boot === undefined || !Number.isSafeInteger(pid) || pid <= 0) return false;
  // The file names this very process only after a restart under the same id, or it would be in `heldHere`.
  if (boot !== bootId() || pid === process.pid) return false;
  const now = describeProcess(pid).split(' ');
  return startOf(now) !== 'gone' && startOf(now) === startOf(holder.trim().split(' '));
}

function startOf(fields: readonly string[]): string {
  return (fields[3] ?? 'gone').trim();
}

/** `boot host pid start`; the start time guards against a process id used again. */
function describeProcess(pid: number): string {
  return `${bootId()} ${hostname()} ${pid} ${startTime(pid)}\n`;
}

function startTime(pid: number): string {
  const stat = readText(`/proc/${pid}/stat`);
  // The second field is the command in parentheses and may hold spaces; the start time is field 22.
  if (stat !== null) {
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie holds no files any more; only its parent has not taken notice.
    return fields[0] === 'Z' || fields[0] === 'X' ? 'gone' : (fields[19] ?? 'gone');
  }
  if (process.platform === 'linux') return 'gone';
  try {
    process.kill(pid, 0);
    return 'alive';
  } catch {
    return 'gone';
  }
}

function bootId(): string {
  return readText('/proc/sys/kernel/random/boot_id')?.trim() ?? 'unknown';
}

function readText(path: string): string | null {
  try {
    return fs.readFileSync(path, 'latin1');
  } catch {
    return null;
  }
}

function locked(directory: string, by: string): StoreError {
  return new StoreError('DIRECTORY_LOCKED', `${directory} is in use ${by}`, { file: directory });
}
