import { Buffer } from 'node:buffer';

/** Separators of a properties text: name \u0001 value \u0002. */
const VALUE_MARK = '\u0001';
const END_MARK = '\u0002';
const LETTER_A = 0x41;
const LETTER_Z = 0x5a;

/** A message that is sent on is delivered anew; its old receipt means nothing. */
const RECEIPT = 'POP_CK';
const RECEIPT_INITIAL: number = initialOf(RECEIPT, 0);

export interface StoredPropertiesOptions {
  readonly clusterName: string;
  readonly regionId: string;
  /** A new id for a message whose client gave none. */
  nextUniqKey(): string;
}

/** Properties as they are stored, and the client's message id among them. */
export interface CompletedProperties<T extends string | Buffer> {
  readonly properties: T;
  readonly uniqKey: string;
}

/**
 * Completes the properties of a message on its way into the log the way RocketMQ 5 does: cluster, region, trace switch
 * and message id are added when missing, a pop receipt is dropped. Text that is there is never rewritten: properties
 * are appended as bytes, so signatures and unusual encodings survive.
 */
export class StoredProperties {
  readonly #options: StoredPropertiesOptions;
  readonly #fixed: readonly { readonly name: string; readonly text: string }[];
  /** All that is added to properties that have none of these names, and the initials that rule that out. */
  readonly #allFixed: string;
  readonly #fixedInitials: number;

  constructor(options: StoredPropertiesOptions) {
    this.#options = options;
    this.#fixed = [
      { name: 'CLUSTER', text: `CLUSTER${VALUE_MARK}${options.clusterName}${END_MARK}` },
      { name: 'MSG_REGION', text: `MSG_REGION${VALUE_MARK}${options.regionId}${END_MARK}` },
      { name: 'TRACE_ON', text: `TRACE_ON${VALUE_MARK}true${END_MARK}` },
    ];
    this.#allFixed = this.#fixed.map(({ text }) => text).join('');
    this.#fixedInitials = this.#fixed.reduce((initials, { name }) => initials | initialOf(name, 0), 0);
  }

  completeText(properties: string): CompletedProperties<string> {
    const initials = initialsOf(properties);
    const kept = (initials & RECEIPT_INITIAL) === 0 ? properties : withoutProperty(properties, RECEIPT);
    const { suffix, uniqKey } = this.#missingIn(kept, initials);
    return { properties: suffix === '' ? kept : terminated(kept) + suffix, uniqKey };
  }

  /** As `completeText` for properties that are not decoded, as inside a batch. */
  completeBytes(properties: Buffer): CompletedProperties<Buffer> {
    // In latin1 one character is one byte, so that every name is found and every foreign byte survives.
    const kept = withoutProperty(properties.toString('latin1'), RECEIPT);
    const { suffix, uniqKey } = this.#missingIn(kept, initialsOf(kept));
    const bytes = Buffer.from(suffix === '' ? kept : terminated(kept), 'latin1');
    return {
      properties: suffix === '' ? bytes : Buffer.concat([bytes, Buffer.from(suffix)]),
      uniqKey: Buffer.from(uniqKey, 'latin1').toString(),
    };
  }

  #missingIn(properties: string, initials: number): { readonly suffix: string; readonly uniqKey: string } {
    const noneFixed = (initials & this.#fixedInitials) === 0;
    let suffix = noneFixed ? this.#allFixed : '';
    for (const { name, text } of this.#fixed) {
      if (!noneFixed && valueOf(properties, name) === null) {
        suffix += text;
      }
    }
    let uniqKey = valueOf(properties, 'UNIQ_KEY');
    if (uniqKey === null || uniqKey === '') {
      uniqKey = this.#options.nextUniqKey();
      suffix += `UNIQ_KEY${VALUE_MARK}${uniqKey}${END_MARK}`;
    }
    return { suffix, uniqKey };
  }
}

/**
 * Which capital letters begin names in a properties text, as bits; other names have none. A look for a name whose bit is
 * missing may be left out, and most messages have two or three properties among which a dozen names are looked for.
 */
export function initialsOf(properties: string): number {
  let initials = 0;
  for (let at = 0; at < properties.length;) {
    initials |= initialOf(properties, at);
    const end = properties.indexOf(END_MARK, at);
    if (end < 0) break;
    at = end + 1;
  }
  return initials;
}

/** The bit of the name that begins at `at`. */
export function initialOf(properties: string, at: number): number {
  const letter = properties.charCodeAt(at);
  return letter >= LETTER_A && letter <= LETTER_Z ? 1 << (letter - LETTER_A) : 0;
}

/** The value of a property in a properties text, or null. */
export function valueOf(properties: string, name: string): string | null {
  const at = startOf(properties, name);
  if (at < 0) {
    return null;
  }
  const from = at + name.length + 1;
  const end = properties.indexOf(END_MARK, from);
  return properties.slice(from, end < 0 ? properties.length : end);
}

function startOf(properties: string, name: string): number {
  const label = name + VALUE_MARK;
  if (properties.startsWith(label)) {
    return 0;
  }
  const at = properties.indexOf(END_MARK + label);
  return at < 0 ? -1 : at + 1;
}

function withoutProperty(properties: string, name: string): string {
  const at = startOf(properties, name);
  if (at < 0) {
    return properties;
  }
  const end = properties.indexOf(END_MARK, at);
  return properties.slice(0, at) + (end < 0 ? '' : properties.slice(end + 1));
}

function terminated(properties: string): string {
  return properties === '' || properties.endsWith(END_MARK) ? properties : properties + END_MARK;
}
