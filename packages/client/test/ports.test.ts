import { nodeNet, TurnFlush, type NetClock, type TimerHandle } from '@ledgermq/protocol/net';
import test from 'ava';
import type { ClientPorts } from '../src/client-ports.ts';
import { createProducer, createPushConsumer } from '../src/ports.ts';
import { startFakeCluster } from './fake-cluster.ts';
import { Watch } from './signals.ts';

/** The wall clock stands; timers are real and counted while they run. */
class CountingClock implements NetClock {
  readonly running: Set<TimerHandle> = new Set();
  made = 0;

  now(): number {
    return 1_700_000_000_000;
  }

  monotonic(): number {
    return nodeNet.clock.monotonic();
  }

  setTimer(ms: number, fn: () => void): TimerHandle {
    const handle = nodeNet.clock.setTimer(ms, () => {
      this.running.delete(handle);
      fn();
    });
    this.running.add(handle);
    this.made += 1;
    return handle;
  }

  clearTimer(handle: TimerHandle): void {
    this.running.delete(handle);
    nodeNet.clock.clearTimer(handle);
  }

  immediate(fn: () => void): void {
    nodeNet.clock.immediate(fn);
  }
}

function portsOf(clock: NetClock, asked: number[]): ClientPorts {
  let instances = 0;
  return {
    net: { network: nodeNet.network, clock, turn: new TurnFlush(clock) },
    clock,
    random: {
      nextInt: (bound) => {
        asked.push(bound);
        return 0;
      },
    },
    process: {
      pid: 7,
      hostName: () => 'host',
      address: () => '10.0.0.1',
      nextInstance: () => (instances += 1),
      namesrvAddr: () => undefined,
      complain: () => undefined,
    },
  };
}

test('the same ports give the same ids and choices, and chance is asked of them', async (t) => {
  const cluster = await startFakeCluster(t, { topics: { Orders: 4 } });
  const runs = [];
  for (let run = 0; run < 2; run += 1) {
    const asked: number[] = [];
    const options = { namesrvAddr: cluster.namesrvAddr, logger: false, batch: false } as const;
    const producer = createProducer('producers', options, portsOf(new CountingClock(), asked));
    const results = [];
    for (let i = 0; i < 5; i += 1) results.push(await producer.send({ topic: 'Orders', body: 'x' }));
    await producer.shutdown();
    runs.push({ asked, sent: results.map(({ msgId, messageQueue }) => [msgId, messageQueue.queueId]) });
  }
  t.deepEqual(runs[0], runs[1]);
  t.deepEqual(runs[0]?.asked, [4]);
  t.deepEqual(
    runs[0]?.sent.map(([, queueId]) => queueId),
    [0, 1, 2, 3, 0],
  );
});

test('every timer comes from the ports, and none is left after the shutdown', async (t) => {
  const cluster = await startFakeCluster(t, { topics: { Orders: 1 } });
  const clock = new CountingClock();
  const ports = portsOf(clock, []);
  const options = { namesrvAddr: cluster.namesrvAddr, logger: false } as const;
  const consumed = new Watch();
  let count = 0;
  const consumer = createPushConsumer('consumers', options, ports);
  consumer.subscribe('Orders', () => {
    count += 1;
    consumed.notice();
  });
  await consumer.start();
  const producer = createProducer('producers', options, ports);
  await Promise.all([
    producer.send({ topic: 'Orders', body: '1' }),
    producer.send({ topic: 'Orders', body: '2' }),
  ]);
  await consumed.until(() => count === 2);
  t.true(clock.running.size > 0);
  await producer.shutdown();
  await consumer.shutdown();
  for (let turn = 0; turn < 10_000 && clock.running.size > 0; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  t.is(clock.running.size, 0);
  t.true(clock.made > 4);
});
