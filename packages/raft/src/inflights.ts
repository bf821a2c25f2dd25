import { invariant } from './errors.ts';

/**
 * Append messages that left for one follower and are not acknowledged, oldest first. A ring whose size is fixed
 * by `messagesMax`; it holds the last index and the bytes of each message.
 *
 * Invariant: 0 <= count <= messagesMax, indexes ascend strictly, `bytes` is the sum over the ring. The byte limit
 * may be passed by the last message, because one entry may be larger than the whole limit.
 */
export class Inflights {
  readonly #messagesMax: number;
  readonly #bytesMax: number;
  readonly #lastIndexes: number[] = [];
  readonly #sizes: number[] = [];
  #start = 0;
  #count = 0;
  #bytes = 0;

  constructor(messagesMax: number, bytesMax: number) {
    this.#messagesMax = messagesMax;
    this.#bytesMax = bytesMax;
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** True if nothing more may be sent until an acknowledgement comes. */
  get full(): boolean {
    return this.#count >= this.#messagesMax || (this.#count > 0 && this.#bytes >= this.#bytesMax);
  }

  /** Adds a message whose last entry is `lastIndex`. Only while not `full`. */
  add(lastIndex: number, bytes: number): void {
    invariant(!this.full, 'a message was added to a full in-flight window');
    const at = (this.#start + this.#count) % this.#messagesMax;
    this.#lastIndexes[at] = lastIndex;
    this.#sizes[at] = bytes;
    this.#count++;
    this.#bytes += bytes;
  }

  /** Frees every message that ends at or before `index`. */
  freeTo(index: number): void {
    while (this.#count > 0 && (this.#lastIndexes[this.#start] as number) <= index) {
      this.#bytes -= this.#sizes[this.#start] as number;
      this.#start = (this.#start + 1) % this.#messagesMax;
      this.#count--;
    }
  }

  clear(): void {
    this.#start = 0;
    this.#count = 0;
    this.#bytes = 0;
  }

  checkInvariants(): void {
    invariant(this.#count >= 0 && this.#count <= this.#messagesMax, 'in-flight count is out of range');
    let sum = 0;
    let previous = -1;
    for (let i = 0; i < this.#count; i++) {
      const at = (this.#start + i) % this.#messagesMax;
      const index = this.#lastIndexes[at] as number;
      invariant(index > previous, 'in-flight indexes do not ascend');
      previous = index;
      sum += this.#sizes[at] as number;
    }
    invariant(sum === this.#bytes, 'in-flight bytes do not add up');
  }
}
