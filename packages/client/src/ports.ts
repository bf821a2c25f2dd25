/**
 * Internal: lets a client run on other sockets, another clock and another source of chance than those of its process, as
 * simulations do. Not part of the public interface.
 */
import type { ClientPorts } from './client-ports.ts';
import type { PushConsumerOptions } from './consumer-options.ts';
import type { ProducerOptions } from './producer-options.ts';
import { DefaultMQProducer } from './producer.ts';
import { DefaultMQPushConsumer } from './push-consumer.ts';

export type { ClientPorts, ClientProcess, Random } from './client-ports.ts';
export { nodeClientPorts } from './node-ports.ts';

/** As `new DefaultMQProducer(producerGroup, options)`. */
export function createProducer(
  producerGroup: string,
  options: ProducerOptions,
  ports: ClientPorts,
): DefaultMQProducer {
  return new DefaultMQProducer(producerGroup, options, ports);
}

/** As `new DefaultMQPushConsumer(consumerGroup, options)`. */
export function createPushConsumer(
  consumerGroup: string,
  options: PushConsumerOptions,
  ports: ClientPorts,
): DefaultMQPushConsumer {
  return new DefaultMQPushConsumer(consumerGroup, options, ports);
}
