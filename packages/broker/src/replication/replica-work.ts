import type { LogIndex, LogPosition, RaftStatus, SnapshotTransfer } from '@ledgermq/raft';
import type { WorkMeasure } from './progress-watch.ts';

export interface ReplicaWorkPorts {
  readonly log: {
    startAddress(): number;
    endAddress(): number;
    positionAt(index: LogIndex): LogPosition | null;
  };
  /** Log address behind the entry applied last. */
  readonly appliedEnd: () => number;
  /** How far the key index is complete; null while there is none. */
  readonly indexedTo: () => LogIndex | null;
  readonly status: () => RaftStatus;
  readonly transfers: () => readonly SnapshotTransfer[];
}

/** How far this replica is with what may take long, as places in its log. */
export function replicaWork(ports: ReplicaWorkPorts): WorkMeasure[] {
  const { log, appliedEnd, indexedTo, status, transfers } = ports;
  const end = log.endAddress();
  /** What lies before the log is made up for by a snapshot. */
  const addressOf = (index: LogIndex): number => log.positionAt(index)?.address ?? log.startAddress();
  const applied = appliedEnd();
  const work: WorkMeasure[] = [{ work: 'replay', member: null, at: applied, goal: end }];
  const indexed = indexedTo();
  if (indexed !== null) work.push({ work: 'key-index', member: null, at: addressOf(indexed), goal: applied });
  const sending = transfers();
  for (const { direction, peer, bytesDone, bytes } of sending) {
    work.push({ work: `snapshot-${direction}`, member: peer, at: bytesDone, goal: bytes, from: 0 });
  }
  const { id, progress } = status();
  for (const [member, { match }] of Object.entries(progress)) {
    if (member === id || sending.some(({ peer }) => peer === member)) continue;
    work.push({ work: 'follower', member, at: addressOf(match), goal: end });
  }
  return work;
}
