import { Listener, connect, nodeNet } from '@ledgermq/protocol/net';
import type { Connection, ConnectionOptions, NetPorts } from '@ledgermq/protocol/net';
import type { Clock, Random } from '@ledgermq/raft';
import { AdminHttp } from './admin-http.ts';
import type { BrokerStatus, GroupStatus } from './broker-status.ts';
import { parseHostPort } from './config-reader.ts';
import type { BrokerConfig, GroupConfig } from './config.ts';
import { BrokerError } from './errors.ts';
import { ColdPace } from './delivery/cold-pace.ts';
import { ForwardConnections } from './forwarding/forward-connections.ts';
import type { AdministrationAnswer } from './group-administration.ts';
import { GroupFace } from './group-face.ts';
import type { NamesrvConnection } from './namesrv-link.ts';
import { NamesrvRegistration } from './namesrv-registration.ts';
import { MetricsPage } from './metrics/metrics-page.ts';
import type { LoggerFactory } from './process-logger.ts';
import type { HostedReplica, ReplicaEvents, ReplicaHost } from './replica-host.ts';

export interface BrokerOptions {
  readonly loggers: LoggerFactory;
  /** Called once when this node must not go on; the process is expected to end. */
  readonly onFatal: (error: Error) => void;
  readonly clock: Clock;
  readonly random: Random;
  /** Where the replicas of this node live. */
  readonly replicas: ReplicaHost;
  readonly processId: number;
  /** Sockets of clients, name servers and forwarded requests. Default: those of this process. */
  readonly net?: NetPorts;
  /** Whether to serve HTTP on `adminListen`; default true. */
  readonly admin?: boolean;
}

/** Where a started node can be reached; ports are the real ones where the configuration says 0. */
export interface BrokerReady {
  readonly nodeId: string;
  /** 0 when there is no HTTP. */
  readonly adminPort: number;
  readonly listenPorts: Readonly<Record<string, number>>;
}

/** One group on this node with everything that belongs to it. */
interface RunningGroup {
  readonly config: GroupConfig;
  readonly replica: HostedReplica;
  readonly face: GroupFace;
  readonly registration: NamesrvRegistration;
  readonly listener: Listener;
  readonly port: number;
}

const FORWARD_CONNECT_TIMEOUT_MS = 500;
const NAMESRV_CONNECT_TIMEOUT_MS = 3_000;
const NAMESRV_RECONNECT_MS = 1_000;
const ANNOUNCEMENTS_MAX = 100_000;
const MASTER_ID = 0;

/**
 * One process: a node that hosts one replica of each broker group of which it is a member. Constructs, starts and
 * stops the parts, and holds no rule of its own.
 */
export class Broker {
  readonly #config: BrokerConfig;
  readonly #options: BrokerOptions;
  readonly #forwards: ForwardConnections;
  readonly #admin: AdminHttp | null;
  readonly #net: NetPorts;
  readonly #coldPace: ColdPace;
  readonly #startedAt: number;
  /** In the order of starting; stopped in reverse. */
  readonly #groups: RunningGroup[] = [];
  #starting: Promise<BrokerReady> | null = null;
  #stopping: Promise<void> | null = null;
  /** Aborted by `stop`, for a start that would wait for other nodes. */
  readonly #stopped = new AbortController();
  #failed = false;

  constructor(config: BrokerConfig, options: BrokerOptions) {
    this.#config = config;
    this.#options = options;
    this.#startedAt = options.clock.now();
    this.#net = options.net ?? nodeNet;
    const sent = (): number =>
      this.#groups.reduce((sum, { replica }) => sum + replica.traffic().messagesPut, 0);
    this.#coldPace = new ColdPace(options.clock, sent, config.limits);
    this.#forwards = new ForwardConnections(
      { ...this.#connectionOptions(), connectTimeoutMs: FORWARD_CONNECT_TIMEOUT_MS },
      this.#net,
    );
    this.#admin =
      options.admin === false
        ? null
        : new AdminHttp(config.adminListen, {
            status: () => this.status(),
            metrics: new MetricsPage({
              cluster: config.brokerClusterName,
              nodeId: config.nodeId,
              replicas: () => this.#groups.map(({ replica }) => replica),
            }),
            transferLeadership: (brokerName, to) =>
              this.#order(brokerName, (replica) => replica.transferLeadership(to)),
            changeMembers: (brokerName, wish) =>
              this.#order(brokerName, (replica) => replica.changeMembers(wish)),
          });
  }

