import {
  RequestCode,
  ResponseCode,
  decodeConsumeStatsHeader,
  decodeTopicStatsHeader,
  encodeConsumeStats,
  encodeTopicStats,
} from '@ledgermq/protocol';
import type {
  ConsumedQueueStats,
  ConsumeStatsHeader,
  MessageQueue,
  TopicQueueStats,
} from '@ledgermq/protocol';
import type { Clock } from '@ledgermq/raft';
import type { ClientRegistry } from '../clients/client-registry.ts';
import type { Exchange } from '../exchange.ts';
import { guarded } from '../failure.ts';
import type { ConsumerOffsetsPort, QueueBounds, QueueReader, TimeReader, TopicsPort } from '../group-port.ts';
import { masterReads } from './route.ts';
import type { Route } from './route.ts';

export interface QueueStatsPorts {
  readonly brokerName: string;
  readonly topics: TopicsPort;
  readonly queues: QueueReader & TimeReader;
  readonly offsets: ConsumerOffsetsPort;
  readonly clients: ClientRegistry;
  readonly clock: Pick<Clock, 'immediate'>;
}

/** Queues in one answer at most, as many as a topic can have. Clients take frames of 16 MiB. */
const QUEUES_MAX = 65_536;
/** Looked at in one turn of the event loop; their places may have to be read from files. */
const QUEUES_PER_TURN = 256;

/**
 * What administration tools show of queues: where those of a topic begin and end (202), and how far a group has consumed
 * those of its topics (208). Rates are not kept: they are told as 0. Nor is it known what was pulled and not consumed yet.
 */
export function queueStatsRoutes(ports: QueueStatsPorts): [number, Route][] {
  return [
    [
      RequestCode.GET_TOPIC_STATS_INFO,
      masterReads((command, exchange) => {
        const { topic } = decodeTopicStatsHeader(command.extFields);
        const config = ports.topics.get(topic);
        if (config === undefined) {
          exchange.respond(ResponseCode.TOPIC_NOT_EXIST, { remark: `topic[${topic}] not exist` });
          return;
        }
        const wanted = queuesOf(ports, topic, Math.max(config.readQueueNums, config.writeQueueNums));
        answer(ports, exchange, wanted, {
          look: (queue) => topicQueueStats(ports, queue),
          encode: (queues) => encodeTopicStats({ queues, topicPutTps: 0 }),
        });
      }),
    ],
    [
      RequestCode.GET_CONSUME_STATS,
      masterReads((command, exchange) => {
        const header = decodeConsumeStatsHeader(command.extFields);
        answer(ports, exchange, consumedQueues(ports, header), {
          look: (queue) => consumedQueueStats(ports, header.consumerGroup, queue),
          encode: (queues) => encodeConsumeStats({ queues, consumeTps: 0 }),
        });
      }),
    ],
  ];
}

function queuesOf({ brokerName }: QueueStatsPorts, topic: string, count: number): MessageQueue[] {
  return Array.from({ length: count }, (_, queueId) => ({ topic, brokerName, queueId }));
}

/** Of the topics that were asked for, or of all in which the group has an offset. A live group no longer reads all of them. */
function consumedQueues(
  ports: QueueStatsPorts,
  { consumerGroup, topics }: ConsumeStatsHeader,
): MessageQueue[] {
  const subscribed = ports.clients.consumerGroup(consumerGroup)?.subscriptions;
  const found: MessageQueue[] = [];
  for (const topic of topics.length > 0 ? topics : ports.offsets.topicsOf(consumerGroup)) {
    const config = ports.topics.get(topic);
    if (config === undefined) continue;
    if (subscribed !== undefined && subscribed.size > 0 && !subscribed.has(topic)) continue;
    found.push(...queuesOf(ports, topic, Math.min(config.readQueueNums, QUEUES_MAX + 1 - found.length)));
  }
  return found;
}

function topicQueueStats({ queues }: QueueStatsPorts, queue: MessageQueue): TopicQueueStats {
  const bounds = boundsOf(queues, queue);
  return { queue, ...bounds, lastUpdateTimestamp: timeBefore(queues, queue, bounds, bounds.maxOffset) };
}

function consumedQueueStats(
  { queues, offsets }: QueueStatsPorts,
  group: string,
  queue: MessageQueue,
): ConsumedQueueStats {
  const { topic, queueId } = queue;
  const bounds = boundsOf(queues, queue);
  const consumerOffset = offsets.get(group, topic, queueId) ?? 0;
  return {
    queue,
    brokerOffset: bounds.maxOffset,
    consumerOffset,
    pullOffset: consumerOffset,
    lastTimestamp: timeBefore(queues, queue, bounds, consumerOffset),
  };
}

/** A queue that nobody wrote to is told like an empty one. */
function boundsOf(queues: QueueReader, { topic, queueId }: MessageQueue): QueueBounds {
  return queues.bounds(topic, queueId) ?? { minOffset: 0, maxOffset: 0 };
}

/** Store time of the message before an offset; 0 if the queue does not hold it, or no longer. */
function timeBefore(
  queues: TimeReader,
  { topic, queueId }: MessageQueue,
  { minOffset }: QueueBounds,
  offset: number,
): number {
  return offset > minOffset ? (queues.storeTimestampAt(topic, queueId, offset - 1) ?? 0) : 0;
}

/** Looks at all queues, some in each turn. What is found in later turns is at least as new as what was confirmed. */
function answer<Stats>(
  { clock }: QueueStatsPorts,
  exchange: Exchange,
  wanted: readonly MessageQueue[],
  {
    look,
    encode,
  }: { readonly look: (queue: MessageQueue) => Stats; readonly encode: (found: readonly Stats[]) => Buffer },
): void {
  if (wanted.length > QUEUES_MAX) {
    exchange.respond(ResponseCode.SYSTEM_ERROR, {
      remark: `more than ${QUEUES_MAX} queues: ask for a topic`,
    });
    return;
  }
  const found: Stats[] = [];
  const some = (): void => {
    guarded(exchange, () => {
      for (const queue of wanted.slice(found.length, found.length + QUEUES_PER_TURN)) found.push(look(queue));
      if (found.length < wanted.length) clock.immediate(some);
      else exchange.respond(ResponseCode.SUCCESS, { body: encode(found) });
    });
  };
  some();
}
