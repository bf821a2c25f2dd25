import type { Queue } from './queues.ts';

/** Told about a queue that got messages; `maxOffset` is the next offset after the last of them. */
export type ArrivalListener = (
  topic: string,
  queueId: number,
  maxOffset: number,
  /** Low 32 bits of the hash of the tag, signed. */
  tagsCode: number,
) => void;

interface Arrival {
  readonly queue: Queue;
  maxOffset: number;
  readonly tagsCodes: number[];
}

/** Above this, tag hashes of one queue are no longer compared with all earlier ones of the turn. */
const TAGS_COMPARED_MAX = 16;

/**
 * Gathers the queues in which messages became readable during one turn, so that each is announced once per
 * distinct tag: a waiting pull with a tag filter must hear of its tag even if other messages follow it.
 */
export class Arrivals {
  readonly #byQueueNumber = new Map<number, Arrival>();
  #last: Arrival | null = null;

  add(queue: Queue, maxOffset: number, tagsCode: number): void {
    let arrival = this.#last;
    if (arrival === null || arrival.queue !== queue) {
      arrival = this.#byQueueNumber.get(queue.number) ?? null;
      if (arrival === null) {
        this.#last = { queue, maxOffset, tagsCodes: [tagsCode] };
        this.#byQueueNumber.set(queue.number, this.#last);
        return;
      }
      this.#last = arrival;
    }
    arrival.maxOffset = maxOffset;
    const { tagsCodes } = arrival;
    if (tagsCodes[tagsCodes.length - 1] === tagsCode) return;
    if (tagsCodes.length >= TAGS_COMPARED_MAX || !tagsCodes.includes(tagsCode)) tagsCodes.push(tagsCode);
  }

  /** The queues of a deleted topic have nothing to announce. */
  forget(queueNumber: number): void {
    this.#byQueueNumber.delete(queueNumber);
    this.#last = null;
  }

  /** Announces and forgets everything gathered. */
  flush(listener: ArrivalListener): void {
    if (this.#byQueueNumber.size === 0) return;
    for (const { queue, maxOffset, tagsCodes } of this.#byQueueNumber.values()) {
      for (const tagsCode of tagsCodes) listener(queue.topicName, queue.queueId, maxOffset, tagsCode);
    }
    this.clear();
  }

  clear(): void {
    this.#byQueueNumber.clear();
    this.#last = null;
  }
}
