import type { Clock } from './clock.ts';
import type { RaftConfig } from './config.ts';
import type { RaftError } from './errors.ts';
import type { Logger } from './logger.ts';
import type { Random } from './random.ts';
import type { StateMachine } from './state-machine.ts';
import type { RaftStatus } from './status.ts';
import type { HardStateStorage, LogStorage } from './storage.ts';
import type { Transport } from './transport.ts';

export interface RaftDriverOptions {
  readonly id: string;
  /** Name of the group, for log lines. */
  readonly group: string;
  /** Every member of the group, this one included. */
  readonly peers: readonly string[];
  readonly config: RaftConfig;
  readonly log: LogStorage;
  readonly hardState: HardStateStorage;
  /** Highest index that the machine has applied and will not need again. */
  readonly appliedIndex: number;
  /** See RaftNodeOptions; 0 for none. */
  readonly voteFloor?: number;
  readonly machine: StateMachine;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Called when role, term or known leader changed, after the change is durable. */
  onRole(status: RaftStatus): void;
  /** Called once. The driver has stopped; whoever waits for an entry does not learn its fate here. */
  onFatal(error: RaftError): void;
}

/** Counters since the start. */
export interface DriverMetrics {
  readonly turns: number;
  readonly readies: number;
  readonly syncs: number;
  readonly entriesAppended: number;
  readonly entriesApplied: number;
  readonly inboundDropped: number;
}
