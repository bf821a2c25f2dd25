import type { NetClock, TimerHandle } from '@ledgermq/protocol/net';
import type { Logger } from './config.ts';
import type { MessageExt } from './message-ext.ts';
import type { ConsumeContext, ConsumeResult, MessageListener } from './message-listener.ts';
import type { ProcessQueue } from './process-queue.ts';

/** The queue that messages come from, as far as it matters to whoever hands them to listeners. */
export interface MessageSource {
  readonly context: ConsumeContext;
  /** False once the queue is gone or starts anew elsewhere: then results for `processQueue` do not count. */
  holds(processQueue: ProcessQueue): boolean;
  finish(processQueue: ProcessQueue, slot: number): void;
}

/** Messages of one pull, in neighbouring slots of their process queue. */
export interface Delivery {
  readonly source: MessageSource;
  readonly processQueue: ProcessQueue;
  readonly messages: readonly MessageExt[];
  /** Slot of `messages[0]`. */
  readonly firstSlot: number;
}

export interface ConsumeOptions {
  /** Listener calls, and messages being sent back in their place, at once. */
  readonly concurrency: number;
  readonly consumeMessageBatchMaxSize: number;
  /** Wait before a message that could not be sent back is given to the listener again, ms. */
  readonly redeliveryMs: number;
  readonly listenerFor: (topic: string) => MessageListener | null;
  /** Has the broker deliver a message again later; null when failed messages are only logged (broadcasting). */
  readonly sendBack: ((message: MessageExt) => Promise<void>) | null;
  readonly logger: Logger;
  readonly clock: NetClock;
}

/** A delivery and the index of its first message that no listener got yet. */
interface Waiting extends Delivery {
  next: number;
}

interface Redelivery {
  readonly dueAt: number;
  readonly delivery: Delivery;
}

/**
 * Hands messages to listeners, at most `concurrency` calls at once, in the order in which they were pulled. A
 * synchronous listener is done when it returns, so it costs no promise and never takes a slot.
 *
 * How many messages wait here is limited by the pull loops, which stop when too many of theirs are unfinished.
 */
export class ConsumeService {
  readonly #options: ConsumeOptions;
  readonly #ready: Waiting[] = [];
  /** In the order in which they are due, as all wait equally long. */
  readonly #later: Redelivery[] = [];
  #timer: TimerHandle | null = null;
  #idleWaiters: (() => void)[] = [];
  #running = 0;
  #pumping = false;
  #suspended = false;
  #stopped = false;

  constructor(options: ConsumeOptions) {
    this.#options = options;
  }

  deliver(delivery: Delivery): void {
    this.#ready.push({ ...delivery, next: 0 });
    this.#pump();
  }

  /** No further listener calls until `resume`. */
  suspend(): void {
    this.#suspended = true;
  }

  resume(): void {
    this.#suspended = false;
    this.#pump();
  }

