import type { Buffer } from 'node:buffer';
import { ProtocolError } from './errors.ts';

/**
 * JSON as fastjson 1.2 writes it, which is not always JSON: map keys may be bare numbers (`{0:"a"}`) or whole
 * objects (`{{"topic":"t"}:1}`). The reader also takes what fastjson takes: single quotes, bare names as
 * keys, trailing commas, raw control characters inside strings.
 */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject | JsonEntries;

/** Parsed objects have no prototype: `__proto__` and `constructor` are names like any other. */
export interface JsonObject {
  readonly [name: string]: JsonValue;
}

export type JsonEntry = readonly [key: JsonValue, value: JsonValue];

/** A map of which at least one key is not text. Reading makes one only for object keys. */
export class JsonEntries {
  readonly entries: readonly JsonEntry[];

  constructor(entries: readonly JsonEntry[]) {
    this.entries = entries;
  }
}

export function isJsonArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return (
    typeof value === 'object' && value !== null && !isJsonArray(value) && !(value instanceof JsonEntries)
  );
}

export interface JsonLimits {
  /** Length of the whole text, in bytes for a Buffer and in UTF-16 units for a string. */
  readonly lengthMax: number;
  /** Arrays and objects inside each other. */
  readonly depthMax: number;
  /** Values of every kind together; bounds the memory that a short text can claim. */
  readonly valuesMax: number;
}

export const JSON_LIMITS: JsonLimits = Object.freeze({
  lengthMax: 16_777_216,
  depthMax: 64,
  valuesMax: 2_000_000,
});

/**
 * Parse one value that fills the whole text. Whole numbers beyond 2^53 are clamped to the nearest safe
 * integer; of equal keys the last one counts; `{"$ref":"$.path"}` becomes the earlier value it names, when
 * that is complete by then.
 * Throws a ProtocolError: JSON_INVALID, JSON_TOO_LARGE or JSON_TOO_DEEP.
 */
export function parseFastjson(source: string | Buffer, limits: JsonLimits = JSON_LIMITS): JsonValue {
  if (source.length > limits.lengthMax) {
    throw new ProtocolError('JSON_TOO_LARGE', `JSON text is longer than ${limits.lengthMax}`);
  }
  return new Parser(typeof source === 'string' ? source : source.toString('utf8'), limits).parse();
}

const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COLON = 0x3a;
const COMMA = 0x2c;
const SPACE = 0x20;
const LETTER_F = 0x66;
const LETTER_N = 0x6e;
const LETTER_T = 0x74;
const BYTE_ORDER_MARK = 0xfeff;

const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const BARE_NAME = /-?[A-Za-z0-9_$.]+/y;
const HEX_4 = /^[0-9a-fA-F]{4}$/;
const HEX_2 = /^[0-9a-fA-F]{2}$/;
const REFERENCE_STEP = /\.([^.[\]]+)|\[(\d+)\]/y;

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["'", "'"],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['0', '\0'],
]);

type MutableObject = Record<string, JsonValue>;

/** A container whose members are being read, and the name of the member that is. */
interface OpenContainer {
  readonly members: MutableObject | JsonValue[];
  key: string;
}

class Parser {
  readonly #text: string;
  readonly #limits: JsonLimits;
  readonly #open: OpenContainer[] = [];
  #at = 0;
  #values = 0;

  constructor(text: string, limits: JsonLimits) {
    this.#text = text;
    this.#limits = limits;
  }

  parse(): JsonValue {
    if (this.#text.charCodeAt(0) === BYTE_ORDER_MARK) this.#at = 1;
    const value = this.#value();
    this.#skipSpace();
    if (this.#at < this.#text.length) throw this.#invalid('text after the value');
    return value;
  }

  #value(): JsonValue {
    this.#skipSpace();
    this.#values += 1;
    if (this.#values > this.#limits.valuesMax) {
      throw new ProtocolError('JSON_TOO_LARGE', `JSON text has more than ${this.#limits.valuesMax} values`);
    }
    const code = this.#text.charCodeAt(this.#at);
    if (code === OPEN_BRACE) return this.#object();
    if (code === OPEN_BRACKET) return this.#array();
    if (code === QUOTE || code === APOSTROPHE) return this.#string(code);
    if (code === LETTER_T && this.#word('true')) return true;
    if (code === LETTER_F && this.#word('false')) return false;
    if (code === LETTER_N && this.#word('null')) return null;
    return this.#number();
  }

  #array(): JsonValue {
    const members: JsonValue[] = [];
    const open = this.#enter(members);
    while (!this.#closes(CLOSE_BRACKET)) {
      open.key = String(members.length);
      members.push(this.#value());
      this.#separator(CLOSE_BRACKET);
    }
    this.#open.pop();
    return members;
  }

  #object(): JsonValue {
    const members = Object.create(null) as MutableObject;
    const open = this.#enter(members);
    let entries: [JsonValue, JsonValue][] | null = null;
    let count = 0;
    while (!this.#closes(CLOSE_BRACE)) {
      const key = this.#key();
      this.#expect(COLON);
      if (typeof key !== 'string') entries ??= Object.entries(members);
      open.key = typeof key === 'string' ? key : '';
      const value = this.#value();
      if (entries !== null) entries.push([key, value]);
      else members[open.key] = value;
      count += 1;
      this.#separator(CLOSE_BRACE);
    }
    this.#open.pop();
    if (entries !== null) return new JsonEntries(entries);
    const reference = count === 1 ? members['$ref'] : undefined;
    return typeof reference === 'string' ? this.#resolve(reference, members) : members;
  }

  #key(): JsonValue {
    this.#skipSpace();
    const code = this.#text.charCodeAt(this.#at);
    if (code === QUOTE || code === APOSTROPHE) return this.#string(code);
    if (code === OPEN_BRACE) return this.#value();
    const name = this.#match(BARE_NAME);
    if (name === null) throw this.#invalid('no key');
    return name;
  }

  #string(quote: number): string {
    const text = this.#text;
    let result = '';
    let from = this.#at + 1;
    for (let at = from; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === quote) {
        this.#at = at + 1;
        return result + text.slice(from, at);
      }
      if (code === BACKSLASH) {
        result += text.slice(from, at);
        this.#at = at + 1;
        result += this.#escape();
        from = this.#at;
        at = from - 1;
      }
    }
    throw this.#invalid('a string without end');
  }

