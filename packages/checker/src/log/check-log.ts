import { CheckerError } from '../errors.ts';
import { pairOperations, type Operation } from '../history/operation.ts';
import type { HistoryRecord } from '../history/record.ts';
import { AnomalyList, type Anomaly, type AnomalyType } from './anomaly.ts';
import type { FinalLog } from './final-log.ts';
import { checkFinalLogs } from './loss.ts';
import { placeAll } from './placement.ts';
import { checkProducerOrder } from './producer-order.ts';
import { checkPullOrder } from './pull-order.ts';
import { splitByQueue, type QueueHistory } from './queue-history.ts';
import { checkRealTimeOrder } from './real-time-order.ts';
import { checkSight } from './sight.ts';

export interface LogCheckOptions {
  /** Messages may have been removed from the beginning of the queues. Without it a log that does not begin at 0 lost them. */
  readonly retention?: boolean;
  /**
   * Whether the ends that one client is told by weak reads must not go back (default true). False when its reads may be
   * answered by one replica after another, each of which knows only what it has heard.
   */
  readonly sessions?: boolean;
  /** What the system does not promise; it is counted and does not make a queue bad. */
  readonly allowed?: readonly AnomalyType[];
}

export interface QueueVerdict {
  readonly queue: string;
  readonly valid: boolean;
  /** Sends by what became of them. */
  readonly acknowledged: number;
  readonly failed: number;
  readonly unknown: number;
  /** Unknown sends that took effect after all. */
  readonly settled: number;
  readonly reads: number;
  /** Operations that began while another was open; a history without any tests nothing of concurrency. */
  readonly overlapping: number;
  readonly replicas: number;
  /** Messages in the longest final log. */
  readonly finalLength: number;
  readonly counts: ReadonlyMap<AnomalyType, number>;
  /** The first of each type, with proof. Allowed ones are among them. */
  readonly anomalies: readonly Anomaly[];
}

export interface LogCheckResult {
  readonly valid: boolean;
  readonly queues: readonly QueueVerdict[];
  /** All that make the history invalid. */
  readonly anomalies: readonly Anomaly[];
}

/** A message knows its replicas by one bit each. */
const REPLICAS_MAX = 30;

/**
 * Checks every queue of a history against the promise of an append-only log: an offset means one message for ever, on
 * every replica; what was acknowledged is there, what failed is not; sends and strong reads take effect between
 * invocation and completion. O(n log n) in the number of operations and entries.
 *
 * @throws CheckerError HISTORY_ORDER_INVALID, HISTORY_PAIRING_INVALID, OPERATION_INVALID, LIMIT_EXCEEDED
 */
export function checkLog(
  history: readonly HistoryRecord[],
  finalLogs: readonly FinalLog[],
  options: LogCheckOptions = {},
): LogCheckResult {
  return checkLogOperations(pairOperations(history), finalLogs, options);
}

/** As {@link checkLog}, of a history that is paired already. */
export function checkLogOperations(
  operations: readonly Operation[],
  finalLogs: readonly FinalLog[],
  options: LogCheckOptions = {},
): LogCheckResult {
  const queues = splitByQueue(operations, finalLogs).map((queue) => checkQueue(queue, options));
  const allowed = new Set(options.allowed);
  return {
    valid: queues.every((queue) => queue.valid),
    queues,
    anomalies: queues.flatMap((queue) => queue.anomalies.filter(({ type }) => !allowed.has(type))),
  };
}

function checkQueue(history: QueueHistory, options: LogCheckOptions): QueueVerdict {
  const { queue, sends, reads, finalLogs } = history;
  if (finalLogs.length > REPLICAS_MAX)
    throw new CheckerError('LIMIT_EXCEEDED', `${queue} has more than ${REPLICAS_MAX} replicas`);
  const rule = { retention: options.retention ?? false, sessions: options.sessions ?? true };
  const anomalies = new AnomalyList(queue);
  if (finalLogs.length === 0)
    anomalies.add('final-log-missing', () => 'the history has no final log of any replica');
  const placement = placeAll(history, anomalies);
  checkFinalLogs(finalLogs, placement, anomalies, rule);
  checkSight(finalLogs, placement, anomalies, rule);
  const logStart = finalLogs.reduce((start, log) => Math.max(start, log.logStart), 0);
  checkPullOrder(reads, logStart, anomalies, rule);
  let knownEnd = rule.retention ? logStart : 0;
  for (const offset of placement.offsets) knownEnd = Math.max(knownEnd, offset + 1);
  checkRealTimeOrder(placement.messages, reads, knownEnd, anomalies);
  checkProducerOrder(placement.messages, anomalies);
  const allowed = new Set(options.allowed);
  let settled = 0;
  for (const { firstAcknowledged, firstEffective, heldBy } of placement.messages) {
    if (firstAcknowledged === null && firstEffective !== null && heldBy !== 0) settled += 1;
  }
  const count = (outcome: Operation['outcome']): number =>
    sends.reduce((total, { operation }) => total + (operation.outcome === outcome ? 1 : 0), 0);
  return {
    queue,
    valid: [...anomalies.counts.keys()].every((type) => allowed.has(type)),
    acknowledged: count('ok'),
    failed: count('fail'),
    unknown: count('info'),
    settled,
    reads: reads.length,
    overlapping: countOverlapping([...sends, ...reads].map(({ operation }) => operation)),
    replicas: finalLogs.length,
    finalLength: finalLogs.reduce((length, { entries }) => Math.max(length, entries.length), 0),
    counts: anomalies.counts,
    anomalies: anomalies.kept,
  };
}

function countOverlapping(operations: Operation[]): number {
  operations.sort((a, b) => a.invoked - b.invoked);
  let latestReturn = -1;
  let overlapping = 0;
  for (const { invoked, returned } of operations) {
    if (invoked < latestReturn) overlapping += 1;
    // Unknown ones would make everything after them look concurrent.
    if (returned !== Infinity) latestReturn = Math.max(latestReturn, returned);
  }
  return overlapping;
}
