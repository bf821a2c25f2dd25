import type { Entry } from './entry.ts';
import type { SnapshotMeta } from './storage.ts';

/** What the group agrees on. */
export interface StateMachine {
  /**
   * Applies committed entries, in order, each exactly once since the applied index that the driver was given.
   * Synchronous; may call `propose`, which takes effect after it returns. Must depend on the entries only. A
   * throw is a fault of the program and stops the driver. The frames are safe to keep.
   */
  apply(entries: readonly Entry[]): void;

  /**
   * Takes the state of a complete snapshot of the SnapshotStorage in place of its own; the next entry applied is the one
   * after `meta.position.index`. Called between entries, after the log was emptied, so that a crash on the way leaves a log
   * whose beginning names the snapshot from which the state is to be restored. Durable when it resolves. A rejection stops the
   * driver.
   */
  install(meta: SnapshotMeta): Promise<void>;
}
