import { join } from 'node:path/posix';
import type { NetPorts } from '@ledgermq/protocol/net';
import { parseRaftConfig } from '@ledgermq/raft';
import type { Clock, RaftConfig, Random, Transport } from '@ledgermq/raft';
import type { Disk, DiskLock, StateLevel } from '@ledgermq/store';
import { parseHostPort } from './config-reader.ts';
import type { HostPort } from './config-reader.ts';
import type { BrokerConfig, GroupConfig } from './config.ts';
import { BrokerError } from './errors.ts';
import type { LoggerFactory } from './process-logger.ts';
import { GroupReplica } from './replica.ts';
import type { HostedReplica, ReplicaEvents, ReplicaHost } from './replica-host.ts';
import { parseStoreSettings, type StoreSettings } from './store-settings.ts';
import { PeerTransport, peerTransportDefaults, type PeerEvents } from './replication/peer-transport.ts';

export interface RaftReplicaHostPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly loggers: LoggerFactory;
  readonly disk: Disk;
  /** Makes the database in a directory. */
  readonly level: (directory: string) => StateLevel;
  /** Sockets between the nodes. */
  readonly net: NetPorts;
  /** See `ReplicaOptions`. */
  readonly localHour?: (now: number) => number;
  /** Is shown every replica that was opened, before it starts. For tests that look inside. */
  readonly observe?: (replica: GroupReplica) => void;
  /** Takes the place of a replica's way to its peers. For tests that lose, delay or repeat messages. */
  readonly wrapTransport?: (group: string, memberId: string, transport: Transport) => Transport;
}

const HASH_SEED_BOUND = 2 ** 32 - 1;
/**
 * What differs from Raft's own defaults: followers hear of commits with the next entries or heartbeat, since nobody reads
 * from them meanwhile, and little of the log is kept beside the store's tail cache, which serves followers as well.
 */
const groupRaftDefaults: Partial<RaftConfig> = {
  announceCommitAtOnce: false,
  recentBytesMax: 2 * 1024 * 1024,
};

/**
 * The replicas of this node as Raft groups with files in the data directory. All groups share one set of connections to
 * the other nodes, and one lock, so that no second process uses the same files.
 */
export class RaftReplicaHost implements ReplicaHost {
  readonly #config: BrokerConfig;
  readonly #ports: RaftReplicaHostPorts;
  readonly #store: StoreSettings;
  readonly #raft: RaftConfig;
  readonly #peers: PeerTransport;
  /** Of the table of ids, so that nobody outside can choose ids that collide. */
  readonly #hashSeed: number;
  #lock: DiskLock | null = null;

  /**
   * @throws BrokerError CONFIG_INVALID for the sections `raft` and `store` of the configuration.
   */
  constructor(config: BrokerConfig, ports: RaftReplicaHostPorts) {
    this.#config = config;
    this.#ports = ports;
    this.#raft = parsed('raft', () => parseRaftConfig({ ...groupRaftDefaults, ...config.raft }));
    this.#store = parseStoreSettings(config.store);
    this.#hashSeed = ports.random.nextInt(HASH_SEED_BOUND);
    this.#peers = this.#peerTransport();
  }

  async start(): Promise<void> {
    const { dataDir, peerListen } = this.#config;
    try {
      this.#ports.disk.mkdir(dataDir);
      this.#lock = this.#ports.disk.lock(dataDir);
    } catch (error) {
      throw new BrokerError('STORE_FAILED', `cannot use the data directory "${dataDir}"`, { cause: error });
    }
    try {
      await this.#peers.start();
    } catch (error) {
      this.#lock?.release();
      this.#lock = null;
      throw new BrokerError('LISTEN_FAILED', `cannot listen on ${peerListen} for other nodes`, {
        cause: error,
      });
    }
  }

  async open(group: GroupConfig, events: ReplicaEvents, stopped: AbortSignal): Promise<HostedReplica> {
    const { brokerName, members, preferredLeader } = group;
    const { nodeId, dataDir, flushDiskType } = this.#config;
    const { clock, random, loggers, disk, level, net, observe, localHour } = this.#ports;
    try {
      const replica = await GroupReplica.open({
        brokerName,
        memberId: nodeId,
        members: members.filter(({ joining }) => !joining).map(({ id }) => id),
        directory: join(dataDir, brokerName),
        config: {
          raft: { ...this.#raft, preferredLeader, asyncFlush: flushDiskType === 'ASYNC_FLUSH' },
          log: this.#store.log,
          derived: { ...this.#store.derived, uniqKeyHashSeed: this.#hashSeed },
          applier: this.#store.checkpoints,
          snapshots: this.#store.snapshots,
          retention: this.#store.retention,
          keyIndex: this.#store.keyIndex,
          progress: this.#store.progress,
          diskSpace: this.#store.diskSpace,
          bootstrap: this.#bootstrapOf(brokerName),
        },
        disk,
        level,
        clock,
        random,
        ...(localHour === undefined ? {} : { localHour }),
        logger: loggers.component('replica', { group: brokerName }),
        join: (peerEvents) => this.#join(brokerName, peerEvents),
        events,
        stopped,
        flushAnswers: () => net.turn.flush(),
      });
      observe?.(replica);
      return replica;
    } catch (error) {
      if (error instanceof BrokerError && error.code === 'STOPPED') throw error;
      throw new BrokerError('REPLICA_FAILED', `cannot open the replica of ${brokerName}`, { cause: error });
    }
  }

  async stop(): Promise<void> {
    await this.#peers.stop();
    this.#lock?.release();
    this.#lock = null;
  }

  #join(brokerName: string, events: PeerEvents): Transport {
    const transport = this.#peers.join(brokerName, events);
    return this.#ports.wrapTransport?.(brokerName, this.#config.nodeId, transport) ?? transport;
  }

  #bootstrapOf(brokerName: string): Parameters<typeof GroupReplica.open>[0]['config']['bootstrap'] {
    const { brokerClusterName, autoCreateTopicEnable, defaultTopicQueueNums, enableSendDeduplication } =
      this.#config;
    return {
      brokerClusterName,
      brokerName,
      autoCreateTopicEnable,
      defaultTopicQueueNums,
      settings: { enableSendDeduplication },
    };
  }

  #peerTransport(): PeerTransport {
    const { brokerClusterName, nodeId, peerListen, peers } = this.#config;
    const { clock, random, loggers, net } = this.#ports;
    const listen = addressOf('peerListen', peerListen);
    return new PeerTransport(
      {
        ...peerTransportDefaults,
        clusterName: brokerClusterName,
        nodeId,
        listenHost: listen.host,
        listenPort: listen.port,
        peers: peers
          .filter(({ id }) => id !== nodeId)
          .map(({ id, peerAddress }) => ({ id, ...addressOf('peers', peerAddress) })),
      },
      { clock, random, logger: loggers.component('peers'), network: net.network },
    );
  }
}

function parsed<T>(section: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new BrokerError('CONFIG_INVALID', `${section}: ${text}`, { cause: error, faults: [text] });
  }
}

function addressOf(field: string, text: string): HostPort {
  const address = parseHostPort(text);
  if (address === null) {
    throw new BrokerError('CONFIG_INVALID', `${field} "${text}" is not "host:port"`);
  }
  return address;
}
