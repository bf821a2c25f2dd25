import { Buffer } from 'node:buffer';

/** More fields than a send or a pull has; a header with more is left to the general parser. */
const FIELDS_MAX = 48;
const SLOT_INTS = 5;

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
const BRACE_OPEN = 0x7b;
const BRACE_CLOSE = 0x7d;
const PRINTABLE_MIN = 0x20;
const PRINTABLE_MAX = 0x7e;
/** Of `\u0001` and `\u0002`. */
const ESCAPE_BYTES = 6;

const KEY_CODE: Buffer = Buffer.from('code', 'latin1');
const KEY_EXT_FIELDS: Buffer = Buffer.from('extFields', 'latin1');
const KEY_FLAG: Buffer = Buffer.from('flag', 'latin1');
const KEY_LANGUAGE: Buffer = Buffer.from('language', 'latin1');
const KEY_OPAQUE: Buffer = Buffer.from('opaque', 'latin1');
const KEY_REMARK: Buffer = Buffer.from('remark', 'latin1');
const KEY_SERIALIZE_TYPE: Buffer = Buffer.from('serializeTypeCurrentRPC', 'latin1');
const KEY_VERSION: Buffer = Buffer.from('version', 'latin1');

const SEEN_CODE = 1;
const SEEN_EXT_FIELDS = 2;
const SEEN_FLAG = 4;
const SEEN_LANGUAGE = 8;
const SEEN_OPAQUE = 16;
const SEEN_REMARK = 32;
const SEEN_SERIALIZE_TYPE = 64;
const SEEN_VERSION = 128;

/** True when the bytes at `at` begin with `name`. */
export function bytesMatch(source: Buffer, at: number, name: Buffer): boolean {
  for (let i = 0; i < name.length; i += 1) {
    if (source[at + i] !== name[i]) return false;
  }
  return true;
}

/**
 * A decimal integer that spans exactly these bytes, or NaN for anything that needs a closer look: no digits, a
 * plus sign, or more digits than always fit a safe integer.
 */
export function scanInteger(source: Buffer, from: number, end: number): number {
  const negative = source[from] === MINUS;
  const digitsAt = negative ? from + 1 : from;
  const digits = end - digitsAt;
  if (digits < 1 || digits > 15) return Number.NaN;
  let value = 0;
  for (let at = digitsAt; at < end; at += 1) {
    const byte = source[at] ?? 0;
    if (byte < ZERO || byte > NINE) return Number.NaN;
    value = value * 10 + (byte - ZERO);
  }
  return negative ? 0 - value : value;
}

/**
 * Finds the fields of an ordinary JSON header in one pass over its bytes, without building objects or strings.
 *
 * Ordinary means: compact, known keys only, no key twice, printable ASCII, text values in extFields, and no
 * escapes but `\u0001` and `\u0002`, the separators of properties. Everything else makes `scan` return false,
 * which says nothing about validity: the general parser decides then.
 *
 * The results belong to the latest scan. Field positions are offsets into the scanned header.
 */
export class HeaderScanner {
  code = 0;
  flag = 0;
  opaque = 0;
  version = 0;
  /** Where the text of `language` lies; -1 when the header names none. */
  languageAt = -1;
  languageEnd = -1;
  /** How many fields extFields has. */
  fieldCount = 0;
  readonly #slots = new Int32Array(FIELDS_MAX * SLOT_INTS);
  #seen = 0;
  #escaped = false;

  keyAt(field: number): number {
    return this.#slots[field * SLOT_INTS] ?? 0;
  }

  keyEnd(field: number): number {
    return this.#slots[field * SLOT_INTS + 1] ?? 0;
  }

  valueAt(field: number): number {
    return this.#slots[field * SLOT_INTS + 2] ?? 0;
  }

  valueEnd(field: number): number {
    return this.#slots[field * SLOT_INTS + 3] ?? 0;
  }

  /** The value holds escapes, so its bytes are not its text. */
  valueEscaped(field: number): boolean {
    return this.#slots[field * SLOT_INTS + 4] !== 0;
  }

