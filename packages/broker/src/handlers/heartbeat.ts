import {
  RequestCode,
  ResponseCode,
  asOneway,
  createRequest,
  decodeConsumerGroupHeader,
  decodeHeartbeat,
  decodeUnregisterClientHeader,
  encodeCommand,
  encodeConsumerGroupHeader,
  encodeConsumerList,
  validateGroup,
} from '@ledgermq/protocol';
import type { RemotingCommand } from '@ledgermq/protocol';
import type { Clock } from '@ledgermq/raft';
import type { ClientRegistry, ConsumerGroupView } from '../clients/client-registry.ts';
import type { Exchange } from '../exchange.ts';
import { RETRY_TOPIC_PREFIX } from '../group-port.ts';
import type { ConfigurationProposer, SubscriptionGroupsPort } from '../group-port.ts';
import type { TopicCreation } from '../topic-creation.ts';
import { anyReplica } from './route.ts';
import type { Route } from './route.ts';

export interface HeartbeatPorts {
  readonly clients: ClientRegistry;
  readonly groups: SubscriptionGroupsPort;
  readonly proposer: ConfigurationProposer;
  readonly topics: TopicCreation;
  readonly clock: Clock;
  /** Only the master creates groups and their retry topics; clients send heartbeats to it as well. */
  leading(): boolean;
}

export interface HeartbeatOptions {
  readonly autoCreateSubscriptionGroup: boolean;
}

/** Queues of a retry topic when the group does not say otherwise. */
const RETRY_QUEUE_NUMS = 1;

/**
 * Who is there: heartbeats (34), leaving (35) and the member list (38). All replicas serve them from their own
 * registry, because every client sends its heartbeat to every replica.
 */
export function clientSessionRoutes(ports: HeartbeatPorts, options: HeartbeatOptions): [number, Route][] {
  return [
    [
      RequestCode.HEART_BEAT,
      anyReplica((command, exchange) => {
        heartbeat(ports, options, command, exchange);
      }),
    ],
    [
      RequestCode.UNREGISTER_CLIENT,
      anyReplica((command, exchange) => {
        const { clientID, producerGroup, consumerGroup } = decodeUnregisterClientHeader(command.extFields);
        ports.clients.unregister(clientID, producerGroup, consumerGroup);
        exchange.respond(ResponseCode.SUCCESS);
      }),
    ],
    [
      RequestCode.GET_CONSUMER_LIST_BY_GROUP,
      anyReplica((command, exchange) => {
        const { consumerGroup } = decodeConsumerGroupHeader(command.extFields);
        const ids = ports.clients.consumerIds(consumerGroup);
        if (ids.length > 0) {
          exchange.respond(ResponseCode.SUCCESS, { body: encodeConsumerList(ids) });
        } else {
          exchange.respond(ResponseCode.SYSTEM_ERROR, {
            remark: `no consumer for this group, ${consumerGroup}`,
          });
        }
      }),
    ],
  ];
}

function heartbeat(
  ports: HeartbeatPorts,
  options: HeartbeatOptions,
  command: RemotingCommand,
  exchange: Exchange,
): void {
  const beat = decodeHeartbeat(command.body);
  for (const { groupName } of [...beat.producerDataSet, ...beat.consumerDataSet]) {
    validateGroup(groupName);
  }
  const sender = {
    connection: exchange.connection,
    language: command.language,
    version: command.version,
  };
  if (!ports.clients.heartbeat(beat, sender, ports.clock.monotonic())) {
    exchange.respond(ResponseCode.SYSTEM_BUSY, { remark: '[OVERLOAD]too many clients on this broker' });
    return;
  }
  if (ports.leading()) {
    for (const consumer of beat.consumerDataSet) {
      prepareGroup(ports, options, consumer.groupName);
    }
  }
  exchange.respond(ResponseCode.SUCCESS);
}

/**
 * A new master makes up for what its predecessor may not have come to: groups whose heartbeats this replica took while
 * it could not propose.
 */
export function prepareKnownGroups(ports: HeartbeatPorts, options: HeartbeatOptions): void {
  for (const { groupName } of ports.clients.consumerGroups()) {
    prepareGroup(ports, options, groupName);
  }
}

/**
 * Sees to it that the group and its retry topic exist. The heartbeat is answered without waiting for it: a group that
 * could not be created now is created by the next heartbeat or by the first pull.
 */
function prepareGroup(ports: HeartbeatPorts, options: HeartbeatOptions, groupName: string): void {
  const group = ports.groups.get(groupName);
  if (group === undefined) {
    if (!options.autoCreateSubscriptionGroup) {
      return;
    }
    ports.proposer.createSubscriptionGroup(groupName, () => undefined);
  }
  const queues = group?.retryQueueNums ?? RETRY_QUEUE_NUMS;
  if (queues > 0) {
    ports.topics.ensure(`${RETRY_TOPIC_PREFIX}${groupName}`, queues);
  }
}

/** Tells all members of a group that its members or subscriptions changed (40), so that they rebalance at once. */
export function notifyMembers(group: ConsumerGroupView, groups: SubscriptionGroupsPort): void {
  if (groups.get(group.groupName)?.notifyConsumerIdsChangedEnable === false) {
    return;
  }
  const request = createRequest(
    RequestCode.NOTIFY_CONSUMER_IDS_CHANGED,
    encodeConsumerGroupHeader({ consumerGroup: group.groupName }),
  );
  const frame = encodeCommand(asOneway(request));
  for (const { connection } of group.clients.values()) {
    connection.write(frame);
  }
}
