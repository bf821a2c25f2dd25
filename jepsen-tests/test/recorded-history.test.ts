import { checkHistory, describeVerdict, HistoryRecorder, writeHistoryFile } from '@ledgermq/checker';
import { DefaultMQProducer } from '@ledgermq/client';
import type { LocalCluster } from '@ledgermq/cluster';
import test from 'ava';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ChaosWorkload } from '../src/chaos-workload.ts';
import { drainEveryReplica } from '../src/replica-drain.ts';
import { masterOf, startTestCluster, waitForMasters, waitUntil } from '../src/test-cluster.ts';

const BROKER = 'broker-a';
const TOPIC = 'Recorded';
const SEED = 20_261_121;
const QUEUES = [0, 1].map((queueId) => ({ brokerName: BROKER, topic: TOPIC, queueId }));
/** Sends acknowledged between two faults. */
const STEP = 200;

/** How long a master is left alone with what it cannot replicate. */
const LONE_MS = 400;

/** Faults of a group, each with its marks in the history. */
class Faults {
  readonly #cluster: LocalCluster;
  readonly #recorder: HistoryRecorder;

  constructor(cluster: LocalCluster, recorder: HistoryRecorder) {
    this.#cluster = cluster;
    this.#recorder = recorder;
  }

  /** SIGKILL to the master; `meanwhile` runs without it. */
  async killMaster(meanwhile: () => Promise<void>): Promise<void> {
    const master = await masterOf(this.#cluster, BROKER);
    await this.#kill(master);
    await meanwhile();
    await this.#start(master);
  }

  /** SIGSTOP to the master until another one works: it awakes believing that it still is. */
  async pauseMaster(meanwhile: () => Promise<void>): Promise<void> {
    const master = await masterOf(this.#cluster, BROKER);
    this.#pause(master);
    try {
      await waitUntil(async () => {
        const other = await masterOf(this.#cluster, BROKER).catch(() => master);
        return other !== master;
      }, `another node than ${master} is master`);
      await meanwhile();
    } finally {
      this.#cluster.node(master).signal('SIGCONT');
      this.#recorder.mark('nemesis', 'resume', null, { node: master });
    }
  }

  /**
   * The followers are stopped, so that the master has its log to itself; then all are killed, and what its peers had
   * not read is gone with their sockets. Only they come back at first: nothing that it alone held may have been
   * acknowledged, and it must give that up when it returns.
   */
  async loneMaster(meanwhile: () => Promise<void>): Promise<void> {
    await waitForMasters(this.#cluster);
    const master = await masterOf(this.#cluster, BROKER);
    const nodes = this.#cluster.layout.nodes.map(({ id }) => id);
    const followers = nodes.filter((id) => id !== master);
    for (const id of followers) this.#pause(id);
    await delay(LONE_MS);
    await Promise.all(nodes.map((id) => this.#kill(id)));
    await Promise.all(followers.map((id) => this.#start(id)));
    await waitForMasters(this.#cluster);
    await meanwhile();
    await this.#start(master);
  }

  #pause(id: string): void {
    this.#recorder.mark('nemesis', 'pause', null, { node: id });
    this.#cluster.node(id).signal('SIGSTOP');
  }

  async #kill(id: string): Promise<void> {
    this.#recorder.mark('nemesis', 'kill', null, { node: id });
    await this.#cluster.killNode(id);
  }

  async #start(id: string): Promise<void> {
    this.#recorder.mark('nemesis', 'start', null, { node: id });
    await this.#cluster.startNode(id);
  }
}

test('what clients see over killed and stopped masters is the history of one log', async (t) => {
  const cluster = await startTestCluster({ groups: 1 });
  t.teardown(() => cluster.stop());
  await using admin = new DefaultMQProducer('recorded_admin', { namesrvAddr: cluster.namesrvAddr });
  await admin.createTopic(TOPIC, QUEUES.length);
  const died: string[] = [];
  cluster.onUnexpectedExit((name, code, signal) => died.push(`${name}: ${code ?? signal ?? ''}`));
  const recorder = new HistoryRecorder({ clock: () => performance.now() * 1e6 });
  t.teardown(async () => {
    if (t.passed) return;
    const file = join(mkdtempSync(join(tmpdir(), 'ledgermq-history-')), 'history.ndjson');
    await writeHistoryFile(file, recorder.records);
    t.log(`the history is in ${file}`);
  });
  const workload = new ChaosWorkload({ cluster, recorder, queues: QUEUES, seed: SEED });
  t.log(`seed ${SEED}`);
  const progress = (count: number): Promise<void> => {
    const goal = workload.stored + count;
    return waitUntil(() => workload.stored >= goal, `${count} more sends are acknowledged`);
  };
  const faults = new Faults(cluster, recorder);
  const work = (): Promise<void> => progress(STEP);
  workload.start();
  try {
    await work();
    await faults.killMaster(work);
    await work();
    await faults.pauseMaster(work);
    await work();
    await faults.loneMaster(work);
    await work();
    await faults.pauseMaster(work);
    await work();
  } finally {
    await workload.stop();
  }
  await waitForMasters(cluster);
  const drained = await drainEveryReplica(cluster, QUEUES, recorder);
  t.is(new Set(drained).size, 3, 'every replica was read');

  const clock = { monotonic: () => performance.now() };
  const verdict = checkHistory(recorder.records, { search: { clock, timeoutMs: 20_000 } });
  const text = describeVerdict(verdict);
  t.log(text);
  t.true(verdict.valid, text);
  t.is(verdict.log.queues.length, QUEUES.length);
  for (const queue of verdict.log.queues) {
    t.is(queue.replicas, 3);
    t.true(queue.acknowledged > STEP && queue.overlapping > STEP, 'there was something to check');
  }
  t.is(verdict.models.length, 1);
  t.deepEqual(died, [], 'no node ended by itself');
});
