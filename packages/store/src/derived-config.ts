import { StoreError } from './errors.ts';
import { readIntegerSettings, type SettingRanges } from './integer-settings.ts';
import { PAGE_BYTES } from './queue-units.ts';

/** Limits of the derived state: queue index, table of UNIQ_KEYs, checkpoints. */
export interface DerivedStateConfig {
  /** Memory for pages of the queue index; at least four times queueDirtyBytesMax. */
  readonly queueCacheBytesMax: number;
  /** Memory in changed pages of the queue index at which a checkpoint is demanded. */
  readonly queueDirtyBytesMax: number;
  /** Queue numbers are below this. */
  readonly queueCountMax: number;
  /** Messages whose UNIQ_KEY is remembered. Part of the replicated state: the same on all replicas. */
  readonly uniqKeyCountMax: number;
  /** How long a UNIQ_KEY is remembered, by storeTimestamp; milliseconds. The same on all replicas. */
  readonly uniqKeyWindowMs: number;
  /** Begins the hashes of the UNIQ_KEY table; best chosen at random for each process. */
  readonly uniqKeyHashSeed: number;
  /** Queues that a checkpoint writes between two turns of the event loop. */
  readonly checkpointQueuesPerTurn: number;
  /** Tells the files of one member of one group from those of others: files of another owner count as damage. */
  readonly owner: number;
}

export const derivedStateDefaults: DerivedStateConfig = Object.freeze({
  queueCacheBytesMax: 64 * 1024 * 1024,
  queueDirtyBytesMax: 16 * 1024 * 1024,
  queueCountMax: 1_048_576,
  uniqKeyCountMax: 1_048_576,
  uniqKeyWindowMs: 600_000,
  uniqKeyHashSeed: 0x2545f491,
  checkpointQueuesPerTurn: 128,
  owner: 0,
});

const ranges: SettingRanges<keyof DerivedStateConfig> = {
  queueCacheBytesMax: [64 * PAGE_BYTES, 2 ** 33],
  queueDirtyBytesMax: [PAGE_BYTES, 2 ** 31],
  queueCountMax: [1, 2 ** 24],
  uniqKeyCountMax: [16, 2 ** 26],
  uniqKeyWindowMs: [0, Number.MAX_SAFE_INTEGER],
  uniqKeyHashSeed: [0, 2 ** 32 - 1],
  checkpointQueuesPerTurn: [1, 65_536],
  owner: [0, 2 ** 32 - 1],
};

/**
 * Complete a partial object by the defaults and check it. Throws CONFIG_INVALID that names every fault at
 * once: unknown names, values that are not integers in range, relations that do not hold.
 */
export function parseDerivedStateConfig(value: unknown): DerivedStateConfig {
  const faults: string[] = [];
  const config = readIntegerSettings('derived state', value, derivedStateDefaults, ranges, faults);
  if (config.queueCacheBytesMax < config.queueDirtyBytesMax * 4) {
    faults.push('queueCacheBytesMax must be at least four times queueDirtyBytesMax');
  }
  if (faults.length > 0) throw new StoreError('CONFIG_INVALID', faults.join('; '));
  return Object.freeze(config);
}
