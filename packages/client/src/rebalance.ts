import {
  createRequest,
  decodeConsumerList,
  encodeConsumerGroupHeader,
  RequestCode,
  ResponseCode,
} from '@ledgermq/protocol';
import { allocateQueuesAveragely } from './allocate-queues.ts';
import type { BrokerRequests } from './broker-requests.ts';
import type { PushConsumerConfig } from './consumer-options.ts';
import { queueKey, type MessageQueue } from './message-queue.ts';
import { tryCommit, type OffsetStore } from './offset-store.ts';
import type { PullLoop } from './pull-loop.ts';
import type { RouteCache, TopicRoute } from './route-cache.ts';
import type { Subscription } from './subscriptions.ts';

export interface RebalancePorts {
  readonly config: PushConsumerConfig;
  readonly requests: BrokerRequests;
  readonly routes: RouteCache;
  readonly offsets: OffsetStore;
  readonly subscriptions: () => readonly Subscription[];
  /** Where to begin in a queue without a committed offset. */
  readonly startOffset: (queue: MessageQueue) => Promise<number>;
  readonly createLoop: (queue: MessageQueue, startOffset: number) => PullLoop;
}

const MEMBERS_TIMEOUT_MS = 3000;
/** A new topic comes into being on one broker group after the other; so many looks at its route see them all. */
const LOOKS_AT_GROWING_TOPIC = 10;

/** The members of the group by broker name, as far as they were asked for in one round. */
type MembersByBroker = Map<string, Promise<readonly string[]>>;

/**
 * Decides which queues this member consumes: its share of every subscribed topic's queues, or all of them when
 * broadcasting. Rounds run one at a time; a wish for a round during another leads to one more.
 */
export class Rebalance {
  readonly #ports: RebalancePorts;
  readonly #loops: Map<string, PullLoop> = new Map();
  /** Topics that existed when this consumer first looked; of others every message came after it began to wait. */
  readonly #looked: Set<string> = new Set();
  readonly #bornLater: Set<string> = new Set();
  /** Topics whose route is likely to get more queues soon, with the looks that are left. */
  readonly #growing: Map<string, number> = new Map();
  #running: Promise<void> | null = null;
  #again = false;
  #complete = false;
  #stopped = false;

  constructor(ports: RebalancePorts) {
    this.#ports = ports;
  }

  /** Whether the last round left nothing undone that another may do. Topics without a route do not count. */
  get complete(): boolean {
    return this.#complete;
  }

