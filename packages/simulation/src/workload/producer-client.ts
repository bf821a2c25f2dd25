import { MQError, type DefaultMQProducer, type MessageInit, type SendResult } from '@ledgermq/client';
import { createProducer } from '@ledgermq/client/ports';
import type { Program } from '../world/program-host.ts';
import type { ClientPorts } from './client-ports.ts';
import { clientPortsOf } from './client-process.ts';
import { messageText } from './message-text.ts';
import { Pace } from './pace.ts';
import { drawQueue, queueName, type QueuePlace } from './topology.ts';

const WORKERS = 3;
const BATCH_CHANCE = 0.1;
const BATCH_MAX = 5;
/** Longest time in which a send of the production client settles, ms; long enough for several elections. */
const RETRY_DEADLINE_MS = 10_000;
const SEND_TIMEOUT_MS = 3_000;

/** A program that sends with the production client. */
export class ProducerClient implements Program {
  readonly #ports: ClientPorts;
  readonly #producer: DefaultMQProducer;
  readonly #pace: Pace;
  #sent = 0;
  #batches = 0;
  #stopped = false;

  constructor(ports: ClientPorts) {
    const { id, clock, random, topology, parameters } = ports;
    this.#ports = ports;
    this.#producer = createProducer(
      `producers-of-${id}`,
      {
        namesrvAddr: topology.namesrvAddresses,
        instanceName: id,
        logger: false,
        sendMsgTimeout: SEND_TIMEOUT_MS,
        retryDeadline: RETRY_DEADLINE_MS,
      },
      clientPortsOf(ports),
    );
    this.#pace = new Pace(clock, random, parameters, WORKERS * (parameters.producers + parameters.consumers));
  }

  async start(): Promise<void> {
    await this.#producer.start();
    for (let worker = 0; worker < WORKERS; worker += 1) void this.#work();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#producer.shutdown();
  }

  async #work(): Promise<void> {
    const { random, topology, draining } = this.#ports;
    for (;;) {
      await this.#pace.next();
      if (this.#stopped || draining()) return;
      const queue = drawQueue(topology, random);
      if (random.chance(BATCH_CHANCE)) await this.#sendSeveral(queue);
      else await this.#send(queue, null);
    }
  }

  /** Sends made together to one queue keep their order. */
  async #sendSeveral(queue: QueuePlace): Promise<void> {
    this.#batches += 1;
    const producer = `${this.#ports.id}-b${this.#batches}`;
    const count = this.#ports.random.between(2, BATCH_MAX);
    await Promise.all(Array.from({ length: count }, (_, seq) => this.#send(queue, { producer, seq })));
  }

  async #send(queue: QueuePlace, sequence: object | null): Promise<void> {
    const { id, random, history, parameters, count } = this.#ports;
    const messageId = `${id}-${(this.#sent += 1)}`;
    const name = queueName(queue);
    const message: MessageInit = {
      topic: queue.topic,
      body: messageText(messageId, random.nextInt(parameters.bodyBytesMax)),
      tags: random.pick(['a', 'b']),
      keys: messageId,
      messageQueue: queue,
    };
    const claim = sequence === null ? [] : [sequence];
    const operation = history.invoke('send', [name, messageId, null, ...claim]);
    let result: SendResult;
    try {
      result = await this.#producer.send(message);
    } catch (error) {
      if (!(error instanceof MQError)) throw error;
      count(`client: send ${error.outcome}`);
      if (error.outcome === 'unknown') operation.info(error.message);
      else operation.fail(error.message);
      return;
    }
    if (result.attempts > 1) count('client: send after several attempts');
    operation.ok([name, messageId, result.queueOffset, ...claim]);
  }
}
