import { ProtocolError } from './errors.ts';

/**
 * Fields of a request or response header. On the wire every value is text, whatever its meaning; these
 * readers turn it into a value or refuse it with HEADER_INVALID and the name of the field. An optional field
 * that is absent, or present without text (which is how a binary header writes null), reads as null.
 */
export type ExtFields = Readonly<Record<string, string>>;

/** What the encoders fill: without a prototype, so that no field name can collide with Object's. */
export function newExtFields(): Record<string, string> {
  return Object.create(null) as Record<string, string>;
}

export function readText(ext: ExtFields, name: string): string {
  const text = ext[name];
  if (text === undefined) throw missing(name);
  return text;
}

export function readOptionalText(ext: ExtFields, name: string): string | null {
  const text = ext[name];
  return text === undefined || text === '' ? null : text;
}

/** A decimal int32. */
export function readInt(ext: ExtFields, name: string): number {
  const text = ext[name];
  if (text === undefined || text === '') throw missing(name);
  return parseInt32(text, name);
}

export function readOptionalInt(ext: ExtFields, name: string): number | null {
  const text = ext[name];
  return text === undefined || text === '' ? null : parseInt32(text, name);
}

/** A decimal int64, clamped to the safe integers: the extremes that clients send mean "no limit". */
export function readLong(ext: ExtFields, name: string): number {
  const text = ext[name];
  if (text === undefined || text === '') throw missing(name);
  return parseLong(text, name);
}

export function readOptionalLong(ext: ExtFields, name: string): number | null {
  const text = ext[name];
  return text === undefined || text === '' ? null : parseLong(text, name);
}

/** As Java reads it: `true` in any case is true, any other text is false. */
export function readBoolean(ext: ExtFields, name: string): boolean {
  const text = ext[name];
  if (text === undefined) throw missing(name);
  return text.toLowerCase() === 'true';
}

export function readOptionalBoolean(ext: ExtFields, name: string): boolean | null {
  const text = ext[name];
  return text === undefined || text === '' ? null : text.toLowerCase() === 'true';
}

/** Write an optional field: null is left out, as Java does. */
export function putOptional(
  ext: Record<string, string>,
  name: string,
  value: string | number | boolean | null,
): void {
  if (value !== null) ext[name] = String(value);
}

const INT32_MIN = -0x80000000;
const INT32_MAX = 0x7fffffff;
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
/** A sign and the 19 digits of the largest int64; leading zeros beyond that are nobody's practice. */
const LONG_TEXT_MAX = 20;
/** So many characters, the sign included, always fit a safe integer. */
const SAFE_TEXT_MAX = 15;

/** Decimal text to int32, by the rules of Java's Integer.parseInt. */
export function parseInt32(text: string, field: string): number {
  const value = parseLong(text, field);
  if (value < INT32_MIN || value > INT32_MAX) {
    throw new ProtocolError('HEADER_INVALID', `${field} is not a 32-bit integer`, { field });
  }
  return value;
}

/**
 * Decimal text to a number, by the rules of Java's Long.parseLong; values outside the safe integers are
 * clamped to the nearest safe one, values outside int64 are refused.
 */
export function parseLong(text: string, field: string): number {
  const length = text.length;
  if (length > LONG_TEXT_MAX || !isDecimal(text)) {
    throw new ProtocolError('HEADER_INVALID', `${field} is not a decimal integer`, { field });
  }
  // Adding 0 turns the -0 of "-0" into 0, which is what an int64 knows.
  if (length <= SAFE_TEXT_MAX) return Number(text) + 0;
  const exact = BigInt(text.startsWith('+') ? text.slice(1) : text);
  if (exact < INT64_MIN || exact > INT64_MAX) {
    throw new ProtocolError('HEADER_INVALID', `${field} is not a 64-bit integer`, { field });
  }
  const value = Number(exact);
  if (value > Number.MAX_SAFE_INTEGER) return Number.MAX_SAFE_INTEGER;
  return value < Number.MIN_SAFE_INTEGER ? Number.MIN_SAFE_INTEGER : value;
}

const PLUS = 0x2b;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;

function isDecimal(text: string): boolean {
  const first = text.charCodeAt(0);
  let at = first === PLUS || first === MINUS ? 1 : 0;
  if (at === text.length) return false;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < ZERO || code > NINE) return false;
  }
  return true;
}

function missing(name: string): ProtocolError {
  return new ProtocolError('HEADER_INVALID', `${name} is missing`, { field: name });
}
