import { StoreError } from './errors.ts';
import { readIntegerSettings, type SettingRanges } from './integer-settings.ts';

/** Limits of the segment log. All of them are counts or bytes; none of them changes an address. */
export interface SegmentLogConfig {
  /** Size at which a segment file ends, header included; an entry larger than this gets a file of its own. */
  readonly segmentBytes: number;
  /** Newest bytes of the log kept in memory. Allocated at once, touched as it fills. */
  readonly tailCacheBytes: number;
  /** How far the log may run ahead before the durable mark is written again. */
  readonly markIntervalBytes: number;
  /** Entries whose place is held exactly in memory (8 bytes each); older ones are found by walking headers. */
  readonly denseEntriesMax: number;
  /** Distance of the remembered points in segments without exact places. */
  readonly sparseIntervalBytes: number;
  /** Files held open at a time. */
  readonly openSegmentsMax: number;
  /** Bytes cut away by conflicts with a leader that are kept for inspection, newest first. */
  readonly conflictKeepBytesMax: number;
  /** Bytes read from a file at a time when scanning or reading entries cold. */
  readonly readChunkBytes: number;
  /** Memory for what was read from files for consumers, kept for the others that need it. Not allocated before. */
  readonly coldCacheBytes: number;
  /** Least amount read from a file for a consumer, and checked at once. */
  readonly coldBlockBytes: number;
  /** Most bytes read at once ahead of a consumer that goes forward. */
  readonly readAheadBytesMax: number;
  /** Such reads under way at a time. The thread pool has four threads, and syncs need one of them. */
  readonly coldReadsMax: number;
  /** Bytes of completed segments, the newest first, that are read and checked at every start. */
  readonly verifyAtOpenBytes: number;
}

export const segmentLogDefaults: SegmentLogConfig = Object.freeze({
  segmentBytes: 268_435_456,
  tailCacheBytes: 32 * 1024 * 1024,
  markIntervalBytes: 4 * 1024 * 1024,
  denseEntriesMax: 1_048_576,
  sparseIntervalBytes: 1024 * 1024,
  openSegmentsMax: 64,
  conflictKeepBytesMax: 16 * 1024 * 1024,
  readChunkBytes: 256 * 1024,
  coldCacheBytes: 64 * 1024 * 1024,
  coldBlockBytes: 512 * 1024,
  readAheadBytesMax: 2 * 1024 * 1024,
  coldReadsMax: 2,
  verifyAtOpenBytes: 32 * 1024 * 1024,
});

/** Smallest and largest value of each setting. Places in a segment are held in 32 bits, hence its largest size. */
const ranges: SettingRanges<keyof SegmentLogConfig> = {
  segmentBytes: [256, 2 ** 31],
  tailCacheBytes: [256, 2 ** 31],
  markIntervalBytes: [0, 2 ** 40],
  denseEntriesMax: [0, 2 ** 30],
  sparseIntervalBytes: [64, 2 ** 31],
  openSegmentsMax: [1, 65_536],
  conflictKeepBytesMax: [0, 2 ** 40],
  readChunkBytes: [64, 2 ** 30],
  coldCacheBytes: [64, 2 ** 40],
  coldBlockBytes: [64, 2 ** 26],
  readAheadBytesMax: [0, 2 ** 28],
  coldReadsMax: [1, 64],
  verifyAtOpenBytes: [0, 2 ** 53 - 1],
};

/**
 * Complete a partial object by the defaults and check it. Throws CONFIG_INVALID that names every fault at
 * once: unknown names, values that are not integers, values out of range.
 */
export function parseSegmentLogConfig(value: unknown): SegmentLogConfig {
  const faults: string[] = [];
  const config = readIntegerSettings('segment log', value, segmentLogDefaults, ranges, faults);
  if (faults.length > 0) throw new StoreError('CONFIG_INVALID', faults.join('; '));
  return Object.freeze(config);
}
