import {
  createRequest,
  decodeOffsetHeader,
  encodeQueryConsumerOffsetHeader,
  encodeUpdateConsumerOffsetHeader,
  RequestCode,
  ResponseCode,
} from '@ledgermq/protocol';
import { unexpectedAnswer, type BrokerRequests } from './broker-requests.ts';
import type { Logger } from './config.ts';
import { queueKey, type MessageQueue } from './message-queue.ts';

/** How far a group has consumed each queue. */
export interface OffsetStore {
  /** The committed offset, null when there is none. Rejects when it cannot be found out. */
  read(queue: MessageQueue): Promise<number | null>;
  /** Resolves when the offset is kept as safely as this store can; at once when it is kept already. */
  commit(queue: MessageQueue, offset: number): Promise<void>;
  /** The queue belongs to another member now: what is remembered of it is of no use any more. */
  forget(queue: MessageQueue): void;
}

const OFFSET_TIMEOUT_MS = 3000;

/** A commit whose failure is only logged, because the next one makes up for it. */
export async function tryCommit(
  store: OffsetStore,
  queue: MessageQueue,
  offset: number,
  logger: Logger,
): Promise<void> {
  try {
    await store.commit(queue, offset);
  } catch (error) {
    logger.warn({ messageQueue: queue, offset, error: String(error) }, 'offset commit failed');
  }
}

/** Offsets of one member, for a group whose members do not share: in memory, lost with the process. */
export class MemoryOffsetStore implements OffsetStore {
  readonly #offsets: Map<string, number> = new Map();

  async read(queue: MessageQueue): Promise<number | null> {
    return this.#offsets.get(queueKey(queue)) ?? null;
  }

  async commit(queue: MessageQueue, offset: number): Promise<void> {
    this.#offsets.set(queueKey(queue), offset);
  }

  /** Kept all the same: nobody else counts for this member, and the queue may come back. */
  forget(): void {
    return;
  }
}

/** One queue's commits: one under way at a time, as two could overtake each other and the last to arrive counts. */
interface QueueOffset {
  /** Known to be stored by the broker. */
  committed: number | null;
  wanted: number;
  underWay: Promise<void> | null;
}

/** Offsets kept by the broker groups (14, 15), replicated there. */
export class BrokerOffsetStore implements OffsetStore {
  readonly #consumerGroup: string;
  readonly #requests: BrokerRequests;
  readonly #queues: Map<string, QueueOffset> = new Map();

  constructor(consumerGroup: string, requests: BrokerRequests) {
    this.#consumerGroup = consumerGroup;
    this.#requests = requests;
  }

  async read(queue: MessageQueue): Promise<number | null> {
    const header = encodeQueryConsumerOffsetHeader({
      consumerGroup: this.#consumerGroup,
      topic: queue.topic,
      queueId: queue.queueId,
      setZeroIfNotFound: false,
      brokerName: queue.brokerName,
    });
    const command = createRequest(RequestCode.QUERY_CONSUMER_OFFSET, header);
    const limits = { timeoutMs: OFFSET_TIMEOUT_MS, repeatable: true };
    const response = await this.#requests.request(queue.brokerName, command, limits);
    if (response.code === ResponseCode.QUERY_NOT_FOUND) return null;
    if (response.code !== ResponseCode.SUCCESS) throw unexpectedAnswer(response);
    const { offset } = decodeOffsetHeader(response.extFields);
    this.#entry(queue).committed = offset;
    return offset;
  }

  commit(queue: MessageQueue, offset: number): Promise<void> {
    const entry = this.#entry(queue);
    entry.wanted = offset;
    if (entry.underWay === null && entry.committed === offset) return Promise.resolve();
    entry.underWay ??= this.#commitWanted(queue, entry).finally(() => {
      entry.underWay = null;
    });
    return entry.underWay;
  }

  forget(queue: MessageQueue): void {
    this.#queues.delete(queueKey(queue));
  }

  /** Until what was sent last is what is wanted: the wish may change meanwhile. */
  async #commitWanted(queue: MessageQueue, entry: QueueOffset): Promise<void> {
    while (entry.committed !== entry.wanted) {
      const commitOffset = entry.wanted;
      const header = encodeUpdateConsumerOffsetHeader({
        consumerGroup: this.#consumerGroup,
        topic: queue.topic,
        queueId: queue.queueId,
        commitOffset,
        brokerName: queue.brokerName,
      });
      const command = createRequest(RequestCode.UPDATE_CONSUMER_OFFSET, header);
      const limits = { timeoutMs: OFFSET_TIMEOUT_MS, repeatable: true };
      const response = await this.#requests.request(queue.brokerName, command, limits);
      if (response.code !== ResponseCode.SUCCESS) throw unexpectedAnswer(response);
      entry.committed = commitOffset;
    }
  }

  #entry(queue: MessageQueue): QueueOffset {
    const key = queueKey(queue);
    let entry = this.#queues.get(key);
    if (entry === undefined) {
      entry = { committed: null, wanted: -1, underWay: null };
      this.#queues.set(key, entry);
    }
    return entry;
  }
}
