import type { QueueIndex } from '@ledgermq/store';
import type { Queue } from '../machine/queues.ts';

export interface QueueStartsPorts {
  /** Of the present state; another one after a snapshot was installed. */
  readonly queueIndex: () => QueueIndex;
  readonly log: { startAddress(): number };
}

/**
 * Where each queue begins: with its first message whose bytes the log still holds. The queue index may lag behind the log,
 * for some turns while old log goes and after a crash within that; what clients are told does not.
 */
export class QueueStarts {
  readonly #ports: QueueStartsPorts;
  #index: QueueIndex | null = null;
  #startAddress = -1;
  /** For `#index` and `#startAddress`; a queue is absent until somebody asked. */
  #mins: WeakMap<Queue, number> = new WeakMap();

  constructor(ports: QueueStartsPorts) {
    this.#ports = ports;
  }

  /** First queue offset that can be read; the next offset if the queue holds nothing any more. */
  minOffset(queue: Queue): number {
    const { queueIndex, log } = this.#ports;
    const index = queueIndex();
    const startAddress = log.startAddress();
    if (index !== this.#index || startAddress !== this.#startAddress) {
      this.#index = index;
      this.#startAddress = startAddress;
      this.#mins = new WeakMap();
    }
    let min = this.#mins.get(queue);
    if (min === undefined) {
      min = index.findByAddress(queue.number, startAddress);
      this.#mins.set(queue, min);
    }
    return min;
  }
}
