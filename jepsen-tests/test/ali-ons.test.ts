import { DefaultMQProducer } from '@ledgermq/client';
import test from 'ava';
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { masterOf, startTestCluster, waitUntil } from '../src/test-cluster.ts';

const COUNT = 1000;
const TOPIC = 'AliOns';

interface Report {
  readonly type: 'sent' | 'failed' | 'received';
  readonly number: number;
  readonly error?: string;
}

test('ali-ons produces and consumes 1,000 messages over the loss of a master without a failed send', async (t) => {
  const cluster = await startTestCluster();
  t.teardown(() => cluster.stop());
  await using admin = new DefaultMQProducer('ali_ons_admin', { namesrvAddr: cluster.namesrvAddr });
  await admin.createTopic(TOPIC, 4);

  const sent = new Set<number>();
  const received = new Set<number>();
  const failed: string[] = [];
  const program = fileURLToPath(new URL('../src/ali-ons-program.js', import.meta.url));
  const child = fork(program, [cluster.namesrvAddr, TOPIC, String(COUNT)]);
  t.teardown(() => child.kill('SIGKILL'));
  child.on('message', (report: Report) => {
    if (report.type === 'sent') sent.add(report.number);
    else if (report.type === 'received') received.add(report.number);
    else failed.push(`${report.number}: ${report.error ?? ''}`);
  });

  await waitUntil(() => sent.size + failed.length >= COUNT / 3, 'a third is sent', 60_000);
  const victim = await masterOf(cluster, 'broker-a');
  await cluster.killNode(victim);
  await waitUntil(() => sent.size + failed.length >= (2 * COUNT) / 3, 'two thirds are sent', 60_000);
  await cluster.startNode(victim);
  await waitUntil(() => sent.size + failed.length === COUNT, 'everything is sent', 60_000);
  t.deepEqual(failed, []);
  await waitUntil(() => received.size === COUNT, 'everything sent is received', 90_000);
  t.is(sent.size, COUNT);
});
