/** One queue that has received a record: what links (topic, queue id) to its place in the queue index. */
export interface Queue {
  readonly topicName: string;
  readonly queueId: number;
  /** Dense number under which the queue index knows the queue. */
  readonly number: number;
}

/**
 * The queues of one incarnation of a topic, by queue id. A queue gets its number with its first record, so that
 * a topic of a thousand idle queues costs nothing in the index.
 */
export class TopicQueues {
  readonly #topicName: string;
  readonly #queues: (Queue | undefined)[] = [];

  constructor(topicName: string) {
    this.#topicName = topicName;
  }

  get(queueId: number): Queue | undefined {
    return this.#queues[queueId];
  }

  /** The caller has checked that the queue has no number yet and that `queueId` is within the topic's limit. */
  assign(queueId: number, number: number): Queue {
    while (this.#queues.length < queueId) {
      this.#queues.push(undefined);
    }
    const queue: Queue = { topicName: this.#topicName, queueId, number };
    this.#queues[queueId] = queue;
    return queue;
  }

  *all(): IterableIterator<Queue> {
    for (const queue of this.#queues) {
      if (queue !== undefined) yield queue;
    }
  }

  *numbers(): IterableIterator<number> {
    for (const queue of this.#queues) {
      if (queue !== undefined) yield queue.number;
    }
  }

  /** Position = queue id; queue number plus one, 0 for a queue without a number. */
  toRow(): number[] {
    return this.#queues.map((queue) => (queue === undefined ? 0 : queue.number + 1));
  }

  static fromRow(topicName: string, row: readonly number[]): TopicQueues {
    const queues = new TopicQueues(topicName);
    row.forEach((numberPlusOne, queueId) => {
      if (numberPlusOne > 0) queues.assign(queueId, numberPlusOne - 1);
    });
    return queues;
  }
}
