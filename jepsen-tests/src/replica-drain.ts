import type { FinalLog, HistoryRecorder } from '@ledgermq/checker';
import type { LocalCluster } from '@ledgermq/cluster';
import { decodePullResponseHeader, ResponseCode } from '@ledgermq/protocol';
import { connect, CONNECTION_DEFAULTS } from '@ledgermq/protocol/net';
import { pullRequest, queueName, type QueueAddress } from './queue-requests.ts';
import { placedIds } from './recorded-client.ts';
import { masterOf, waitForCatchUp, waitForMasters } from './test-cluster.ts';

/**
 * Records what each replica of a group of three holds of its queues, by making each of them master in turn and reading
 * everything from it. The first master A is killed, and its successor B is drained; then B is killed and A started:
 * only C knows the entry with which B began its term, so C is elected, whatever the timing.
 */
export async function drainEveryReplica(
  cluster: LocalCluster,
  queues: readonly QueueAddress[],
  recorder: HistoryRecorder,
): Promise<readonly string[]> {
  const brokerName = queues[0]?.brokerName ?? '';
  await waitForMasters(cluster);
  await waitForCatchUp(cluster);
  const drained: string[] = [];
  let down: string | null = null;
  for (let round = 0; round < cluster.layout.nodes.length; round++) {
    if (round > 0) {
      const victim = drained.at(-1) ?? '';
      await cluster.killNode(victim);
      if (down !== null) await cluster.startNode(down);
      down = victim;
      await waitForMasters(cluster);
    }
    const master = await masterOf(cluster, brokerName);
    for (const queue of queues) recorder.finalLog(await drain(cluster, master, queue));
    drained.push(master);
  }
  return drained;
}

/** Everything that a master holds of a queue. */
async function drain(cluster: LocalCluster, node: string, queue: QueueAddress): Promise<FinalLog> {
  const group = cluster.layout.groups.find(({ brokerName }) => brokerName === queue.brokerName);
  const address = group?.members.find(({ id }) => id === node)?.listenAddress ?? '';
  const [host = '', port = ''] = address.split(':');
  const quiet = { onFrames() {}, onClose() {} };
  const connection = await connect(host, Number(port), CONNECTION_DEFAULTS, quiet, 2000);
  const entries: [number, string][] = [];
  let logStart = 0;
  try {
    for (let from = 0; ;) {
      const response = await connection.request(pullRequest(queue, from), 5000);
      const { minOffset, maxOffset, nextBeginOffset } = decodePullResponseHeader(response.extFields);
      logStart = minOffset;
      if (from >= maxOffset) break;
      if (response.code === ResponseCode.SUCCESS) entries.push(...placedIds(response.body));
      else if (response.code !== ResponseCode.PULL_RETRY_IMMEDIATELY && from >= minOffset)
        throw new Error(`${node} answers ${response.code} to a pull from ${from}: ${response.remark ?? ''}`);
      from = nextBeginOffset;
    }
  } finally {
    connection.close();
  }
  return { node, queue: queueName(queue), logStart, entries };
}
