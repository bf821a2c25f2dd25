import test from 'ava';
import { encodeHostAddress, recordSize, writeRecord } from '@ledgermq/protocol';
import { nodeNet } from '@ledgermq/protocol/net';
import { ConsumeService, type ConsumeOptions, type Delivery } from '../src/consume-service.ts';
import { MessageExt } from '../src/message-ext.ts';
import type { ConsumeContext, ConsumeResult, MessageListener } from '../src/message-listener.ts';
import { ProcessQueue } from '../src/process-queue.ts';
import { turns, Watch } from './signals.ts';

const HOST = encodeHostAddress('127.0.0.1', 1);

function messageAt(queueOffset: number): MessageExt {
  const spec = {
    queueId: 0,
    flag: 0,
    queueOffset,
    physicalOffset: queueOffset,
    sysFlag: 0,
    bornTimestamp: 0,
    bornHost: HOST,
    storeTimestamp: 0,
    storeHost: HOST,
    reconsumeTimes: 0,
    preparedTransactionOffset: 0,
    body: Buffer.from('x'),
    topic: 'Orders',
    properties: '',
  };
  const record = Buffer.alloc(recordSize(spec));
  writeRecord(record, 0, spec);
  return new MessageExt(record, 0, 'broker-a', 'Orders');
}

/** A queue that is never pulled: the test adds the messages. */
class Source {
  readonly processQueue: ProcessQueue = new ProcessQueue(0);
  readonly context: ConsumeContext = {
    messageQueue: { topic: 'Orders', brokerName: 'broker-a', queueId: 0 },
    signal: new AbortController().signal,
  };
  held = true;

  holds(processQueue: ProcessQueue): boolean {
    return this.held && processQueue === this.processQueue;
  }

  finish(processQueue: ProcessQueue, slot: number): void {
    processQueue.finish(slot);
  }

  delivery(count: number): Delivery {
    const from = this.processQueue.nextOffset;
    const messages = Array.from({ length: count }, (_, i) => messageAt(from + i));
    const slots = messages.map((message) => this.processQueue.add(message.queueOffset, 1));
    return { source: this, processQueue: this.processQueue, messages, firstSlot: slots[0] ?? 0 };
  }
}

function serviceOf(
  handle: (message: MessageExt) => ConsumeResult | Promise<ConsumeResult>,
  options: Partial<ConsumeOptions> = {},
): ConsumeService {
  const listener: MessageListener = { type: 'one', handle };
  const silent = (): void => undefined;
  return new ConsumeService({
    concurrency: 3,
    consumeMessageBatchMaxSize: 1,
    redeliveryMs: 5,
    listenerFor: () => listener,
    sendBack: () => Promise.resolve(),
    logger: { debug: silent, info: silent, warn: silent, error: silent },
    clock: nodeNet.clock,
    ...options,
  });
}

test('a synchronous handler is done with everything before the call returns', (t) => {
  const source = new Source();
  const offsets: number[] = [];
  serviceOf(({ queueOffset }) => void offsets.push(queueOffset)).deliver(source.delivery(100));
  t.deepEqual(
    offsets,
    Array.from({ length: 100 }, (_, i) => i),
  );
  t.is(source.processQueue.committedOffset, 100);
});

test('asynchronous handlers run up to the limit, and the commit waits for the slowest', async (t) => {
  const source = new Source();
  const open = new Map<number, () => void>();
  const service = serviceOf(({ queueOffset }) => {
    return new Promise<void>((resolve) => open.set(queueOffset, resolve));
  });
  service.deliver(source.delivery(5));
  t.deepEqual([...open.keys()], [0, 1, 2]);
  open.get(2)?.();
  open.get(1)?.();
  await turns(2);
  t.deepEqual([...open.keys()], [0, 1, 2, 3, 4]);
  t.is(source.processQueue.committedOffset, 0);
  open.get(0)?.();
  await turns(2);
  t.is(source.processQueue.committedOffset, 3);
  t.false(await service.idle(1));
  for (const release of open.values()) release();
  t.true(await service.idle(1000));
  t.is(source.processQueue.committedOffset, 5);
});

test('a failed message is finished when it was sent back, and not before', async (t) => {
  const source = new Source();
  const sentBack: number[] = [];
  let release = (): void => undefined;
  const service = serviceOf(
    ({ queueOffset }) => {
      if (queueOffset === 1) throw new Error('not this one');
    },
    {
      sendBack: ({ queueOffset }) => {
        sentBack.push(queueOffset);
        return new Promise<void>((resolve) => (release = resolve));
      },
    },
  );
  service.deliver(source.delivery(3));
  t.deepEqual(sentBack, [1]);
  t.is(source.processQueue.committedOffset, 1);
  release();
  t.true(await service.idle(1000));
  t.is(source.processQueue.committedOffset, 3);
});

test('what cannot be sent back is given to the handler again after a while', async (t) => {
  const source = new Source();
  const watch = new Watch();
  const tries = new Map<number, number>();
  const service = serviceOf(
    ({ queueOffset }) => {
      const times = (tries.get(queueOffset) ?? 0) + 1;
      tries.set(queueOffset, times);
      watch.notice();
      return times < 3 && queueOffset !== 1 ? 'RECONSUME_LATER' : 'CONSUME_SUCCESS';
    },
    { sendBack: () => Promise.reject(new Error('no broker')) },
  );
  service.deliver(source.delivery(3));
  await watch.until(() => tries.get(0) === 3 && tries.get(2) === 3);
  await turns(2);
  t.is(tries.get(1), 1);
  t.is(source.processQueue.committedOffset, 3);
  service.stop();
});

test('a topic without a listener is sent back, not lost', async (t) => {
  const source = new Source();
  const sentBack: number[] = [];
  const service = serviceOf(() => undefined, {
    listenerFor: () => null,
    sendBack: async ({ queueOffset }) => void sentBack.push(queueOffset),
  });
  service.deliver(source.delivery(2));
  t.true(await service.idle(1000));
  t.deepEqual(sentBack, [0, 1]);
});

test('messages of a queue that is gone reach no handler and are not sent back', async (t) => {
  const source = new Source();
  const seen: number[] = [];
  let fail = (): void => undefined;
  let sentBack = 0;
  const service = serviceOf(
    ({ queueOffset }) => {
      seen.push(queueOffset);
      return new Promise<void>((_, reject) => (fail = (): void => reject(new Error('too late'))));
    },
    { concurrency: 1, sendBack: async () => void (sentBack += 1) },
  );
  service.deliver(source.delivery(5));
  source.held = false;
  fail();
  t.true(await service.idle(1000));
  t.deepEqual(seen, [0]);
  t.is(sentBack, 0);
});

test('a stopped service calls nobody any more', async (t) => {
  const source = new Source();
  const seen: number[] = [];
  let release = (): void => undefined;
  const service = serviceOf(
    ({ queueOffset }) => {
      seen.push(queueOffset);
      return new Promise<void>((resolve) => (release = resolve));
    },
    { concurrency: 1 },
  );
  service.deliver(source.delivery(2));
  service.stop();
  release();
  t.true(await service.idle(1000));
  service.deliver(source.delivery(2));
  t.deepEqual(seen, [0]);
  t.is(source.processQueue.committedOffset, 1);
});
