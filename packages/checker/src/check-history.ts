import { pairOperations, type Operation } from './history/operation.ts';
import type { HistoryRecord } from './history/record.ts';
import {
  checkLinearizable,
  type LinearizableOptions,
  type LinearizableResult,
} from './linearizability/check-linearizable.ts';
import { checkLogOperations, type LogCheckOptions, type LogCheckResult } from './log/check-log.ts';
import { finalLogsOf } from './log/final-log.ts';
import { consumerOffsetModel } from './models/consumer-offset-model.ts';
import { QUEUE_LOCK_DEFAULTS, queueLockModel, type QueueLockOptions } from './models/queue-lock-model.ts';
import { topicModel } from './models/topic-model.ts';

export interface HistoryCheckOptions {
  readonly log?: LogCheckOptions;
  readonly locks?: QueueLockOptions;
  /** For each model. */
  readonly search?: LinearizableOptions;
}

export interface HistoryVerdict {
  /** True only when something was checked and everything was decided and right. */
  readonly valid: boolean;
  readonly operations: number;
  readonly log: LogCheckResult;
  /** One of each model that the history concerns. */
  readonly models: readonly { readonly model: string; readonly result: LinearizableResult }[];
}

/**
 * Every check that a recorded history allows: its queues by the log checker against the final logs it carries, consumer
 * offsets, topics and locks by the search for a legal order.
 *
 * @throws CheckerError HISTORY_ORDER_INVALID, HISTORY_PAIRING_INVALID, OPERATION_INVALID, LIMIT_EXCEEDED
 */
export function checkHistory(
  records: readonly HistoryRecord[],
  options: HistoryCheckOptions = {},
): HistoryVerdict {
  const operations = pairOperations(records);
  const log = checkLogOperations(operations, finalLogsOf(records), options.log);
  const results = [
    checkModel(consumerOffsetModel, operations, options),
    checkModel(topicModel, operations, options),
    checkModel(queueLockModel(options.locks ?? QUEUE_LOCK_DEFAULTS), operations, options),
  ];
  const models = results.filter(({ result }) => result.type !== 'linearizable' || result.operations > 0);
  const checked = log.queues.length > 0 || models.length > 0;
  return {
    valid: checked && log.valid && models.every(({ result }) => result.type === 'linearizable'),
    operations: operations.length,
    log,
    models,
  };
}

function checkModel<State, Action>(
  model: Parameters<typeof checkLinearizable<State, Action>>[0],
  operations: readonly Operation[],
  { search }: HistoryCheckOptions,
): HistoryVerdict['models'][number] {
  return { model: model.name, result: checkLinearizable(model, operations, search) };
}
