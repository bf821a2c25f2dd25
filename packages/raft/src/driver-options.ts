import type { Clock } from './clock.ts';
import type { RaftConfig } from './config.ts';
import type { ConfigurationState } from './configuration-state.ts';
import type { RaftError } from './errors.ts';
import type { Logger } from './logger.ts';
import type { Random } from './random.ts';
import type { SnapshotStorage } from './snapshot-storage.ts';
import type { StateMachine } from './state-machine.ts';
import type { RaftStatus } from './status.ts';
import type { HardStateStorage, LogStorage, VoteFloor } from './storage.ts';
import type { Transport } from './transport.ts';

export interface RaftDriverOptions {
  readonly id: string;
  /** Name of the group, for log lines. */
  readonly group: string;
  /** The members as of `appliedIndex`. This one need not be among them yet, or any more. */
  readonly configuration: ConfigurationState;
  readonly config: RaftConfig;
  readonly log: LogStorage;
  readonly hardState: HardStateStorage;
  readonly snapshots: SnapshotStorage;
  /** Highest index that the machine has applied and will not need again. */
  readonly appliedIndex: number;
  /** See RaftNodeOptions; NO_VOTE_FLOOR for none. */
  readonly voteFloor?: VoteFloor;
  readonly machine: StateMachine;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Called when role, term or known leader changed, after the change is durable. */
  onRole(status: RaftStatus): void;
  /**
   * Called when the configuration changed, before the machine gets the entries that changed it: whoever keeps the applied
   * index durably keeps this state with it, since the entries are not read again after a restart. A state that is a few
   * entries ahead of the applied index does no harm, one behind it would.
   */
  onConfiguration?(state: ConfigurationState): void;
  /** Called once. The driver has stopped; whoever waits for an entry does not learn its fate here. */
  onFatal(error: RaftError): void;
}

/** Counters since the start, and the state of the disk. */
export interface DriverMetrics {
  readonly turns: number;
  readonly readies: number;
  readonly syncs: number;
  /** Length of the last sync and of the longest one. */
  readonly syncMsLast: number;
  readonly syncMsMax: number;
  readonly entriesAppended: number;
  readonly entriesApplied: number;
  readonly inboundDropped: number;
  /** True while the log waits for room on the disk. */
  readonly diskFull: boolean;
  /** Times that this began. */
  readonly diskFullCount: number;
  /** Leaderships given away, or tried to, because of the disk. */
  readonly handOvers: number;
  /** Times that the event loop stood still for more than half an election timeout, and the longest of them. */
  readonly stalls: number;
  readonly longestStallMs: number;
  readonly snapshotChunksSent: number;
  /** Chunks received with other bytes than were sent. */
  readonly snapshotChunksRefused: number;
  readonly snapshotsInstalled: number;
  readonly repairAnswers: number;
}
