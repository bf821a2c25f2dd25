import {
  createRequest,
  decodePullResponseHeader,
  encodePullHeader,
  PullSysFlag,
  RequestCode,
  ResponseCode,
  type RemotingCommand,
} from '@ledgermq/protocol';
import type { NetClock } from '@ledgermq/protocol/net';
import type { BrokerConnections } from './broker-connections.ts';
import { unexpectedAnswer } from './broker-requests.ts';
import type { Random } from './client-ports.ts';
import type { Delivery, MessageSource } from './consume-service.ts';
import type { PushConsumerConfig } from './consumer-options.ts';
import { MessageExt } from './message-ext.ts';
import type { ConsumeContext } from './message-listener.ts';
import type { MessageQueue } from './message-queue.ts';
import { ProcessQueue } from './process-queue.ts';
import { ReplicaChoice } from './replica-choice.ts';
import type { RouteCache } from './route-cache.ts';
import { isRetryTopic, type Subscription } from './subscriptions.ts';

export interface PullPorts {
  readonly config: PushConsumerConfig;
  readonly connections: BrokerConnections;
  readonly routes: RouteCache;
  readonly clock: NetClock;
  readonly random: Random;
  readonly subscriptionOf: (topic: string) => Subscription | undefined;
  readonly deliver: (delivery: Delivery) => void;
  /** Tells the brokers anew what this consumer subscribes to. Never rejects. */
  readonly resubscribe: () => Promise<void>;
}

/** How long a broker may hold a pull that finds nothing, and how long its answer is waited for. */
const SUSPEND_MS = 15_000;
const PULL_TIMEOUT_MS = 30_000;
const BACKOFF_MS_MIN = 20;
const BACKOFF_MS_MAX = 500;

/**
 * Pulls one assigned queue, one request at a time, and hands what comes to the listeners. It pulls on while listeners
 * are at work, as far as the limits on unfinished messages allow.
 */
export class PullLoop implements MessageSource {
  readonly queue: MessageQueue;
  readonly context: ConsumeContext;
  readonly #ports: PullPorts;
  readonly #replicas: ReplicaChoice;
  readonly #revoked: AbortController = new AbortController();
  #processQueue: ProcessQueue;
  #pulling = true;
  #suspended: boolean;
  /** The request that waits for an answer. */
  #request: { readonly address: string; readonly abort: AbortController } | null = null;
  #wake: (() => void) | null = null;
  #waitsForRoom = false;
  #backoffMs = 0;

