import type { ProcessId } from '../history/record.ts';
import type { AnomalyList } from './anomaly.ts';
import type { ReadOperation } from './queue-history.ts';
import type { RetentionRule } from './loss.ts';

export interface ReadRule extends RetentionRule {
  /** Whether weak reads of one client are compared with each other. */
  readonly sessions: boolean;
}

/**
 * What each read must satisfy by itself, and the successive reads of one client with each other.
 *
 * `logStart` is the greatest log start of any replica: with retention, a consumer may be moved forward up to it.
 */
export function checkPullOrder(
  reads: readonly ReadOperation[],
  logStart: number,
  anomalies: AnomalyList,
  { retention, sessions }: ReadRule,
): void {
  const positions = new Map<ProcessId, ReadOperation>();
  const ends = new Map<ProcessId, ReadOperation>();
  for (const read of reads) {
    checkOne(read, retention ? logStart : 0, anomalies);
    const { process } = read.operation;
    if (read.kind === 'seek') positions.delete(process);
    if (read.kind === 'poll' && read.entries.length > 0) {
      checkSuccession(positions.get(process), read, retention ? logStart : 0, anomalies);
      positions.set(process, read);
    }
    // Strong reads are compared with everything else that is strong, in real time.
    if (sessions && read.end !== -1 && !read.strong) {
      checkEnd(ends.get(process), read, anomalies);
      ends.set(process, read);
    }
  }
}

/** A pull is contiguous from where it was asked to begin, ends before the end it tells, and tells how to go on. */
function checkOne(
  { operation, from, entries, end, next }: ReadOperation,
  logStart: number,
  anomalies: AnomalyList,
): void {
  const first = entries[0];
  const last = entries.at(-1);
  if (first === undefined || last === undefined) return;
  // Whoever asks for what retention has taken away is given what is left.
  const moved = first[0] > from && first[0] <= logStart;
  let expected = from === -1 || moved ? first[0] : from;
  for (const [offset, id] of entries) {
    if (offset !== expected) {
      const wanted = expected;
      anomalies.add(
        offset > expected ? 'int-poll-skip' : 'int-nonmonotonic-poll',
        () => `${id} at offset ${offset} came where offset ${wanted} was due`,
        [operation],
      );
    }
    expected = offset + 1;
  }
  if (next !== -1 && next !== expected) {
    anomalies.add(
      next > expected ? 'int-poll-skip' : 'int-nonmonotonic-poll',
      () => `the reader was told to go on at ${next} after offset ${expected - 1}`,
      [operation],
    );
  }
  if (end !== -1 && last[0] >= end) {
    anomalies.add(
      'read-beyond-watermark',
      () => `${last[1]} at offset ${last[0]} was served with the end at ${end}`,
      [operation],
    );
  }
}

function checkSuccession(
  earlier: ReadOperation | undefined,
  later: ReadOperation,
  logStart: number,
  anomalies: AnomalyList,
): void {
  const last = earlier?.entries.at(-1);
  const first = later.entries[0];
  if (earlier === undefined || last === undefined || first === undefined) return;
  const expected = last[0] + 1;
  if (first[0] === expected || (first[0] > expected && first[0] <= logStart)) return;
  anomalies.add(
    first[0] > expected ? 'poll-skip' : 'nonmonotonic-poll',
    () => `the consumer got ${first[1]} at offset ${first[0]} after offset ${last[0]}`,
    [earlier.operation, later.operation],
  );
}

function checkEnd(earlier: ReadOperation | undefined, later: ReadOperation, anomalies: AnomalyList): void {
  if (earlier === undefined || later.end >= earlier.end) return;
  anomalies.add(
    'watermark-regression',
    () => `one client saw the end of the queue at ${earlier.end} and then at ${later.end}`,
    [earlier.operation, later.operation],
  );
}
