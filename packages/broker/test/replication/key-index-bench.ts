import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashKeyOfTopic, hashTopic, KeyIndex, NodeDisk } from '@ledgermq/store';
import { visitKeys } from '../../src/replication/entry-keys.ts';
import { EntryChain } from '../machine/entry-chain.ts';

/*
 * What the key index costs: processor time per message while indexing, and per query. Prints JSON.
 *
 *   node dist/test/replication/key-index-bench.js [messages]
 */

const MESSAGES_PER_ENTRY = 32;
const BODY = 'x'.repeat(1024);
const messages = Number(process.argv[2] ?? 500_000);
const chain = new EntryChain();
const ids = Array.from({ length: 4_096 }, (_, i) => i);
for (let i = 0; i < ids.length; i += MESSAGES_PER_ENTRY) {
  chain.data(
    ids.slice(i, i + MESSAGES_PER_ENTRY).map((id) => ({
      topic: 'orders-of-the-shop',
      uniqKey: `7F00000100002A9F18B4AAC2${String(id).padStart(8, '0')}`,
      tags: 'TagA',
      body: BODY,
      properties: { KEYS: `order-${id}`, CLUSTER: 'DefaultCluster', WAIT: 'true' },
    })),
  );
}

const directory = mkdtempSync(join(tmpdir(), 'key-index-'));
try {
  const index = KeyIndex.begin(new NodeDisk(), directory, {}, { index: 0, hash: 0 }, 'doubtful');
  let keys = 0;
  let done = 0;
  let base = 0;
  const began = process.cpuUsage();
  let longest = 0;
  while (done < messages) {
    const sliceBegan = performance.now();
    for (const entry of chain.entries) {
      visitKeys(entry, (hash, address, storeTimestamp) => {
        // Other keys each time round.
        index.add((hash + Math.imul(done, 0x9e3779b1)) >>> 0, base + address, storeTimestamp);
        keys += 1;
      });
    }
    done += ids.length;
    base += chain.end;
    longest = Math.max(longest, performance.now() - sliceBegan);
  }
  const used = process.cpuUsage(began);
  const indexMs = (used.user + used.system) / 1000;
  const checkpointBegan = performance.now();
  await index.checkpoint();
  const checkpointMs = performance.now() - checkpointBegan;
  const topic = Buffer.from('orders-of-the-shop');
  const queries = 2_000;
  const queryBegan = performance.now();
  let found = 0;
  for (let i = 0; i < queries; i += 1) {
    const key = Buffer.from(`order-${i}`);
    const hash = hashKeyOfTopic(hashTopic(topic, 0, topic.length), key, 0, key.length);
    found += index.query({ hash, begin: 0, end: 1e15, countMax: 64, startAddress: 0 }, () => true).length;
  }
  const queryMs = performance.now() - queryBegan;
  await index.close();
  const openBegan = performance.now();
  const again = KeyIndex.open(new NodeDisk(), directory);
  const openMs = performance.now() - openBegan;
  await again?.close();
  const round = (value: number): number => Math.round(value * 1000) / 1000;
  process.stdout.write(
    `${JSON.stringify({
      messages: done,
      keysPerMessage: keys / done,
      microsecondsPerMessage: round((indexMs * 1000) / done),
      longestSliceOfMessages: { messages: ids.length, ms: round(longest) },
      checkpointMs: round(checkpointMs),
      queries: { count: queries, found, microsecondsEach: round((queryMs * 1000) / queries) },
      openMs: round(openMs),
      bytesPerKey: 20,
      fileSystem: statfsSync(directory).type,
    })}\n`,
  );
} finally {
  rmSync(directory, { recursive: true });
}
