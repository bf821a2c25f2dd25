import type { RunParameters } from '../parameters.ts';
import type { GroupPlace, Topology } from '../workload/topology.ts';

const CLIENT_PORT = 10_911;
const CLIENT_PORT_STEP = 10;
const PEER_PORT = 20_000;
const ADMIN_PORT = 8_080;
const NAMESRV_PORT = 9_876;

/** Who is in a world, under which names and addresses. */
export class Layout {
  readonly nodes: readonly string[];
  readonly nameServers: readonly string[];
  readonly producers: readonly string[];
  readonly consumers: readonly string[];
  readonly pushConsumers: readonly string[];
  readonly groups: readonly string[];
  readonly #parameters: RunParameters;

  constructor(parameters: RunParameters) {
    this.#parameters = parameters;
    this.nodes = numbered('n', parameters.nodes);
    this.nameServers = numbered('ns', parameters.nameServers);
    this.producers = numbered('p', parameters.producers);
    this.consumers = numbered('c', parameters.consumers);
    this.pushConsumers = numbered('q', parameters.pushConsumers);
    this.groups = ['broker-a', 'broker-b'].slice(0, parameters.groups);
  }

  /** The IP address of a machine. */
  addressOf(id: string): string {
    const nets = [this.nodes, this.nameServers, this.producers, this.consumers, this.pushConsumers];
    const net = nets.findIndex((ids) => ids.includes(id));
    return `10.0.${net}.${(nets[net]?.indexOf(id) ?? 0) + 1}`;
  }

  namesrvAddress(id: string): string {
    return `${this.addressOf(id)}:${NAMESRV_PORT}`;
  }

  get namesrvPort(): number {
    return NAMESRV_PORT;
  }

  topology(): Topology {
    return {
      namesrvAddresses: this.nameServers.map((id) => this.namesrvAddress(id)),
      groups: this.groups.map((brokerName): GroupPlace => ({
        brokerName,
        addresses: this.nodes.map((id) => this.#listenAddress(brokerName, id)),
      })),
      topics: Array.from({ length: this.#parameters.topics }, (_, index) => `topic-${index + 1}`),
      queuesPerTopic: this.#parameters.queuesPerTopic,
    };
  }

  /** The configuration file of a node, before it is parsed. */
  brokerConfig(id: string): Record<string, unknown> {
    const p = this.#parameters;
    return {
      brokerClusterName: 'simulated',
      nodeId: id,
      dataDir: '/data',
      brokerIP1: this.addressOf(id),
      peerListen: `${this.addressOf(id)}:${PEER_PORT}`,
      adminListen: `${this.addressOf(id)}:${ADMIN_PORT}`,
      namesrvAddr: this.nameServers.map((one) => this.namesrvAddress(one)).join(';'),
      peers: this.nodes.map((one) => ({ id: one, peerAddress: `${this.addressOf(one)}:${PEER_PORT}` })),
      groups: this.groups.map((brokerName, index) => ({
        brokerName,
        members: this.nodes.map((one, place) => ({
          id: one,
          listenAddress: this.#listenAddress(brokerName, one),
          joining: place >= p.nodes - p.spareNodes,
        })),
        preferredLeader: p.preferredLeader ? (this.nodes[index % this.nodes.length] ?? null) : null,
      })),
      flushDiskType: p.flushDiskType,
      defaultTopicQueueNums: p.queuesPerTopic,
      maxMessageSize: 262_144,
      limits: {
        writeBufferBytesMax: 1_048_576,
        requestsInFlightMax: 1_024,
        parkedRequestsMax: 256,
        coldReadBytesPerSecond: p.coldReadBytesPerSecond,
        coldReadYieldsAt: 1,
      },
      raft: {
        tickMs: p.tickMs,
        electionTimeoutTicks: p.electionTimeoutTicks,
        heartbeatTicks: p.heartbeatTicks,
        appendEntriesMax: p.appendEntriesMax,
        appendBytesMax: p.appendBytesMax,
        catchUpBytesMax: p.catchUpBytesMax,
        inflightMessagesMax: p.inflightMessagesMax,
        uncommittedEntriesMax: p.uncommittedEntriesMax,
        recentBytesMax: p.recentBytesMax,
      },
      store: {
        segmentBytes: p.segmentBytes,
        tailCacheBytes: p.tailCacheBytes,
        markIntervalBytes: Math.min(65_536, p.segmentBytes),
        denseEntriesMax: 256,
        sparseIntervalBytes: 4_096,
        openSegmentsMax: 4,
        readChunkBytes: 16_384,
        coldCacheBytes: p.coldCacheBytes,
        coldBlockBytes: p.coldBlockBytes,
        readAheadBytesMax: 16_384,
        coldReadsMax: 2,
        conflictKeepBytesMax: 65_536,
        derived: { queueCacheBytesMax: 2_097_152, queueDirtyBytesMax: 262_144 },
        snapshots: { intervalBytes: p.snapshotIntervalBytes },
        retention: { logBytesMax: p.logBytesMax },
        checkpoints: {
          checkpointBytes: p.checkpointBytes,
          checkpointIntervalMs: p.checkpointIntervalMs,
        },
      },
    };
  }

  #listenAddress(brokerName: string, id: string): string {
    const port = CLIENT_PORT + this.groups.indexOf(brokerName) * CLIENT_PORT_STEP;
    return `${this.addressOf(id)}:${port}`;
  }
}

function numbered(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`);
}
