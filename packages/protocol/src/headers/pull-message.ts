import {
  newExtFields,
  putOptional,
  readInt,
  readLong,
  readOptionalInt,
  readOptionalLong,
  readOptionalText,
  readText,
} from '../field.ts';
import type { ExtFields } from '../field.ts';

/** Bits of a pull request's sysFlag (PullSysFlag of RocketMQ). */
export const PullSysFlag = {
  /** `commitOffset` of the header is to be stored. */
  commitOffset: 1,
  /** The broker may hold the request until a message arrives. */
  suspend: 2,
  /** `subscription` of the header replaces what the heartbeat registered. */
  subscription: 4,
  classFilter: 8,
  litePull: 16,
} as const;

/** PULL_MESSAGE (11) and LITE_PULL_MESSAGE (361). */
export interface PullHeader {
  readonly consumerGroup: string;
  readonly topic: string;
  readonly queueId: number;
  /** The first queue offset wanted. */
  readonly queueOffset: number;
  readonly maxMsgNums: number;
  /** `PullSysFlag` bits. */
  readonly sysFlag: number;
  /** Consumed up to here; meant only when the commitOffset bit is set. */
  readonly commitOffset: number;
  readonly suspendTimeoutMillis: number;
  /** Filter expression; meant only when the subscription bit is set. */
  readonly subscription: string | null;
  readonly subVersion: number;
  /** `TAG` when null. */
  readonly expressionType: string | null;
  readonly maxMsgBytes: number | null;
  /** The broker name the client believes it talks to (`bname`). */
  readonly brokerName: string | null;
}

export function decodePullHeader(ext: ExtFields): PullHeader {
  return {
    consumerGroup: readText(ext, 'consumerGroup'),
    topic: readText(ext, 'topic'),
    queueId: readInt(ext, 'queueId'),
    queueOffset: readLong(ext, 'queueOffset'),
    maxMsgNums: readInt(ext, 'maxMsgNums'),
    sysFlag: readInt(ext, 'sysFlag'),
    commitOffset: readLong(ext, 'commitOffset'),
    suspendTimeoutMillis: readLong(ext, 'suspendTimeoutMillis'),
    subscription: readOptionalText(ext, 'subscription'),
    subVersion: readLong(ext, 'subVersion'),
    expressionType: readOptionalText(ext, 'expressionType'),
    maxMsgBytes: readOptionalInt(ext, 'maxMsgBytes'),
    brokerName: readOptionalText(ext, 'bname'),
  };
}

export function encodePullHeader(header: PullHeader): Record<string, string> {
  const ext = newExtFields();
  ext['consumerGroup'] = header.consumerGroup;
  ext['topic'] = header.topic;
  ext['queueId'] = String(header.queueId);
  ext['queueOffset'] = String(header.queueOffset);
  ext['maxMsgNums'] = String(header.maxMsgNums);
  ext['sysFlag'] = String(header.sysFlag);
  ext['commitOffset'] = String(header.commitOffset);
  ext['suspendTimeoutMillis'] = String(header.suspendTimeoutMillis);
  putOptional(ext, 'subscription', header.subscription);
  ext['subVersion'] = String(header.subVersion);
  putOptional(ext, 'expressionType', header.expressionType);
  putOptional(ext, 'maxMsgBytes', header.maxMsgBytes);
  putOptional(ext, 'bname', header.brokerName);
  return ext;
}

/**
 * The answer to a pull. The first four fields are part of every one of the codes 0, 19, 20 and 21: Java and
 * Node clients fail on a missing one.
 */
export interface PullResponseHeader {
  /** The broker id to pull from next; 0 is the master. */
  readonly suggestWhichBrokerId: number;
  readonly nextBeginOffset: number;
  readonly minOffset: number;
  /** One past the last message of the queue. */
  readonly maxOffset: number;
  readonly topicSysFlag: number | null;
  readonly groupSysFlag: number | null;
}

export function decodePullResponseHeader(ext: ExtFields): PullResponseHeader {
  return {
    suggestWhichBrokerId: readOptionalLong(ext, 'suggestWhichBrokerId') ?? 0,
    nextBeginOffset: readLong(ext, 'nextBeginOffset'),
    minOffset: readLong(ext, 'minOffset'),
    maxOffset: readLong(ext, 'maxOffset'),
    topicSysFlag: readOptionalInt(ext, 'topicSysFlag'),
    groupSysFlag: readOptionalInt(ext, 'groupSysFlag'),
  };
}

export function encodePullResponseHeader(header: PullResponseHeader): Record<string, string> {
  const ext = newExtFields();
  ext['suggestWhichBrokerId'] = String(header.suggestWhichBrokerId);
  ext['nextBeginOffset'] = String(header.nextBeginOffset);
  ext['minOffset'] = String(header.minOffset);
  ext['maxOffset'] = String(header.maxOffset);
  putOptional(ext, 'topicSysFlag', header.topicSysFlag);
  putOptional(ext, 'groupSysFlag', header.groupSysFlag);
  return ext;
}
