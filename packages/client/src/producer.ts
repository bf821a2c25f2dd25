import {
  createRequest,
  decodeClusterInfo,
  encodeCreateTopicHeader,
  javaStringHash,
  MASTER_ID,
  RequestCode,
  ResponseCode,
  UniqKeyGenerator,
  type HeartbeatData,
} from '@ledgermq/protocol';
import type { NetClock } from '@ledgermq/protocol/net';
import { ClientCore } from './client-core.ts';
import type { ClientPorts, Random } from './client-ports.ts';
import { MQBrokerException, MQClientException, type MQError } from './errors.ts';
import { abortedBeforeSend, FlightLimit } from './flight-limit.ts';
import type { MessageQueue } from './message-queue.ts';
import { nodeClientPorts } from './node-ports.ts';
import { encodeMessage, type MessageInit, type OutgoingMessage } from './outgoing-message.ts';
import { OpenSend } from './open-send.ts';
import { parseProducerOptions, type ProducerConfig, type ProducerOptions } from './producer-options.ts';
import { AUTO_CREATE_TOPIC, type TopicRoute } from './route-cache.ts';
import { encodeSingle } from './send-frame.ts';
import { Shipment, type PendingSend, type SendResult, type ShipmentPorts } from './shipment.ts';
import { TurnBatcher } from './turn-batcher.ts';

export interface SendOptions {
  /** Overrides `retryDeadline` for this send, ms. */
  readonly timeout?: number;
  /** Stops waiting for the answer. The message may be stored all the same; the error's outcome says `unknown`. */
  readonly signal?: AbortSignal;
  readonly messageQueueSelector?: (queues: readonly MessageQueue[], message: MessageInit) => MessageQueue;
}

const ADMIN_TIMEOUT_MS = 5000;

/**
 * Sends messages. A send resolves when a majority of the broker group has the message on disk, and rejects with an
 * `MQError` whose `outcome` says whether it may be stored nevertheless. Attempts go on over the loss of masters until
 * the deadline; the message keeps its UNIQ_KEY, so a group stores it once however often it is sent.
 */
export class DefaultMQProducer implements AsyncDisposable {
  readonly #config: ProducerConfig;
  readonly #clock: NetClock;
  readonly #random: Random;
  readonly #core: ClientCore;
  readonly #keys: UniqKeyGenerator;
  readonly #batcher: TurnBatcher | null;
  readonly #ports: ShipmentPorts;
  /** The queue that sends of this turn without a queue of their own go to, by topic. */
  readonly #turnQueues: Map<string, MessageQueue> = new Map();
  readonly #rotation: Map<string, number> = new Map();
  readonly #flight: FlightLimit;
  #turnEnds = false;
  #started = false;
  #stopping: Promise<void> | null = null;
  #stopped = false;

