import { DefaultMQProducer } from '@ledgermq/client';
import { fetchClusterStatus, findLeader, layoutOnFreePorts, LocalCluster } from '@ledgermq/cluster';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export const TOPIC = 'Bench';
export const QUEUES_PER_BROKER = 4;

/** A cluster of real processes with the topic of the benchmark on every group. */
export async function startBenchCluster(
  parentDir: string,
  flushDiskType: 'SYNC_FLUSH' | 'ASYNC_FLUSH',
  groups: number,
  broker: Readonly<Record<string, unknown>> = {},
  nodes: number = 3,
  nodeArguments: readonly string[] = [],
): Promise<LocalCluster> {
  const dataDir = mkdtempSync(join(parentDir, 'cluster-'));
  const layout = await layoutOnFreePorts({ nodes, groups, dataDir });
  const cluster = new LocalCluster({
    layout,
    dataDir,
    ephemeral: true,
    flushDiskType,
    logLevel: 'warn',
    broker,
    nodeArguments,
  });
  await cluster.start();
  for (;;) {
    const statuses = await fetchClusterStatus(layout);
    if (layout.groups.every(({ brokerName }) => findLeader(statuses, brokerName) !== null)) break;
    await delay(50);
  }
  await using producer = new DefaultMQProducer('bench_admin', { namesrvAddr: cluster.namesrvAddr });
  await producer.createTopic(TOPIC, QUEUES_PER_BROKER);
  return cluster;
}
