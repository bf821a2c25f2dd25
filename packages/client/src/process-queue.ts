const SLOTS_AT_START = 64;

/**
 * The messages of one queue that were pulled and not finished yet, in the order of their offsets. A message is known by
 * its slot: a number that grows by one with each message added.
 *
 * Messages finish in any order. What may be committed is the smallest unfinished offset, or the offset after the last
 * one pulled when all are finished: nothing before it will be needed again.
 *
 * The ring grows with the distance from the oldest unfinished message to the newest; `span` is for the caller to limit.
 */
export class ProcessQueue {
  #offsets: Float64Array = new Float64Array(SLOTS_AT_START);
  #sizes: Uint32Array = new Uint32Array(SLOTS_AT_START);
  #finished: Uint8Array = new Uint8Array(SLOTS_AT_START);
  /** Ring positions are slot numbers modulo a power of two. */
  #mask = SLOTS_AT_START - 1;
  /** The oldest unfinished slot; equals `#tail` when there is none. */
  #head = 0;
  /** The next slot to be given out. */
  #tail = 0;
  #count = 0;
  #bytes = 0;
  #nextOffset: number;

  constructor(startOffset: number) {
    this.#nextOffset = startOffset;
  }

  /** Messages not finished. */
  get count(): number {
    return this.#count;
  }

  /** Bytes of the messages not finished. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Messages from the oldest unfinished to the newest, finished ones between them included. */
  get span(): number {
    return this.#tail - this.#head;
  }

  /** The queue offset to pull next. */
  get nextOffset(): number {
    return this.#nextOffset;
  }

  /** Everything before it is finished. */
  get committedOffset(): number {
    return this.#head === this.#tail ? this.#nextOffset : (this.#offsets[this.#head & this.#mask] ?? 0);
  }

  /** Adds the message at `offset`, which must not lie before `nextOffset`. Returns its slot. */
  add(offset: number, bytes: number): number {
    if (offset < this.#nextOffset) {
      throw new RangeError(`offset ${offset} lies before ${this.#nextOffset}, which is next`);
    }
    if (this.span > this.#mask) this.#grow();
    const slot = this.#tail;
    const at = slot & this.#mask;
    this.#offsets[at] = offset;
    this.#sizes[at] = bytes;
    this.#finished[at] = 0;
    this.#tail = slot + 1;
    this.#count += 1;
    this.#bytes += bytes;
    this.#nextOffset = offset + 1;
    return slot;
  }

  /** Passes over messages that are not wanted; never goes back. */
  advanceTo(offset: number): void {
    if (offset > this.#nextOffset) this.#nextOffset = offset;
  }

  /** False when the slot was finished before or never given out. */
  finish(slot: number): boolean {
    const at = slot & this.#mask;
    if (slot < this.#head || slot >= this.#tail || this.#finished[at] === 1) return false;
    this.#finished[at] = 1;
    this.#count -= 1;
    this.#bytes -= this.#sizes[at] ?? 0;
    while (this.#head < this.#tail && this.#finished[this.#head & this.#mask] === 1) this.#head += 1;
    return true;
  }

  #grow(): void {
    const slots = 2 * (this.#mask + 1);
    const offsets = new Float64Array(slots);
    const sizes = new Uint32Array(slots);
    const finished = new Uint8Array(slots);
    for (let slot = this.#head; slot < this.#tail; slot += 1) {
      const from = slot & this.#mask;
      const to = slot & (slots - 1);
      offsets[to] = this.#offsets[from] ?? 0;
      sizes[to] = this.#sizes[from] ?? 0;
      finished[to] = this.#finished[from] ?? 0;
    }
    this.#offsets = offsets;
    this.#sizes = sizes;
    this.#finished = finished;
    this.#mask = slots - 1;
  }
}