  #escape(): string {
    const letter = this.#text.charAt(this.#at);
    this.#at += 1;
    if (letter === 'u' || letter === 'x') {
      const digits = letter === 'u' ? 4 : 2;
      const hex = this.#text.slice(this.#at, this.#at + digits);
      if (!(letter === 'u' ? HEX_4 : HEX_2).test(hex)) throw this.#invalid('a broken escape');
      this.#at += digits;
      return String.fromCharCode(Number.parseInt(hex, 16));
    }
    const plain = ESCAPES.get(letter);
    if (plain === undefined) throw this.#invalid('an unknown escape');
    return plain;
  }

  #number(): number {
    const text = this.#match(NUMBER);
    if (text === null) throw this.#invalid('no value');
    const value = Number(text);
    if (!Number.isFinite(value)) throw this.#invalid('a number out of range');
    if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
      return value > 0 ? Number.MAX_SAFE_INTEGER : Number.MIN_SAFE_INTEGER;
    }
    return value + 0;
  }

  /**
   * The value that a reference names, sought among what has been read so far; the reference itself when
   * there is none. Values still open contain the reference, so taking one of them would make a cycle.
   */
  #resolve(reference: string, unresolved: JsonObject): JsonValue {
    if (!reference.startsWith('$')) return unresolved;
    let level = 0;
    let current: JsonValue | undefined = this.#open[0]?.members;
    REFERENCE_STEP.lastIndex = 1;
    while (REFERENCE_STEP.lastIndex < reference.length) {
      const step = REFERENCE_STEP.exec(reference);
      if (step === null) return unresolved;
      const name = step[1] ?? step[2] ?? '';
      const onOpenPath = level < this.#open.length && current === this.#open[level]?.members;
      level += 1;
      if (onOpenPath && this.#open[level - 1]?.key === name) {
        current = this.#open[level]?.members;
      } else if (isJsonArray(current)) {
        current = current[Number(name)];
      } else {
        current = isJsonObject(current) ? current[name] : undefined;
      }
      if (current === undefined) return unresolved;
    }
    return this.#open.some((open) => open.members === current) || current === undefined
      ? unresolved
      : current;
  }

  #enter(members: MutableObject | JsonValue[]): OpenContainer {
    if (this.#open.length >= this.#limits.depthMax) {
      throw new ProtocolError('JSON_TOO_DEEP', `JSON text is nested deeper than ${this.#limits.depthMax}`);
    }
    this.#at += 1;
    const open: OpenContainer = { members, key: '' };
    this.#open.push(open);
    return open;
  }

  #closes(bracket: number): boolean {
    this.#skipSpace();
    if (this.#text.charCodeAt(this.#at) !== bracket) return false;
    this.#at += 1;
    return true;
  }

  /** A comma, which may be missing before the closing bracket and may also precede it. */
  #separator(bracket: number): void {
    this.#skipSpace();
    const code = this.#text.charCodeAt(this.#at);
    if (code === COMMA) this.#at += 1;
    else if (code !== bracket) throw this.#invalid('no comma');
  }

  #expect(code: number): void {
    this.#skipSpace();
    if (this.#text.charCodeAt(this.#at) !== code) throw this.#invalid(`no '${String.fromCharCode(code)}'`);
    this.#at += 1;
  }

  #word(word: string): boolean {
    if (!this.#text.startsWith(word, this.#at)) return false;
    this.#at += word.length;
    return true;
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const text = pattern.exec(this.#text)?.[0];
    if (text === undefined) return null;
    this.#at += text.length;
    return text;
  }

  #skipSpace(): void {
    const text = this.#text;
    let code = text.charCodeAt(this.#at);
    while (code === SPACE || (code >= 0x09 && code <= 0x0d)) {
      this.#at += 1;
      code = text.charCodeAt(this.#at);
    }
  }

  #invalid(what: string): ProtocolError {
    return new ProtocolError('JSON_INVALID', `JSON text has ${what} at position ${this.#at}`);
  }
}
