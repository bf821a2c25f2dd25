import { readFileSync } from 'node:fs';
import test from 'ava';
import { SocketNode } from '../socket-node.ts';

const LIST = new URL('../../../../../docs/metrics.md', import.meta.url);
const SCRAPES = 50;
/** Folders of a replica, with what is in them. */
const FOLDERS_MAX = 30;

interface Scrape {
  readonly contentType: string;
  readonly text: string;
  /** Sum of the samples of a name. */
  readonly value: (name: string) => number;
}

async function scrape(node: SocketNode): Promise<Scrape> {
  const response = await fetch(`http://127.0.0.1:${node.adminPort}/metrics`);
  const text = await response.text();
  const value = (name: string): number => {
    const samples = text.split('\n').filter((line) => line.startsWith(`${name}{`));
    return samples.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  };
  return { contentType: response.headers.get('content-type') ?? '', text, value };
}

test('Prometheus gets every documented figure of each group over HTTP', async (t) => {
  const node = await SocketNode.start(t);
  await node.sendStored('first');
  const { contentType, text } = await scrape(node);
  t.is(contentType, 'text/plain; version=0.0.4; charset=utf-8');
  const listed = [...readFileSync(LIST, 'utf8').matchAll(/^\| `(\S+)` \| (\S+) \|/gm)];
  t.true(listed.length > 20);
  for (const [, name = '', kind = ''] of listed) {
    t.true(text.includes(`# TYPE ${name} ${kind}\n`), name);
    const sample = new RegExp(
      `^${name}${kind === 'histogram' ? '_count' : ''}\\{[^}]*broker_name="broker-a"[^}]*\\} \\d`,
      'm',
    );
    t.regex(text, sample, name);
  }
});

test('the figures move with what clients do', async (t) => {
  const node = await SocketNode.start(t);
  await node.sendStored('first');
  const before = await scrape(node);
  const startedAt = performance.now();
  for (let i = 0; i < 10; i += 1) t.is((await node.send(`m${i}`, 'blue')).code, 0);
  const sent = await scrape(node);
  for (const name of [
    'ledgermq_log_appended_bytes_total',
    'ledgermq_log_appended_entries_total',
    'ledgermq_log_append_milliseconds_count',
    'ledgermq_log_sync_milliseconds_count',
    'ledgermq_applied_entries_total',
    'ledgermq_apply_milliseconds_count',
    'rocketmq_storage_size',
  ]) {
    t.true(sent.value(name) > before.value(name), name);
  }
  t.true(
    sent.value('ledgermq_log_sync_milliseconds_sum') <=
      performance.now() - startedAt + before.value('ledgermq_log_sync_milliseconds_sum'),
  );
  const hits = sent.value('ledgermq_tail_cache_hits_total');
  t.is((await node.pullAll()).length, 11);
  const pulled = await scrape(node);
  t.true(pulled.value('ledgermq_tail_cache_hits_total') > hits);
  const query = {
    topic: 'T',
    key: 'blue',
    maxNum: '64',
    beginTimestamp: '0',
    endTimestamp: '9223372036854775807',
  };
  t.is((await node.ask(12, query)).code, 0);
  const queried = await scrape(node);
  t.true(queried.value('ledgermq_tail_cache_hits_total') > pulled.value('ledgermq_tail_cache_hits_total'));
  t.is(queried.value('ledgermq_key_index_lag_entries'), 0);
});

test('many scrapes at once look at the files once', async (t) => {
  const node = await SocketNode.start(t);
  let looks = 0;
  const look = node.disk.listSizes.bind(node.disk);
  node.disk.listSizes = (directory, countMax) => {
    looks += 1;
    return look(directory, countMax);
  };
  const pages = await Promise.all(Array.from({ length: SCRAPES }, () => scrape(node)));
  t.true(pages.every(({ value }) => value('ledgermq_store_files') > 0));
  t.true(looks > 0 && looks <= FOLDERS_MAX, `${looks} looks`);
});
