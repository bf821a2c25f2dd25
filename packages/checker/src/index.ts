export { CheckerError, type CheckerErrorCode } from './errors.ts';
export { parseRecord, type HistoryRecord, type ProcessId, type RecordType } from './history/record.ts';
export { HISTORY_LIMITS, HistoryReader, encodeRecord, type HistoryLimits } from './history/ndjson.ts';
export { readHistoryFile, writeHistoryFile } from './history/history-file.ts';
export { mergeHistories } from './history/merge.ts';
export { describeOperation, pairOperations, type Operation, type Outcome } from './history/operation.ts';
export {
  HistoryRecorder,
  OpenOperation,
  RecordedProcess,
  type AnswerPlace,
  type RecorderOptions,
} from './history/recorder.ts';

export { finalLogsOf, type FinalLog, type PlacedId } from './log/final-log.ts';
export { ANOMALY_TYPES, describeAnomaly, type Anomaly, type AnomalyType } from './log/anomaly.ts';
export {
  checkLog,
  checkLogOperations,
  type LogCheckOptions,
  type LogCheckResult,
  type QueueVerdict,
} from './log/check-log.ts';
export { parseQueueOperation } from './log/queue-history.ts';

export { partitionBy, type Model, type Step } from './linearizability/model.ts';
export {
  LINEARIZABLE_LIMITS,
  checkLinearizable,
  describeLinearizable,
  type LinearizableOptions,
  type LinearizableResult,
} from './linearizability/check-linearizable.ts';
export type { UnknownReason, Witness } from './linearizability/search.ts';
export { appendLogModel } from './models/append-log-model.ts';
export { consumerOffsetModel } from './models/consumer-offset-model.ts';
export { topicModel } from './models/topic-model.ts';
export { QUEUE_LOCK_DEFAULTS, queueLockModel, type QueueLockOptions } from './models/queue-lock-model.ts';

export { checkHistory, type HistoryCheckOptions, type HistoryVerdict } from './check-history.ts';
export { describeVerdict } from './verdict-text.ts';
