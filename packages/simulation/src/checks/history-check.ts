import {
  checkLinearizable,
  checkLogOperations,
  consumerOffsetModel,
  describeAnomaly,
  describeLinearizable,
  pairOperations,
  parseQueueOperation,
  queueLockModel,
  topicModel,
  type FinalLog,
  type Model,
  type Operation,
} from '@ledgermq/checker';
import type { HistoryEvent } from '../world/history.ts';
import type { Reporter } from './reporter.ts';

/** Steps of a search: some seconds of work; a search that is given up counts as a failure. */
const STEPS_MAX = 4_000_000;
const ANOMALIES_MAX = 5;
/** A lease of 60 s of a clock that may run at half or twice its speed for as long. */
const LOCK_LEASE = { leaseMs: 75_000, toleranceMs: 45_500 };

/**
 * What the clients saw, against the promises to them. Each anomaly of a queue is reported under its own name (see the
 * checker's list), what is not linearizable as `linearizable`. With `retention` the oldest messages may be gone.
 *
 * `finalLogs` by group: each has members of its own, and who does not belong to a group need not hold its queues.
 */
export function checkHistoryOf(
  history: readonly HistoryEvent[],
  finalLogs: ReadonlyMap<string, readonly FinalLog[]>,
  retention: boolean,
  reporter: Reporter,
): void {
  const operations = pairOperations(history);
  for (const [group, logs] of finalLogs) {
    const concerned = operations.filter((one) => parseQueueOperation(one)?.queue.startsWith(`${group}/`));
    // A client asks whichever replica leads, so weak reads of one client come from several.
    const { anomalies } = checkLogOperations(concerned, logs, { retention, sessions: false });
    for (const anomaly of anomalies.slice(0, ANOMALIES_MAX))
      reporter.report(anomaly.type, describeAnomaly(anomaly));
  }
  search(consumerOffsetModel, operations, reporter);
  search(topicModel, operations, reporter);
  search(queueLockModel(LOCK_LEASE), operations, reporter);
}

function search<State, Action>(
  model: Model<State, Action>,
  operations: readonly Operation[],
  reporter: Reporter,
): void {
  const result = checkLinearizable(model, operations, { stepsMax: STEPS_MAX });
  if (result.type !== 'linearizable') reporter.report('linearizable', describeLinearizable(result));
}
