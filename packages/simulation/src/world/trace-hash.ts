import { crc32 } from 'node:zlib';

const PRIME_A = 0x01000193;
const PRIME_B = 0x85ebca6b;

/** A running hash over everything that happens in a run; two runs are the same when theirs are. */
export class TraceHash {
  #a = 0x811c9dc5;
  #b = 0x9e3779b9;
  readonly #double: Float64Array = new Float64Array(1);
  readonly #words: Uint32Array;
  readonly #texts: Map<string, number> = new Map();

  constructor() {
    this.#words = new Uint32Array(this.#double.buffer);
  }

  number(value: number): void {
    this.#double[0] = value;
    this.#word(this.#words[0] ?? 0);
    this.#word(this.#words[1] ?? 0);
  }

  /** For the few names that come again and again. */
  name(value: string): void {
    let hash = this.#texts.get(value);
    if (hash === undefined) {
      hash = crc32(value);
      this.#texts.set(value, hash);
    }
    this.#word(hash);
  }

  text(value: string): void {
    this.#word(value.length);
    this.#word(crc32(value));
  }

  bytes(value: Buffer): void {
    this.#word(value.length);
    this.#word(crc32(value));
  }

  digest(): string {
    return (this.#a >>> 0).toString(16).padStart(8, '0') + (this.#b >>> 0).toString(16).padStart(8, '0');
  }

  #word(word: number): void {
    this.#a = Math.imul(this.#a ^ word, PRIME_A) ^ (this.#a >>> 15);
    this.#b = Math.imul((this.#b << 13) | (this.#b >>> 19), PRIME_B) + word;
  }
}
