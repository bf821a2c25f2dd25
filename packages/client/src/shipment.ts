import {
  decodeCommand,
  scanSendResponse,
  type Frame,
  type RemotingCommand,
  type ScannedSendResponse,
} from '@ledgermq/protocol';
import { ConnectionError, type Connection, type NetClock, type Requester } from '@ledgermq/protocol/net';
import type { BrokerConnections } from './broker-connections.ts';
import type { Random } from './client-ports.ts';
import {
  MQBrokerException,
  MQClientException,
  RemotingConnectException,
  RemotingTimeoutException,
  type MQError,
  type SendAttempt,
  type SendOutcome,
} from './errors.ts';
import type { MessageQueue } from './message-queue.ts';
import type { OutgoingMessage } from './outgoing-message.ts';
import type { RouteCache } from './route-cache.ts';
import { readSendAnswer, type SendAnswer, type SendStatus } from './send-answer.ts';
import { encodeMany, encodeSingle } from './send-frame.ts';

export interface SendResult {
  readonly sendStatus: SendStatus;
  /** The UNIQ_KEY: the same over all attempts and for every consumer. */
  readonly msgId: string;
  /** The broker's own id: its address and the place in its log. */
  readonly offsetMsgId: string;
  readonly messageQueue: MessageQueue;
  readonly queueOffset: number;
  readonly attempts: number;
}

/** One message under way, and who waits for it. */
export interface PendingSend {
  readonly message: OutgoingMessage;
  readonly queueFixed: boolean;
  /** On the monotonic clock: by when an answer must have come. */
  readonly deadline: number;
  resolve(result: SendResult): void;
  reject(error: MQError): void;
}

export interface ShipmentPorts {
  readonly producerGroup: string;
  readonly sendMsgTimeout: number;
  readonly connections: BrokerConnections;
  readonly routes: RouteCache;
  readonly clock: NetClock;
  readonly random: Random;
  /** Another queue for a message that certainly is not stored on `failed`; null when there is none. */
  readonly otherQueue: (topic: string, failed: string) => MessageQueue | null;
  readonly isStopped: () => boolean;
}

const BACKOFF_MS_MIN = 5;
const BACKOFF_MS_MAX = 50;
/** While no replica of a group answers, its route is asked for this often. */
const ROUTE_PAUSE_MS = 20;

/**
 * One frame's way to a broker group, over as many attempts as its deadline allows. As long as an earlier attempt may
 * have stored the messages, further ones go to the same group, whose table of stored ids makes the repetition harmless;
 * only what certainly is not stored may move to another group.
 */
export class Shipment implements Requester {
  readonly #ports: ShipmentPorts;
  readonly #sends: readonly PendingSend[];
  readonly #deadline: number;
  #queue: MessageQueue;
  /** Where the attempt that `start` made went, and when. */
  #address = '';
  #startedAt = 0;
  /** Failed attempts; most shipments have none, and no list either. */
  #attempts: SendAttempt[] | null = null;
  #tried: Set<string> | null = null;
  /** Where the master is, by the last broker that refused. */
  #leaderHint: string | null = null;
  #maybeStored = false;
  #lastFailure: SendAnswer | Error | null = null;

  constructor(ports: ShipmentPorts, queue: MessageQueue, sends: readonly PendingSend[]) {
    this.#ports = ports;
    this.#queue = queue;
    this.#sends = sends;
    this.#deadline = earliestDeadline(sends);
  }

