import {
  checkLinearizable,
  checkLogOperations,
  consumerOffsetModel,
  describeAnomaly,
  describeLinearizable,
  pairOperations,
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
 */
export function checkHistoryOf(
  history: readonly HistoryEvent[],
  finalLogs: readonly FinalLog[],
  retention: boolean,
  reporter: Reporter,
): void {
  const operations = pairOperations(history);
  const { anomalies } = checkLogOperations(operations, finalLogs, { retention });
  for (const anomaly of anomalies.slice(0, ANOMALIES_MAX))
    reporter.report(anomaly.type, describeAnomaly(anomaly));
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
