import type { Entry } from './entry.ts';

/** What the group agrees on. */
export interface StateMachine {
  /**
   * Applies committed entries, in order, each exactly once since the applied index that the driver was given.
   * Synchronous; may call `propose`, which takes effect after it returns. Must depend on the entries only. A
   * throw is a fault of the program and stops the driver. The frames are safe to keep.
   */
  apply(entries: readonly Entry[]): void;
}