  /**
   * The fast way: the master is known and its connection open, so nothing has to be awaited before the write. `now` is
   * on the monotonic clock.
   */
  start(now: number): void {
    const address = this.#ports.routes.masterOf(this.#queue.brokerName);
    const connection = address === null ? null : this.#ports.connections.peek(address);
    if (address === null || connection === null) {
      void this.#run();
      return;
    }
    this.#address = address;
    this.#startedAt = now;
    try {
      connection.requestFor(this, Math.min(now + this.#ports.sendMsgTimeout, this.#deadline));
    } catch (error) {
      this.onFailure(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** Made anew for each attempt: nearly always there is only one, and its text need not be kept. */
  encode(opaque: number): Buffer {
    const { producerGroup } = this.#ports;
    const to = { producerGroup, queueId: this.#queue.queueId, opaque, oneway: false };
    const first = this.#sends[0];
    if (this.#sends.length === 1 && first !== undefined) return encodeSingle(to, first.message);
    const messages = this.#sends.map((send) => send.message);
    return encodeMany(to, messages);
  }

  /** The answer to what `start` sent. */
  onResponse(frame: Frame, decoded: RemotingCommand | null): void {
    const scanned = decoded === null && this.#sends.length === 1 ? scanSendResponse(frame) : null;
    if (scanned !== null) {
      this.#resolveOne(scanned);
      return;
    }
    const response = decoded ?? decodeCommand(frame);
    if (!this.#takeAnswer(response, this.#address, this.#startedAt)) this.#runLater();
  }

  /** What `start` sent has no answer. */
  onFailure(error: Error): void {
    this.#takeFailure(error, this.#address, this.#startedAt);
    this.#runLater();
  }

  /** Not at once, because the connection that reports may be in the middle of closing. */
  #runLater(): void {
    queueMicrotask(() => void this.#beforeRetry().then(() => this.#run()));
  }

  /** Attempts until an answer settles the matter or the deadline passes. Never rejects. */
  async #run(): Promise<void> {
    while (!this.#ports.isStopped()) {
      const remaining = this.#deadline - this.#ports.clock.monotonic();
      if (remaining <= 0) break;
      const address = this.#nextAddress();
      if (address === null) {
        await this.#refreshRoute();
        await this.#pause(Math.min(remaining, ROUTE_PAUSE_MS));
        continue;
      }
      this.#markTried(address);
      const startedAt = this.#ports.clock.monotonic();
      try {
        const connection = await this.#ports.connections.get(address);
        const response = await this.#request(connection);
        if (this.#takeAnswer(response, address, startedAt)) return;
      } catch (error) {
        this.#takeFailure(error, address, startedAt);
      }
      await this.#beforeRetry();
    }
    this.#fail();
  }

  #request(connection: Connection): Promise<RemotingCommand> {
    return new Promise((resolve, reject) => {
      const requester: Requester = {
        encode: (opaque) => this.encode(opaque),
        onResponse: (frame, decoded) => resolve(decoded ?? decodeCommand(frame)),
        onFailure: reject,
      };
      const timeoutAt = this.#ports.clock.monotonic() + this.#ports.sendMsgTimeout;
      connection.requestFor(requester, Math.min(timeoutAt, this.#deadline));
    });
  }

  /** Who was named as master, else the master by the route, then its replicas: each forwards to the master or holds the send while there is none. */
  #nextAddress(): string | null {
    const hint = this.#leaderHint;
    this.#leaderHint = null;
    if (hint !== null && this.#tried?.has(hint) !== true) return hint;
    const addresses = [...this.#ports.routes.addressesOf(this.#queue.brokerName)].sort(([a], [b]) => a - b);
    for (const [, address] of addresses) if (this.#tried?.has(address) !== true) return address;
    return null;
  }

  #markTried(address: string): void {
    this.#tried ??= new Set();
    this.#tried.add(address);
  }

  async #refreshRoute(): Promise<void> {
    const { routes } = this.#ports;
    this.#tried = null;
    await routes.refresh(this.#queue.topic).catch((error: unknown) => {
      this.#lastFailure ??= error instanceof Error ? error : new Error(String(error));
    });
  }

  async #beforeRetry(): Promise<void> {
    // The look at the route runs beside the next attempt; a replica that holds the send may well be quicker.
    void this.#ports.routes.refresh(this.#queue.topic).catch(() => null);
    this.#moveElsewhere();
    if (this.#attempts !== null && this.#attempts.length > 1) {
      await this.#pause(BACKOFF_MS_MIN + this.#ports.random.nextInt(BACKOFF_MS_MAX - BACKOFF_MS_MIN));
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#ports.clock.setTimer(ms, resolve);
    });
  }

  /**
   * Another group may have it when nobody fixed the queue, no attempt can have stored it, and nobody named the master.
   */
  #moveElsewhere(): void {
    if (this.#leaderHint !== null || this.#maybeStored || this.#sends.some((send) => send.queueFixed)) return;
    const other = this.#ports.otherQueue(this.#queue.topic, this.#queue.brokerName);
    if (other === null) return;
    this.#queue = other;
    this.#tried = null;
  }

  /** True when the answer settled every message. */
  #takeAnswer(response: RemotingCommand, address: string, startedAt: number): boolean {
    let answer: SendAnswer;
    try {
      answer = readSendAnswer(response, this.#sends.length);
    } catch (error) {
      this.#takeFailure(error, address, startedAt);
      return false;
    }
    if (answer.type === 'stored') {
      this.#resolve(answer);
      return true;
    }
    this.#note(address, startedAt, `${answer.code}: ${answer.remark}`);
    this.#lastFailure = answer;
    if (answer.type === 'not-stored') this.#leaderHint = answer.leaderAddress;
    if (answer.type === 'unknown') this.#maybeStored = true;
    if (answer.type !== 'rejected' || this.#maybeStored) return false;
    // One bad message spoils its batch: alone, each gets its own answer.
    if (this.#sends.length > 1) {
      const now = this.#ports.clock.monotonic();
      for (const send of this.#sends) new Shipment(this.#ports, this.#queue, [send]).start(now);
    } else {
      this.#fail();
    }
    return true;
  }

  #takeFailure(error: unknown, address: string, startedAt: number): void {
    const failure = error instanceof Error ? error : new Error(String(error));
    this.#lastFailure = failure;
    if (!(failure instanceof ConnectionError) || failure.written) this.#maybeStored = true;
    this.#note(address, startedAt, failure.message);
    this.#markTried(address);
  }

  #note(address: string, startedAt: number, error: string): void {
    const { brokerName } = this.#queue;
    this.#attempts ??= [];
    this.#attempts.push({
      brokerName,
      address,
      ms: Math.round(this.#ports.clock.monotonic() - startedAt),
      error,
    });
  }

  /** The usual case: one message, stored by the attempt that `start` made. */
  #resolveOne(stored: ScannedSendResponse): void {
    const send = this.#sends[0];
    send?.resolve({
      sendStatus: 'SEND_OK',
      msgId: send.message.uniqKey,
      offsetMsgId: stored.msgId,
      messageQueue: this.#queueOf(stored.queueId),
      queueOffset: stored.queueOffset,
      attempts: 1,
    });
  }

  #queueOf(queueId: number): MessageQueue {
    const { topic, brokerName } = this.#queue;
    return queueId === this.#queue.queueId ? this.#queue : { topic, brokerName, queueId };
  }

  #resolve(answer: SendAnswer & { type: 'stored' }): void {
    const messageQueue = this.#queueOf(answer.queueId);
    const attempts = (this.#attempts?.length ?? 0) + 1;
    for (const [i, send] of this.#sends.entries()) {
      send.resolve({
        sendStatus: answer.status,
        msgId: send.message.uniqKey,
        offsetMsgId: answer.offsetMsgIds[i] ?? '',
        messageQueue,
        queueOffset: answer.queueOffsets[i] ?? -1,
        attempts,
      });
    }
  }

  #fail(): void {
    const error = this.#error();
    for (const send of this.#sends) send.reject(error);
  }

  #error(): MQError {
    const failure = this.#lastFailure;
    const attempts = this.#attempts ?? [];
    const refused = failure !== null && !(failure instanceof Error) && failure.type === 'rejected';
    const outcome: SendOutcome = this.#maybeStored ? 'unknown' : refused ? 'rejected' : 'unavailable';
    const tries = `${attempts.length} attempt${attempts.length === 1 ? '' : 's'}`;
    const where = `${this.#queue.brokerName} queue ${this.#queue.queueId}`;
    if (this.#ports.isStopped()) {
      return new MQClientException('ERR_MQ_SHUT_DOWN', 'the producer was shut down', { outcome, attempts });
    }
    if (failure === null) {
      return new RemotingTimeoutException(`no broker of ${where} was found in time`, { outcome, attempts });
    }
    if (!(failure instanceof Error) && failure.type !== 'stored') {
      const message = `send to ${where} failed after ${tries}: ${failure.remark}`;
      return new MQBrokerException(message, { outcome, attempts, responseCode: failure.code });
    }
    const text = failure instanceof Error ? failure.message : 'no answer';
    const message = `send to ${where} failed after ${tries}: ${text}`;
    const details = { outcome, attempts, cause: failure };
    return failure instanceof ConnectionError && failure.code === 'TIMEOUT'
      ? new RemotingTimeoutException(message, details)
      : new RemotingConnectException(message, details);
  }
}

function earliestDeadline(sends: readonly PendingSend[]): number {
  let earliest = Number.POSITIVE_INFINITY;
  for (const { deadline } of sends) if (deadline < earliest) earliest = deadline;
  return earliest;
}
