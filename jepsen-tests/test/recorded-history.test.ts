import { checkHistory, describeVerdict, HistoryRecorder, writeHistoryFile } from '@ledgermq/checker';
import { DefaultMQProducer } from '@ledgermq/client';
import type { LocalCluster } from '@ledgermq/cluster';
import test from 'ava';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChaosWorkload } from '../src/chaos-workload.ts';
import { drainEveryReplica } from '../src/replica-drain.ts';
import { masterOf, startTestCluster, waitForMasters, waitUntil } from '../src/test-cluster.ts';

const BROKER = 'broker-a';
const TOPIC = 'Recorded';
const SEED = 20_261_121;
const QUEUES = [0, 1].map((queueId) => ({ brokerName: BROKER, topic: TOPIC, queueId }));
/** Sends acknowledged between two faults. */
const STEP = 200;

/** The group has a master other than this node. */
async function waitForOtherMaster(cluster: LocalCluster, former: string): Promise<void> {
  await waitUntil(async () => {
    const master = await masterOf(cluster, BROKER).catch(() => former);
    return master !== former;
  }, `another node than ${former} is master`);
}

test('what clients see over killed and stopped masters is the history of one log', async (t) => {
  const cluster = await startTestCluster({ groups: 1 });
  t.teardown(() => cluster.stop());
  await using admin = new DefaultMQProducer('recorded_admin', { namesrvAddr: cluster.namesrvAddr });
  await admin.createTopic(TOPIC, QUEUES.length);
  const recorder = new HistoryRecorder({ clock: () => performance.now() * 1e6 });
  const workload = new ChaosWorkload({ cluster, recorder, queues: QUEUES, seed: SEED });
  t.log(`seed ${SEED}`);
  const progress = (count: number): Promise<void> => {
    const goal = workload.stored + count;
    return waitUntil(() => workload.stored >= goal, `${count} more sends are acknowledged`);
  };
  workload.start();
  try {
    for (let round = 0; round < 2; round++) {
      await progress(STEP);
      const killed = await masterOf(cluster, BROKER);
      recorder.mark('nemesis', 'kill', killed, { node: killed });
      await cluster.killNode(killed);
      await progress(STEP);
      recorder.mark('nemesis', 'start', killed, { node: killed });
      await cluster.startNode(killed);
      const stopped = await masterOf(cluster, BROKER);
      recorder.mark('nemesis', 'pause', stopped, { node: stopped });
      cluster.node(stopped).signal('SIGSTOP');
      try {
        await waitForOtherMaster(cluster, stopped);
        await progress(STEP);
      } finally {
        cluster.node(stopped).signal('SIGCONT');
        recorder.mark('nemesis', 'resume', stopped, { node: stopped });
      }
    }
    await progress(STEP);
  } finally {
    await workload.stop();
  }
  await waitForMasters(cluster);
  const drained = await drainEveryReplica(cluster, QUEUES, recorder);
  t.is(new Set(drained).size, 3, 'every replica was read');

  const clock = { monotonic: () => performance.now() };
  const verdict = checkHistory(recorder.records, { search: { clock, timeoutMs: 20_000 } });
  const text = describeVerdict(verdict);
  if (!verdict.valid) {
    const file = join(mkdtempSync(join(tmpdir(), 'ledgermq-history-')), 'history.ndjson');
    await writeHistoryFile(file, recorder.records);
    t.log(`the history is in ${file}`);
  }
  t.log(text);
  t.true(verdict.valid, text);
  t.is(verdict.log.queues.length, QUEUES.length);
  for (const queue of verdict.log.queues) {
    t.is(queue.replicas, 3);
    t.true(queue.acknowledged > STEP && queue.overlapping > STEP, 'there was something to check');
  }
  t.is(verdict.models.length, 1);
});