  loops(): PullLoop[] {
    return [...this.#loops.values()];
  }

  /** Resolves when a round that began after this call is done. Never rejects. */
  trigger(): Promise<void> {
    if (this.#running !== null) {
      this.#again = true;
      return this.#running;
    }
    this.#running = this.#run().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /**
   * Looks for topics without a route and at those that may still grow, or at all; true when there are other queues than
   * before, so that a round is worth while.
   */
  async findQueues(all: boolean): Promise<boolean> {
    const { routes, subscriptions } = this.#ports;
    const topics = subscriptions().map(({ topic }) => topic);
    const changed = await Promise.all(
      topics.map(async (topic) => {
        const before = routes.peek(topic);
        if (!all && before !== null && !this.#growing.has(topic)) return false;
        const looksLeft = (this.#growing.get(topic) ?? 0) - 1;
        if (looksLeft > 0) this.#growing.set(topic, looksLeft);
        else this.#growing.delete(topic);
        const after = await this.#tryLookAt(topic);
        return after !== null && keysOf(after) !== keysOf(before);
      }),
    );
    this.#followMasters();
    return changed.some(Boolean);
  }

  /** Somebody stored something for this member in a topic that its route may not show yet. */
  expectQueueOf(topic: string, brokerName: string): void {
    const known = this.#ports.routes.peek(topic)?.subscribeQueues ?? [];
    if (!known.some((queue) => queue.brokerName === brokerName)) {
      this.#growing.set(topic, LOOKS_AT_GROWING_TOPIC);
    }
  }

  /** Looks at all routes and then does a round. Never rejects. */
  async refreshAndTrigger(): Promise<void> {
    await Promise.all(this.#ports.subscriptions().map(({ topic }) => this.#tryLookAt(topic)));
    await this.trigger();
  }

  /** Assigns nothing any more. The loops go on until they are stopped. */
  stop(): void {
    this.#stopped = true;
  }

  async #run(): Promise<void> {
    do {
      this.#again = false;
      this.#complete = await this.#round();
    } while (this.#again && !this.#stopped);
  }

  /** False when something failed that may succeed soon. */
  async #round(): Promise<boolean> {
    const members: MembersByBroker = new Map();
    this.#followMasters();
    const done = await Promise.all(
      this.#ports.subscriptions().map(async ({ topic }) => {
        try {
          return await this.#rebalanceTopic(topic, members);
        } catch (error) {
          this.#ports.config.logger.warn({ topic, error: String(error) }, 'rebalance failed');
          return false;
        }
      }),
    );
    return done.every(Boolean);
  }

  #followMasters(): void {
    for (const loop of this.#loops.values()) loop.routesChanged();
  }

  async #rebalanceTopic(topic: string, members: MembersByBroker): Promise<boolean> {
    const { config, routes } = this.#ports;
    const route = routes.peek(topic) ?? (await this.#tryLookAt(topic));
    if (route === null || route.subscribeQueues.length === 0) return true;
    let wanted: readonly MessageQueue[] = route.subscribeQueues;
    if (config.messageModel === 'CLUSTERING') {
      const group = await this.#membersFor(route, members);
      if (!group.includes(config.clientId)) return false;
      wanted = allocateQueuesAveragely(route.subscribeQueues, group, config.clientId);
    }
    if (this.#stopped) return true;
    await this.#revokeOthers(topic, new Set(wanted.map(queueKey)));
    const added = wanted.filter((queue) => !this.#loops.has(queueKey(queue)));
    const assigned = await Promise.all(added.map((queue) => this.#assign(queue)));
    return assigned.every(Boolean);
  }

  /** All members ask the same broker group, the first by name, so that they see the same list. */
  #membersFor(route: TopicRoute, members: MembersByBroker): Promise<readonly string[]> {
    const brokerName = route.subscribeQueues[0]?.brokerName ?? '';
    let asked = members.get(brokerName);
    if (asked === undefined) {
      asked = this.#askMembers(brokerName);
      members.set(brokerName, asked);
    }
    return asked;
  }

  async #askMembers(brokerName: string): Promise<readonly string[]> {
    const { requests, config } = this.#ports;
    const header = encodeConsumerGroupHeader({ consumerGroup: config.consumerGroup });
    const command = createRequest(RequestCode.GET_CONSUMER_LIST_BY_GROUP, header);
    const response = await requests.request(brokerName, command, {
      timeoutMs: MEMBERS_TIMEOUT_MS,
      repeatable: true,
    });
    // An error means that the group has no member there, so this one's heartbeat has not arrived.
    return response.code === ResponseCode.SUCCESS ? decodeConsumerList(response.body) : [];
  }

  async #revokeOthers(topic: string, wanted: ReadonlySet<string>): Promise<void> {
    const { config, offsets } = this.#ports;
    const lost = [...this.#loops].filter(([key, loop]) => loop.queue.topic === topic && !wanted.has(key));
    await Promise.all(
      lost.map(async ([key, loop]) => {
        this.#loops.delete(key);
        const offset = loop.committedOffset;
        loop.revoke();
        await tryCommit(offsets, loop.queue, offset, config.logger);
        offsets.forget(loop.queue);
      }),
    );
  }

  async #assign(queue: MessageQueue): Promise<boolean> {
    const { config, offsets, startOffset, createLoop } = this.#ports;
    let offset: number;
    try {
      const committed = await offsets.read(queue);
      offset = committed ?? (this.#bornLater.has(queue.topic) ? 0 : await startOffset(queue));
      // Another member may take the queue over before this one consumed anything; it must not choose anew.
      if (committed === null && offset > 0) await tryCommit(offsets, queue, offset, config.logger);
    } catch (error) {
      config.logger.warn({ messageQueue: queue, error: String(error) }, 'no start offset for a queue');
      return false;
    }
    if (this.#stopped) return true;
    const loop = createLoop(queue, offset);
    this.#loops.set(queueKey(queue), loop);
    loop.start();
    return true;
  }

  /** Asks for the topic's route; null when it does not exist. Rejects when no name server answers. */
  async lookAt(topic: string): Promise<TopicRoute | null> {
    const { routes } = this.#ports;
    const isNew = routes.peek(topic) === null;
    const route = await routes.refresh(topic);
    if (route === null && !this.#looked.has(topic)) this.#bornLater.add(topic);
    this.#looked.add(topic);
    if (route !== null && isNew && this.#bornLater.has(topic)) {
      this.#growing.set(topic, LOOKS_AT_GROWING_TOPIC);
    }
    return route;
  }

  async #tryLookAt(topic: string): Promise<TopicRoute | null> {
    try {
      return await this.lookAt(topic);
    } catch (error) {
      this.#ports.config.logger.debug({ topic, error: String(error) }, 'route refresh failed');
      return null;
    }
  }
}

/** A text that is equal for equal queues in equal order. */
function keysOf(route: TopicRoute | null): string {
  return route === null ? '' : route.subscribeQueues.map(queueKey).join();
}