  constructor(ports: PullPorts, queue: MessageQueue, startOffset: number, suspended: boolean) {
    this.#ports = ports;
    this.queue = queue;
    this.context = { messageQueue: queue, signal: this.#revoked.signal };
    this.#replicas = new ReplicaChoice(ports.routes, queue.brokerName);
    this.#processQueue = new ProcessQueue(startOffset);
    this.#suspended = suspended;
  }

  start(): void {
    void this.#run();
  }

  /** The offset up to which everything is consumed. */
  get committedOffset(): number {
    return this.#processQueue.committedOffset;
  }

  /** Pulls no more; messages that are being consumed still count. */
  stopPulling(): void {
    this.#pulling = false;
    this.#request?.abort.abort();
    this.#wake?.();
  }

  /** From now on nothing counts that is done with the queue's messages. */
  revoke(): void {
    this.stopPulling();
    this.#revoked.abort();
  }

  suspend(): void {
    this.#suspended = true;
  }

  resume(): void {
    this.#suspended = false;
    this.#wake?.();
  }

  /** A pull that waits at a replica which is not the master any more would find nothing there. */
  routesChanged(): void {
    const master = this.#ports.routes.masterOf(this.queue.brokerName);
    if (master !== null && this.#request !== null && this.#request.address !== master) {
      this.#request.abort.abort();
    }
  }

  holds(processQueue: ProcessQueue): boolean {
    return processQueue === this.#processQueue && !this.#revoked.signal.aborted;
  }

  finish(processQueue: ProcessQueue, slot: number): void {
    if (!this.holds(processQueue)) return;
    processQueue.finish(slot);
    if (this.#waitsForRoom && !this.#suspended && this.#hasRoom()) this.#wake?.();
  }

  async #run(): Promise<void> {
    while (this.#pulling) {
      try {
        if (this.#suspended || !this.#hasRoom()) await this.#waitForRoom();
        else await this.#pullOnce();
      } catch (error) {
        const details = { messageQueue: this.queue, error: String(error) };
        this.#ports.config.logger.warn(details, 'a pull failed');
        await this.#backOff();
      }
    }
  }

  #hasRoom(): boolean {
    const { count, bytes, span } = this.#processQueue;
    const { config } = this.#ports;
    return (
      count <= config.pullThresholdForQueue &&
      bytes <= config.pullThresholdBytesForQueue &&
      span <= config.consumeConcurrentlyMaxSpan
    );
  }

  async #pullOnce(): Promise<void> {
    const address = this.#replicas.next();
    if (address === null) {
      this.#replicas.forgive();
      await this.#refreshRoute();
      await this.#backOff();
      return;
    }
    const { clock } = this.#ports;
    const startedAt = clock.monotonic();
    const response = await this.#ask(address);
    if (response === null || !this.#pulling) return;
    if (response.code === ResponseCode.PULL_NOT_FOUND && clock.monotonic() - startedAt < BACKOFF_MS_MIN) {
      // Normally the broker holds such a pull; one that cannot must not be asked in a tight loop.
      await this.#sleep(BACKOFF_MS_MIN);
    }
    await this.#take(response);
  }

  /** Null when no answer came: another replica is to be asked, at once. */
  async #ask(address: string): Promise<RemotingCommand | null> {
    const { connections, config } = this.#ports;
    const abort = new AbortController();
    this.#request = { address, abort };
    try {
      const connection = connections.peek(address) ?? (await connections.get(address));
      return await connection.request(this.#pullCommand(), PULL_TIMEOUT_MS, abort.signal);
    } catch (error) {
      if (abort.signal.aborted) return null;
      const details = { messageQueue: this.queue, address, error: String(error) };
      config.logger.debug(details, 'a replica does not answer pulls');
      this.#replicas.failed(address);
      // The look at the route runs beside the pull from the next replica, which forwards to the master meanwhile.
      if (this.#replicas.next() !== null) void this.#refreshRoute();
      return null;
    } finally {
      this.#request = null;
    }
  }

  #pullCommand(): RemotingCommand {
    const { config, subscriptionOf } = this.#ports;
    const { topic, queueId, brokerName } = this.queue;
    const header = encodePullHeader({
      consumerGroup: config.consumerGroup,
      topic,
      queueId,
      queueOffset: this.#processQueue.nextOffset,
      maxMsgNums: config.pullBatchSize,
      sysFlag: PullSysFlag.suspend,
      commitOffset: 0,
      suspendTimeoutMillis: SUSPEND_MS,
      subscription: null,
      subVersion: subscriptionOf(topic)?.data.subVersion ?? 0,
      expressionType: null,
      maxMsgBytes: null,
      brokerName,
    });
    return createRequest(RequestCode.PULL_MESSAGE, header);
  }

  async #take(response: RemotingCommand): Promise<void> {
    switch (response.code) {
      case ResponseCode.SUCCESS:
        this.#backoffMs = 0;
        this.#takeMessages(response);
        return;
      case ResponseCode.PULL_NOT_FOUND:
      case ResponseCode.PULL_RETRY_IMMEDIATELY:
        this.#backoffMs = 0;
        this.#processQueue.advanceTo(decodePullResponseHeader(response.extFields).nextBeginOffset);
        return;
      case ResponseCode.PULL_OFFSET_MOVED:
        this.#startAnew(decodePullResponseHeader(response.extFields).nextBeginOffset);
        return;
      case ResponseCode.SUBSCRIPTION_NOT_EXIST:
      case ResponseCode.SUBSCRIPTION_NOT_LATEST:
      case ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST:
        // A master that just took over or restarted may not have heard of this consumer, nor this consumer of it.
        await this.#refreshRoute();
        await this.#ports.resubscribe();
        await this.#backOff();
        return;
      case ResponseCode.SERVICE_NOT_AVAILABLE:
        await this.#refreshRoute();
        await this.#backOff();
        return;
      default:
        throw unexpectedAnswer(response);
    }
  }

