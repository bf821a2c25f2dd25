/** Which messages reached the group of push consumers, and how often. */
export class DeliveryLedger {
  readonly #queues: Map<string, Map<number, number>> = new Map();

  delivered(queue: string, offset: number): void {
    let offsets = this.#queues.get(queue);
    if (offsets === undefined) {
      offsets = new Map();
      this.#queues.set(queue, offsets);
    }
    offsets.set(offset, (offsets.get(offset) ?? 0) + 1);
  }

  /** Different messages of the queue that were delivered. */
  count(queue: string): number {
    return this.#queues.get(queue)?.size ?? 0;
  }

  /** Offsets below `end` that were never delivered. */
  missing(queue: string, end: number): number[] {
    const offsets = this.#queues.get(queue);
    return Array.from({ length: end }, (_, offset) => offset).filter(
      (offset) => offsets?.has(offset) !== true,
    );
  }

  /** Deliveries beyond the first of each message, in all queues. */
  get repetitions(): number {
    let repetitions = 0;
    for (const offsets of this.#queues.values()) {
      for (const times of offsets.values()) repetitions += times - 1;
    }
    return repetitions;
  }
}
