import test from 'ava';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDerivedStateConfig } from '../src/derived-config.ts';
import { openDerivedState } from '../src/derived-state.ts';
import type { DerivedState } from '../src/derived-state.ts';
import { MemoryLevel } from '../src/memory-level.ts';
import { NodeDisk } from '../src/node-disk.ts';
import { StateDb, nodeLevel } from '../src/state-db.ts';
import { appendUnit, readUnits, tinyLimits, unitAt } from './derived-fixture.ts';

function open(directory: string): Promise<DerivedState> {
  return openDerivedState(
    { disk: new NodeDisk(), level: nodeLevel, immediate: setImmediate },
    directory,
    tinyLimits,
  );
}

test('a real disk and LevelDB give back the last checkpoint and nothing after it', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'ledgermq-state-'));
  t.teardown(() => {
    rmSync(root, { recursive: true });
  });
  const directory = join(root, 'derived');
  const state = await open(directory);
  const key = Buffer.from('0123456789ABCDEF0123456789ABCDEF');
  for (let offset = 0; offset < 400; offset += 1) appendUnit(state.queueIndex, 3, unitAt(3, offset));
  state.uniqKeys.insert(1, key, 0, 32, 3, 44, 55, 66);
  const binary = Buffer.from([0, 255, 128]);
  const puts = [
    { key: binary, value: binary },
    { key: 'topic/é', value: 'config' },
    { key: '', value: '' },
  ];
  await state.checkpoint({ appliedIndex: 41, puts, deletes: [] });
  await state.checkpoint({ appliedIndex: 42, puts: [{ key: 'a', value: 'b' }], deletes: ['a', ''] });
  for (let offset = 400; offset < 900; offset += 1) appendUnit(state.queueIndex, 3, unitAt(3, offset));
  await state.close();

  const reopened = await open(directory);
  t.is(reopened.appliedIndex, 42);
  const expected = Array.from({ length: 400 }, (_, offset) => unitAt(3, offset));
  t.deepEqual(readUnits(reopened.queueIndex, 3, 0), expected);
  const handle = reopened.uniqKeys.find(1, key, 0, 32);
  t.is(reopened.uniqKeys.queueOffset(handle), 44);
  const entries = reopened
    .takeEntries()
    .map((entry) => [entry.key.toString('hex'), entry.value.toString('hex')]);
  t.deepEqual(entries, [
    ['00ff80', '00ff80'],
    ['61', '62'],
    [Buffer.from('topic/é').toString('hex'), Buffer.from('config').toString('hex')],
  ]);
  await reopened.close();

  const blocks = join(directory, '1', 'queue-index.dat');
  const bytes = readFileSync(blocks);
  bytes[4096 + 100] = (bytes[4096 + 100] as number) ^ 1;
  writeFileSync(blocks, bytes);
  const damaged = await open(directory);
  t.throws(() => readUnits(damaged.queueIndex, 3, 0), { code: 'INDEX_CORRUPT' });
  await damaged.close();
  rmSync(blocks);
  await t.throwsAsync(open(directory), { code: 'INDEX_CORRUPT' });
});

test('a database that fails to open or commit answers STATE_DB_FAILED with the cause', async (t) => {
  const level = new MemoryLevel();
  const cut = level.connect();
  level.crash({ nextInt: () => 0 });
  const failure = await t.throwsAsync(StateDb.open(cut), { code: 'STATE_DB_FAILED' });
  t.true(failure.cause instanceof Error);
  const stateDb = await StateDb.open(level.connect());
  t.deepEqual(await stateDb.load(), {
    mark: null,
    queuePages: [],
    queueBlocks: [],
    queueTails: null,
    entries: [],
  });
  level.failNextBatch();
  const uniqKeys = { head: 0, tail: 0, newestTimestamp: 0, fileCapacity: 32 };
  const batch = {
    mark: { appliedIndex: 1, uniqKeys },
    indexPuts: [],
    indexDeletes: [],
    puts: [],
    deletes: [],
  };
  await t.throwsAsync(stateDb.commit(batch), { code: 'STATE_DB_FAILED' });
  t.is((await stateDb.load()).mark, null);
  await stateDb.commit(batch);
  t.deepEqual((await stateDb.load()).mark, batch.mark);
});

test('every fault of a config is named at once', (t) => {
  const error = t.throws(
    () =>
      parseDerivedStateConfig({
        queueCountMax: 0,
        uniqKeyCountMax: 'many',
        colour: 1,
        queueDirtyBytesMax: 2 ** 25,
      }),
    { code: 'CONFIG_INVALID' },
  );
  for (const name of ['queueCountMax', 'uniqKeyCountMax', 'colour', 'queueCacheBytesMax']) {
    t.true(error.message.includes(name), name);
  }
  t.throws(() => parseDerivedStateConfig([]), { code: 'CONFIG_INVALID' });
  t.is(parseDerivedStateConfig({}).uniqKeyCountMax, 1_048_576);
});
