import { DefaultMQProducer, DefaultMQPushConsumer } from '@ledgermq/client';
import { fetchClusterStatus, type LocalCluster } from '@ledgermq/cluster';
import { setTimeout as delay } from 'node:timers/promises';

export interface HeapSample {
  readonly minute: number;
  /** Heap in use after the last collection seen, in MiB, by node. */
  readonly heapMiB: Readonly<Record<string, number>>;
}

const SAMPLE_MS = 5000;
const SENDS_PER_STEP = 20;
const STEP_MS = 10;

/**
 * Loads a cluster with 2,000 messages/s and a consumer, and samples every broker's heap. A sample is the least of those
 * of half a minute, so that garbage not yet collected does not count. `growth` compares the last fifth with the second
 * (the first is start-up).
 */
export async function watchHeap(
  cluster: LocalCluster,
  topic: string,
  minutes: number,
): Promise<{ samples: HeapSample[]; growth: number }> {
  await using producer = new DefaultMQProducer('bench_heap', { namesrvAddr: cluster.namesrvAddr });
  await using consumer = new DefaultMQPushConsumer('bench_heap', { namesrvAddr: cluster.namesrvAddr });
  consumer.subscribe(topic, '*', () => undefined);
  await consumer.start();
  const body = Buffer.alloc(1024, 'x');
  let ended = false;
  const load = (async () => {
    while (!ended) {
      for (let i = 0; i < SENDS_PER_STEP; i++) producer.send({ topic, body }).catch(() => undefined);
      await delay(STEP_MS);
    }
  })();
  const samples: HeapSample[] = [];
  const startedAt = performance.now();
  while (performance.now() - startedAt < minutes * 60_000) {
    const least = new Map<string, number>();
    for (let i = 0; i < 6; i++) {
      await delay(SAMPLE_MS);
      for (const [id, status] of await fetchClusterStatus(cluster.layout)) {
        if (status === null) continue;
        const heapMiB = status.heapUsedBytes / 2 ** 20;
        least.set(id, Math.min(least.get(id) ?? Infinity, heapMiB));
      }
    }
    const minute = Math.round((performance.now() - startedAt) / 6000) / 10;
    samples.push({ minute, heapMiB: Object.fromEntries(least) });
    const shown = [...least].map(([id, mib]) => `${id} ${mib.toFixed(1)} MiB`).join('  ');
    console.log(`${minute.toFixed(1).padStart(5)} min  ${shown}`);
  }
  ended = true;
  await load;
  return { samples, growth: growthOf(samples) };
}

function growthOf(samples: readonly HeapSample[]): number {
  const fifth = Math.max(1, Math.floor(samples.length / 5));
  const mean = (part: readonly HeapSample[], id: string): number =>
    part.reduce((sum, sample) => sum + (sample.heapMiB[id] ?? 0), 0) / part.length;
  const ids = Object.keys(samples[0]?.heapMiB ?? {});
  return Math.max(
    0,
    ...ids.map((id) => mean(samples.slice(-fifth), id) / mean(samples.slice(fifth, 2 * fifth), id)),
  );
}
