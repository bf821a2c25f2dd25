import { tagSubscription, validateTopic, type SubscriptionData } from '@ledgermq/protocol';
import type { MessageListener } from './message-listener.ts';
import { MQClientException } from './errors.ts';

const RETRY_TOPIC_PREFIX = '%RETRY%';

/** The topic through which a group gets messages again that it could not process. */
export function retryTopicOf(consumerGroup: string): string {
  return `${RETRY_TOPIC_PREFIX}${consumerGroup}`;
}

export function isRetryTopic(topic: string): boolean {
  return topic.startsWith(RETRY_TOPIC_PREFIX);
}

/** What a consumer wants of one topic, and who gets it. */
export interface Subscription {
  readonly topic: string;
  /** As the brokers are told; they compare only the hashes of tags. */
  readonly data: SubscriptionData;
  /** The exact tags; null = every message. */
  readonly tags: ReadonlySet<string> | null;
  /** The topic's own listener; null = the consumer's. */
  readonly listener: MessageListener | null;
}

/** The subscriptions of one consumer, by topic. */
export class Subscriptions {
  readonly #byTopic: Map<string, Subscription> = new Map();
  #version = 0;

  /**
   * Sets or replaces the subscription of a topic.
   *
   * @throws MQClientException ERR_MQ_BAD_OPTIONS for a bad topic name or tag expression.
   */
  set(topic: string, subExpression: string, listener: MessageListener | null, now: number): void {
    // Brokers keep the highest version; two subscriptions within one millisecond must differ too.
    this.#version = Math.max(this.#version + 1, now);
    let data: SubscriptionData;
    try {
      if (!isRetryTopic(topic)) validateTopic(topic);
      data = tagSubscription(topic, subExpression, this.#version);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new MQClientException('ERR_MQ_BAD_OPTIONS', why, { outcome: 'rejected', cause });
    }
    const tags = data.tagsSet.length === 0 ? null : new Set(data.tagsSet);
    this.#byTopic.set(topic, { topic, data, tags, listener });
  }

  get(topic: string): Subscription | undefined {
    return this.#byTopic.get(topic);
  }

  all(): Subscription[] {
    return [...this.#byTopic.values()];
  }
}
