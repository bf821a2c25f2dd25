import type { Entry, LogIndex } from './entry.ts';
import type { SnapshotMeta } from './storage.ts';

/** What the group agrees on. */
export interface StateMachine {
  /**
   * Highest index applied. It may lag behind what was given to `apply`, when the machine has to wait for its own storage;
   * then it calls `RaftDriver.machineAdvanced` when it moves on.
   */
  readonly appliedIndex: LogIndex;

  /**
   * Applies committed entries, in order, each exactly once since the applied index that the driver was given.
   * Synchronous; may call `propose`, which takes effect after it returns. Must depend on the entries only. A
   * throw is a fault of the program and stops the driver. The frames are safe to keep.
   */
  apply(entries: readonly Entry[]): void;

  /**
   * Takes the state of a complete snapshot of the SnapshotStorage in place of its own; the next entry applied is the one
   * after `meta.position.index`. Called between entries, after the log was emptied, so that a crash on the way leaves a log
   * whose beginning names the snapshot from which the state is to be restored. Entries that a lagging machine has not applied
   * yet are part of the snapshot, and are not in the log any more. Durable when it resolves. A rejection stops the driver.
   */
  install(meta: SnapshotMeta): Promise<void>;
}
