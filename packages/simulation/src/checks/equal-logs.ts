import type { Entry } from '@ledgermq/raft';
import type { Reporter } from './reporter.ts';

/** As much of a log as it takes to read it from its first entry to its last one. */
export interface ReadableLog {
  firstIndex(): number;
  entries(from: number, to: number, bytesMax: number): Entry[];
}

export interface LogHolder {
  readonly id: string;
  readonly log: ReadableLog;
  readonly commit: number;
}

const CHUNK_BYTES = 1 << 20;

interface Inspected {
  readonly id: string;
  readonly replica: {
    inspect(): { readonly log: ReadableLog; status(): { readonly commitIndex: number } };
  } | null;
}

/** replicas-equal: up to what both know as committed, any two replicas hold the same bytes. */
export function checkEqualLogs(group: string, members: readonly Inspected[], reporter: Reporter): void {
  const holders = members.flatMap(({ id, replica }): LogHolder[] => {
    const inspection = replica?.inspect();
    if (inspection === undefined) return [];
    return [{ id, log: inspection.log, commit: inspection.status().commitIndex }];
  });
  const [first, ...others] = holders;
  if (first === undefined) return;
  for (const other of others) {
    const difference = firstDifference(first, other);
    if (difference !== null)
      reporter.report(
        'replicas-equal',
        `${group}: ${first.id} and ${other.id} differ at entry ${difference}`,
      );
  }
}

/** Index of the first committed entry in which they differ; null if there is none. */
export function firstDifference(a: LogHolder, b: LogHolder): number | null {
  const end = Math.min(a.commit, b.commit);
  let index = Math.max(a.log.firstIndex(), b.log.firstIndex());
  while (index <= end) {
    const left = a.log.entries(index, end + 1, CHUNK_BYTES);
    const right = b.log.entries(index, end + 1, CHUNK_BYTES);
    const count = Math.min(left.length, right.length);
    if (count === 0) return index;
    for (let at = 0; at < count; at += 1) {
      if (left[at]?.frame.equals(right[at]?.frame ?? Buffer.alloc(0)) !== true) return index + at;
    }
    index += count;
  }
  return null;
}
