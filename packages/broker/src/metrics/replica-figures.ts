import type { SegmentLog } from '@ledgermq/store';
import type { StoreFigures } from './store-figures.ts';
import type { StoreUsage } from './store-usage.ts';

/** How far each part of a replica is. */
export interface ReplicaProgress {
  readonly commitIndex: number;
  readonly appliedIndex: number;
  /** Log address behind the entry applied last. */
  readonly appliedEnd: number;
  /** Up to which entry the derived state is durable. */
  readonly checkpointIndex: number;
  /** Null while there is no index. */
  readonly keyIndexTo: number | null;
}

/** What a replica holds, and how far its parts are behind each other. */
export function replicaFigures(
  log: Pick<SegmentLog, 'startAddress' | 'endAddress' | 'positionAt' | 'durableIndex' | 'coldReads'>,
  { commitIndex, appliedIndex, appliedEnd, checkpointIndex, keyIndexTo }: ReplicaProgress,
  usage: StoreUsage,
): StoreFigures {
  const end = log.endAddress();
  return {
    logBytes: end - log.startAddress(),
    flushBehindBytes: end - (log.positionAt(log.durableIndex)?.address ?? end),
    dispatchBehindBytes: Math.max(0, end - appliedEnd),
    applyLagEntries: Math.max(0, commitIndex - appliedIndex),
    queueIndexLagEntries: appliedIndex - checkpointIndex,
    keyIndexLagEntries: Math.max(0, appliedIndex - (keyIndexTo ?? 0)),
    coldCacheBytes: log.coldReads.cachedBytes,
    ...usage,
  };
}
