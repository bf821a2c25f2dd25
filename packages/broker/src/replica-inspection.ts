import type { HardState, RaftStatus, RaftView, SnapshotMeta } from '@ledgermq/raft';
import type { DerivedState, SegmentLog } from '@ledgermq/store';
import type { BrokerMachine } from './machine/machine.ts';

/** The parts of a replica for whoever verifies them: to be read, never to be used. */
export interface ReplicaInspection {
  readonly log: SegmentLog;
  /** The present one; another object after a snapshot was installed. */
  readonly derived: DerivedState;
  readonly machine: BrokerMachine;
  /** As last saved. */
  readonly hardState: () => HardState;
  readonly status: () => RaftStatus;
  /** The same where only some of it is wanted, and often. */
  readonly consensus: RaftView;
  /** The entry applied last by the machine, which may be behind what was handed out to it. */
  readonly machineIndex: () => number;
  /** Cycles of the driver since its start: nothing of the consensus changes between two of them. */
  readonly turns: () => number;
  /** Complete snapshots, the oldest first. */
  readonly snapshots: () => readonly SnapshotMeta[];
}
