/**
 * Where the entries of one segment lie: 8 bytes per entry in flat arrays, and the terms as runs, since a term
 * changes rarely. Entries are numbered from 0 within the segment; places are byte offsets from its base.
 */
export class EntryTable {
  #places: Uint32Array = new Uint32Array(64);
  #hashes: Uint32Array = new Uint32Array(64);
  #count = 0;
  /** First entry number and term of each run, in order. */
  #runs: { readonly from: number; readonly term: number }[] = [];

  get count(): number {
    return this.#count;
  }

  push(place: number, term: number, hash: number): void {
    if (this.#count === this.#places.length) this.#grow();
    this.#places[this.#count] = place;
    this.#hashes[this.#count] = hash;
    if (this.#runs.at(-1)?.term !== term) this.#runs.push({ from: this.#count, term });
    this.#count += 1;
  }

  place(number: number): number {
    return this.#at(this.#places, number);
  }

  hash(number: number): number {
    return this.#at(this.#hashes, number);
  }

  term(number: number): number {
    let low = 0;
    let high = this.#runs.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#runs[middle]?.from ?? 0) <= number) low = middle;
      else high = middle - 1;
    }
    const run = this.#runs[low];
    if (run === undefined) throw new RangeError(`no entry ${number}`);
    return run.term;
  }

  /** Number of the last entry that starts at or before `place`. */
  lastAt(place: number): number {
    let low = 0;
    let high = this.#count - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.place(middle) <= place) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Keep the first `count` entries. */
  cut(count: number): void {
    this.#count = Math.min(this.#count, count);
    while ((this.#runs.at(-1)?.from ?? -1) >= this.#count) this.#runs.pop();
  }

  #at(array: Uint32Array, number: number): number {
    const value = number < this.#count ? array[number] : undefined;
    if (value === undefined) throw new RangeError(`no entry ${number}`);
    return value;
  }

  #grow(): void {
    const places = new Uint32Array(this.#places.length * 2);
    places.set(this.#places);
    this.#places = places;
    const hashes = new Uint32Array(this.#hashes.length * 2);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
  }
}

export interface KnownPlace {
  readonly number: number;
  readonly place: number;
}

/**
 * A few known places of a segment whose exact table is not held, learned while walking it: at most one per
 * `intervalBytes`. The walk to an entry starts at the nearest one before it.
 */
export class SparsePlaces {
  readonly #intervalBytes: number;
  readonly #points: KnownPlace[];

  /** `known`: places that no walk could find, because there is damage before them; in order. */
  constructor(intervalBytes: number, known: readonly KnownPlace[] = [{ number: 0, place: 0 }]) {
    this.#intervalBytes = intervalBytes;
    this.#points = [...known];
  }

  get count(): number {
    return this.#points.length;
  }

  learn(number: number, place: number): void {
    const last = this.#points.at(-1);
    if (last !== undefined && place < last.place + this.#intervalBytes) return;
    this.#points.push({ number, place });
  }

  /** The last known point at or before a place. */
  before(place: number): KnownPlace {
    let found: KnownPlace = { number: 0, place: 0 };
    for (const point of this.#points) if (point.place <= place) found = point;
    return found;
  }

  nearest(number: number): KnownPlace {
    let low = 0;
    let high = this.#points.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#points[middle]?.number ?? 0) <= number) low = middle;
      else high = middle - 1;
    }
    return this.#points[low] ?? { number: 0, place: 0 };
  }

  /** Forget the points at or behind entry `number`, which was cut. */
  cut(number: number): void {
    while (this.#points.length > 1 && (this.#points.at(-1)?.number ?? 0) >= number) this.#points.pop();
  }
}