  /** Rejects with BrokerError STOPPED when `stop` is called before it has ended. */
  start(): Promise<BrokerReady> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  status(): BrokerStatus {
    return {
      nodeId: this.#config.nodeId,
      brokerClusterName: this.#config.brokerClusterName,
      startedAt: this.#startedAt,
      pullsGivingWay: this.#coldPace.waiting,
      groups: this.#groups.map(statusOf),
    };
  }

  async #start(): Promise<BrokerReady> {
    const { nodeId, groups } = this.#config;
    await this.#options.replicas.start();
    for (const group of groups) {
      this.#requireWanted();
      if (group.members.some(({ id }) => id === nodeId)) {
        this.#groups.push(await this.#openGroup(group));
      }
    }
    this.#requireWanted();
    for (const { replica, face, registration } of this.#groups) {
      replica.start();
      face.start();
      registration.start();
    }
    const adminPort = (await this.#admin?.start()) ?? 0;
    return {
      nodeId,
      adminPort,
      listenPorts: Object.fromEntries(this.#groups.map(({ config, port }) => [config.brokerName, port])),
    };
  }

  /**
   * Each part stops before what it builds on, except that a replica stops before its listener: what it gives up then is
   * still answered.
   */
  async #stop(): Promise<void> {
    this.#stopped.abort();
    await this.#starting?.catch(() => null);
    await this.#admin?.stop();
    this.#coldPace.stop();
    for (const { face, registration, replica, listener } of [...this.#groups].reverse()) {
      await registration.stop();
      face.stop();
      await replica.stop();
      await listener.stop();
    }
    await this.#forwards.stop();
    await this.#options.replicas.stop();
  }

  #requireWanted(): void {
    if (this.#stopped.signal.aborted)
      throw new BrokerError('STOPPED', 'the node was stopped before it was ready');
  }

  #order(brokerName: string, give: (replica: HostedReplica) => string | null): AdministrationAnswer {
    const group = this.#groups.find(({ config }) => config.brokerName === brokerName);
    if (group === undefined) return { type: 'unknown-group' };
    const reason = give(group.replica);
    if (reason === null) return { type: 'accepted' };
    return { type: 'refused', reason, leader: group.replica.status().leader };
  }

