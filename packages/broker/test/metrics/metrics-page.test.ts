import { readFileSync } from 'node:fs';
import test from 'ava';
import { MetricsPage } from '../../src/metrics/metrics-page.ts';
import { StoreTallies } from '../../src/metrics/store-tallies.ts';
import { startFaultyCluster } from '../faulty-cluster.ts';
import { noFigures } from './no-figures.ts';

const LIST = new URL('../../../../../docs/metrics.md', import.meta.url);

test('the page tells counts, buckets and figures of each replica', async (t) => {
  const storeTallies = new StoreTallies({ monotonic: () => 0 });
  const figures = { ...noFigures, logBytes: 500, setAside: { log: { files: 2, bytes: 30 } } };
  const replica = { brokerName: 'broker-a', storeTallies, storeFigures: () => Promise.resolve(figures) };
  const page = new MetricsPage({ cluster: 'c', nodeId: 'n1', replicas: () => [replica] });
  storeTallies.appendedBytes.add(10);
  storeTallies.appendedBytes.add(5);
  for (const ms of [0.25, 0.3, 9_000]) storeTallies.logSyncMs.observe(ms);
  const labels = 'cluster="c",node_type="broker",node_id="n1",broker_name="broker-a"';
  for (const round of [1, 2]) {
    const lines = (await page.text()).split('\n');
    for (const line of [
      `ledgermq_log_appended_bytes_total{${labels}} 15`,
      `ledgermq_log_sync_milliseconds_bucket{${labels},le="0.25"} 1`,
      `ledgermq_log_sync_milliseconds_bucket{${labels},le="0.5"} 2`,
      `ledgermq_log_sync_milliseconds_bucket{${labels},le="+Inf"} 3`,
      `ledgermq_log_sync_milliseconds_count{${labels}} 3`,
      `ledgermq_log_sync_milliseconds_sum{${labels}} 9000.55`,
      '# TYPE ledgermq_log_sync_milliseconds histogram',
      `rocketmq_storage_size{${labels}} 500`,
      `ledgermq_set_aside_files{${labels},kind="log"} 2`,
    ]) {
      t.true(lines.includes(line), `round ${round}: ${line}`);
    }
  }
});

test('docs/metrics.md lists what is exposed, with its kind, and nothing else', async (t) => {
  const page = new MetricsPage({ cluster: 'c', nodeId: 'n1', replicas: () => [] });
  const exposed = [...(await page.text()).matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(
    ([, name, kind]) => `${name} ${kind}`,
  );
  const listed = [...readFileSync(LIST, 'utf8').matchAll(/^\| `(\S+)` \| (\S+) \|/gm)].map(
    ([, name, kind]) => `${name} ${kind}`,
  );
  t.true(exposed.length > 20);
  t.deepEqual(listed.sort(), exposed.sort());
});

test('a slow disk shows in the lengths of syncs, and the work of a group in all the rest', async (t) => {
  const cluster = await startFaultyCluster(t);
  await cluster.createTopic('T');
  const { live, disk } = await cluster.leader();
  disk.addDelay({ operation: 'sync', pathEnd: '.log', ms: 300 });
  for (let i = 0; i < 3; i += 1) await cluster.send({ topic: 'T', uniqKey: `k${i}` });
  await cluster.pass(2_000);
  const { storeTallies: tallies } = live;
  const at = tallies.logSyncMs.bounds.indexOf(500);
  t.true((tallies.logSyncMs.counts[at] as number) >= 1, JSON.stringify(tallies.logSyncMs.counts));
  t.is(tallies.appendedEntries.value, live.status().lastIndex);
  t.is(tallies.appendedBytes.value, live.logRange().end);
  t.is(tallies.appliedEntries.value, live.status().appliedIndex);
  t.true(tallies.checkpointMs.count >= 1);
  const figures = await live.storeFigures();
  t.is(figures.logBytes, live.logRange().end);
  t.is(figures.applyLagEntries, 0);
  t.true((figures.files['log']?.bytes ?? 0) > live.logRange().end);
  t.true((figures.files['derived']?.files ?? 0) >= 1);
});
