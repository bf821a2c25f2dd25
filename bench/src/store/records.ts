import { encodeHostAddress, recordSize, writeRecord } from '@ledgermq/protocol';
import type { RecordSpec } from '@ledgermq/protocol';
import type { RecordWriter } from '@ledgermq/broker';

export const BODY_BYTES = 1024;

const HOST = encodeHostAddress('127.0.0.1', 10911);
const BODY: Buffer = Buffer.alloc(BODY_BYTES, 'x');
const KEY_PREFIX = '7F00000100002A9F18B4AAC2';
const KEY_DIGITS = 8;

/** Where messages go: a topic and one of its queues. */
export interface Target {
  readonly topic: string;
  readonly queueId: number;
}

/** A topic for each eight queues, RocketMQ's default number. */
export const QUEUES_PER_TOPIC = 8;

/** So many queues over as many topics as that takes. */
export function spreadTargets(count: number): Target[] {
  return Array.from({ length: count }, (_, i) => ({
    topic: `topic-${Math.floor(i / QUEUES_PER_TOPIC)}`,
    queueId: i % QUEUES_PER_TOPIC,
  }));
}

/** The stored form of a message of 1 KiB with an id, a tag and a key of its own, as a client sends it. */
export function recordSpec({ topic, queueId }: Target, number: number): RecordSpec {
  const digits = number.toString(16).toUpperCase().padStart(KEY_DIGITS, '0');
  const now = Date.now();
  return {
    queueId,
    flag: 0,
    queueOffset: 0,
    physicalOffset: 0,
    sysFlag: 0,
    bornTimestamp: now,
    bornHost: HOST,
    storeTimestamp: now,
    storeHost: HOST,
    reconsumeTimes: 0,
    preparedTransactionOffset: 0,
    body: BODY,
    topic,
    properties: `UNIQ_KEY\u0001${KEY_PREFIX}${digits}\u0002TAGS\u0001TagA\u0002KEYS\u0001order-${digits}\u0002WAIT\u0001true\u0002`,
  };
}

export function recordWriter(target: Target, number: number): RecordWriter {
  const spec = recordSpec(target, number);
  return { size: recordSize(spec), write: (buffer, at) => writeRecord(buffer, at, spec) };
}
