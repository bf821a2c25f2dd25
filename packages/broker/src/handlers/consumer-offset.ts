import {
  RequestCode,
  ResponseCode,
  decodeQueryConsumerOffsetHeader,
  decodeUpdateConsumerOffsetHeader,
  encodeOffsetHeader,
} from '@ledgermq/protocol';
import type { RemotingCommand } from '@ledgermq/protocol';
import type { Exchange } from '../exchange.ts';
import { answerCommand, guarded } from '../failure.ts';
import type {
  ConsumerOffsetsPort,
  OffsetProposer,
  QueueReader,
  SubscriptionGroupsPort,
  TopicsPort,
} from '../group-port.ts';
import { masterProposes, masterReads } from './route.ts';
import type { Retry, Route } from './route.ts';

/**
 * A queue that still begins at 0 and holds at most so many messages counts as young: a group without an offset starts
 * at its beginning. RocketMQ decides this by whether message 0 is still in memory.
 */
const YOUNG_QUEUE_MESSAGES_MAX = 1_000_000;

export interface ConsumerOffsetPorts {
  readonly offsets: ConsumerOffsetsPort;
  readonly proposer: OffsetProposer;
  readonly queues: QueueReader;
  readonly topics: TopicsPort;
  readonly groups: SubscriptionGroupsPort;
  /** See `LeadershipPort.confirm`. */
  confirmReads(done: (confirmed: boolean) => void): void;
  /** With auto-creation of groups a commit of an unknown group is welcome. */
  readonly autoCreateSubscriptionGroup: boolean;
}

/** How far a group has consumed a queue: asked for by 14, committed by 15. */
export function consumerOffsetRoutes(ports: ConsumerOffsetPorts): [number, Route][] {
  return [
    [
      RequestCode.QUERY_CONSUMER_OFFSET,
      masterReads((command, exchange) => {
        query(ports, command, exchange);
      }),
    ],
    [
      RequestCode.UPDATE_CONSUMER_OFFSET,
      masterProposes(
        (command, exchange, retry) => {
          update(ports, command, exchange, retry);
        },
        { repeatable: true },
      ),
    ],
  ];
}

function query(ports: ConsumerOffsetPorts, command: RemotingCommand, exchange: Exchange): void {
  const header = decodeQueryConsumerOffsetHeader(command.extFields);
  const { consumerGroup, topic, queueId } = header;
  const stored = ports.offsets.get(consumerGroup, topic, queueId);
  const young = header.setZeroIfNotFound !== false && isYoung(ports.queues, topic, queueId);
  const offset = stored ?? (young ? 0 : undefined);
  if (offset === undefined) {
    exchange.respond(ResponseCode.QUERY_NOT_FOUND, {
      remark: 'Not found, maybe this consumer group boot first',
    });
  } else {
    exchange.respond(ResponseCode.SUCCESS, { extFields: encodeOffsetHeader({ offset }) });
  }
}

function isYoung(queues: QueueReader, topic: string, queueId: number): boolean {
  const bounds = queues.bounds(topic, queueId);
  return (
    bounds !== null &&
    bounds.minOffset === 0 &&
    bounds.maxOffset > 0 &&
    bounds.maxOffset <= YOUNG_QUEUE_MESSAGES_MAX
  );
}

function update(
  ports: ConsumerOffsetPorts,
  command: RemotingCommand,
  exchange: Exchange,
  retry: Retry,
): void {
  const { consumerGroup, topic, queueId, commitOffset } = decodeUpdateConsumerOffsetHeader(command.extFields);
  if (!ports.autoCreateSubscriptionGroup && ports.groups.get(consumerGroup) === undefined) {
    exchange.respond(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST, {
      remark: `subscription group [${consumerGroup}] not exist`,
    });
    return;
  }
  if (ports.topics.get(topic) === undefined) {
    exchange.respond(ResponseCode.TOPIC_NOT_EXIST, { remark: `topic [${topic}] not exist` });
    return;
  }
  if (queueId < 0) {
    exchange.respond(ResponseCode.INVALID_PARAMETER, { remark: `queueId [${queueId}] is negative` });
    return;
  }
  // Some clients commit -1 for "nothing consumed".
  if (commitOffset < 0) {
    exchange.respond(ResponseCode.SUCCESS);
    return;
  }
  const propose = (): void => {
    ports.proposer.commitOffset(consumerGroup, topic, queueId, commitOffset, (outcome) => {
      answerCommand(exchange, outcome, retry, () => {
        exchange.respond(ResponseCode.SUCCESS);
      });
    });
  };
  const unchanged = (): boolean => ports.offsets.get(consumerGroup, topic, queueId) === commitOffset;
  if (!unchanged()) {
    propose();
    return;
  }
  // Clients commit each queue every few seconds, changed or not. What did not change need not be stored again, if it is
  // the master who knows so: a deposed one does not see what its successor has stored meanwhile.
  ports.confirmReads((confirmed) => {
    guarded(exchange, () => {
      if (confirmed && unchanged()) exchange.respond(ResponseCode.SUCCESS);
      else propose();
    });
  });
}
