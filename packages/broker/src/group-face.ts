import { UniqKeyGenerator, encodeHostAddress } from '@ledgermq/protocol';
import type { Frame, HostAddress } from '@ledgermq/protocol';
import type { Clock, Logger, RaftStatus, Random, TimerHandle } from '@ledgermq/raft';
import { BirthPlaces } from './birth-places.ts';
import { ClientRegistry } from './clients/client-registry.ts';
import { QueueLocks } from './clients/queue-locks.ts';
import type { BrokerConfig, GroupConfig } from './config.ts';
import type { ColdPace } from './delivery/cold-pace.ts';
import { ColdPulls } from './delivery/cold-pulls.ts';
import { HeldPulls } from './delivery/held-pulls.ts';
import { Dispatcher } from './dispatcher.ts';
import type { DispatchConnection } from './dispatcher.ts';
import { MasterRouter } from './forwarding/master-router.ts';
import type { MasterClient } from './forwarding/master-router.ts';
import { isRepeatableSend } from './forwarding/repeatable-send.ts';
import type { GroupPort, Leadership, LeadershipPort } from './group-port.ts';
import { brokerInfoRoutes } from './handlers/broker-info.ts';
import type { TrafficCounts } from './handlers/broker-info.ts';
import { consumerOffsetRoutes } from './handlers/consumer-offset.ts';
import { clientSessionRoutes, notifyMembers, prepareKnownGroups } from './handlers/heartbeat.ts';
import type { HeartbeatPorts } from './handlers/heartbeat.ts';
import { lockQueueRoutes } from './handlers/lock-queues.ts';
import { PullMessageHandler } from './handlers/pull-message.ts';
import { queryMessageRoutes } from './handlers/query-message.ts';
import { queueOffsetRoutes } from './handlers/queue-offsets.ts';
import { queueStatsRoutes } from './handlers/queue-stats.ts';
import type { RouteTable } from './handlers/route.ts';
import { sendBackRoutes } from './handlers/send-back.ts';
import { SendMessageHandler } from './handlers/send-message.ts';
import { StoredProperties } from './handlers/stored-properties.ts';
import { topicAdminRoutes } from './handlers/topic-admin.ts';
import { viewMessageRoutes } from './handlers/view-message.ts';
import { TopicCreation } from './topic-creation.ts';
import type { TopicAnnouncer } from './topic-creation.ts';
import { workText } from './replication/progress-watch.ts';

export interface GroupFacePorts {
  readonly group: GroupPort;
  readonly masterClient: MasterClient;
  readonly announcer: TopicAnnouncer;
  /** Of this process. */
  readonly coldPace: ColdPace;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Distinguishes the ids that this process gives to messages without one. */
  readonly processId: number;
}

/** What is worth showing about one replica's clients. */
export interface GroupFaceStatus {
  readonly clients: number;
  readonly heldPulls: number;
  readonly coldPulls: number;
  readonly parkedRequests: number;
  readonly parkedBytes: number;
  readonly lockedQueues: number;
}

/** RocketMQ's clients give up a pull after 30 s. */
const HOLD_MS_MAX = 25_000;
const HELD_SCAN_MS = 100;
const PARK_SCAN_MS = 10;
const FORWARD_RETRY_MS = 20;
const TOPICS_CREATING_MAX = 10_000;
const BATCH_MESSAGES_MAX = 32_768;

/**
 * Everything one replica shows to its clients, without a socket: the tables of clients, the handlers and the
 * dispatcher, wired to each other. Constructs only; the rules are in the parts.
 */
export class GroupFace {
  readonly #ports: GroupFacePorts;
  readonly #config: BrokerConfig;
  readonly #clients: ClientRegistry;
  readonly #locks: QueueLocks;
  readonly #held: HeldPulls;
  readonly #cold: ColdPulls;
  readonly #router: MasterRouter;
  readonly #dispatcher: Dispatcher;
  readonly #sessionPorts: HeartbeatPorts;
  readonly #leadership: LeadershipPort;
  #scanTimer: TimerHandle | null = null;
  #wasLeading = false;

