import { plainTopic, TopicPerm } from '@ledgermq/protocol';
import type { TopicConfig } from '@ledgermq/protocol';
import { RETRY_TOPIC_PREFIX } from './group-port.ts';
import type { ConfigurationProposer, TopicsPort } from './group-port.ts';

/** Tells the name servers about topics. */
export interface TopicAnnouncer {
  /** Registers the present topic table; `done` is called when the reachable servers know it, or after a bounded wait. */
  announce(done: () => void): void;
}

export interface TopicCreationOptions {
  readonly autoCreateTopicEnable: boolean;
  /** Topics being created at once. */
  readonly creatingMax: number;
}

/** How a client asks for a topic that does not exist: RocketMQ's createTopicKey and queue count. */
export interface TopicWish {
  readonly topic: string;
  readonly defaultTopic: string;
  readonly defaultTopicQueueNums: number;
}

export type TopicFound =
  | { readonly type: 'known'; readonly topic: TopicConfig }
  | { readonly type: 'missing' }
  | { readonly type: 'busy' };

/** RocketMQ's auto-creation key; with auto-creation switched off it does not serve as a template. */
const AUTO_CREATE_TOPIC_KEY = 'TBW102';

/**
 * Creates topics on first use. The creation is proposed before the message that needs it, so that both travel in the
 * same entry, and answers to that message wait until the name servers know the topic: a producer's next route query
 * would otherwise fail.
 */
export class TopicCreation {
  readonly #topics: TopicsPort;
  readonly #proposer: ConfigurationProposer;
  readonly #announcer: TopicAnnouncer;
  readonly #options: TopicCreationOptions;
  readonly #creating = new Map<string, { readonly topic: TopicConfig; readonly waiting: (() => void)[] }>();

  constructor(
    topics: TopicsPort,
    proposer: ConfigurationProposer,
    announcer: TopicAnnouncer,
    options: TopicCreationOptions,
  ) {
    this.#topics = topics;
    this.#proposer = proposer;
    this.#announcer = announcer;
    this.#options = options;
  }

  /** The topic to send to: existing, just being created, or created now from the client's default topic. */
  find(wish: TopicWish): TopicFound {
    const topic = this.#topics.get(wish.topic) ?? this.#creating.get(wish.topic)?.topic;
    if (topic !== undefined) {
      return { type: 'known', topic };
    }
    const created = this.#fromTemplate(wish);
    if (created !== null) {
      return this.#create(created);
    }
    return wish.topic.startsWith(RETRY_TOPIC_PREFIX) ? this.ensure(wish.topic, 1) : { type: 'missing' };
  }

  /** A topic of the broker's own (retry, dead letters) with that many queues, readable and writable. */
  ensure(topicName: string, queues: number): TopicFound {
    const topic = this.#topics.get(topicName) ?? this.#creating.get(topicName)?.topic;
    if (topic !== undefined) {
      return { type: 'known', topic };
    }
    return this.#create(plainTopic(topicName, queues, TopicPerm.read | TopicPerm.write));
  }

  /** Whether answers about the topic have to wait for `whenAnnounced`. */
  isCreating(topicName: string): boolean {
    return this.#creating.size > 0 && this.#creating.has(topicName);
  }

  /** Calls back at once for a settled topic, otherwise when its creation is known to the name servers. */
  whenAnnounced(topicName: string, done: () => void): void {
    const creating = this.#creating.get(topicName);
    if (creating === undefined) {
      done();
    } else {
      creating.waiting.push(done);
    }
  }

  #fromTemplate(wish: TopicWish): TopicConfig | null {
    const template = this.#topics.get(wish.defaultTopic);
    const allowed = this.#options.autoCreateTopicEnable || wish.defaultTopic !== AUTO_CREATE_TOPIC_KEY;
    if (template === undefined || !allowed || (template.perm & TopicPerm.inherit) === 0) {
      return null;
    }
    const queues = Math.min(wish.defaultTopicQueueNums, template.writeQueueNums);
    if (queues < 1) {
      return null;
    }
    return {
      ...plainTopic(wish.topic, queues, template.perm & ~TopicPerm.inherit),
      topicFilterType: template.topicFilterType,
    };
  }

  #create(topic: TopicConfig): TopicFound {
    if (this.#creating.size >= this.#options.creatingMax) {
      return { type: 'busy' };
    }
    const waiting: (() => void)[] = [];
    this.#creating.set(topic.topicName, { topic, waiting });
    const finish = (): void => {
      this.#creating.delete(topic.topicName);
      for (const done of waiting) {
        done();
      }
    };
    this.#proposer.putTopic(topic, true, (outcome) => {
      if (outcome.type === 'applied') {
        this.#announcer.announce(finish);
      } else {
        finish();
      }
    });
    return { type: 'known', topic };
  }
}
