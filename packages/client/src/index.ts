export { DefaultMQProducer } from './producer.ts';
export type { SendOptions } from './producer.ts';
export type { ProducerOptions } from './producer-options.ts';
export type { MessageInit } from './outgoing-message.ts';
export type { SendResult } from './shipment.ts';
export type { SendStatus } from './send-answer.ts';
export type { BatchLimits } from './turn-batcher.ts';

export { DefaultMQPushConsumer } from './push-consumer.ts';
export type { ConsumeFromWhere, PushConsumerOptions } from './consumer-options.ts';
export type {
  ConsumeContext,
  ConsumeResult,
  ConsumeStatus,
  MessageHandler,
  MessageListenerConcurrently,
} from './message-listener.ts';
export type { MessageExt } from './message-ext.ts';
export { allocateQueuesAveragely } from './allocate-queues.ts';

export type { ClientOptions, Logger } from './config.ts';
export type { MessageQueue } from './message-queue.ts';
export {
  MQBrokerException,
  MQClientException,
  MQError,
  RemotingConnectException,
  RemotingTimeoutException,
  RemotingTooMuchRequestException,
} from './errors.ts';
export type { MQErrorCode, MQErrorDetails, SendAttempt, SendOutcome } from './errors.ts';
