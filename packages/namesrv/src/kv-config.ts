/** Namespaced settings that brokers and tools keep in a name server (codes 100, 101, 102, 219). Pure memory. */
export interface KvLimits {
  readonly entriesMax: number;
  readonly valueCharsMax: number;
}

const kvLimits: KvLimits = { entriesMax: 100_000, valueCharsMax: 65_536 };

export class KvConfig {
  readonly #limits: KvLimits;
  readonly #table: Map<string, Map<string, string>> = new Map();
  #entries = 0;

  constructor(initial: unknown = {}, limits: KvLimits = kvLimits) {
    this.#limits = limits;
    if (typeof initial !== 'object' || initial === null) return;
    for (const [namespace, pairs] of Object.entries(initial)) {
      if (typeof pairs !== 'object' || pairs === null) continue;
      for (const [key, value] of Object.entries(pairs as object)) {
        if (typeof value === 'string') this.put(namespace, key, value);
      }
    }
  }

  /** False when a limit forbids it. */
  put(namespace: string, key: string, value: string): boolean {
    const known = this.#table.get(namespace)?.has(key) === true;
    if (value.length > this.#limits.valueCharsMax || (!known && this.#entries >= this.#limits.entriesMax))
      return false;
    let pairs = this.#table.get(namespace);
    if (pairs === undefined) {
      pairs = new Map();
      this.#table.set(namespace, pairs);
    }
    pairs.set(key, value);
    if (!known) this.#entries++;
    return true;
  }

  get(namespace: string, key: string): string | null {
    return this.#table.get(namespace)?.get(key) ?? null;
  }

  delete(namespace: string, key: string): void {
    const pairs = this.#table.get(namespace);
    if (pairs?.delete(key) !== true) return;
    this.#entries--;
    if (pairs.size === 0) this.#table.delete(namespace);
  }

  /** Null when the namespace has no entry. */
  list(namespace: string): ReadonlyMap<string, string> | null {
    return this.#table.get(namespace) ?? null;
  }

  toJSON(): Record<string, Record<string, string>> {
    return Object.fromEntries([...this.#table].map(([name, pairs]) => [name, Object.fromEntries(pairs)]));
  }
}
