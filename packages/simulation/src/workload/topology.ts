import type { SeededRandom } from '../world/seeded-random.ts';

export interface GroupPlace {
  readonly brokerName: string;
  /** "host:port" of each member at which clients are served. */
  readonly addresses: readonly string[];
}

/** A queue that clients of the run use. */
export interface QueuePlace {
  readonly topic: string;
  readonly brokerName: string;
  readonly queueId: number;
}

/** Where everything is, and what clients talk about. */
export interface Topology {
  readonly namesrvAddresses: readonly string[];
  readonly groups: readonly GroupPlace[];
  readonly topics: readonly string[];
  readonly queuesPerTopic: number;
}

/** The name of a queue in histories. */
export function queueName({ topic, brokerName, queueId }: QueuePlace): string {
  return `${brokerName}/${topic}/${queueId}`;
}

export function drawQueue(topology: Topology, random: SeededRandom): QueuePlace {
  return {
    topic: random.pick(topology.topics),
    brokerName: random.pick(topology.groups).brokerName,
    queueId: random.nextInt(topology.queuesPerTopic),
  };
}
