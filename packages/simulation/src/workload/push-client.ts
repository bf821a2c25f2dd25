import { MQError, type DefaultMQPushConsumer, type MessageExt } from '@ledgermq/client';
import { createPushConsumer } from '@ledgermq/client/ports';
import type { Program } from '../world/program-host.ts';
import type { ClientPorts } from './client-ports.ts';
import { clientPortsOf } from './client-process.ts';
import type { DeliveryLedger } from './delivery-ledger.ts';
import { idOfText } from './message-text.ts';
import { sleep } from './pace.ts';
import { queueName } from './topology.ts';

const PUSH_GROUP = 'push-consumers';

const POLL_ROUTES_MS = 2_000;
const HEARTBEAT_MS = 5_000;
const COMMIT_MS = 1_000;
const START_AGAIN_MS = 500;
/** How often a listener refuses a message, which is then delivered once more. */
const REFUSAL_CHANCE = 0.02;
const WORK_MS = 3;

/** A member of a group that consumes everything with the production client. */
export class PushClient implements Program {
  readonly #ports: ClientPorts;
  readonly #ledger: DeliveryLedger;
  #consumer: DefaultMQPushConsumer | null = null;
  #stopped = false;

  constructor(ports: ClientPorts, ledger: DeliveryLedger) {
    this.#ports = ports;
    this.#ledger = ledger;
  }

  start(): Promise<void> {
    void this.#run();
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#consumer?.shutdown();
  }

  /** A consumer cannot start while no name server answers; a program then tries again. */
  async #run(): Promise<void> {
    while (!this.#stopped) {
      const consumer = this.#create();
      this.#consumer = consumer;
      try {
        await consumer.start();
        return;
      } catch (error) {
        if (!(error instanceof MQError)) throw error;
        this.#ports.count('client: a push consumer could not start');
        await consumer.shutdown();
        await sleep(this.#ports.clock, START_AGAIN_MS);
      }
    }
  }

  #create(): DefaultMQPushConsumer {
    const { id, life, topology } = this.#ports;
    const consumer = createPushConsumer(
      PUSH_GROUP,
      {
        namesrvAddr: topology.namesrvAddresses,
        instanceName: `${id}-${life}`,
        logger: false,
        consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
        pollNameServerInterval: POLL_ROUTES_MS,
        heartbeatBrokerInterval: HEARTBEAT_MS,
        persistConsumerOffsetInterval: COMMIT_MS,
      },
      clientPortsOf(this.#ports),
    );
    for (const topic of topology.topics) consumer.subscribe(topic, (message) => this.#consume(message));
    return consumer;
  }

  async #consume(message: MessageExt): Promise<'CONSUME_SUCCESS' | 'RECONSUME_LATER'> {
    const { random, clock, report, count } = this.#ports;
    await sleep(clock, random.exponential(WORK_MS));
    const id = idOfText(message.body);
    if (id === null) report('content', `a push consumer got what nobody sent from ${message.brokerName}`);
    if (message.reconsumeTimes > 0) {
      count('client: a refused message came again');
      return 'CONSUME_SUCCESS';
    }
    const { brokerName, topic, queueId, queueOffset } = message;
    this.#ledger.delivered(queueName({ brokerName, topic, queueId }), queueOffset);
    return random.chance(REFUSAL_CHANCE) ? 'RECONSUME_LATER' : 'CONSUME_SUCCESS';
  }
}
