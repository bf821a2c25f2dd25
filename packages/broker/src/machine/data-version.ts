import type { ledgermq } from '#generated/command.js';
import { readInt64 } from './proto-int64.ts';

/**
 * RocketMQ's change detector of a table: equality of all three fields means "nothing changed".
 * `stateVersion` is always 0 here: it counts masterships in the controller mode, which this broker does not have.
 */
export interface DataVersion {
  readonly stateVersion: 0;
  /** Milliseconds, clock of the leader that made the last change. */
  readonly timestamp: number;
  readonly counter: number;
}

export const initialDataVersion: DataVersion = Object.freeze({ stateVersion: 0, timestamp: 0, counter: 0 });

/** The version after one more change. The timestamp never goes back, even if the new leader's clock is behind. */
export function nextDataVersion(version: DataVersion, timestamp: number): DataVersion {
  return {
    stateVersion: 0,
    timestamp: Math.max(version.timestamp, timestamp),
    counter: version.counter + 1,
  };
}

export function restoreDataVersion(
  row: ledgermq.machine.DataVersion.$Properties | null | undefined,
): DataVersion {
  return { stateVersion: 0, timestamp: readInt64(row?.timestamp), counter: readInt64(row?.counter) };
}