  constructor(config: BrokerConfig, groupConfig: GroupConfig, storePort: number, ports: GroupFacePorts) {
    const { group, clock, random } = ports;
    this.#ports = ports;
    this.#config = config;
    this.#leadership = openLeadership(group);
    this.#clients = new ClientRegistry({
      channelExpiredTimeoutMs: config.channelExpiredTimeout,
      clientsMax: config.limits.clientsMax,
      subscriptionsPerGroupMax: config.limits.subscriptionsPerGroupMax,
      onGroupChanged: (members) => {
        notifyMembers(members, group.groups);
      },
    });
    this.#locks = new QueueLocks({
      lockMaxLiveTimeMs: config.lockMaxLiveTime,
      lockedQueuesMax: config.limits.lockedQueuesMax,
    });
    this.#held = new HeldPulls(clock, {
      heldPullsMax: config.limits.heldPullsMax,
      scanMs: HELD_SCAN_MS,
    });
    this.#cold = new ColdPulls(config.limits);
    this.#router = new MasterRouter(this.#leadership, ports.masterClient, clock, {
      sendParkMs: config.sendParkMs,
      retryMs: FORWARD_RETRY_MS,
      scanMs: PARK_SCAN_MS,
      parkedRequestsMax: config.limits.parkedRequestsMax,
      parkedBytesMax: config.limits.parkedBytesMax,
      memberAddresses: new Map(groupConfig.members.map(({ id, listenAddress }) => [id, listenAddress])),
    });
    const topics = new TopicCreation(group.topics, group.proposer, ports.announcer, {
      autoCreateTopicEnable: config.autoCreateTopicEnable,
      creatingMax: TOPICS_CREATING_MAX,
    });
    this.#sessionPorts = {
      clients: this.#clients,
      groups: group.groups,
      proposer: group.proposer,
      topics,
      clock,
      leading: () => this.#leadership.current().leading,
    };
    const storeHost = encodeHostAddress(config.brokerIP1, storePort);
    const send = new SendMessageHandler(
      {
        topics,
        groups: group.groups,
        random,
        clock,
        proposer: group.proposer,
        properties: this.#storedProperties(storeHost),
        birthPlaces: new BirthPlaces(),
        consumesInOrder: (name) => this.#locks.holdsAny(name, clock.monotonic()),
      },
      {
        storeHost,
        brokerPermission: config.brokerPermission,
        maxMessageSize: config.maxMessageSize,
        batchMessagesMax: BATCH_MESSAGES_MAX,
      },
    );
    const pull = this.#pullHandler();
    this.#dispatcher = new Dispatcher(
      {
        routes: this.#routes(topics, storeHost),
        send,
        pull,
        router: this.#router,
        clock,
        logger: ports.logger,
        isRepeatableSend: (header, body) =>
          config.enableSendDeduplication && isRepeatableSend(header, body, group.topics.get(header.topic)),
      },
      { forwardTimeoutMs: config.forwardTimeoutMs },
    );
  }

  /** Begins to look for clients that fell silent. */
  start(): void {
    this.#scanTimer ??= this.#ports.clock.setTimer(this.#config.channelScanMs, () => {
      this.#scanTimer = null;
      const now = this.#ports.clock.monotonic();
      this.#clients.expire(now);
      this.#locks.expire(now);
      this.start();
    });
  }

  stop(): void {
    if (this.#scanTimer !== null) {
      this.#ports.clock.clearTimer(this.#scanTimer);
      this.#scanTimer = null;
    }
    this.#router.stop();
    this.#held.stop();
    this.#cold.stop();
  }

  onFrames(frames: readonly Frame[], connection: DispatchConnection): void {
    this.#dispatcher.onFrames(frames, connection);
  }

  onClose(connection: DispatchConnection): void {
    this.#clients.connectionClosed(connection);
    this.#held.connectionClosed(connection);
    this.#cold.connectionClosed(connection);
    this.#ports.coldPace.connectionClosed(connection);
  }

  /** A message became readable. */
  onArrival(topic: string, queueId: number, maxOffset: number, tagsCode: number): void {
    this.#held.arrived(topic, queueId, maxOffset, tagsCode);
  }

  /** The role of this replica, or what it knows about the master, changed. */
  onLeadership(): void {
    const { leading } = this.#leadership.current();
    if (leading !== this.#wasLeading) {
      this.#wasLeading = leading;
      // Locks are the master's; what an earlier mastership granted says nothing about now.
      this.#locks.clear();
      this.#held.releaseAll();
      if (leading) {
        prepareKnownGroups(this.#sessionPorts, this.#config);
      }
    }
    this.#router.leadershipChanged();
  }

  /** The topic table changed; the first topics of a new group open it. */
  onTopics(): void {
    if (this.#leadership.current().leading !== this.#wasLeading) {
      this.onLeadership();
    }
  }

  status(): GroupFaceStatus {
    return {
      clients: this.#clients.memberships,
      heldPulls: this.#held.count,
      coldPulls: this.#cold.count,
      parkedRequests: this.#router.parkedCount,
      parkedBytes: this.#router.parkedBytes,
      lockedQueues: this.#locks.count,
    };
  }

  #storedProperties(storeHost: HostAddress): StoredProperties {
    const { clock, random, processId } = this.#ports;
    const generator = new UniqKeyGenerator({
      ip: storeHost.host,
      pid: processId,
      loaderHash: random.nextInt(0x7fffffff),
      now: () => clock.now(),
    });
    return new StoredProperties({
      clusterName: this.#config.brokerClusterName,
      regionId: 'DefaultRegion',
      nextUniqKey: () => generator.next(),
    });
  }

  #pullHandler(): PullMessageHandler {
    const { group, clock } = this.#ports;
    return new PullMessageHandler(
      {
        topics: group.topics,
        groups: group.groups,
        queues: group.queues,
        offsets: group.offsets,
        proposer: group.proposer,
        clients: this.#clients,
        held: this.#held,
        cold: this.#cold,
        pace: this.#ports.coldPace,
        clock,
        confirmReads: (done) => {
          this.#leadership.confirm(done);
        },
      },
      {
        brokerPermission: this.#config.brokerPermission,
        autoCreateSubscriptionGroup: this.#config.autoCreateSubscriptionGroup,
        maxTransferCount: this.#config.maxTransferCount,
        maxTransferBytes: this.#config.maxTransferBytes,
        holdMsMax: HOLD_MS_MAX,
      },
    );
  }

  #routes(topics: TopicCreation, storeHost: HostAddress): RouteTable {
    const { group, clock, random, announcer } = this.#ports;
    const { autoCreateSubscriptionGroup } = this.#config;
    const { topics: table, groups, offsets, proposer, queues, records, keys } = group;
    return new Map([
      ...consumerOffsetRoutes({
        offsets,
        proposer,
        queues,
        topics: table,
        groups,
        confirmReads: (done) => {
          this.#leadership.confirm(done);
        },
        autoCreateSubscriptionGroup,
      }),
      ...queueOffsetRoutes(queues),
      ...queueStatsRoutes({
        brokerName: group.brokerName,
        topics: table,
        queues,
        offsets,
        clients: this.#clients,
        clock,
      }),
      ...clientSessionRoutes(this.#sessionPorts, { autoCreateSubscriptionGroup }),
      ...lockQueueRoutes(this.#locks, clock),
      ...topicAdminRoutes({ topics: table, proposer, announcer }),
      ...viewMessageRoutes(records),
      ...queryMessageRoutes(keys),
      ...sendBackRoutes(
        { records, groups, topics, proposer, clock, random },
        { storeHost, autoCreateSubscriptionGroup },
      ),
      ...brokerInfoRoutes({
        traffic: (): TrafficCounts => group.traffic(),
        logRange: () => group.logRange(),
        standing: () => ({ ...standingOf(group.status()), longWork: workText(group.longWork()) }),
        configuration: () => configurationTable(this.#config, group.brokerName, storeHost.port),
        now: () => clock.now(),
        dataVersion: () => table.dataVersion,
      }),
    ]);
  }
}

/** Raft's view, under names that no RocketMQ key has. */
function standingOf(status: RaftStatus): Readonly<Record<string, string>> {
  return {
    raftRole: status.role,
    raftTerm: String(status.term),
    raftLeader: status.leader ?? '',
    raftCommitIndex: String(status.commitIndex),
    raftAppliedIndex: String(status.appliedIndex),
    raftLastIndex: String(status.lastIndex),
  };
}

/**
 * A group without any topic is one whose first master has not created the broker's own topics yet. Until then it is not
 * open: a send would be told that its topic does not exist, only because the topic it inherits from does not yet.
 */
function openLeadership(group: GroupPort): LeadershipPort {
  const current = (): Leadership => {
    const now = group.leadership.current();
    const [anyTopic] = now.leading ? group.topics.all() : [];
    return now.leading && anyTopic === undefined ? { ...now, leading: false, leader: null } : now;
  };
  return {
    current,
    readsAreCurrent: () => current().leading && group.leadership.readsAreCurrent(),
    confirm: (done) => {
      if (current().leading) group.leadership.confirm(done);
      else done(false);
    },
  };
}

/** The settings that RocketMQ knows too, under its names. */
function configurationTable(
  config: BrokerConfig,
  brokerName: string,
  listenPort: number,
): ReadonlyMap<string, string> {
  return new Map([
    ['brokerClusterName', config.brokerClusterName],
    ['brokerName', brokerName],
    ['brokerIP1', config.brokerIP1],
    ['listenPort', String(listenPort)],
    ['namesrvAddr', config.namesrvAddr.join(';')],
    ['flushDiskType', config.flushDiskType],
    ['brokerPermission', String(config.brokerPermission)],
    ['autoCreateTopicEnable', String(config.autoCreateTopicEnable)],
    ['autoCreateSubscriptionGroup', String(config.autoCreateSubscriptionGroup)],
    ['defaultTopicQueueNums', String(config.defaultTopicQueueNums)],
    ['maxMessageSize', String(config.maxMessageSize)],
    ['registerNameServerPeriod', String(config.registerNameServerPeriod)],
  ]);
}
