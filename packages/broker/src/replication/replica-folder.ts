/** Names within the folder of a replica. */
export const replicaFolder = {
  log: 'log',
  hardState: 'hard-state',
  snapshots: 'snapshots',
  /** A function of the log: state of the machine, queue index, ids of messages. */
  derived: 'derived',
  /** Also a function of the log; it comes and goes without the others. */
  keyIndex: 'key-index',
} as const;
