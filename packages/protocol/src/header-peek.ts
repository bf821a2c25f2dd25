import { Buffer } from 'node:buffer';
import { bytesMatch, scanInteger } from './header-scanner.ts';

/** What decides where a frame goes. */
export interface PeekedHeader {
  readonly code: number;
  readonly opaque: number;
  readonly flag: number;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const BRACE_CLOSE = 0x7d;

const HEAD: Buffer = Buffer.from('{"code":', 'latin1');
const KEY_FLAG: Buffer = Buffer.from('flag', 'latin1');
const KEY_OPAQUE: Buffer = Buffer.from('opaque', 'latin1');
/** Members behind extFields in Java's order: flag, language, opaque, remark, serialize type, version. */
const TAIL_MEMBERS_MAX = 6;

/**
 * Reads code, opaque and flag of a JSON header from its two ends, without looking at extFields.
 *
 * Java and this implementation write keys in alphabetical order, so `code` comes first and the others follow
 * extFields. Reading backwards is exact for valid JSON: the quote before a value's closing quote is its opening
 * one, unless it is escaped, and then a backslash stands before it. Returns null for any other arrangement.
 */
export function peekEnds(header: Buffer): PeekedHeader | null {
  const code = peekStart(header);
  let end = header.length - 1;
  if (Number.isNaN(code) || header[end] !== BRACE_CLOSE) return null;
  let flag = Number.NaN;
  let opaque = Number.NaN;
  for (let member = 0; member < TAIL_MEMBERS_MAX; member += 1) {
    const colon = valueStart(header, end) - 1;
    if (header[colon] !== COLON || header[colon - 1] !== QUOTE) return null;
    const keyAt = openingQuote(header, colon - 1) + 1;
    if (keyAt === 0 || header[keyAt - 2] !== COMMA) return null;
    const keyBytes = colon - 1 - keyAt;
    if (keyBytes === KEY_OPAQUE.length && bytesMatch(header, keyAt, KEY_OPAQUE)) {
      opaque = plainInt32(header, colon + 1, end);
      if (Number.isNaN(opaque)) return null;
    } else if (keyBytes === KEY_FLAG.length && bytesMatch(header, keyAt, KEY_FLAG)) {
      flag = plainInt32(header, colon + 1, end);
      if (Number.isNaN(flag)) return null;
    }
    if (!Number.isNaN(flag) && !Number.isNaN(opaque)) return { code, opaque, flag };
    end = keyAt - 2;
  }
  return null;
}

/** The code of a JSON header that begins with it, as they all do; NaN for any other arrangement. */
export function peekStart(header: Buffer): number {
  if (!bytesMatch(header, 0, HEAD)) return Number.NaN;
  let codeEnd = HEAD.length;
  while (header[codeEnd] !== COMMA && codeEnd < HEAD.length + 12) codeEnd += 1;
  return plainInt32(header, HEAD.length, codeEnd);
}

/** Where the number or string that ends before `end` starts; -1 for other values. */
function valueStart(header: Buffer, end: number): number {
  if (header[end - 1] === QUOTE) return openingQuote(header, end - 1);
  let at = end;
  while (isNumeric(header[at - 1])) at -= 1;
  return at < end ? at : -1;
}

/**
 * The quote before the closing one at `close`; -1 when there is none. Should it be an escaped one inside the text,
 * the byte before it is a backslash, where the caller demands a colon or a comma.
 */
function openingQuote(header: Buffer, close: number): number {
  for (let at = close - 1; at >= 0; at -= 1) {
    if (header[at] === QUOTE) return at;
  }
  return -1;
}

function isNumeric(byte: number | undefined): boolean {
  return byte !== undefined && ((byte >= ZERO && byte <= NINE) || byte === MINUS);
}

/** NaN for what JSON or an int32 does not allow. */
function plainInt32(header: Buffer, from: number, end: number): number {
  const digitsAt = header[from] === MINUS ? from + 1 : from;
  if (header[digitsAt] === ZERO && end - digitsAt > 1) return Number.NaN;
  const value = scanInteger(header, from, end);
  return (value | 0) === value ? value : Number.NaN;
}
