import { fetchClusterStatus, findLeader, layoutOnFreePorts, LocalCluster } from '@ledgermq/cluster';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface TestClusterOptions {
  readonly nodes?: number;
  readonly groups?: number;
  readonly namesrvs?: number;
  readonly flushDiskType?: 'SYNC_FLUSH' | 'ASYNC_FLUSH';
  readonly broker?: Readonly<Record<string, unknown>>;
}

const HEALTHY_TIMEOUT_MS = 30_000;

/** A cluster of real processes on free ports in a temporary folder, with every group's master elected. */
export async function startTestCluster(options: TestClusterOptions = {}): Promise<LocalCluster> {
  const { nodes = 3, groups = 3, namesrvs = 1, flushDiskType = 'SYNC_FLUSH', broker = {} } = options;
  const dataDir = mkdtempSync(join(tmpdir(), 'ledgermq-test-'));
  const layout = await layoutOnFreePorts({ nodes, groups, namesrvs, dataDir });
  const cluster = new LocalCluster({ layout, dataDir, ephemeral: true, flushDiskType, broker });
  await cluster.start();
  await waitForMasters(cluster);
  return cluster;
}

/** Resolves when every group has a master. */
export async function waitForMasters(cluster: LocalCluster): Promise<void> {
  await waitUntil(async () => {
    const statuses = await fetchClusterStatus(cluster.layout);
    return cluster.layout.groups.every(({ brokerName }) => findLeader(statuses, brokerName) !== null);
  }, 'every group has a master');
}

/** Resolves when every node answers and has applied all that the group has committed. */
export async function waitForCatchUp(cluster: LocalCluster): Promise<void> {
  await waitUntil(async () => {
    const statuses = [...(await fetchClusterStatus(cluster.layout)).values()];
    return cluster.layout.groups.every(({ brokerName }) => {
      const replicas = statuses.map((status) =>
        status?.groups.find((group) => group.brokerName === brokerName),
      );
      const commit = Math.max(...replicas.map((replica) => replica?.commitIndex ?? 0));
      return replicas.every((replica) => replica !== undefined && replica.appliedIndex >= commit);
    });
  }, 'every replica has caught up');
}

/** The node that is master of a group now. */
export async function masterOf(cluster: LocalCluster, brokerName: string): Promise<string> {
  const leader = findLeader(await fetchClusterStatus(cluster.layout), brokerName);
  if (leader === null) throw new Error(`${brokerName} has no master`);
  return leader;
}

/** Polls a condition of other processes; these tests watch real time because the processes do. */
export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  what: string,
  timeoutMs: number = HEALTHY_TIMEOUT_MS,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline)
      throw new Error(`it did not come true within ${timeoutMs} ms that ${what}`);
    await delay(25);
  }
}
