import type { RaftStatus } from '@ledgermq/raft';
import type { GroupConfig } from './config.ts';
import type { MembershipWish } from './group-administration.ts';
import type { StoreFigures } from './metrics/store-figures.ts';
import type { StoreTallies } from './metrics/store-tallies.ts';
import type { GroupPort } from './group-port.ts';

/** What a replica reports while it runs. */
export interface ReplicaEvents {
  /** Role, term or known master changed. */
  onRole(): void;
  /** A message became readable; `maxOffset` is the next offset of its queue. */
  onArrival(topic: string, queueId: number, maxOffset: number, tagsCode: number): void;
  /** The topic table changed. */
  onTopics(): void;
  /** This replica cannot go on, and neither can the process. */
  onFatal(error: Error): void;
}

/** Sizes of what a replica holds. */
export interface ReplicaHoldings {
  readonly queues: number;
  readonly messages: number;
}

/** How the node itself bears a replica. */
export interface ReplicaHealth {
  /** Times that the event loop stood still for more than half an election time-out, and the longest of them. */
  readonly stalls: number;
  readonly longestStallMs: number;
  /** True while the log waits for room on the disk. */
  readonly diskFull: boolean;
  readonly syncMsMax: number;
}

/** One replica of a broker group as its node runs it. */
export interface HostedReplica extends GroupPort {
  start(): void;
  /** Stops and makes durable what there is; idempotent. */
  stop(): Promise<void>;
  status(): RaftStatus;
  holdings(): ReplicaHoldings;
  health(): ReplicaHealth;
  /** What its store has done since it was opened. */
  readonly storeTallies: StoreTallies;
  /** How much there is in its store at present; sizes of files may be some seconds old. */
  storeFigures(): Promise<StoreFigures>;
  /** Begins to hand the leadership to another member; the reason when it cannot be begun, else null. */
  transferLeadership(to: string): string | null;
  /** Begins to change the members; the reason when it cannot be begun, else null. */
  changeMembers(wish: MembershipWish): string | null;
}

/** The replicated part of a node: its connections to the other nodes and the replicas that live here. */
export interface ReplicaHost {
  /** Listens for the other nodes. */
  start(): Promise<void>;
  /**
   * Opens the store of a replica; it takes part only when started. A damaged log waits for other nodes meanwhile, as long
   * as it takes or until `stopped` is aborted: then the promise is rejected with BrokerError STOPPED, and nothing stays open.
   */
  open(group: GroupConfig, events: ReplicaEvents, stopped: AbortSignal): Promise<HostedReplica>;
  /** Closes the connections to the other nodes; all replicas are stopped by then. */
  stop(): Promise<void>;
}
