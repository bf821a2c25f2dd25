import { DefaultMQProducer, DefaultMQPushConsumer } from '@ledgermq/client';
import { setTimeout as delay } from 'node:timers/promises';
import { Ledger } from './ledger.ts';

export interface WorkloadOptions {
  readonly namesrvAddr: string;
  readonly topic: string;
  readonly brokerNames: readonly string[];
  readonly queuesPerBroker: number;
  /** Sends per second in all. */
  readonly rate: number;
}

const BODY_BYTES = 256;
/** Pacing step of a sender; each step sends what is due. */
const STEP_MS = 5;
/** A sender whose acknowledgements lag does not pile up more than this many open sends. */
const OPEN_SENDS_MAX = 2000;

/**
 * One producer that sends numbered messages to every broker group at a steady rate, whatever happens to the masters,
 * and one consumer that reads them all.
 */
export class Workload {
  readonly ledger: Ledger = new Ledger();
  readonly #options: WorkloadOptions;
  readonly #producer: DefaultMQProducer;
  readonly #consumer: DefaultMQPushConsumer;
  readonly #senders: Promise<void>[] = [];
  readonly #waiters: Map<string, { invokedAfter: number; resolve: (ms: number) => void }> = new Map();
  readonly #onError: (message: string) => void;
  #stopped = false;

  constructor(options: WorkloadOptions, onError: (message: string) => void) {
    this.#options = options;
    this.#onError = onError;
    this.#producer = new DefaultMQProducer('failover_demo_producer', {
      namesrvAddr: options.namesrvAddr,
      retryDeadline: 20_000,
    });
    this.#consumer = new DefaultMQPushConsumer('failover_demo_consumer', {
      namesrvAddr: options.namesrvAddr,
      consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
    });
  }

  async start(): Promise<void> {
    const { topic, queuesPerBroker, brokerNames } = this.#options;
    await this.#producer.start();
    await this.#producer.createTopic(topic, queuesPerBroker);
    this.#consumer.subscribe(topic, '*', (message) => {
      const number = Number(message.body.toString('latin1').split(' ', 1)[0]);
      this.ledger.receive(number, placeOf(message.brokerName, message.queueId, message.queueOffset));
    });
    await this.#consumer.start();
    for (const brokerName of brokerNames) this.#senders.push(this.#sendTo(brokerName));
  }

  /**
   * Resolves with the time in ms from `since` (of performance.now()) to the first acknowledgement of a send to this
   * group that was invoked after `since`.
   */
  firstAcknowledgement(brokerName: string, since: number): Promise<number> {
    return new Promise((resolve) => this.#waiters.set(brokerName, { invokedAfter: since, resolve }));
  }

  /** Stops sending, waits for open sends, then for the consumer to have what was acknowledged. */
  async drain(timeoutMs: number): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#senders);
    const deadline = performance.now() + timeoutMs;
    while (this.ledger.missing() > 0 && performance.now() < deadline) await delay(50);
    await delay(500); // Anything stored twice would still be on its way.
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#senders);
    await this.#consumer.shutdown();
    await this.#producer.shutdown();
  }

  async #sendTo(brokerName: string): Promise<void> {
    const { rate, brokerNames, queuesPerBroker } = this.#options;
    const perStep = (rate / brokerNames.length / 1000) * STEP_MS;
    const open = new Set<Promise<void>>();
    let due = 0;
    let queueId = 0;
    while (!this.#stopped) {
      due += perStep;
      for (; due >= 1; due--) {
        if (open.size >= OPEN_SENDS_MAX) break;
        queueId = (queueId + 1) % queuesPerBroker;
        const sending = this.#sendOne(brokerName, queueId).finally(() => open.delete(sending));
        open.add(sending);
      }
      await delay(STEP_MS);
    }
    await Promise.all(open);
  }

  async #sendOne(brokerName: string, queueId: number): Promise<void> {
    const number = this.ledger.nextNumber();
    const invokedAt = performance.now();
    const { topic } = this.#options;
    try {
      const result = await this.#producer.send({
        topic,
        body: `${number} `.padEnd(BODY_BYTES, '.'),
        messageQueue: { topic, brokerName, queueId },
      });
      this.ledger.acknowledge(number, placeOf(brokerName, result.messageQueue.queueId, result.queueOffset));
      const waiter = this.#waiters.get(brokerName);
      if (waiter !== undefined && invokedAt >= waiter.invokedAfter) {
        this.#waiters.delete(brokerName);
        waiter.resolve(performance.now() - waiter.invokedAfter);
      }
    } catch (error) {
      this.ledger.fail();
      this.#onError(
        `a send to ${brokerName} failed: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
}

function placeOf(brokerName: string, queueId: number, queueOffset: number): string {
  return `${brokerName}/${queueId}@${queueOffset}`;
}