  /** No further listener calls at all. */
  stop(): void {
    this.#stopped = true;
    this.#ready.length = 0;
    this.#later.length = 0;
    if (this.#timer !== null) this.#options.clock.clearTimer(this.#timer);
    this.#timer = null;
  }

  /** Resolves when no call runs: true; or after `timeoutMs`: false. */
  idle(timeoutMs: number): Promise<boolean> {
    if (this.#running === 0) return Promise.resolve(true);
    return new Promise((resolve) => {
      const { clock } = this.#options;
      const timer = clock.setTimer(timeoutMs, () => resolve(false));
      this.#idleWaiters.push(() => {
        clock.clearTimer(timer);
        resolve(true);
      });
    });
  }

  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      while (this.#running < this.#options.concurrency && !this.#suspended && !this.#stopped) {
        const waiting = this.#ready[0];
        if (waiting === undefined) break;
        const done = waiting.next >= waiting.messages.length;
        if (done || !waiting.source.holds(waiting.processQueue)) this.#ready.shift();
        else this.#consumeNext(waiting);
      }
    } finally {
      this.#pumping = false;
    }
  }

  #consumeNext(waiting: Waiting): void {
    const { messages, source, next } = waiting;
    const first = messages[next];
    if (first === undefined) return;
    let count = 1;
    let result: ConsumeResult | Promise<ConsumeResult>;
    try {
      const listener = this.#options.listenerFor(first.topic);
      if (listener === null) throw new Error(`no listener for the topic ${first.topic}`);
      if (listener.type === 'batch') count = this.#batchSize(messages, next, first.topic);
      waiting.next = next + count;
      result =
        listener.type === 'one'
          ? listener.handle(first, source.context)
          : listener.handle(messages.slice(next, next + count), source.context);
    } catch (error) {
      waiting.next = next + count;
      this.#failed(waiting, next, count, error);
      return;
    }
    if (typeof result === 'object') this.#await(result, waiting, next, count);
    else this.#settle(waiting, next, count, result);
  }

  #batchSize(messages: readonly MessageExt[], from: number, topic: string): number {
    const end = Math.min(messages.length, from + this.#options.consumeMessageBatchMaxSize);
    let at = from + 1;
    while (at < end && messages[at]?.topic === topic) at += 1;
    return at - from;
  }

  #await(result: Promise<ConsumeResult>, delivery: Delivery, from: number, count: number): void {
    this.#running += 1;
    Promise.resolve(result).then(
      (status) => {
        this.#settle(delivery, from, count, status);
        this.#release();
      },
      (error: unknown) => {
        this.#failed(delivery, from, count, error);
        this.#release();
      },
    );
  }

  #settle(delivery: Delivery, from: number, count: number, result: ConsumeResult): void {
    if (result === 'RECONSUME_LATER') {
      this.#failed(delivery, from, count, result);
      return;
    }
    const { source, processQueue, firstSlot } = delivery;
    for (let i = from; i < from + count; i += 1) source.finish(processQueue, firstSlot + i);
  }

  #failed(delivery: Delivery, from: number, count: number, reason: unknown): void {
    const { source, processQueue, messages } = delivery;
    const { messageQueue } = source.context;
    const queueOffset = messages[from]?.queueOffset;
    const details = { messageQueue, queueOffset, count, reason: String(reason) };
    this.#options.logger.warn(details, 'messages were not consumed');
    // A queue that went to another member is read again there from the committed offset on.
    if (!source.holds(processQueue)) return;
    const { sendBack } = this.#options;
    if (sendBack === null) {
      this.#settle(delivery, from, count, 'CONSUME_SUCCESS');
      return;
    }
    // It keeps a listener's place, so that a failing listener cannot start sends without limit.
    this.#running += 1;
    const slots = Array.from({ length: count }, (_, i) => this.#sendBackOne(delivery, from + i, sendBack));
    void Promise.all(slots).then(() => this.#release());
  }

  /** Never rejects. */
  async #sendBackOne(
    { source, processQueue, messages, firstSlot }: Delivery,
    index: number,
    sendBack: (message: MessageExt) => Promise<void>,
  ): Promise<void> {
    const message = messages[index];
    if (message === undefined) return;
    const slot = firstSlot + index;
    try {
      await sendBack(message);
      source.finish(processQueue, slot);
    } catch (error) {
      const details = { messageQueue: source.context.messageQueue, queueOffset: message.queueOffset };
      this.#options.logger.warn({ ...details, error: String(error) }, 'a message could not be sent back');
      this.#deliverLater({ source, processQueue, messages: [message], firstSlot: slot });
    }
  }

  #deliverLater(delivery: Delivery): void {
    if (this.#stopped) return;
    const { clock, redeliveryMs } = this.#options;
    this.#later.push({ dueAt: clock.monotonic() + redeliveryMs, delivery });
    this.#timer ??= clock.setTimer(redeliveryMs, () => this.#deliverDue());
  }

  #deliverDue(): void {
    this.#timer = null;
    const { clock } = this.#options;
    const now = clock.monotonic();
    for (let first = this.#later[0]; first !== undefined; first = this.#later[0]) {
      // Timers may run a fraction of a millisecond early.
      if (first.dueAt > now + 1) {
        this.#timer = clock.setTimer(first.dueAt - now, () => this.#deliverDue());
        break;
      }
      this.#later.shift();
      this.#ready.push({ ...first.delivery, next: 0 });
    }
    this.#pump();
  }

  #release(): void {
    this.#running -= 1;
    this.#pump();
    if (this.#running > 0) return;
    const waiters = this.#idleWaiters;
    this.#idleWaiters = [];
    for (const waiter of waiters) waiter();
  }
}
