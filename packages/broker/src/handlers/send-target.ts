import { MessageProperty, ResponseCode, SysFlag, TopicPerm, validateTopic } from '@ledgermq/protocol';
import type { SendHeader } from '@ledgermq/protocol';
import type { Random } from '@ledgermq/raft';
import type { Refusal } from '../failure.ts';
import { refusalAnswer } from '../failure.ts';
import { DLQ_TOPIC_PREFIX, RETRY_TOPIC_PREFIX } from '../group-port.ts';
import type { SubscriptionGroupsPort } from '../group-port.ts';
import type { TopicCreation } from '../topic-creation.ts';
import { initialOf, initialsOf, valueOf } from './stored-properties.ts';

export interface SendTargetPorts {
  readonly topics: TopicCreation;
  readonly groups: SubscriptionGroupsPort;
  readonly random: Random;
  /** Whether the group consumes in order now; its clients send only what they gave up to the retry topic. */
  consumesInOrder(group: string): boolean;
}

/** The topic and queue in which a message is to be stored. */
export interface SendTarget {
  readonly type: 'target';
  readonly topic: string;
  readonly queueId: number;
}

export type SendTargetFound = SendTarget | { readonly type: 'refused'; readonly refusal: Refusal };

/** Topics of the broker's own machinery; a client that wrote there could forge deliveries. */
const FORBIDDEN_TOPICS: ReadonlySet<string> = new Set([
  'SCHEDULE_TOPIC_XXXX',
  'RMQ_SYS_TRANS_HALF_TOPIC',
  'RMQ_SYS_TRANS_OP_HALF_TOPIC',
  'TRANS_CHECK_MAX_TIME_TOPIC',
  'SELF_TEST_TOPIC',
  'OFFSET_MOVED_EVENT',
]);

/** From RocketMQ 3.4.9 on, what a request says about maxReconsumeTimes is meant. */
const MAX_RECONSUME_VERSION = 121;

/** The checks of a send in RocketMQ's order, and their result: where the message goes. */
export function findSendTarget(
  ports: SendTargetPorts,
  brokerPermission: number,
  header: SendHeader,
  clientVersion: number,
): SendTargetFound {
  const { topic } = header;
  try {
    validateTopic(topic);
  } catch (error) {
    const remark = error instanceof Error ? error.message : String(error);
    return refused(ResponseCode.INVALID_PARAMETER, remark);
  }
  if (FORBIDDEN_TOPICS.has(topic)) {
    return refused(ResponseCode.NO_PERMISSION, `Sending message to topic[${topic}] is forbidden.`);
  }
  const found = ports.topics.find(header);
  switch (found.type) {
    case 'missing':
      return refused(ResponseCode.TOPIC_NOT_EXIST, `topic[${topic}] not exist, apply first please!`);
    case 'busy':
      return { type: 'refused', refusal: refusalAnswer('overloaded') };
    case 'known':
      break;
  }
  const { perm, order, readQueueNums, writeQueueNums } = found.topic;
  const brokerWritable = (brokerPermission & TopicPerm.write) !== 0;
  if ((!brokerWritable && order) || (perm & TopicPerm.write) === 0) {
    return refused(ResponseCode.NO_PERMISSION, `sending message to topic[${topic}] is forbidden`);
  }
  if (header.queueId >= Math.max(readQueueNums, writeQueueNums) || writeQueueNums < 1) {
    return refused(
      ResponseCode.INVALID_PARAMETER,
      `request queueId[${header.queueId}] is illegal, topic[${topic}] has ${writeQueueNums} write queues`,
    );
  }
  const unsupported = unsupportedFeature(header);
  if (unsupported !== null) {
    return refused(ResponseCode.MESSAGE_ILLEGAL, unsupported);
  }
  const queueId = header.queueId < 0 ? ports.random.nextInt(writeQueueNums) : header.queueId;
  return topic.startsWith(RETRY_TOPIC_PREFIX)
    ? retryTarget(ports, header, clientVersion, queueId)
    : { type: 'target', topic, queueId };
}

/**
 * A consumer's own retry: one too many, or one of a group that consumes in order and has given the message up, goes to
 * the dead letters.
 */
function retryTarget(
  ports: SendTargetPorts,
  header: SendHeader,
  clientVersion: number,
  queueId: number,
): SendTargetFound {
  const groupName = header.topic.slice(RETRY_TOPIC_PREFIX.length);
  const group = ports.groups.get(groupName);
  if (group === undefined) {
    return refused(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST, `subscription group not exist, ${groupName}`);
  }
  const asked = clientVersion >= MAX_RECONSUME_VERSION ? header.maxReconsumeTimes : null;
  const exhausted = header.reconsumeTimes > (asked ?? group.retryMaxTimes);
  if (!exhausted && !ports.consumesInOrder(groupName)) {
    return { type: 'target', topic: header.topic, queueId };
  }
  return deadLetterTarget(ports.topics, groupName);
}

/** Queue 0 of the group's dead letter topic, which is created when first needed. */
export function deadLetterTarget(topics: TopicCreation, groupName: string): SendTargetFound {
  const topic = `${DLQ_TOPIC_PREFIX}${groupName}`;
  const found = topics.ensure(topic, 1);
  return found.type === 'busy'
    ? { type: 'refused', refusal: refusalAnswer('overloaded') }
    : { type: 'target', topic, queueId: 0 };
}

/** Of the names that `unsupportedFeature` looks for. */
const UNSUPPORTED_INITIALS: number = [
  MessageProperty.TRANSACTION_PREPARED,
  MessageProperty.DELAY_TIME_LEVEL,
  MessageProperty.TIMER_DELAY_SEC,
  MessageProperty.TIMER_DELAY_MS,
  MessageProperty.TIMER_DELIVER_MS,
].reduce((initials, name) => initials | initialOf(name, 0), 0);

/**
 * What this broker cannot keep its word on yet is refused, not stored as something else: a half message must not be
 * seen before its commit, a delayed one not before its time. A consumer's retry is exempt: its delay is a wish, and
 * some clients leave the mark of a transaction on it.
 */
function unsupportedFeature(header: SendHeader): string | null {
  const { properties, sysFlag } = header;
  if (header.topic.startsWith(RETRY_TOPIC_PREFIX)) {
    return null;
  }
  const prepared = (sysFlag & SysFlag.TRANSACTION_MASK) !== 0;
  if (!prepared && (initialsOf(properties) & UNSUPPORTED_INITIALS) === 0) {
    return null;
  }
  if (prepared || valueOf(properties, MessageProperty.TRANSACTION_PREPARED) === 'true') {
    return 'transaction messages are not supported by this broker';
  }
  const level = valueOf(properties, MessageProperty.DELAY_TIME_LEVEL);
  const delayed =
    (level !== null && Number(level) > 0) ||
    valueOf(properties, MessageProperty.TIMER_DELAY_SEC) !== null ||
    valueOf(properties, MessageProperty.TIMER_DELAY_MS) !== null ||
    valueOf(properties, MessageProperty.TIMER_DELIVER_MS) !== null;
  return delayed ? 'delayed messages are not supported by this broker' : null;
}

function refused(code: number, remark: string): SendTargetFound {
  return { type: 'refused', refusal: { code, remark } };
}
