import {
  createRequest,
  createResponse,
  decodeCommand,
  decodeConsumerGroupHeader,
  encodeCommand,
  isOneway,
  RequestCode,
  ResponseCode,
  SUBSCRIBE_ALL,
  type Frame,
  type HeartbeatData,
} from '@ledgermq/protocol';
import { RepeatingTimer, type Connection, type NetClock } from '@ledgermq/protocol/net';
import { BrokerRequests, unexpectedAnswer } from './broker-requests.ts';
import { ClientCore, type CoreEvents } from './client-core.ts';
import type { ClientPorts } from './client-ports.ts';
import { ConsumeService } from './consume-service.ts';
import {
  parseConsumerOptions,
  type PushConsumerConfig,
  type PushConsumerOptions,
} from './consumer-options.ts';
import { MQClientException } from './errors.ts';
import type { MessageExt } from './message-ext.ts';
import type { MessageHandler, MessageListener, MessageListenerConcurrently } from './message-listener.ts';
import { nodeClientPorts } from './node-ports.ts';
import { BrokerOffsetStore, MemoryOffsetStore, tryCommit, type OffsetStore } from './offset-store.ts';
import { PullLoop, type PullPorts } from './pull-loop.ts';
import { Rebalance } from './rebalance.ts';
import { encodeSendBackHeader } from './send-back-header.ts';
import { findStartOffset } from './start-offset.ts';
import { retryTopicOf, Subscriptions } from './subscriptions.ts';

/** Looks for missing topics, new brokers and unfinished rebalances this often. */
const TICK_MS = 1000;
/** Every so many ticks the share is computed anew although nobody gave a reason (RocketMQ: 20 s). */
const TICKS_PER_REBALANCE = 20;
/**
 * All routes are looked at every so many ticks: a master that fell silent keeps its connections, and a pull that waits
 * there learns of its successor only so.
 */
const TICKS_PER_ROUTE_LOOK = 5;
const SEND_BACK_TIMEOUT_MS = 5000;
const REDELIVERY_MS = 5000;
/** How long a shutdown waits for listeners at work. */
const SHUTDOWN_GRACE_MS = 10_000;

/**
 * Consumes topics as a member of a group. Messages are delivered at least once: offsets are committed after the
 * listener is done, and what a listener fails to process comes again through the group's retry topic.
 */
export class DefaultMQPushConsumer implements AsyncDisposable {
  readonly #config: PushConsumerConfig;
  readonly #clock: NetClock;
  readonly #core: ClientCore;
  readonly #requests: BrokerRequests;
  readonly #offsets: OffsetStore;
  readonly #subscriptions: Subscriptions = new Subscriptions();
  readonly #consume: ConsumeService;
  readonly #rebalance: Rebalance;
  readonly #pullPorts: PullPorts;
  readonly #timers: RepeatingTimer[] = [];
  #listener: MessageListener | null = null;
  #suspended = false;
  #starting: Promise<this> | null = null;
  #stopping: Promise<void> | null = null;
  #ticks = 0;
  #resubscribing: Promise<void> | null = null;

