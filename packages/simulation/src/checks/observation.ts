import type { ReplicaInspection } from '@ledgermq/broker';
import type { ConfigurationState, LogPosition, Role } from '@ledgermq/raft';

/** What the checks of a log look at; every log storage has it. */
export interface LogView {
  firstIndex(): number;
  lastPosition(): LogPosition;
  positionAt(index: number): LogPosition | null;
}

/** Where one member stands after a step. */
export interface Observation {
  readonly id: string;
  readonly life: number;
  readonly role: Role;
  readonly term: number;
  readonly commit: number;
  /** Last entry known to the member; it may still wait for the disk. */
  readonly lastIndex: number;
  /** Handed out for applying, and applied by the machine. */
  readonly applied: number;
  readonly machineIndex: number;
  /** As of `applied`. */
  readonly configuration: ConfigurationState;
  readonly savedTerm: number;
  readonly savedVote: string | null;
  readonly log: LogView;
  /** Index of the durable mark and of the last entry synced, as the log says. */
  readonly marked: number;
  readonly durable: number;
}

export function observe(id: string, life: number, inspection: ReplicaInspection): Observation {
  const { log } = inspection;
  const { role, term, commitIndex, appliedIndex, lastIndex, configuration } = inspection.consensus;
  const hardState = inspection.hardState();
  return {
    id,
    life,
    role,
    term,
    commit: commitIndex,
    lastIndex,
    applied: appliedIndex,
    configuration,
    machineIndex: inspection.machineIndex(),
    savedTerm: hardState.term,
    savedVote: hardState.votedFor,
    log,
    marked: log.markedIndex,
    durable: log.durableIndex,
  };
}
