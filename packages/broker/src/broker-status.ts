import type { GroupFaceStatus } from './group-face.ts';
import type { ReplicaHealth } from './replica-host.ts';
import type { WorkProgress } from './replication/progress-watch.ts';

/** One follower as its master sees it. */
export interface FollowerStatus {
  readonly id: string;
  /** Index up to which its log is known to equal the master's and to be durable. */
  readonly matchIndex: number;
  /** Entries that it has not confirmed yet. */
  readonly lag: number;
  readonly state: string;
}

/** One queue that holds or held messages. */
export interface QueueStatus {
  readonly topic: string;
  readonly queueId: number;
  readonly minOffset: number;
  readonly maxOffset: number;
}

/** One replica of a broker group on this node. */
export interface GroupStatus extends GroupFaceStatus, ReplicaHealth {
  readonly brokerName: string;
  readonly memberId: string;
  readonly role: string;
  readonly term: number;
  readonly leader: string | null;
  readonly commitIndex: number;
  readonly appliedIndex: number;
  readonly lastIndex: number;
  readonly leaseValid: boolean;
  /** Whether it votes: `full`, or `blank` or `repairing` while it may have forgotten what it confirmed. */
  readonly standing: string;
  readonly voters: readonly string[];
  readonly learners: readonly string[];
  readonly followers: readonly FollowerStatus[];
  readonly listenAddress: string;
  readonly connections: number;
  readonly queues: number;
  /** Messages that can be read now, over all queues. */
  readonly messages: number;
  readonly logStartAddress: number;
  readonly logEndAddress: number;
  /** What takes long and goes on: state or key index built from the log, followers behind, snapshots on their way. */
  readonly longWork: readonly WorkProgress[];
}

/** What GET /status answers. */
export interface BrokerStatus {
  readonly nodeId: string;
  readonly brokerClusterName: string;
  readonly startedAt: number;
  /** Pulls of older messages that wait because many messages are sent. */
  readonly pullsGivingWay: number;
  readonly groups: readonly GroupStatus[];
}
