import type { HistoryRecord, ProcessId } from './record.ts';

/**
 * Joins histories that several programs recorded on one clock. At equal times invocations come before completions, so
 * that two operations of different programs count as concurrent unless one came first; the order within one history
 * stays (where two programs both complete and invoke within one nanosecond, one of them must come first). Processes
 * and indexes are given anew.
 */
export function mergeHistories(histories: readonly (readonly HistoryRecord[])[]): HistoryRecord[] {
  const processes = new Map<string, number>();
  const renamed = (history: number, process: ProcessId): ProcessId => {
    if (typeof process === 'string') return process;
    const key = `${history}/${process}`;
    const known = processes.get(key) ?? processes.size;
    processes.set(key, known);
    return known;
  };
  const heads = histories.map(() => 0);
  const merged: HistoryRecord[] = [];
  for (;;) {
    const best = firstOf(histories, heads);
    const record = best === -1 ? undefined : histories[best]?.[heads[best] ?? 0];
    if (record === undefined) return merged;
    heads[best] = (heads[best] ?? 0) + 1;
    merged.push({ ...record, index: merged.length, process: renamed(best, record.process) });
  }
}

/** The history whose next record comes first; of several at one time, one that still invokes at that time. */
function firstOf(histories: readonly (readonly HistoryRecord[])[], heads: readonly number[]): number {
  let best = -1;
  let bestTime = Infinity;
  let bestInvokes = false;
  for (const [history, records] of histories.entries()) {
    const head = heads[history] ?? 0;
    const time = records[head]?.time;
    if (time === undefined || time > bestTime) continue;
    const invokes = invokesAt(records, head, time);
    if (time < bestTime || (invokes && !bestInvokes)) {
      best = history;
      bestTime = time;
      bestInvokes = invokes;
    }
  }
  return best;
}

function invokesAt(records: readonly HistoryRecord[], head: number, time: number): boolean {
  for (let at = head; records[at]?.time === time; at++) {
    if (records[at]?.type === 'invoke') return true;
  }
  return false;
}