  async #openGroup(group: GroupConfig): Promise<RunningGroup> {
    const logger = this.#options.loggers.component('network', { group: group.brokerName });
    // The parts know each other: events begin only after start(), when `running` is complete.
    let running: RunningGroup | null = null;
    const events: ReplicaEvents = {
      onRole: () => {
        running?.face.onLeadership();
        running?.registration.changed();
      },
      onArrival: (topic, queueId, maxOffset, tagsCode) => {
        running?.face.onArrival(topic, queueId, maxOffset, tagsCode);
      },
      onTopics: () => {
        running?.face.onTopics();
        running?.registration.changed();
      },
      onFatal: (error) => {
        this.#fatal(error);
      },
    };
    const replica = await this.#options.replicas.open(group, events, this.#stopped.signal);
    const listener = new Listener(
      {
        ...this.#listenOn(group),
        ...this.#connectionOptions(),
        connectionsMax: this.#config.limits.connectionsMax,
      },
      {
        onFrames: (frames, connection) => {
          running?.face.onFrames(frames, connection);
        },
        onClose: (connection) => {
          running?.face.onClose(connection);
        },
      },
      this.#net,
    );
    const port = await this.#listen(listener, group, replica);
    const registration = this.#registrationOf(group, replica, port);
    const face = new GroupFace(this.#config, group, port, {
      group: replica,
      masterClient: this.#forwards,
      announcer: registration,
      coldPace: this.#coldPace,
      clock: this.#options.clock,
      random: this.#options.random,
      logger,
      processId: this.#options.processId,
    });
    running = { config: group, replica, face, registration, listener, port };
    return running;
  }

  async #listen(listener: Listener, group: GroupConfig, replica: HostedReplica): Promise<number> {
    try {
      return await listener.start();
    } catch (error) {
      await replica.stop();
      const { host, port } = this.#listenOn(group);
      throw new BrokerError('LISTEN_FAILED', `cannot listen on ${host}:${port} for ${group.brokerName}`, {
        cause: error,
      });
    }
  }

  #listenOn(group: GroupConfig): { readonly host: string; readonly port: number } {
    const member = group.members.find(({ id }) => id === this.#config.nodeId);
    const address = parseHostPort(member?.listenAddress ?? '');
    if (address === null) {
      throw new BrokerError('CONFIG_INVALID', `${group.brokerName} has no listen address on this node`);
    }
    return { host: this.#config.bindAddress ?? address.host, port: address.port };
  }

  #registrationOf(group: GroupConfig, replica: HostedReplica, port: number): NamesrvRegistration {
    const config = this.#config;
    const ordinal = group.members.findIndex(({ id }) => id === config.nodeId) + 1;
    return new NamesrvRegistration(
      {
        clock: this.#options.clock,
        logger: this.#options.loggers.component('namesrv-registration', { group: group.brokerName }),
        connect: (address, onClose) => this.#connectNamesrv(address, onClose),
        snapshot: () => {
          const { leading, term } = replica.leadership.current();
          return {
            clusterName: config.brokerClusterName,
            brokerName: group.brokerName,
            brokerAddr: `${config.brokerIP1}:${port}`,
            brokerId: leading ? MASTER_ID : ordinal,
            term,
            dataVersion: replica.topics.dataVersion,
            topics: replica.topics.all(),
            brokerPermission: config.brokerPermission,
          };
        },
      },
      {
        addresses: config.namesrvAddr,
        firstRepeatMs: config.registerFirstRepeatMs,
        periodMs: config.registerNameServerPeriod,
        requestTimeoutMs: config.registerBrokerTimeoutMills,
        reconnectMs: NAMESRV_RECONNECT_MS,
        announceWaitMs: config.registrationWaitMs,
        announcementsMax: ANNOUNCEMENTS_MAX,
      },
    );
  }

  async #connectNamesrv(address: string, onClose: () => void): Promise<NamesrvConnection> {
    const target = parseHostPort(address);
    if (target === null) {
      throw new BrokerError('CONFIG_INVALID', `name server "${address}" is not "host:port"`);
    }
    const handler = {
      onFrames: (_frames: unknown, connection: Connection) => {
        connection.close(new Error('a name server asks nothing of a broker'));
      },
      onClose: () => {
        onClose();
      },
    };
    const options = this.#connectionOptions();
    const { host, port } = target;
    return connect(host, port, options, handler, NAMESRV_CONNECT_TIMEOUT_MS, null, this.#net);
  }

  #connectionOptions(): ConnectionOptions {
    const { limits } = this.#config;
    return {
      frameBytesMax: limits.frameBytesMax,
      writeBufferBytesMax: limits.writeBufferBytesMax,
      idleTimeoutMs: limits.connectionIdleMs,
      requestsInFlightMax: limits.requestsInFlightMax,
    };
  }

  #fatal(error: Error): void {
    if (!this.#failed) {
      this.#failed = true;
      this.#options.onFatal(error);
    }
  }
}

function statusOf({ config, replica, face, listener, port }: RunningGroup): GroupStatus {
  const raft = replica.status();
  const { start, end } = replica.logRange();
  const address = config.members.find(({ id }) => id === replica.memberId)?.listenAddress ?? '';
  return {
    brokerName: config.brokerName,
    memberId: replica.memberId,
    role: raft.role,
    term: raft.term,
    leader: raft.leader,
    commitIndex: raft.commitIndex,
    appliedIndex: raft.appliedIndex,
    lastIndex: raft.lastIndex,
    leaseValid: raft.leaseValid,
    standing: raft.standing,
    voters: [...new Set([...raft.configuration.voters, ...raft.configuration.votersOutgoing])],
    learners: raft.configuration.learners,
    followers: Object.entries(raft.progress)
      .filter(([id]) => id !== replica.memberId)
      .map(([id, { match, state }]) => ({ id, matchIndex: match, lag: raft.lastIndex - match, state })),
    listenAddress: `${parseHostPort(address)?.host ?? ''}:${port}`,
    connections: listener.connections().length,
    ...replica.holdings(),
    ...replica.health(),
    logStartAddress: start,
    logEndAddress: end,
    longWork: replica.longWork(),
    ...face.status(),
  };
}
