import type { Attributes } from './attributes.ts';

/** Topics of the broker itself, by their RocketMQ names. */
export const SystemTopic = {
  AUTO_CREATE_KEY: 'TBW102',
  SELF_TEST: 'SELF_TEST_TOPIC',
  BENCHMARK: 'BenchmarkTest',
  OFFSET_MOVED_EVENT: 'OFFSET_MOVED_EVENT',
  SCHEDULE: 'SCHEDULE_TOPIC_XXXX',
  HALF: 'RMQ_SYS_TRANS_HALF_TOPIC',
  OP_HALF: 'RMQ_SYS_TRANS_OP_HALF_TOPIC',
  CHECK_MAX_TIME: 'TRANS_CHECK_MAX_TIME_TOPIC',
  TRACE: 'RMQ_SYS_TRACE_TOPIC',
} as const;

const SYSTEM_NAMES: ReadonlySet<string> = new Set([
  SystemTopic.AUTO_CREATE_KEY,
  SystemTopic.SELF_TEST,
  SystemTopic.OFFSET_MOVED_EVENT,
  SystemTopic.SCHEDULE,
  SystemTopic.HALF,
  SystemTopic.OP_HALF,
  SystemTopic.CHECK_MAX_TIME,
  SystemTopic.TRACE,
]);
const SYSTEM_PREFIX = 'rmq_sys_';
const RETRY_PREFIX = '%RETRY%';
const DLQ_PREFIX = '%DLQ%';
/** Attribute by which a topic opts out of the check for ids already stored. */
const DEDUPLICATION_ATTRIBUTE = 'deduplication';

/**
 * Retries and dead letters carry the id of the message they were made from, and internal topics hold several
 * stages of one message: there a second record of the same id is meant.
 */
export function isDeduplicatedTopic(name: string, attributes: Attributes): boolean {
  return (
    !SYSTEM_NAMES.has(name) &&
    !name.startsWith(SYSTEM_PREFIX) &&
    !name.startsWith(RETRY_PREFIX) &&
    !name.startsWith(DLQ_PREFIX) &&
    attributes[DEDUPLICATION_ATTRIBUTE] !== 'false'
  );
}
