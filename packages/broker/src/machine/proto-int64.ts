import { BrokerError } from '../errors.ts';

/** How protobufjs hands out a 64-bit field: a number when set in this process, an object with two halves when decoded. */
type ProtoInt64 = number | { toNumber(): number } | null | undefined;

/** A 64-bit field as the nearest number; an absent field is 0. */
export function toNumber(value: ProtoInt64): number {
  if (value === null || value === undefined) return 0;
  return typeof value === 'number' ? value : value.toNumber();
}

/**
 * A 64-bit field as a number; an absent field is 0.
 *
 * @throws BrokerError ENTRY_INVALID when the value is not a safe integer.
 */
export function readInt64(value: ProtoInt64): number {
  const number = toNumber(value);
  if (!Number.isSafeInteger(number)) {
    throw new BrokerError('ENTRY_INVALID', `a 64-bit field holds ${number}, which is not a safe integer`);
  }
  return number;
}
