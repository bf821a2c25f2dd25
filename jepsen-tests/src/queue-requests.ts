import {
  createRequest,
  encodeMaxOffsetHeader,
  encodePullHeader,
  encodeQueryConsumerOffsetHeader,
  encodeSendHeaderV2,
  encodeUpdateConsumerOffsetHeader,
  PullSysFlag,
  RequestCode,
  type RemotingCommand,
} from '@ledgermq/protocol';

/** One queue of one broker group, as requests name it. */
export interface QueueAddress {
  readonly brokerName: string;
  readonly topic: string;
  readonly queueId: number;
}

/** The name of a queue in histories. */
export function queueName({ brokerName, topic, queueId }: QueueAddress): string {
  return `${brokerName}/${topic}/${queueId}`;
}

const PULL_COUNT = 64;

/** What any RocketMQ client puts on the wire; a repeated send carries the UNIQ_KEY of the first. */
export function sendRequest(queue: QueueAddress, uniqKey: string): RemotingCommand {
  const header = encodeSendHeaderV2({
    producerGroup: 'recorded_producer',
    topic: queue.topic,
    defaultTopic: 'TBW102',
    defaultTopicQueueNums: 4,
    queueId: queue.queueId,
    sysFlag: 0,
    bornTimestamp: Date.now(),
    flag: 0,
    properties: `UNIQ_KEY\u0001${uniqKey}\u0002WAIT\u0001true\u0002`,
    reconsumeTimes: 0,
    unitMode: false,
    maxReconsumeTimes: null,
    batch: false,
    brokerName: null,
  });
  return createRequest(RequestCode.SEND_MESSAGE_V2, header, Buffer.from(uniqKey));
}

/** Everything from an offset on; with a hold the broker may wait for a message. */
export function pullRequest(queue: QueueAddress, from: number, holdMs: number = 0): RemotingCommand {
  const header = encodePullHeader({
    consumerGroup: 'recorded_puller',
    topic: queue.topic,
    queueId: queue.queueId,
    queueOffset: from,
    maxMsgNums: PULL_COUNT,
    sysFlag: PullSysFlag.subscription | (holdMs > 0 ? PullSysFlag.suspend : 0),
    commitOffset: 0,
    suspendTimeoutMillis: holdMs,
    subscription: '*',
    subVersion: 0,
    expressionType: 'TAG',
    maxMsgBytes: null,
    brokerName: null,
  });
  return createRequest(RequestCode.PULL_MESSAGE, header);
}

export function maxOffsetRequest({ topic, queueId }: QueueAddress): RemotingCommand {
  return createRequest(
    RequestCode.GET_MAX_OFFSET,
    encodeMaxOffsetHeader({ topic, queueId, brokerName: null, committed: null }),
  );
}

export function commitOffsetRequest(
  { topic, queueId }: QueueAddress,
  consumerGroup: string,
  commitOffset: number,
): RemotingCommand {
  return createRequest(
    RequestCode.UPDATE_CONSUMER_OFFSET,
    encodeUpdateConsumerOffsetHeader({ consumerGroup, topic, queueId, commitOffset, brokerName: null }),
  );
}

export function queryOffsetRequest({ topic, queueId }: QueueAddress, consumerGroup: string): RemotingCommand {
  return createRequest(
    RequestCode.QUERY_CONSUMER_OFFSET,
    encodeQueryConsumerOffsetHeader({
      consumerGroup,
      topic,
      queueId,
      setZeroIfNotFound: false,
      brokerName: null,
    }),
  );
}
