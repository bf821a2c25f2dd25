import type { Random } from '@ledgermq/raft';

const GOLDEN = 0x9e3779b9;

/**
 * A tree of generators: each name gives a stream of its own, so that one more draw in one place changes nothing in
 * another. The generator is sfc32 (PractRand), seeded through the mixing of MurmurHash3's finalizer.
 */
export class SeededRandom implements Random {
  readonly #path: number;
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number) {
    this.#path = mix((seed >>> 0) ^ mix(Math.floor(seed / 2 ** 32) + GOLDEN));
    this.#a = mix(this.#path ^ 0x2545f491);
    this.#b = mix(this.#path + GOLDEN);
    this.#c = mix(this.#path ^ 0x6a09e667);
    for (let round = 0; round < 12; round += 1) this.#next();
  }

  /** The stream of that name below this one. The same name gives the same stream, however much was drawn. */
  stream(name: string): SeededRandom {
    let hash = this.#path;
    for (let at = 0; at < name.length; at += 1)
      hash = mix(Math.imul(hash, 31) + name.charCodeAt(at) + GOLDEN);
    return new SeededRandom(hash);
  }

  /** A whole number n with 0 <= n < bound. */
  nextInt(bound: number): number {
    return bound <= 2 ** 32 ? Math.floor((this.#next() / 2 ** 32) * bound) : Math.floor(this.real() * bound);
  }

  /** A whole number n with from <= n <= to. */
  between(from: number, to: number): number {
    return from + this.nextInt(to - from + 1);
  }

  /** Uniform in 0 <= x < 1, with 53 bits. */
  real(): number {
    return ((this.#next() >>> 5) * 2 ** 26 + (this.#next() >>> 6)) / 2 ** 53;
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.#next() < probability * 2 ** 32;
  }

  /** Exponential with this mean. */
  exponential(mean: number): number {
    return -Math.log(1 - this.real()) * mean;
  }

  /** One of them; throws for an empty list. */
  pick<T>(from: readonly T[]): T {
    const picked = from[this.nextInt(from.length)];
    if (picked === undefined) throw new RangeError('nothing to pick from');
    return picked;
  }

  /** One of the names by weight. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
    const names = Object.keys(weights) as K[];
    let left = this.real() * names.reduce((sum, name) => sum + weights[name], 0);
    for (const name of names) {
      left -= weights[name];
      if (left < 0) return name;
    }
    return this.pick(names);
  }

  /** A new list in chance order. */
  shuffle<T>(list: readonly T[]): T[] {
    const left = [...list];
    const shuffled: T[] = [];
    while (left.length > 0) shuffled.push(...left.splice(this.nextInt(left.length), 1));
    return shuffled;
  }

  #next(): number {
    const sum = (this.#a + this.#b + this.#counter) >>> 0;
    this.#counter = (this.#counter + 1) >>> 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) >>> 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) >>> 0;
    return sum;
  }
}

function mix(value: number): number {
  let hash = value >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