  #takeMessages(response: RemotingCommand): void {
    const processQueue = this.#processQueue;
    const { nextBeginOffset } = decodePullResponseHeader(response.extFields);
    const { messages, firstSlot, fault } = this.#decode(response.body, processQueue);
    if (fault === null) processQueue.advanceTo(nextBeginOffset);
    if (messages.length > 0) {
      this.#ports.deliver({ source: this, processQueue, messages, firstSlot });
    } else if (fault !== null) {
      throw fault;
    }
  }

  /** Up to the first record that cannot be read; the next pull meets it first. */
  #decode(
    body: Buffer,
    processQueue: ProcessQueue,
  ): { messages: MessageExt[]; firstSlot: number; fault: Error | null } {
    const { brokerName, topic } = this.queue;
    const tags = this.#ports.subscriptionOf(topic)?.tags ?? null;
    const deliveredTopic = isRetryTopic(topic) ? null : topic;
    const messages: MessageExt[] = [];
    let firstSlot = -1;
    let fault: Error | null = null;
    try {
      for (let at = 0; at < body.length;) {
        const message = new MessageExt(body, at, brokerName, deliveredTopic);
        const bytes = message.storeSize;
        at += bytes;
        if (message.queueOffset < processQueue.nextOffset) continue;
        if (tags !== null && !tags.has(message.tags ?? '')) {
          processQueue.advanceTo(message.queueOffset + 1);
          continue;
        }
        const slot = processQueue.add(message.queueOffset, bytes);
        if (firstSlot < 0) firstSlot = slot;
        messages.push(message);
      }
    } catch (error) {
      fault = error instanceof Error ? error : new Error(String(error));
    }
    return { messages, firstSlot, fault };
  }

  /** The queue does not have the offset asked for: what is in process belongs to another stretch of it. */
  #startAnew(offset: number): void {
    const details = { messageQueue: this.queue, from: this.#processQueue.nextOffset, to: offset };
    this.#ports.config.logger.warn(details, 'the queue does not have this offset; going on from another');
    this.#processQueue = new ProcessQueue(offset);
  }

  /** Never rejects: what is known may still serve. */
  async #refreshRoute(): Promise<void> {
    try {
      await this.#ports.routes.refresh(this.queue.topic);
    } catch (error) {
      const details = { topic: this.queue.topic, error: String(error) };
      this.#ports.config.logger.debug(details, 'route refresh failed');
    }
  }

  async #waitForRoom(): Promise<void> {
    this.#waitsForRoom = true;
    await this.#sleep(null);
    this.#waitsForRoom = false;
  }

  #backOff(): Promise<void> {
    this.#backoffMs = Math.min(BACKOFF_MS_MAX, Math.max(BACKOFF_MS_MIN, 2 * this.#backoffMs));
    const half = this.#backoffMs / 2;
    return this.#sleep(half + this.#ports.random.nextInt(half));
  }

  /** Ends early when something happens that the loop should look at; null = only then. */
  #sleep(ms: number | null): Promise<void> {
    if (!this.#pulling) return Promise.resolve();
    return new Promise((resolve) => {
      const { clock } = this.#ports;
      const wake = (): void => {
        if (timer !== null) clock.clearTimer(timer);
        this.#wake = null;
        resolve();
      };
      const timer = ms === null ? null : clock.setTimer(ms, wake);
      this.#wake = wake;
    });
  }
}
