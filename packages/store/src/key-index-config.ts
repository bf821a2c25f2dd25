import { StoreError } from './errors.ts';
import { readIntegerSettings, type SettingRanges } from './integer-settings.ts';

/** Limits of the key index. A change of slotsPerFile or entriesPerFile builds it anew. */
export interface KeyIndexConfig {
  /** Hash slots of one file, 4 bytes each; those of the newest file are in memory. */
  readonly slotsPerFile: number;
  /** Keys that one file takes, 20 bytes each. */
  readonly entriesPerFile: number;
  /** Files kept; with one more the oldest goes, and its messages are found by key no longer. */
  readonly filesMax: number;
  /** Keys with the hash in question that one query looks at, wherever they lie. */
  readonly queryStepsMax: number;
}

export const keyIndexDefaults: KeyIndexConfig = Object.freeze({
  slotsPerFile: 524_288,
  entriesPerFile: 1_048_576,
  filesMax: 512,
  queryStepsMax: 65_536,
});

const ranges: SettingRanges<keyof KeyIndexConfig> = {
  slotsPerFile: [1, 2 ** 26],
  entriesPerFile: [1, 2 ** 26],
  filesMax: [1, 65_536],
  queryStepsMax: [1, 2 ** 26],
};

/** Complete a partial object by the defaults and check it; CONFIG_INVALID names every fault at once. */
export function parseKeyIndexConfig(value: unknown): KeyIndexConfig {
  const faults: string[] = [];
  const config = readIntegerSettings('key index', value, keyIndexDefaults, ranges, faults);
  if (faults.length > 0) throw new StoreError('CONFIG_INVALID', faults.join('; '));
  return Object.freeze(config);
}