  scan(header: Buffer): boolean {
    this.flag = 0;
    this.opaque = 0;
    this.version = 0;
    this.languageAt = -1;
    this.fieldCount = 0;
    this.#seen = 0;
    if (header[0] !== BRACE_OPEN) return false;
    const last = header.length - 1;
    let at = 1;
    for (;;) {
      if (header[at] !== QUOTE) return false;
      const keyAt = at + 1;
      const keyEnd = this.#stringEnd(header, keyAt);
      if (keyEnd < 0 || this.#escaped || header[keyEnd + 1] !== COLON) return false;
      at = this.#member(header, keyAt, keyEnd);
      if (at < 0) return false;
      if (header[at] === COMMA) at += 1;
      else return header[at] === BRACE_CLOSE && at === last && (this.#seen & SEEN_CODE) !== 0;
    }
  }

  /** Reads the value behind a top-level key; returns where it ends, or -1. */
  #member(header: Buffer, keyAt: number, keyEnd: number): number {
    const valueAt = keyEnd + 2;
    switch (keyEnd - keyAt) {
      case KEY_CODE.length:
        if (bytesMatch(header, keyAt, KEY_CODE)) return this.#number(header, valueAt, SEEN_CODE);
        return bytesMatch(header, keyAt, KEY_FLAG) ? this.#number(header, valueAt, SEEN_FLAG) : -1;
      case KEY_OPAQUE.length:
        if (bytesMatch(header, keyAt, KEY_OPAQUE)) return this.#number(header, valueAt, SEEN_OPAQUE);
        return bytesMatch(header, keyAt, KEY_REMARK) ? this.#text(header, valueAt, SEEN_REMARK) : -1;
      case KEY_VERSION.length:
        return bytesMatch(header, keyAt, KEY_VERSION) ? this.#number(header, valueAt, SEEN_VERSION) : -1;
      case KEY_LANGUAGE.length:
        return bytesMatch(header, keyAt, KEY_LANGUAGE) ? this.#text(header, valueAt, SEEN_LANGUAGE) : -1;
      case KEY_EXT_FIELDS.length:
        return bytesMatch(header, keyAt, KEY_EXT_FIELDS) ? this.#fields(header, valueAt) : -1;
      case KEY_SERIALIZE_TYPE.length:
        return bytesMatch(header, keyAt, KEY_SERIALIZE_TYPE)
          ? this.#text(header, valueAt, SEEN_SERIALIZE_TYPE)
          : -1;
      default:
        return -1;
    }
  }

  #number(header: Buffer, from: number, seen: number): number {
    if (!this.#firstTime(seen)) return -1;
    const digitsAt = header[from] === MINUS ? from + 1 : from;
    let end = digitsAt;
    while (isDigit(header[end])) end += 1;
    // JSON knows no leading zeros; a number that goes on behind its digits is not an integer.
    if (header[digitsAt] === ZERO && end - digitsAt > 1) return -1;
    if (header[end] !== COMMA && header[end] !== BRACE_CLOSE) return -1;
    const value = scanInteger(header, from, end);
    if ((value | 0) !== value) return -1;
    if (seen === SEEN_CODE) this.code = value;
    else if (seen === SEEN_FLAG) this.flag = value;
    else if (seen === SEEN_OPAQUE) this.opaque = value;
    else this.version = value;
    return end;
  }

  #text(header: Buffer, at: number, seen: number): number {
    if (!this.#firstTime(seen) || header[at] !== QUOTE) return -1;
    const end = this.#stringEnd(header, at + 1);
    if (end < 0 || this.#escaped) return -1;
    if (seen === SEEN_LANGUAGE) {
      this.languageAt = at + 1;
      this.languageEnd = end;
    }
    return end + 1;
  }

  #fields(header: Buffer, from: number): number {
    if (!this.#firstTime(SEEN_EXT_FIELDS) || header[from] !== BRACE_OPEN) return -1;
    let at = from + 1;
    if (header[at] === BRACE_CLOSE) return at + 1;
    const slots = this.#slots;
    for (let slot = 0; slot < slots.length; slot += SLOT_INTS) {
      if (header[at] !== QUOTE) return -1;
      const keyEnd = this.#stringEnd(header, at + 1);
      if (keyEnd < 0 || this.#escaped) return -1;
      if (header[keyEnd + 1] !== COLON || header[keyEnd + 2] !== QUOTE) return -1;
      const valueEnd = this.#stringEnd(header, keyEnd + 3);
      if (valueEnd < 0) return -1;
      slots[slot] = at + 1;
      slots[slot + 1] = keyEnd;
      slots[slot + 2] = keyEnd + 3;
      slots[slot + 3] = valueEnd;
      slots[slot + 4] = this.#escaped ? 1 : 0;
      this.fieldCount += 1;
      const next = header[valueEnd + 1];
      if (next === BRACE_CLOSE) return valueEnd + 2;
      if (next !== COMMA) return -1;
      at = valueEnd + 2;
    }
    return -1;
  }

  /** The position of the closing quote, or -1; tells through #escaped whether there were separators. */
  #stringEnd(header: Buffer, from: number): number {
    let at = from;
    let escaped = false;
    for (;;) {
      // Behind the end this reads 0, which is not printable.
      const byte = header[at] ?? 0;
      if (byte === QUOTE) break;
      if (byte === BACKSLASH) {
        if (!isSeparatorEscape(header, at)) return -1;
        escaped = true;
        at += ESCAPE_BYTES;
      } else if (byte < PRINTABLE_MIN || byte > PRINTABLE_MAX) {
        return -1;
      } else {
        at += 1;
      }
    }
    this.#escaped = escaped;
    return at;
  }

  #firstTime(seen: number): boolean {
    if ((this.#seen & seen) !== 0) return false;
    this.#seen |= seen;
    return true;
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}

/** `\u0001` or `\u0002` at the backslash that stands at `at`. */
function isSeparatorEscape(header: Buffer, at: number): boolean {
  const digit = header[at + 5];
  return (
    (digit === ZERO + 1 || digit === ZERO + 2) &&
    header[at + 1] === LETTER_U &&
    header[at + 2] === ZERO &&
    header[at + 3] === ZERO &&
    header[at + 4] === ZERO
  );
}

/**
 * Writes the text of a value that `HeaderScanner` accepted into `target` and returns its length in bytes. The
 * target must have room for `end - from` bytes.
 */
export function unescapeSeparators(source: Buffer, from: number, end: number, target: Buffer): number {
  let bytes = 0;
  for (let at = from; at < end;) {
    const byte = source[at] ?? 0;
    if (byte === BACKSLASH) {
      target[bytes] = (source[at + 5] ?? ZERO) - ZERO;
      at += ESCAPE_BYTES;
    } else {
      target[bytes] = byte;
      at += 1;
    }
    bytes += 1;
  }
  return bytes;
}
