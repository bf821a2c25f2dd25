import type { Logger } from '@ledgermq/raft';
import type { SegmentLogConfig } from './config.ts';
import type { Disk, DiskLock } from './disk.ts';
import { LogDurability } from './log-durability.ts';
import { LogHoles } from './log-holes.ts';
import { LogReader } from './log-reader.ts';
import type { RecoveredLog } from './log-recovery.ts';
import { LogTail } from './log-tail.ts';
import type { OpenFiles } from './open-files.ts';
import { SegmentCleaner } from './segment-cleaner.ts';
import { SegmentList } from './segment-list.ts';
import { SetAside } from './set-aside.ts';
import type { StoreMetrics } from './store-metrics.ts';
import type { TailCache } from './tail-cache.ts';

/** What stays the same while a log is open. */
export interface LogOpening {
  readonly disk: Disk;
  readonly directory: string;
  readonly config: SegmentLogConfig;
  readonly logger: Logger;
  readonly lock: DiskLock;
  readonly files: OpenFiles;
  readonly cache: TailCache;
  /** See `MarkedRange`. */
  readonly owner: number;
  readonly metrics: StoreMetrics;
}

/** The parts of an open log, as recovery left it. */
export interface LogParts {
  readonly recovered: RecoveredLog;
  readonly segments: SegmentList;
  readonly reader: LogReader;
  readonly durability: LogDurability;
  readonly cleaner: SegmentCleaner;
  readonly tail: LogTail;
  readonly holes: LogHoles;
}

export function assembleLog(opening: LogOpening, recovered: RecoveredLog): LogParts {
  const { disk, directory, config, logger, cache, metrics } = opening;
  const { markIntervalBytes, conflictKeepBytesMax } = config;
  const { mark, last } = recovered;
  const segments = new SegmentList(mark.range.start, recovered.segments);
  const reader = new LogReader(segments, cache, config, metrics);
  const aside = new SetAside(disk, directory, { kind: 'log', metrics });
  const durability = new LogDurability({
    disk,
    directory,
    segments,
    reader,
    logger,
    metrics,
    mark,
    markIntervalBytes,
    durableIndex: last.index,
  });
  const cleaner = new SegmentCleaner({ disk, directory, segments, aside, conflictKeepBytesMax, logger });
  const tail = new LogTail({ ...opening, segments, reader, durability, aside, cleaner }, last);
  for (const segment of recovered.excess) cleaner.trimLater(segment);
  cleaner.removeLater(recovered.droppedPaths);
  const holes = new LogHoles({ ...opening, mark }, recovered.holes);
  return { recovered, segments, reader, durability, cleaner, tail, holes };
}
