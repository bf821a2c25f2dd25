import type { Buffer } from 'node:buffer';

/** Longer names are made anew each time, so that the table stays small. */
const NAME_BYTES_MAX = 128;

/**
 * Turns ASCII bytes into strings and gives back the same string for the same bytes.
 *
 * Groups, topics and broker names repeat in every request; a known one costs a comparison instead of an
 * allocation, and as the string is always the same object its hash is computed once for all table look-ups.
 * A slot holds the name that came last, so memory is bounded by the slots times 128 bytes.
 */
export class NameCache {
  readonly #names: string[];
  readonly #mask: number;

  /** `slots` is a power of two. */
  constructor(slots: number) {
    this.#names = new Array<string>(slots).fill('');
    this.#mask = slots - 1;
  }

  /** The bytes from `at` to before `end` must be ASCII. */
  get(source: Buffer, at: number, end: number): string {
    const bytes = end - at;
    if (bytes === 0) return '';
    if (bytes > NAME_BYTES_MAX) return source.toString('latin1', at, end);
    let hash = bytes;
    for (let i = at; i < end; i += 1) hash = (Math.imul(hash, 31) + (source[i] ?? 0)) | 0;
    const slot = (hash ^ (hash >>> 16)) & this.#mask;
    const known = this.#names[slot] ?? '';
    if (known.length === bytes && sameBytes(known, source, at)) return known;
    const name = source.toString('latin1', at, end);
    this.#names[slot] = name;
    return name;
  }
}

function sameBytes(name: string, source: Buffer, at: number): boolean {
  for (let i = 0; i < name.length; i += 1) {
    if (name.charCodeAt(i) !== source[at + i]) return false;
  }
  return true;
}
