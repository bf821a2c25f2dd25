import type { MessageExt } from './message-ext.ts';
import type { MessageQueue } from './message-queue.ts';

/** What a listener makes of messages. Returning nothing means success; throwing means RECONSUME_LATER. */
export type ConsumeStatus = 'CONSUME_SUCCESS' | 'RECONSUME_LATER';

export type ConsumeResult = ConsumeStatus | void;

export interface ConsumeContext {
  /** The queue the messages were pulled from: a retry queue for redelivered ones. */
  readonly messageQueue: MessageQueue;
  /**
   * Fires when the result does not count any more, because the queue went to another member or a shutdown cannot wait
   * longer: the messages will be delivered again.
   */
  readonly signal: AbortSignal;
}

/** Gets one message at a time. */
export type MessageHandler = (
  message: MessageExt,
  context: ConsumeContext,
) => ConsumeResult | Promise<ConsumeResult>;

/** Gets up to `consumeMessageBatchMaxSize` messages of one topic; its result counts for all of them. */
export type MessageListenerConcurrently = (
  messages: readonly MessageExt[],
  context: ConsumeContext,
) => ConsumeResult | Promise<ConsumeResult>;

/** One of the two, as the consumer keeps it. */
export type MessageListener =
  | { readonly type: 'one'; readonly handle: MessageHandler }
  | { readonly type: 'batch'; readonly handle: MessageListenerConcurrently };
