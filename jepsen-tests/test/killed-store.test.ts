import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { verifyFolder } from '@ledgermq/broker';
import { DefaultMQProducer, MQError } from '@ledgermq/client';
import test from 'ava';
import { startTestCluster, waitForCatchUp } from '../src/test-cluster.ts';

const KILLS = 8;
const SEED = 20_261;
const LOAD_MS_MAX = 600;

/** What `ledgermq store verify` calls damage in the data directory of a node that does not run. */
async function damagesIn(directory: string): Promise<string[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'ledgermq-killed-'));
  const found: string[] = [];
  try {
    await verifyFolder({
      directory,
      scratch,
      repair: false,
      clock: { immediate: (fn) => void setImmediate(fn) },
      onReplica: () => undefined,
      onProgress: () => undefined,
      onReport: (_replica, { findings }) => {
        for (const { kind, part, text } of findings) if (kind === 'damage') found.push(`${part}: ${text}`);
      },
    });
  } finally {
    rmSync(scratch, { recursive: true });
  }
  return found;
}

test('SIGKILL at any moment under load leaves nothing that a verification calls damage', async (t) => {
  t.timeout(240_000);
  const cluster = await startTestCluster({
    groups: 1,
    broker: { store: { segmentBytes: 262_144, snapshots: { intervalBytes: 524_288 } } },
  });
  t.teardown(() => cluster.stop());
  await using producer = new DefaultMQProducer('killed_store', { namesrvAddr: cluster.namesrvAddr });
  await producer.createTopic('Killed', 4);
  let loading = true;
  let acknowledged = 0;
  const load = async (): Promise<void> => {
    for (let number = 0; loading; number += 1) {
      try {
        await producer.send({ topic: 'Killed', body: `${number} `.repeat(100) });
        acknowledged += 1;
      } catch (error) {
        if (!(error instanceof MQError)) throw error;
      }
    }
  };
  const loads = Array.from({ length: 16 }, load);
  let draw = SEED;
  for (let kill = 0; kill < KILLS; kill += 1) {
    draw = (Math.imul(draw, 1_664_525) + 1_013_904_223) >>> 0;
    await delay(50 + (draw % LOAD_MS_MAX));
    const { id, dataDir } = cluster.layout.nodes[kill % cluster.layout.nodes.length] ?? {
      id: '',
      dataDir: '',
    };
    await cluster.killNode(id);
    t.deepEqual(await damagesIn(dataDir), [], `kill ${kill} of ${id}`);
    await cluster.startNode(id);
    await waitForCatchUp(cluster);
  }
  loading = false;
  await Promise.all(loads);
  t.true(acknowledged > KILLS * 10, `only ${acknowledged} messages were acknowledged`);
});
