import {
  createRequest,
  decodeOffsetHeader,
  encodeMaxOffsetHeader,
  encodeSearchOffsetHeader,
  RequestCode,
  ResponseCode,
  type RemotingCommand,
} from '@ledgermq/protocol';
import { unexpectedAnswer, type BrokerRequests } from './broker-requests.ts';
import type { PushConsumerConfig } from './consumer-options.ts';
import type { MessageQueue } from './message-queue.ts';
import { isRetryTopic } from './subscriptions.ts';

const OFFSET_TIMEOUT_MS = 3000;

/**
 * Where a group begins in a queue of which it has committed nothing, by RocketMQ's rules: retry queues from their
 * beginning, except when a point in time was asked for. 0 may lie before the queue's first message; the broker corrects
 * that with the first pull.
 */
export async function findStartOffset(
  requests: BrokerRequests,
  queue: MessageQueue,
  { consumeFromWhere, consumeTimestamp }: PushConsumerConfig,
): Promise<number> {
  switch (consumeFromWhere) {
    case 'CONSUME_FROM_FIRST_OFFSET':
      return 0;
    case 'CONSUME_FROM_LAST_OFFSET':
      return isRetryTopic(queue.topic) ? 0 : askOffset(requests, queue, maxOffsetRequest(queue));
    case 'CONSUME_FROM_TIMESTAMP':
      return askOffset(
        requests,
        queue,
        isRetryTopic(queue.topic) ? maxOffsetRequest(queue) : searchRequest(queue, consumeTimestamp),
      );
  }
}

function maxOffsetRequest({ topic, queueId, brokerName }: MessageQueue): RemotingCommand {
  const header = encodeMaxOffsetHeader({ topic, queueId, brokerName, committed: null });
  return createRequest(RequestCode.GET_MAX_OFFSET, header);
}

function searchRequest({ topic, queueId, brokerName }: MessageQueue, timestamp: number): RemotingCommand {
  const header = encodeSearchOffsetHeader({ topic, queueId, brokerName, timestamp, boundaryType: 'LOWER' });
  return createRequest(RequestCode.SEARCH_OFFSET_BY_TIMESTAMP, header);
}

async function askOffset(
  requests: BrokerRequests,
  queue: MessageQueue,
  command: RemotingCommand,
): Promise<number> {
  const limits = { timeoutMs: OFFSET_TIMEOUT_MS, repeatable: true };
  const response = await requests.request(queue.brokerName, command, limits);
  if (response.code !== ResponseCode.SUCCESS) throw unexpectedAnswer(response);
  return decodeOffsetHeader(response.extFields).offset;
}
