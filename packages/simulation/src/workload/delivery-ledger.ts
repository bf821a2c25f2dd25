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

  /** Whether everything from one offset up to, but not with, another was delivered. */
  isComplete(queue: string, from: number, end: number): boolean {
    const offsets = this.#queues.get(queue);
    if ((offsets?.size ?? 0) < end - from) return false;
    for (let offset = from; offset < end; offset += 1) if (offsets?.has(offset) !== true) return false;
    return true;
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
