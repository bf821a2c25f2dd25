import { readFileSync } from 'node:fs';

/** Clock ticks per second in /proc, the same on every Linux. */
const TICKS_PER_SECOND = 100;

/** CPU seconds that a process has used so far, all threads together; null where /proc does not tell. */
export function cpuSeconds(pid: number): number | null {
  try {
    // The name in brackets may hold spaces; user and system time are the 12th and 13th field behind it.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return null;
  }
}
