import { DefaultMQProducer, DefaultMQPushConsumer } from '@ledgermq/client';
import { setTimeout as delay } from 'node:timers/promises';
import { Latencies, type LatencySummary } from './latencies.ts';
import type { LoadResult } from './load.ts';

export interface SendLoad {
  readonly namesrvAddr: string;
  readonly topic: string;
  readonly inFlight: number;
  readonly bodyBytes: number;
  readonly warmupMs: number;
  readonly durationMs: number;
  /** One message per frame, or the sends of a turn to one queue in one frame. */
  readonly batch: boolean;
}

/** Keeps `inFlight` sends of one producer open and counts acknowledgements after the warm-up. */
export async function runSendLoad(load: SendLoad): Promise<LoadResult> {
  await using producer = new DefaultMQProducer('bench_producer', {
    namesrvAddr: load.namesrvAddr,
    batch: load.batch,
  });
  await producer.start();
  const body = Buffer.alloc(load.bodyBytes, 'x');
  const latencies = new Latencies();
  let acknowledged = 0;
  let failed = 0;
  let measuring = false;
  let ended = false;
  const sender = async (): Promise<void> => {
    while (!ended) {
      const sentAt = performance.now();
      try {
        await producer.send({ topic: load.topic, body });
        if (!measuring || ended) continue;
        acknowledged++;
        latencies.add(performance.now() - sentAt);
      } catch {
        failed++;
      }
    }
  };
  const senders = Array.from({ length: load.inFlight }, sender);
  await delay(load.warmupMs);
  measuring = true;
  const startedAt = performance.now();
  await delay(load.durationMs);
  const seconds = (performance.now() - startedAt) / 1000;
  ended = true;
  const result = {
    messagesPerSecond: acknowledged / seconds,
    acknowledged,
    failed,
    latency: latencies.summary(),
  };
  await Promise.all(senders);
  return result;
}

/** Stores `count` messages as fast as it goes. */
export async function preload(
  namesrvAddr: string,
  topic: string,
  count: number,
  bodyBytes: number,
): Promise<void> {
  await using producer = new DefaultMQProducer('bench_preload', { namesrvAddr });
  const body = Buffer.alloc(bodyBytes, 'x');
  let left = count;
  const sender = async (): Promise<void> => {
    while (left > 0) {
      left--;
      await producer.send({ topic, body });
    }
  };
  await Promise.all(Array.from({ length: 512 }, sender));
}

/** One consumer reads `count` stored messages; returns messages per second from the first to the last. */
export async function runTailRead(namesrvAddr: string, topic: string, count: number): Promise<number> {
  await using consumer = new DefaultMQPushConsumer(`bench_tail_${Date.now()}`, {
    namesrvAddr,
    consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
    consumeMessageBatchMaxSize: 32,
    pullBatchSize: 128,
    pullThresholdForQueue: 4000,
  });
  let received = 0;
  let firstAt = 0;
  const seconds = new Promise<number>((resolve) => {
    consumer.subscribe(topic, '*').registerMessageListener((messages) => {
      if (received === 0) firstAt = performance.now();
      received += messages.length;
      if (received >= count) resolve((performance.now() - firstAt) / 1000);
    });
  });
  await consumer.start();
  return count / (await seconds);
}

/** Sends at a steady rate; latency from before the send to the listener, both on this process's clock. */
export async function runEndToEnd(
  namesrvAddr: string,
  topic: string,
  rate: number,
  durationMs: number,
): Promise<LatencySummary> {
  await using producer = new DefaultMQProducer('bench_latency', { namesrvAddr });
  await using consumer = new DefaultMQPushConsumer(`bench_latency_${Date.now()}`, {
    namesrvAddr,
    consumeFromWhere: 'CONSUME_FROM_LAST_OFFSET',
  });
  const latencies = new Latencies();
  let measuring = false;
  consumer.subscribe(topic, '*', (message) => {
    if (measuring) latencies.add(performance.now() - message.body.readDoubleBE(0));
  });
  await consumer.start();
  const send = (): void => {
    const body = Buffer.alloc(1024, 'x');
    body.writeDoubleBE(performance.now(), 0);
    producer.send({ topic, body }).catch(() => undefined);
  };
  const startedAt = performance.now();
  let sent = 0;
  while (performance.now() - startedAt < durationMs + 3000) {
    const elapsed = performance.now() - startedAt;
    // The first seconds start connections, rebalance and compile; they are not what is asked about.
    measuring = elapsed > 3000;
    for (const due = (elapsed / 1000) * rate; sent < due; sent++) send();
    await delay(1);
  }
  await delay(500);
  return latencies.summary();
}
