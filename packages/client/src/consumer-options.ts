import { validateGroup, type MessageModel } from '@ledgermq/protocol';
import type { ClientPorts } from './client-ports.ts';
import { parseClientOptions, requireNoFaults, type ClientConfig, type ClientOptions } from './config.ts';

/** Where a group starts in a queue of which no offset is committed. */
export type ConsumeFromWhere =
  'CONSUME_FROM_LAST_OFFSET' | 'CONSUME_FROM_FIRST_OFFSET' | 'CONSUME_FROM_TIMESTAMP';

export interface PushConsumerOptions extends ClientOptions {
  /**
   * CLUSTERING (default): the members of the group share the queues, and offsets are kept by the brokers. BROADCASTING:
   * every member gets every message; offsets are kept in this process's memory only, so each start begins as
   * `consumeFromWhere` says, and failed messages are logged and not redelivered.
   */
  readonly messageModel?: MessageModel;
  readonly consumeFromWhere?: ConsumeFromWhere;
  /** For CONSUME_FROM_TIMESTAMP: `yyyyMMddHHmmss` in local time. Default: half an hour ago. */
  readonly consumeTimestamp?: string;
  /** Listener calls that may run at once. Default 20. */
  readonly concurrency?: number;
  /** Most messages of one call of a message listener. Default 1. */
  readonly consumeMessageBatchMaxSize?: number;
  /** Messages asked for with one pull. Default 32. */
  readonly pullBatchSize?: number;
  /** A queue is not pulled while more of its messages than this are unfinished. Default 1000. */
  readonly pullThresholdForQueue?: number;
  /** The same in MiB. Default 100. */
  readonly pullThresholdSizeForQueue?: number;
  /** A queue is not pulled while so many of its messages came after one that is unfinished. Default 2000. */
  readonly consumeConcurrentlyMaxSpan?: number;
  /** Time between commits of changed offsets, ms. Default 5000. */
  readonly persistConsumerOffsetInterval?: number;
  /** Redeliveries before a message goes to the dead letters. Default: as the broker's group says (16). */
  readonly maxReconsumeTimes?: number;
}

export interface PushConsumerConfig extends ClientConfig {
  readonly consumerGroup: string;
  readonly messageModel: MessageModel;
  readonly consumeFromWhere: ConsumeFromWhere;
  /** Ms since 1970. */
  readonly consumeTimestamp: number;
  readonly concurrency: number;
  readonly consumeMessageBatchMaxSize: number;
  readonly pullBatchSize: number;
  readonly pullThresholdForQueue: number;
  readonly pullThresholdBytesForQueue: number;
  readonly consumeConcurrentlyMaxSpan: number;
  readonly persistConsumerOffsetInterval: number;
  /** -1: as the broker's group says. */
  readonly maxReconsumeTimes: number;
}

const MIB = 1_048_576;
const DEFAULT_REWIND_MS = 1_800_000;
const MESSAGE_MODELS: readonly string[] = ['CLUSTERING', 'BROADCASTING'];
const FROM_WHERE: readonly string[] = [
  'CONSUME_FROM_LAST_OFFSET',
  'CONSUME_FROM_FIRST_OFFSET',
  'CONSUME_FROM_TIMESTAMP',
];

/** @throws MQClientException ERR_MQ_BAD_OPTIONS naming every fault. */
export function parseConsumerOptions(
  consumerGroup: string,
  options: PushConsumerOptions,
  ports: Pick<ClientPorts, 'clock' | 'process'>,
): PushConsumerConfig {
  const faults: string[] = [];
  const client = parseClientOptions(options, faults, ports);
  const timestamp = parseConsumeTimestamp(options.consumeTimestamp, ports.clock.now());
  const config: PushConsumerConfig = {
    ...client,
    consumerGroup,
    messageModel: options.messageModel ?? 'CLUSTERING',
    consumeFromWhere: options.consumeFromWhere ?? 'CONSUME_FROM_LAST_OFFSET',
    consumeTimestamp: timestamp,
    concurrency: options.concurrency ?? 20,
    consumeMessageBatchMaxSize: options.consumeMessageBatchMaxSize ?? 1,
    pullBatchSize: options.pullBatchSize ?? 32,
    pullThresholdForQueue: options.pullThresholdForQueue ?? 1000,
    pullThresholdBytesForQueue: (options.pullThresholdSizeForQueue ?? 100) * MIB,
    consumeConcurrentlyMaxSpan: options.consumeConcurrentlyMaxSpan ?? 2000,
    persistConsumerOffsetInterval: options.persistConsumerOffsetInterval ?? 5000,
    maxReconsumeTimes: options.maxReconsumeTimes ?? -1,
  };
  addFaults(faults, config);
  requireNoFaults(faults);
  return Object.freeze(config);
}

function addFaults(faults: string[], config: PushConsumerConfig): void {
  try {
    validateGroup(config.consumerGroup);
  } catch (error) {
    faults.push(error instanceof Error ? error.message : String(error));
  }
  if (!MESSAGE_MODELS.includes(config.messageModel)) {
    faults.push(`messageModel must be one of ${MESSAGE_MODELS.join(', ')}`);
  }
  if (!FROM_WHERE.includes(config.consumeFromWhere)) {
    faults.push(`consumeFromWhere must be one of ${FROM_WHERE.join(', ')}`);
  }
  if (!Number.isFinite(config.consumeTimestamp)) faults.push('consumeTimestamp must be yyyyMMddHHmmss');
  requireWithin(faults, 'concurrency', config.concurrency, 1, 10_000);
  requireWithin(faults, 'consumeMessageBatchMaxSize', config.consumeMessageBatchMaxSize, 1, 1024);
  requireWithin(faults, 'pullBatchSize', config.pullBatchSize, 1, 1024);
  requireWithin(faults, 'pullThresholdForQueue', config.pullThresholdForQueue, 1, 65_535);
  requireWithin(faults, 'consumeConcurrentlyMaxSpan', config.consumeConcurrentlyMaxSpan, 1, 65_535);
  requireWithin(faults, 'maxReconsumeTimes', config.maxReconsumeTimes, -1, 0x7fffffff);
  if (!(config.pullThresholdBytesForQueue > 0 && config.pullThresholdBytesForQueue <= 1024 * MIB)) {
    faults.push('pullThresholdSizeForQueue must be above 0 and at most 1024 MiB');
  }
  if (!(config.persistConsumerOffsetInterval >= 10)) {
    faults.push('persistConsumerOffsetInterval must be at least 10 ms');
  }
}

function requireWithin(faults: string[], name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  faults.push(`${name} must be a whole number from ${min} to ${max}, not ${value}`);
}

/** NaN when the text is no time. */
function parseConsumeTimestamp(text: string | undefined, now: number): number {
  if (text === undefined) return now - DEFAULT_REWIND_MS;
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text);
  if (match === null) return Number.NaN;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  const date = new Date(year, month - 1, day, hour, minute, second);
  // A day or hour that does not exist would silently become another one.
  const exists = date.getMonth() === month - 1 && date.getDate() === day && minute < 60 && second < 60;
  return exists && hour < 24 ? date.getTime() : Number.NaN;
}
