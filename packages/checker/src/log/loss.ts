import type { Anomaly, AnomalyList } from './anomaly.ts';
import type { FinalLog } from './final-log.ts';
import type { Message } from './message.ts';
import type { Placement } from './placement.ts';

export interface RetentionRule {
  /** True when old messages may have been removed: then what lies before a replica's log start is not missed. */
  readonly retention: boolean;
}

/** What is missing from the final logs, and what is in them that should not be. */
export function checkFinalLogs(
  finalLogs: readonly FinalLog[],
  placement: Placement,
  anomalies: AnomalyList,
  rule: RetentionRule,
): void {
  const known = Float64Array.from(placement.offsets).sort();
  const toldGaps = new Set<string>();
  for (const log of finalLogs) checkOffsets(log, known, anomalies, rule, toldGaps);
  if (finalLogs.length > 0) checkLoss(finalLogs, placement, anomalies, rule);
}

/** Offsets rise by one. Missing ones that somebody knows a message for are losses and not gaps. */
function checkOffsets(
  { node, logStart, entries }: FinalLog,
  known: Float64Array,
  anomalies: AnomalyList,
  { retention }: RetentionRule,
  told: Set<string>,
): void {
  let expected = retention ? logStart : 0;
  for (const [offset, id] of entries) {
    if (offset < expected) {
      const seen = expected;
      anomalies.add(
        'repeated-offset',
        () => `${id} at offset ${offset} comes after offset ${seen - 1}`,
        [],
        [node],
      );
      continue;
    }
    if (offset > expected) {
      const [from, to] = [expected, offset];
      const key = `${from}..${to}`;
      const explained = countBelow(known, to) - countBelow(known, from);
      if (explained < to - from && !told.has(key)) {
        told.add(key);
        const range = to - from === 1 ? `offset ${from} is` : `offsets ${from} to ${to - 1} are`;
        anomalies.add('gap', () => `${range} missing before ${id} at offset ${to}`, [], [node]);
      }
    }
    expected = offset + 1;
  }
}

function checkLoss(
  finalLogs: readonly FinalLog[],
  placement: Placement,
  anomalies: AnomalyList,
  { retention }: RetentionRule,
): void {
  const everybody = 2 ** finalLogs.length - 1;
  const starts = finalLogs.map((log) => (retention ? log.logStart : 0));
  const earliestStart = Math.min(...starts);
  const { first, last } = extent(finalLogs);
  for (const message of placement.messages) {
    if (message.heldBy === everybody) continue;
    const { id, offset, firstAcknowledged } = message;
    if (message.heldBy === 0) {
      if (firstAcknowledged === null || offset < earliestStart) continue;
      const type: Anomaly['type'] =
        offset < first ? 'lost-prefix' : offset > last ? 'lost-suffix' : 'lost-middle';
      anomalies.add(
        type,
        () => `${id} was acknowledged at offset ${offset} and no replica holds it`,
        [firstAcknowledged],
        finalLogs.map((log) => log.node),
      );
      continue;
    }
    checkEveryNode(message, finalLogs, starts, anomalies);
  }
}

function checkEveryNode(
  message: Message,
  finalLogs: readonly FinalLog[],
  starts: readonly number[],
  anomalies: AnomalyList,
): void {
  const { id, offset, heldBy } = message;
  for (const [bit, log] of finalLogs.entries()) {
    if ((heldBy & (1 << bit)) !== 0 || offset < (starts[bit] ?? 0)) continue;
    // Another message in its place is told as inconsistent offsets.
    if (holdsOffset(log, offset)) continue;
    const { node } = log;
    const holders = finalLogs.filter((_, other) => (heldBy & (1 << other)) !== 0).map((log) => log.node);
    anomalies.add(
      'lost-on-node',
      () => `${id} at offset ${offset} is missing on ${node}; ${holders.join(', ')} has it`,
      [message.firstAcknowledged],
      [node, ...holders],
    );
  }
}

/** Correct for logs without gaps; for others it may miss an entry, and then too much is told. */
function holdsOffset({ entries }: FinalLog, offset: number): boolean {
  return entries[offset - (entries[0]?.[0] ?? 0)]?.[0] === offset;
}

/** First and last offset that any replica holds; Infinity and -Infinity when nobody holds anything. */
function extent(finalLogs: readonly FinalLog[]): { readonly first: number; readonly last: number } {
  let first = Infinity;
  let last = -Infinity;
  for (const { entries } of finalLogs) {
    for (const [offset] of entries) {
      if (offset < first) first = offset;
      if (offset > last) last = offset;
    }
  }
  // With nothing left, everything after nothing is gone: a lost suffix.
  return first === Infinity ? { first: 0, last: -1 } : { first, last };
}

/** How many of the sorted offsets are smaller. */
function countBelow(sorted: Float64Array, offset: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? Infinity) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
