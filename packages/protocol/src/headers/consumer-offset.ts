import {
  newExtFields,
  putOptional,
  readInt,
  readLong,
  readOptionalBoolean,
  readOptionalText,
  readText,
} from '../field.ts';
import type { ExtFields } from '../field.ts';

/** QUERY_CONSUMER_OFFSET (14). Answered with an `OffsetHeader`, or with code 22 when there is none. */
export interface QueryConsumerOffsetHeader {
  readonly consumerGroup: string;
  readonly topic: string;
  readonly queueId: number;
  /** False = a missing offset is reported as such and not taken for 0. Absent counts as true. */
  readonly setZeroIfNotFound: boolean | null;
  readonly brokerName: string | null;
}

export function decodeQueryConsumerOffsetHeader(ext: ExtFields): QueryConsumerOffsetHeader {
  return {
    consumerGroup: readText(ext, 'consumerGroup'),
    topic: readText(ext, 'topic'),
    queueId: readInt(ext, 'queueId'),
    setZeroIfNotFound: readOptionalBoolean(ext, 'setZeroIfNotFound'),
    brokerName: readOptionalText(ext, 'bname'),
  };
}

export function encodeQueryConsumerOffsetHeader(header: QueryConsumerOffsetHeader): Record<string, string> {
  const ext = newExtFields();
  ext['consumerGroup'] = header.consumerGroup;
  ext['topic'] = header.topic;
  ext['queueId'] = String(header.queueId);
  putOptional(ext, 'setZeroIfNotFound', header.setZeroIfNotFound);
  putOptional(ext, 'bname', header.brokerName);
  return ext;
}

/** UPDATE_CONSUMER_OFFSET (15), usually one-way. A negative offset means nothing and changes nothing. */
export interface UpdateConsumerOffsetHeader {
  readonly consumerGroup: string;
  readonly topic: string;
  readonly queueId: number;
  readonly commitOffset: number;
  readonly brokerName: string | null;
}

export function decodeUpdateConsumerOffsetHeader(ext: ExtFields): UpdateConsumerOffsetHeader {
  return {
    consumerGroup: readText(ext, 'consumerGroup'),
    topic: readText(ext, 'topic'),
    queueId: readInt(ext, 'queueId'),
    commitOffset: readLong(ext, 'commitOffset'),
    brokerName: readOptionalText(ext, 'bname'),
  };
}

export function encodeUpdateConsumerOffsetHeader(header: UpdateConsumerOffsetHeader): Record<string, string> {
  const ext = newExtFields();
  ext['consumerGroup'] = header.consumerGroup;
  ext['topic'] = header.topic;
  ext['queueId'] = String(header.queueId);
  ext['commitOffset'] = String(header.commitOffset);
  putOptional(ext, 'bname', header.brokerName);
  return ext;
}
