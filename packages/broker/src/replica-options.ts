import type { Clock, Logger, RaftConfig, Random, Transport } from '@ledgermq/raft';
import type { DerivedStateConfig, Disk, SegmentLogConfig, StateLevel } from '@ledgermq/store';
import type { BootstrapOptions } from './machine/bootstrap.ts';
import type { ReplicaEvents } from './replica-host.ts';
import type { DiskGuardConfig } from './replication/disk-guard.ts';
import type { ApplierConfig } from './replication/applier.ts';
import type { KeyIndexerConfig } from './replication/key-indexer.ts';
import type { LogRetentionConfig } from './replication/log-retention.ts';
import type { PeerEvents } from './replication/peer-transport.ts';
import type { ProgressWatchConfig } from './replication/progress-watch.ts';
import type { ProposerConfig } from './replication/proposer.ts';
import type { SnapshotScheduleConfig } from './replication/snapshot-schedule.ts';

/** The ratio is one of the settings of retention. */
export type DiskSpaceConfig = Omit<DiskGuardConfig, 'diskSpaceWarningLevelRatio'>;

export interface ReplicaConfig {
  readonly raft: RaftConfig;
  readonly log: SegmentLogConfig;
  readonly derived: Partial<DerivedStateConfig>;
  readonly applier?: ApplierConfig;
  readonly proposer?: ProposerConfig;
  readonly snapshots?: SnapshotScheduleConfig;
  readonly retention?: LogRetentionConfig;
  readonly keyIndex?: KeyIndexerConfig;
  readonly progress?: ProgressWatchConfig;
  readonly diskSpace?: DiskSpaceConfig;
  readonly bootstrap: BootstrapOptions;
}

export interface ReplicaOptions {
  readonly brokerName: string;
  readonly memberId: string;
  /** Ids of the members with which the group begins; the log knows those of later. */
  readonly members: readonly string[];
  /** Folder of this replica alone. */
  readonly directory: string;
  readonly config: ReplicaConfig;
  readonly disk: Disk;
  readonly level: (directory: string) => StateLevel;
  readonly clock: Clock;
  readonly random: Random;
  /** Hour of the day, 0 to 23, where this node stands; UTC if absent. */
  readonly localHour?: (now: number) => number;
  readonly logger: Logger;
  /** Joins the group: what is received goes to `events`, the result sends. */
  readonly join: (events: PeerEvents) => Transport;
  readonly events: ReplicaEvents;
  /** Ends an opening that would go on waiting for other nodes; means nothing once the replica is open. */
  readonly stopped: AbortSignal;
  /** After answers were written, to let them leave without waiting for the next turn. */
  readonly flushAnswers: () => void;
}
