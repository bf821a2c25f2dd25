import { StoreError } from './errors.ts';

/** Smallest and largest value of each setting. */
export type SettingRanges<Name extends string> = Readonly<Record<Name, readonly [number, number]>>;

/**
 * Completes a partial object of whole numbers by its defaults. Every fault (an unknown name, a value that is no integer or
 * out of range) is added to `faults`, so that the caller can name them all at once, with its own. CONFIG_INVALID at once
 * when `value` is no object.
 */
export function readIntegerSettings<Name extends string>(
  what: string,
  value: unknown,
  defaults: Readonly<Record<Name, number>>,
  ranges: SettingRanges<Name>,
  faults: string[],
): Record<Name, number> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new StoreError('CONFIG_INVALID', `the ${what} config is not an object`);
  }
  const settings: Record<Name, number> = { ...defaults };
  const isSetting = (name: string): name is Name => Object.hasOwn(ranges, name);
  for (const [name, given] of Object.entries(value)) {
    if (!isSetting(name)) {
      faults.push(`${name} is not a setting`);
      continue;
    }
    if (given === undefined) continue;
    const [min, max] = ranges[name];
    if (typeof given === 'number' && Number.isSafeInteger(given) && given >= min && given <= max) {
      settings[name] = given;
    } else {
      faults.push(`${name} must be an integer from ${min} to ${max}`);
    }
  }
  return settings;
}
