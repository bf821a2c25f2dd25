import { UniqKeySlots } from './uniq-key-slots.ts';

const PART_BITS = 4;
const PARTS = 2 ** PART_BITS;
/** What is left of a positive 32-bit place. */
const PLACE_BITS = 31 - PART_BITS;
const PLACE_MASK = 2 ** PLACE_BITS - 1;

/**
 * Hash -> slot, several slots to a hash allowed. Many small tables instead of a large one, chosen by the upper bits of the
 * hash: a table of a million that grows holds the event loop up for tens of milliseconds, its parts grow one at a time.
 */
export class UniqKeyIndex {
  readonly #parts: readonly UniqKeySlots[];

  /** `count`: slots for which there is room from the start. */
  constructor(count: number = 0) {
    this.#parts = Array.from({ length: PARTS }, () => new UniqKeySlots(Math.ceil(count / PARTS)));
  }

  /** Place of the first slot stored under this hash, or -1. */
  first(hash: number): number {
    const part = hash >>> (32 - PART_BITS);
    const place = this.#part(part).first(hash);
    return place < 0 ? -1 : (part << PLACE_BITS) | place;
  }

  /** Place of the next slot with the hash of this place, or -1. */
  after(place: number): number {
    const part = place >>> PLACE_BITS;
    const next = this.#part(part).after(place & PLACE_MASK);
    return next < 0 ? -1 : (part << PLACE_BITS) | next;
  }

  slotAt(place: number): number {
    return this.#part(place >>> PLACE_BITS).slotAt(place & PLACE_MASK);
  }

  /** Let a place name another slot with the same hash. */
  replace(place: number, slot: number): void {
    this.#part(place >>> PLACE_BITS).replace(place & PLACE_MASK, slot);
  }

  add(hash: number, slot: number): void {
    this.#part(hash >>> (32 - PART_BITS)).add(hash, slot);
  }

  remove(place: number): void {
    this.#part(place >>> PLACE_BITS).remove(place & PLACE_MASK);
  }

  #part(number: number): UniqKeySlots {
    return this.#parts[number] as UniqKeySlots;
  }
}
