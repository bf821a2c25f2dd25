import {
  createRequest,
  decodeTopicRoute,
  encodeRouteRequestHeader,
  MASTER_ID,
  RequestCode,
  TopicPerm,
  type TopicRouteData,
} from '@ledgermq/protocol';
import { compareQueues, type MessageQueue } from './message-queue.ts';
import type { NameServers } from './name-servers.ts';

/** The template topic whose route serves for topics that do not exist yet. */
export const AUTO_CREATE_TOPIC = 'TBW102';
/** Queues asked for when a send creates its topic. */
export const DEFAULT_TOPIC_QUEUE_NUMS = 4;

/** A topic's route as producers and consumers use it. */
export interface TopicRoute {
  readonly topic: string;
  /** Queues a producer may choose, on brokers whose master is known or not. */
  readonly publishQueues: readonly MessageQueue[];
  readonly subscribeQueues: readonly MessageQueue[];
}

/**
 * Who holds which topic, and where each broker group's replicas listen. Looks are single-flight per topic. What is known
 * about the addresses of a broker name is kept beside the topics, since every route that names it brings it up to date.
 */
export class RouteCache {
  readonly #nameServers: NameServers;
  readonly #routes: Map<string, TopicRoute> = new Map();
  readonly #looking: Map<string, Promise<TopicRoute | null>> = new Map();
  readonly #creating: Map<string, Promise<TopicRoute | null>> = new Map();
  readonly #brokers: Map<string, ReadonlyMap<number, string>> = new Map();

  constructor(nameServers: NameServers) {
    this.#nameServers = nameServers;
  }

  /** What is known now, without asking. */
  peek(topic: string): TopicRoute | null {
    return this.#routes.get(topic) ?? null;
  }

  topics(): string[] {
    return [...this.#routes.keys()];
  }

  /** Addresses of a broker name by broker id. */
  addressesOf(brokerName: string): ReadonlyMap<number, string> {
    return this.#brokers.get(brokerName) ?? new Map();
  }

  masterOf(brokerName: string): string | null {
    return this.addressesOf(brokerName).get(MASTER_ID) ?? null;
  }

  brokerNames(): string[] {
    return [...this.#brokers.keys()];
  }

  /** Asks a name server; null when it knows no such topic. Concurrent callers share the look. */
  refresh(topic: string): Promise<TopicRoute | null> {
    const looking = this.#looking.get(topic);
    if (looking !== undefined) return looking;
    const look = this.#look(topic).finally(() => this.#looking.delete(topic));
    this.#looking.set(topic, look);
    return look;
  }

  /**
   * For a topic that nobody knows: the queues it will have once a send creates it. Many first sends of a topic share
   * one look, and get the same queues to gather by.
   */
  refreshForCreation(topic: string): Promise<TopicRoute | null> {
    const looking = this.#creating.get(topic);
    if (looking !== undefined) return looking;
    const look = this.#lookForCreation(topic).finally(() => this.#creating.delete(topic));
    this.#creating.set(topic, look);
    return look;
  }

  async #lookForCreation(topic: string): Promise<TopicRoute | null> {
    const template = await this.#fetch(AUTO_CREATE_TOPIC);
    if (template === null) return null;
    this.#learnAddresses(template);
    return toRoute(topic, {
      ...template,
      orderTopicConf: null,
      queueDatas: template.queueDatas.map((data) => {
        const queues = Math.min(DEFAULT_TOPIC_QUEUE_NUMS, data.readQueueNums);
        return { ...data, readQueueNums: queues, writeQueueNums: queues };
      }),
    });
  }

  async #look(topic: string): Promise<TopicRoute | null> {
    const data = await this.#fetch(topic);
    if (data === null) return null;
    this.#learnAddresses(data);
    const route = toRoute(topic, data);
    this.#routes.set(topic, route);
    return route;
  }

  async #fetch(topic: string): Promise<TopicRouteData | null> {
    const header = encodeRouteRequestHeader({ topic, acceptStandardJsonOnly: true });
    const response = await this.#nameServers.request(
      createRequest(RequestCode.GET_ROUTEINFO_BY_TOPIC, header),
    );
    return response === null ? null : decodeTopicRoute(response.body);
  }

  #learnAddresses(data: TopicRouteData): void {
    for (const broker of data.brokerDatas) this.#brokers.set(broker.brokerName, broker.brokerAddrs);
  }
}

function toRoute(topic: string, data: TopicRouteData): TopicRoute {
  const publishQueues: MessageQueue[] = [];
  const subscribeQueues: MessageQueue[] = [];
  for (const { brokerName, perm, readQueueNums, writeQueueNums } of data.queueDatas) {
    if ((perm & TopicPerm.write) !== 0) pushQueues(publishQueues, topic, brokerName, writeQueueNums);
    if ((perm & TopicPerm.read) !== 0) pushQueues(subscribeQueues, topic, brokerName, readQueueNums);
  }
  return {
    topic,
    publishQueues: publishQueues.sort(compareQueues),
    subscribeQueues: subscribeQueues.sort(compareQueues),
  };
}

function pushQueues(queues: MessageQueue[], topic: string, brokerName: string, count: number): void {
  for (let queueId = 0; queueId < count; queueId++) queues.push({ topic, brokerName, queueId });
}
