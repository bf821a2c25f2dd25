import type { HardState, RaftStatus } from '@ledgermq/raft';
import type { DerivedState, SegmentLog } from '@ledgermq/store';
import type { BrokerMachine } from './machine/machine.ts';

/** The parts of a replica for whoever verifies them: to be read, never to be used. */
export interface ReplicaInspection {
  readonly log: SegmentLog;
  readonly derived: DerivedState;
  readonly machine: BrokerMachine;
  /** As last saved. */
  hardState(): HardState;
  status(): RaftStatus;
  /** The entry applied last by the machine, which may be behind what was handed out to it. */
  machineIndex(): number;
  /** Turns of the driver so far: while it stays the same, neither term, role nor log can have changed. */
  turns(): number;
}