  /** `ports` is internal. */
  constructor(producerGroup: string, options: ProducerOptions = {}, ports: ClientPorts = nodeClientPorts) {
    const { clock, random } = ports;
    this.#clock = clock;
    this.#random = random;
    this.#config = parseProducerOptions(producerGroup, options, ports);
    this.#flight = new FlightLimit(this.#config.maxInFlight, clock);
    this.#keys = new UniqKeyGenerator({
      ip: ports.process.address(),
      pid: ports.process.pid,
      loaderHash: javaStringHash(this.#config.clientId),
      now: () => clock.now(),
    });
    const events = {
      onServerRequest: () => undefined,
      onConnectionClosed: () => undefined,
      onRoutesPolled: () => undefined,
    };
    this.#core = new ClientCore(this.#config, () => this.#heartbeat(), events, ports);
    this.#ports = {
      producerGroup,
      sendMsgTimeout: this.#config.sendMsgTimeout,
      connections: this.#core.connections,
      routes: this.#core.routes,
      clock,
      random,
      otherQueue: (topic, failed) => this.#otherQueue(topic, failed),
      isStopped: () => this.#stopped,
    };
    const ship = (queue: MessageQueue, sends: readonly PendingSend[]): void =>
      new Shipment(this.#ports, queue, sends).start(clock.monotonic());
    this.#batcher = this.#config.batch === null ? null : new TurnBatcher(this.#config.batch, clock, ship);
  }

  /** Optional: the first send starts what is needed. Rejects when the producer was shut down. */
  async start(): Promise<this> {
    this.#ensureStarted();
    return this;
  }

  /** One message, or several (each with an answer of its own; those to one queue keep their order). */
  send(message: MessageInit, options?: SendOptions): Promise<SendResult>;
  send(messages: readonly MessageInit[], options?: SendOptions): Promise<SendResult[]>;
  send(
    message: MessageInit | readonly MessageInit[],
    options: SendOptions = {},
  ): Promise<SendResult | SendResult[]> {
    if (!isList(message)) return this.#sendOne(message, options);
    return Promise.all(message.map((one) => this.#sendOne(one, options)));
  }

  /** Resolves when the message was handed to the connection. Whether it is stored is not known. */
  async sendOneway(message: MessageInit): Promise<void> {
    this.#ensureStarted();
    const encoded = this.#encode(message);
    const route = await this.#routeFor(message.topic);
    const queue = message.messageQueue ?? this.#nextQueue(route);
    const address = this.#core.routes.masterOf(queue.brokerName);
    if (address === null) throw this.#noRoute(message.topic);
    const connection = await this.#core.connections.get(address);
    const { producerGroup } = this.#config;
    connection.write(
      encodeSingle({ producerGroup, queueId: queue.queueId, opaque: 0, oneway: true }, encoded),
    );
  }

  /** The queues a send to the topic may go to. */
  async fetchPublishMessageQueues(topic: string): Promise<MessageQueue[]> {
    this.#ensureStarted();
    return [...(await this.#routeFor(topic)).publishQueues];
  }

  /** Creates or changes a topic on every broker group's master. */
  async createTopic(topic: string, queueNums: number): Promise<void> {
    this.#ensureStarted();
    const response = await this.#core.nameServers.request(
      createRequest(RequestCode.GET_BROKER_CLUSTER_INFO, {}),
    );
    if (response === null) throw this.#noRoute(topic);
    const header = encodeCreateTopicHeader({
      topic,
      defaultTopic: AUTO_CREATE_TOPIC,
      readQueueNums: queueNums,
      writeQueueNums: queueNums,
      perm: 6,
      topicFilterType: 'SINGLE_TAG',
      order: false,
      topicSysFlag: 0,
      attributes: null,
      force: null,
    });
    const brokers = [...decodeClusterInfo(response.body).brokerAddrTable.values()];
    await Promise.all(
      brokers.map(async (broker) => {
        const address = broker.brokerAddrs.get(MASTER_ID) ?? [...broker.brokerAddrs.values()][0];
        if (address === undefined) return;
        const connection = await this.#core.connections.get(address);
        const command = createRequest(RequestCode.UPDATE_AND_CREATE_TOPIC, header);
        const answer = await connection.request(command, ADMIN_TIMEOUT_MS);
        if (answer.code === ResponseCode.SUCCESS) return;
        throw new MQBrokerException(`${broker.brokerName}: ${answer.remark ?? `code ${answer.code}`}`, {
          outcome: 'rejected',
          responseCode: answer.code,
        });
      }),
    );
    await this.#core.routes.refresh(topic);
  }

  /** Waits for open sends (each at most its deadline), says good-bye, closes. Never rejects. */
  shutdown(): Promise<void> {
    this.#stopping ??= this.#shutdown();
    return this.#stopping;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  async #shutdown(): Promise<void> {
    this.#batcher?.flush();
    await this.#flight.empty();
    this.#stopped = true;
    await this.#core.stop({ producerGroup: this.#config.producerGroup, consumerGroup: null });
  }

  /** Everything at once where nothing has to be awaited, which is nearly always. Never throws. */
  #sendOne(message: MessageInit, options: SendOptions): Promise<SendResult> {
    const { signal } = options;
    try {
      this.#ensureStarted();
      if (signal?.aborted === true) throw abortedBeforeSend(signal);
      const encoded = this.#encode(message);
      const now = this.#clock.monotonic();
      const deadline = now + (options.timeout ?? this.#config.retryDeadline);
      const route = this.#core.routes.peek(message.topic);
      if (signal !== undefined || route === null || !this.#flight.tryEnter()) {
        return this.#sendWaiting(encoded, message, options, deadline);
      }
      return this.#sendAtOnce(encoded, route, message, options, deadline, now);
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** With a place in flight taken; the send gives it back. */
  #sendAtOnce(
    encoded: OutgoingMessage,
    route: TopicRoute,
    message: MessageInit,
    options: SendOptions,
    deadline: number,
    now: number,
  ): Promise<SendResult> {
    let queue: MessageQueue;
    try {
      queue = this.#chooseQueue(route, message, options);
    } catch (error) {
      this.#flight.exit();
      throw error;
    }
    return new Promise((resolve, reject) => {
      const queueFixed = isQueueFixed(message, options);
      const send = new OpenSend(encoded, queueFixed, deadline, this.#flight, resolve, reject);
      this.#ship(queue, send, now);
    });
  }

  /** For a send that needs a place in flight or a route first, or that may be aborted. */
  async #sendWaiting(
    encoded: OutgoingMessage,
    message: MessageInit,
    options: SendOptions,
    deadline: number,
  ): Promise<SendResult> {
    const { signal } = options;
    if (!this.#flight.tryEnter()) await this.#flight.enter(deadline, signal);
    try {
      const route = this.#core.routes.peek(message.topic) ?? (await this.#routeFor(message.topic));
      const queue = this.#chooseQueue(route, message, options);
      const queueFixed = isQueueFixed(message, options);
      const settled = new Promise<SendResult>((resolve, reject) => {
        const send = new OpenSend(encoded, queueFixed, deadline, null, resolve, reject);
        this.#ship(queue, send, this.#clock.monotonic());
      });
      return await (signal === undefined ? settled : orAborted(settled, signal));
    } finally {
      this.#flight.exit();
    }
  }

  #ship(queue: MessageQueue, send: PendingSend, now: number): void {
    if (this.#batcher === null) new Shipment(this.#ports, queue, [send]).start(now);
    else this.#batcher.add(queue, send);
  }

  #encode(message: MessageInit): OutgoingMessage {
    return encodeMessage(message, this.#keys.next(), this.#clock.now(), this.#config);
  }

  #chooseQueue(route: TopicRoute, message: MessageInit, options: SendOptions): MessageQueue {
    if (message.messageQueue !== undefined) return canonicalQueue(route, message.messageQueue);
    if (options.messageQueueSelector !== undefined) {
      return canonicalQueue(route, options.messageQueueSelector(route.publishQueues, message));
    }
    if (message.shardingKey !== undefined) {
      const hash = javaStringHash(message.shardingKey) >>> 0;
      const queue = route.publishQueues[hash % route.publishQueues.length];
      if (queue !== undefined) return queue;
    }
    return this.#batcher === null ? this.#nextQueue(route) : this.#turnQueue(route);
  }

  /** All queue-less sends of a turn to one topic share a queue, so that they can share a frame. */
  #turnQueue(route: TopicRoute): MessageQueue {
    const chosen = this.#turnQueues.get(route.topic);
    if (chosen !== undefined) return chosen;
    const queue = this.#nextQueue(route);
    this.#turnQueues.set(route.topic, queue);
    if (!this.#turnEnds) {
      this.#turnEnds = true;
      this.#clock.immediate(() => {
        this.#turnEnds = false;
        this.#turnQueues.clear();
      });
    }
    return queue;
  }

  #nextQueue(route: TopicRoute): MessageQueue {
    const { length } = route.publishQueues;
    if (length === 0) throw this.#noRoute(route.topic);
    const next = this.#rotation.get(route.topic) ?? this.#random.nextInt(length);
    this.#rotation.set(route.topic, next + 1);
    const queue = route.publishQueues[next % length];
    if (queue === undefined) throw this.#noRoute(route.topic);
    return queue;
  }

  #otherQueue(topic: string, failed: string): MessageQueue | null {
    const others =
      this.#core.routes.peek(topic)?.publishQueues.filter(({ brokerName }) => brokerName !== failed) ?? [];
    return others.length === 0 ? null : (others[this.#random.nextInt(others.length)] ?? null);
  }

  async #routeFor(topic: string): Promise<TopicRoute> {
    const known = this.#core.routes.peek(topic);
    if (known !== null && known.publishQueues.length > 0) return known;
    const route =
      (await this.#core.routes.refresh(topic)) ?? (await this.#core.routes.refreshForCreation(topic));
    if (route === null || route.publishQueues.length === 0) throw this.#noRoute(topic);
    return route;
  }

  #noRoute(topic: string): MQError {
    return new MQClientException('ERR_MQ_NO_ROUTE', `no name server knows a broker for the topic ${topic}`, {
      outcome: 'unavailable',
    });
  }

  #ensureStarted(): void {
    if (this.#stopping !== null) {
      throw new MQClientException('ERR_MQ_SHUT_DOWN', 'the producer was shut down', {
        outcome: 'unavailable',
      });
    }
    if (this.#started) return;
    this.#started = true;
    this.#core.start();
    this.#config.signal?.addEventListener('abort', () => void this.shutdown(), { once: true });
  }

  #heartbeat(): HeartbeatData {
    return {
      clientID: this.#config.clientId,
      producerDataSet: [{ groupName: this.#config.producerGroup }],
      consumerDataSet: [],
      heartbeatFingerprint: 0,
      withoutSub: false,
    };
  }
}

function isList(message: MessageInit | readonly MessageInit[]): message is readonly MessageInit[] {
  return Array.isArray(message);
}

function isQueueFixed(message: MessageInit, options: SendOptions): boolean {
  return (
    message.messageQueue !== undefined ||
    options.messageQueueSelector !== undefined ||
    message.shardingKey !== undefined
  );
}

/** The route's own object for an equal queue, so that sends to it can be gathered by identity. */
function canonicalQueue(route: TopicRoute, queue: MessageQueue): MessageQueue {
  for (const own of route.publishQueues) {
    if (own === queue) return own;
    if (own.queueId === queue.queueId && own.brokerName === queue.brokerName && own.topic === queue.topic) {
      return own;
    }
  }
  return queue;
}

/** What the send comes to, or an error once the signal fires: by then the message may be on its way. */
function orAborted(settled: Promise<SendResult>, signal: AbortSignal): Promise<SendResult> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      const cause: unknown = signal.reason;
      reject(new MQClientException('ERR_MQ_ABORTED', 'the send was aborted', { outcome: 'unknown', cause }));
    };
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    // A signal often outlives many sends; each takes its listener away.
    void settled.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
