import { machineLimits } from './machine-limits.ts';

/** Free-form settings of a topic or group, as RocketMQ keeps them beside the fixed fields. */
export type Attributes = Readonly<Record<string, string>>;

/** A copy with sorted names, so that equal attributes are encoded to equal bytes. */
export function normalizeAttributes(attributes: Attributes | null | undefined): Attributes {
  const copy: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const name of Object.keys(attributes ?? {}).sort()) {
    copy[name] = attributes?.[name] ?? '';
  }
  return copy;
}

export function attributesWithinLimits(attributes: Attributes): boolean {
  const names = Object.keys(attributes);
  return (
    names.length <= machineLimits.attributesMax &&
    names.every((name) => name.length + (attributes[name] ?? '').length <= machineLimits.attributeBytesMax)
  );
}

export function equalAttributes(a: Attributes, b: Attributes): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

export function nameWithinLimits(name: string): boolean {
  return name.length > 0 && Buffer.byteLength(name) <= machineLimits.nameBytesMax;
}
