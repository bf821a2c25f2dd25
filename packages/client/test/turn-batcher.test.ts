import { nodeNet } from '@ledgermq/protocol/net';
import test from 'ava';
import fc from 'fast-check';
import type { MessageQueue } from '../src/message-queue.ts';
import type { PendingSend } from '../src/shipment.ts';
import { TurnBatcher } from '../src/turn-batcher.ts';
import { turns } from './signals.ts';

const QUEUES: readonly MessageQueue[] = [0, 1, 2].map((queueId) => ({
  topic: 'T',
  brokerName: 'broker-a',
  queueId,
}));

interface Sent {
  readonly queue: number;
  readonly bytes: number;
  readonly compressed: boolean;
  readonly queueFixed: boolean;
}

function pendingSend({ bytes, compressed, queueFixed }: Sent, index: number): PendingSend {
  return {
    message: {
      topic: 'T',
      body: Buffer.alloc(bytes),
      properties: '',
      uniqKey: String(index),
      flag: 0,
      sysFlag: compressed ? 1 : 0,
      bornTimestamp: 0,
    },
    queueFixed,
    deadline: 0,
    resolve: () => undefined,
    reject: () => undefined,
  };
}

interface Shipped {
  readonly queue: MessageQueue;
  readonly sends: readonly PendingSend[];
}

test('batches keep the order of each queue, lose nothing and stay within their limits', (t) => {
  const sent = fc.record({
    queue: fc.nat(2),
    bytes: fc.nat(60),
    compressed: fc.boolean(),
    queueFixed: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(sent, { maxLength: 80 }), fc.integer({ min: 1, max: 8 }), (list, maxMessages) => {
      const shipped: Shipped[] = [];
      const limits = { maxMessages, maxBytes: 100 };
      const batcher = new TurnBatcher(limits, nodeNet.clock, (queue, sends) =>
        shipped.push({ queue, sends }),
      );
      for (const [i, one] of list.entries())
        batcher.add(QUEUES[one.queue] ?? QUEUES[0]!, pendingSend(one, i));
      batcher.flush();
      for (const [queueId, queue] of QUEUES.entries()) {
        const keys = shipped.filter((one) => one.queue === queue).flatMap(({ sends }) => sends);
        const expected = list.flatMap((one, i) => (one.queue === queueId ? [String(i)] : []));
        t.deepEqual(
          keys.map(({ message }) => message.uniqKey),
          expected,
        );
      }
      for (const { sends } of shipped) {
        t.true(sends.length >= 1 && sends.length <= maxMessages);
        const bytes = sends.reduce((sum, { message }) => sum + message.body.length, 0);
        t.true(sends.length === 1 || bytes <= 100);
        t.is(new Set(sends.map(({ message, queueFixed }) => `${message.sysFlag} ${queueFixed}`)).size, 1);
      }
    }),
    { seed: 20_260_103 },
  );
});

test('what was added in one turn leaves at its end, once', async (t) => {
  const shipped: Shipped[] = [];
  const limits = { maxMessages: 64, maxBytes: 1000 };
  const batcher = new TurnBatcher(limits, nodeNet.clock, (queue, sends) => shipped.push({ queue, sends }));
  const one = { queue: 0, bytes: 1, compressed: false, queueFixed: false };
  for (let i = 0; i < 3; i += 1) batcher.add(QUEUES[0]!, pendingSend(one, i));
  t.is(shipped.length, 0);
  await turns(2);
  t.deepEqual(
    shipped.map(({ sends }) => sends.length),
    [3],
  );
  batcher.add(QUEUES[0]!, pendingSend(one, 3));
  await turns(2);
  t.deepEqual(
    shipped.map(({ sends }) => sends.length),
    [3, 1],
  );
});