  /** `ports` is internal. */
  constructor(
    consumerGroup: string,
    options: PushConsumerOptions = {},
    ports: ClientPorts = nodeClientPorts,
  ) {
    const { clock, random } = ports;
    const config = parseConsumerOptions(consumerGroup, options, ports);
    this.#clock = clock;
    const clustering = config.messageModel === 'CLUSTERING';
    this.#config = config;
    const events: CoreEvents = {
      onServerRequest: (frame, connection) => this.#onServerRequest(frame, connection),
      onConnectionClosed: () => undefined,
      onRoutesPolled: () => void this.#rebalance.trigger(),
    };
    this.#core = new ClientCore(config, () => this.#heartbeat(), events, ports);
    const { connections, routes } = this.#core;
    this.#requests = new BrokerRequests(connections, routes);
    this.#offsets = clustering
      ? new BrokerOffsetStore(consumerGroup, this.#requests)
      : new MemoryOffsetStore();
    this.#consume = new ConsumeService({
      concurrency: config.concurrency,
      consumeMessageBatchMaxSize: config.consumeMessageBatchMaxSize,
      redeliveryMs: REDELIVERY_MS,
      listenerFor: (topic) => this.#subscriptions.get(topic)?.listener ?? this.#listener,
      sendBack: clustering ? (message) => this.#sendBack(message) : null,
      logger: config.logger,
      clock,
    });
    this.#pullPorts = {
      config,
      connections,
      routes,
      clock,
      random,
      subscriptionOf: (topic) => this.#subscriptions.get(topic),
      deliver: (delivery) => this.#consume.deliver(delivery),
      resubscribe: () => this.#resubscribe(),
    };
    this.#rebalance = new Rebalance({
      config,
      requests: this.#requests,
      routes,
      offsets: this.#offsets,
      subscriptions: () => this.#subscriptions.all(),
      startOffset: (queue) => findStartOffset(this.#requests, queue, config),
      createLoop: (queue, offset) => new PullLoop(this.#pullPorts, queue, offset, this.#suspended),
    });
  }

  /**
   * Subscribes a topic, or replaces its subscription. The expression is `*` (default) or tags joined by `||`. With a
   * handler the topic's messages go to it one at a time; without, to the registered listener. All members of a group
   * must subscribe alike.
   */
  subscribe(topic: string, subExpression?: string): this;
  subscribe(topic: string, handler: MessageHandler): this;
  subscribe(topic: string, subExpression: string, handler: MessageHandler): this;
  subscribe(topic: string, second?: string | MessageHandler, third?: MessageHandler): this {
    const expression = typeof second === 'string' ? second : SUBSCRIBE_ALL;
    const handler = typeof second === 'function' ? second : third;
    const listener: MessageListener | null = handler === undefined ? null : { type: 'one', handle: handler };
    this.#subscriptions.set(topic, expression, listener, this.#clock.now());
    if (this.#starting !== null && this.#stopping === null) {
      void this.#core.heartbeat().then(() => this.#rebalance.trigger());
    }
    return this;
  }

  /** Gets the messages of all topics that were subscribed without a handler. */
  registerMessageListener(listener: MessageListenerConcurrently): this {
    this.#listener = { type: 'batch', handle: listener };
    return this;
  }

  /**
   * Resolves when this member has its share of the queues and pulls. Topics that do not exist yet are looked for every
   * second, brokers that cannot be reached are tried again.
   *
   * @throws MQClientException for a consumer without subscription or listener, RemotingConnectException when no name
   * server answers.
   */
  start(): Promise<this> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  /** Hands out nothing more and pulls nothing more until `resume`. Listeners at work are left to end. */
  suspend(): void {
    this.#suspended = true;
    this.#consume.suspend();
    for (const loop of this.#rebalance.loops()) loop.suspend();
  }

  resume(): void {
    this.#suspended = false;
    this.#consume.resume();
    for (const loop of this.#rebalance.loops()) loop.resume();
  }

  /**
   * Stops pulling, gives listeners at work up to 10 s to end, commits, leaves the group and closes. Messages that no
   * listener got yet are left to the other members. Never rejects.
   */
  shutdown(): Promise<void> {
    this.#stopping ??= this.#shutdown();
    return this.#stopping;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  async #start(): Promise<this> {
    this.#requireStartable();
    const { signal } = this.#config;
    signal?.addEventListener('abort', this.#onAbort, { once: true });
    if (signal?.aborted === true) this.#onAbort();
    if (this.#config.messageModel === 'CLUSTERING') {
      this.#subscriptions.set(
        retryTopicOf(this.#config.consumerGroup),
        SUBSCRIBE_ALL,
        null,
        this.#clock.now(),
      );
    }
    try {
      await Promise.all(this.#subscriptions.all().map(({ topic }) => this.#rebalance.lookAt(topic)));
    } catch (error) {
      const stoppedBefore = this.#stopping !== null;
      await this.shutdown();
      throw stoppedBefore ? shutDown() : error;
    }
    await this.#core.heartbeat();
    await this.#rebalance.trigger();
    if (this.#stopping !== null) throw shutDown();
    this.#core.start();
    this.#timers.push(
      new RepeatingTimer(this.#clock, TICK_MS, () => void this.#tick()),
      new RepeatingTimer(
        this.#clock,
        this.#config.persistConsumerOffsetInterval,
        () => void this.#commitAll(),
      ),
    );
    return this;
  }

  #requireStartable(): void {
    if (this.#stopping !== null) throw shutDown();
    const subscriptions = this.#subscriptions.all();
    const mute = subscriptions.find(({ listener }) => listener === null && this.#listener === null);
    if (subscriptions.length > 0 && mute === undefined) return;
    const why = mute === undefined ? 'nothing is subscribed' : `nobody listens to the topic ${mute.topic}`;
    throw new MQClientException('ERR_MQ_BAD_OPTIONS', why, { outcome: 'rejected' });
  }

  async #shutdown(): Promise<void> {
    this.#config.signal?.removeEventListener('abort', this.#onAbort);
    for (const timer of this.#timers) timer.stop();
    this.#rebalance.stop();
    const loops = this.#rebalance.loops();
    for (const loop of loops) loop.stopPulling();
    this.#consume.stop();
    const ended = await this.#consume.idle(SHUTDOWN_GRACE_MS);
    if (!ended) this.#config.logger.warn({ ms: SHUTDOWN_GRACE_MS }, 'listeners still run at shutdown');
    await this.#commitAll();
    for (const loop of loops) loop.revoke();
    await this.#core.stop({ producerGroup: null, consumerGroup: this.#config.consumerGroup });
  }

  readonly #onAbort = (): void => {
    void this.shutdown();
  };

  /** Ticks may overlap when a server hangs, which must not hold up what concerns the others; the parts share flights. */
  async #tick(): Promise<void> {
    this.#ticks += 1;
    const ticks = this.#ticks;
    void this.#core.heartbeatNew();
    const found = await this.#rebalance.findQueues(ticks % TICKS_PER_ROUTE_LOOK === 0);
    const { complete } = this.#rebalance;
    if (found || !complete) await this.#resubscribe();
    if (found || !complete || ticks % TICKS_PER_REBALANCE === 0) await this.#rebalance.trigger();
  }

  async #commitAll(): Promise<void> {
    await Promise.all(
      this.#rebalance
        .loops()
        .map((loop) => tryCommit(this.#offsets, loop.queue, loop.committedOffset, this.#config.logger)),
    );
  }

  async #sendBack(message: MessageExt): Promise<void> {
    const { consumerGroup, maxReconsumeTimes } = this.#config;
    const header = encodeSendBackHeader(consumerGroup, message, maxReconsumeTimes);
    const command = createRequest(RequestCode.CONSUMER_SEND_MSG_BACK, header);
    const limits = { timeoutMs: SEND_BACK_TIMEOUT_MS, repeatable: false };
    const response = await this.#requests.request(message.brokerName, command, limits);
    if (response.code !== ResponseCode.SUCCESS) throw unexpectedAnswer(response);
    this.#rebalance.expectQueueOf(retryTopicOf(consumerGroup), message.brokerName);
  }

  #onServerRequest(frame: Frame, connection: Connection): void {
    const command = decodeCommand(frame);
    if (command.code === RequestCode.NOTIFY_CONSUMER_IDS_CHANGED) {
      const { consumerGroup } = decodeConsumerGroupHeader(command.extFields);
      if (consumerGroup === this.#config.consumerGroup) void this.#rebalance.refreshAndTrigger();
    } else if (!isOneway(command)) {
      const remark = `this client does not serve request ${command.code}`;
      const code = ResponseCode.REQUEST_CODE_NOT_SUPPORTED;
      connection.write(encodeCommand(createResponse(command, code, { remark })));
    }
  }

  /** Queues ask for it one by one; one round of heartbeats serves them all. */
  #resubscribe(): Promise<void> {
    this.#resubscribing ??= this.#core.heartbeat().finally(() => {
      this.#resubscribing = null;
    });
    return this.#resubscribing;
  }

  #heartbeat(): HeartbeatData {
    const { clientId, consumerGroup, messageModel, consumeFromWhere } = this.#config;
    return {
      clientID: clientId,
      producerDataSet: [],
      consumerDataSet: [
        {
          groupName: consumerGroup,
          consumeType: 'CONSUME_PASSIVELY',
          messageModel,
          consumeFromWhere,
          subscriptionDataSet: this.#subscriptions.all().map(({ data }) => data),
          unitMode: false,
        },
      ],
      heartbeatFingerprint: 0,
      withoutSub: false,
    };
  }
}

function shutDown(): MQClientException {
  return new MQClientException('ERR_MQ_SHUT_DOWN', 'the consumer was shut down', { outcome: 'unavailable' });
}
