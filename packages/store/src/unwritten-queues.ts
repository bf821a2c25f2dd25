/**
 * Queues with units that are not in the block file yet, oldest first. Positions count every queue ever added,
 * so a snapshot can say "all up to here" while later additions go on.
 */
export class UnwrittenQueues {
  #queues: number[] = [];
  #head = 0;
  #removed = 0;

  /** Position after the newest queue. */
  get end(): number {
    return this.#removed + this.#queues.length - this.#head;
  }

  /** Position of the oldest queue. */
  get begin(): number {
    return this.#removed;
  }

  add(queueNumber: number): void {
    this.#queues.push(queueNumber);
  }

  /** The oldest queue, or -1. */
  peek(): number {
    return this.#queues[this.#head] ?? -1;
  }

  shift(): void {
    this.#head += 1;
    this.#removed += 1;
    if (this.#head === this.#queues.length) {
      this.#queues = [];
      this.#head = 0;
    } else if (this.#head >= 4096 && this.#head * 2 >= this.#queues.length) {
      this.#queues = this.#queues.slice(this.#head);
      this.#head = 0;
    }
  }
}
