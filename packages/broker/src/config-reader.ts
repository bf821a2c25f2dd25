/**
 * Reads one JSON object field by field, remembering every fault instead of stopping at the first, so that a user
 * corrects a configuration file in one go. A faulty field yields its fallback; the caller checks `faults` at the end.
 */
export class ConfigReader {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #path: string;
  readonly #known = new Set<string>();
  readonly faults: string[];

  constructor(value: unknown, path: string, faults: string[]) {
    this.#path = path;
    this.faults = faults;
    if (isObject(value)) {
      this.#fields = value;
    } else {
      this.#fields = {};
      if (value !== undefined) {
        faults.push(`${path === '' ? 'configuration' : path} must be an object`);
      }
    }
  }

  text(name: string, fallback?: string): string {
    const value = this.#take(name);
    if (value === undefined && fallback !== undefined) {
      return fallback;
    }
    if (typeof value !== 'string' || value.length === 0) {
      this.fault(name, 'must be a non-empty text');
      return fallback ?? '';
    }
    return value;
  }

  /** An IPv4 or IPv6 literal or a host name, a colon and a port from 0 to 65535. */
  address(name: string, fallback?: string): string {
    const value = this.text(name, fallback);
    if (value !== '' && parseHostPort(value) === null) {
      this.fault(name, `must be "host:port", not "${value}"`);
    }
    return value;
  }

  wholeNumber(name: string, fallback: number, least: number, most: number): number {
    const value = this.#take(name);
    if (value === undefined) {
      return fallback;
    }
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least || value > most) {
      this.fault(name, `must be a whole number from ${least} to ${most}`);
      return fallback;
    }
    return value;
  }

  flag(name: string, fallback: boolean): boolean {
    const value = this.#take(name);
    if (value === undefined) {
      return fallback;
    }
    if (typeof value !== 'boolean') {
      this.fault(name, 'must be true or false');
      return fallback;
    }
    return value;
  }

  oneOf<T extends string>(name: string, choices: readonly T[], fallback: T): T {
    const value = this.#take(name);
    if (value === undefined) {
      return fallback;
    }
    const chosen = choices.find((choice) => choice === value);
    if (chosen === undefined) {
      this.fault(name, `must be one of ${choices.join(', ')}`);
      return fallback;
    }
    return chosen;
  }

  /** The items of an array, each wrapped in a reader of its own whose faults join these. */
  list(name: string, countMax: number): ConfigReader[] {
    const value = this.#take(name);
    if (!Array.isArray(value) || value.length === 0) {
      this.fault(name, 'must be a list with at least one item');
      return [];
    }
    if (value.length > countMax) {
      this.fault(name, `must have at most ${countMax} items`);
      return [];
    }
    return value.map((item: unknown, i) => new ConfigReader(item, `${this.#name(name)}[${i}]`, this.faults));
  }

  section(name: string): ConfigReader {
    return new ConfigReader(this.#take(name), this.#name(name), this.faults);
  }

  /** A section that another package reads: passed on as it is, an absent one as an empty object. */
  foreign(name: string): Readonly<Record<string, unknown>> {
    const value = this.#take(name);
    if (value === undefined) {
      return {};
    }
    if (!isObject(value)) {
      this.fault(name, 'must be an object');
      return {};
    }
    return value;
  }

  fault(name: string, what: string): void {
    this.faults.push(`${this.#name(name)} ${what}`);
  }

  /** A text that may be absent or null; null then. */
  optionalText(name: string): string | null {
    const value = this.#take(name);
    return value === undefined || value === null ? null : this.text(name);
  }

  /** Reports fields that nobody asked for; a misspelt key must not silently leave a default in force. */
  rejectUnknown(): void {
    for (const name of Object.keys(this.#fields)) {
      if (!this.#known.has(name)) {
        this.fault(name, 'is not a known field');
      }
    }
  }

  #take(name: string): unknown {
    this.#known.add(name);
    return this.#fields[name];
  }

  #name(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`;
  }
}

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** Splits "host:port" at the last colon ("[::1]:80" loses its brackets); null when that is impossible. */
export function parseHostPort(address: string): HostPort | null {
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  const portText = address.slice(colon + 1);
  const port = Number(portText);
  if (colon <= 0 || host === '' || !/^\d{1,5}$/.test(portText) || port > 65535) {
    return null;
  }
  return { host, port };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
