/**
 * Hash -> slot, several slots to a hash allowed: open addressing with linear probing, at most half full, pairs
 * of slot + 1 and hash in one typed array. Which slots are held is decided by the calls alone; the table's
 * size and order are not visible.
 */
export class UniqKeySlots {
  #table: Int32Array;
  #mask: number;
  #count = 0;

  /** `count`: slots for which there is room from the start. */
  constructor(count: number) {
    let places = 16;
    while (places < count * 2) places *= 2;
    this.#table = new Int32Array(places * 2);
    this.#mask = places - 1;
  }

  /** Place of the first slot stored under this hash, or -1. */
  first(hash: number): number {
    return this.#search(hash & this.#mask, hash);
  }

  /** Place of the next slot with the hash of this place, or -1. */
  after(place: number): number {
    const hash = this.#table[place * 2 + 1] as number;
    return this.#search((place + 1) & this.#mask, hash);
  }

  slotAt(place: number): number {
    return (this.#table[place * 2] as number) - 1;
  }

  /** Let a place name another slot with the same hash. */
  replace(place: number, slot: number): void {
    this.#table[place * 2] = slot + 1;
  }

  add(hash: number, slot: number): void {
    if ((this.#count + 1) * 2 > this.#mask + 1) this.#grow();
    this.#put(hash, slot);
    this.#count += 1;
  }

  /** Close the gap: move back every later entry of the run whose own place is not after the gap. */
  remove(place: number): void {
    const table = this.#table;
    const mask = this.#mask;
    let gap = place;
    let next = (place + 1) & mask;
    for (;;) {
      const slot = table[next * 2] as number;
      if (slot === 0) break;
      const hash = table[next * 2 + 1] as number;
      if (((next - hash) & mask) >= ((next - gap) & mask)) {
        table[gap * 2] = slot;
        table[gap * 2 + 1] = hash;
        gap = next;
      }
      next = (next + 1) & mask;
    }
    table[gap * 2] = 0;
    this.#count -= 1;
  }

  #search(from: number, hash: number): number {
    const table = this.#table;
    let place = from;
    while (table[place * 2] !== 0) {
      if (table[place * 2 + 1] === hash) return place;
      place = (place + 1) & this.#mask;
    }
    return -1;
  }

  #put(hash: number, slot: number): void {
    let place = hash & this.#mask;
    while (this.#table[place * 2] !== 0) place = (place + 1) & this.#mask;
    this.#table[place * 2] = slot + 1;
    this.#table[place * 2 + 1] = hash;
  }

  #grow(): void {
    const old = this.#table;
    this.#table = new Int32Array(old.length * 2);
    this.#mask = old.length - 1;
    for (let at = 0; at < old.length; at += 2) {
      const slot = old[at] as number;
      if (slot !== 0) this.#put(old[at + 1] as number, slot - 1);
    }
  }
}
