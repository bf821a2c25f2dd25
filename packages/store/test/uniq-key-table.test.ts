import test from 'ava';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { openDerivedState } from '../src/derived-state.ts';
import type { DerivedState } from '../src/derived-state.ts';
import { MemoryDisk } from '../src/memory-disk.ts';
import { MemoryLevel } from '../src/memory-level.ts';
import { readKey } from '../src/uniq-key-entry.ts';
import { UniqKeyTable } from '../src/uniq-key-table.ts';
import { DIRECTORY, tinyLimits } from './derived-fixture.ts';

function openTable(windowCountMax: number, windowMs: number, hashSeed: number): UniqKeyTable {
  const disk = new MemoryDisk();
  disk.mkdir(DIRECTORY);
  return UniqKeyTable.open(disk, DIRECTORY, { windowCountMax, windowMs, hashSeed }, null);
}

/** The table's file holds twice the window; these tests never crash, so every window counts as durable. */
function insert(table: UniqKeyTable, topicNumber: number, text: string, offset: number, time: number): void {
  if (table.mustWait) table.committed(table.snapshotDirty());
  const bytes = Buffer.from(text);
  table.insert(topicNumber, bytes, 0, bytes.length, 7, offset, offset * 1000, time);
}

function find(table: UniqKeyTable, topicNumber: number, text: string): number | null {
  const bytes = Buffer.from(`xx${text}yy`);
  const handle = table.find(topicNumber, bytes, 2, bytes.length - 4);
  return handle < 0 ? null : table.queueOffset(handle);
}

function hexKey(number: number): string {
  return number.toString(16).toUpperCase().padStart(8, '0').padStart(32, 'A1');
}

test('the window is the rule word by word, whatever the hash seed', (t) => {
  const step = fc.record({ topic: fc.nat(1), key: fc.nat(40), time: fc.nat(400) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), fc.integer({ min: 16, max: 32 }), (steps, countMax) => {
      const tables = [openTable(countMax, 150, 1), openTable(countMax, 150, 0xffff_ffff)];
      let window: { topic: number; key: number; time: number; offset: number }[] = [];
      steps.forEach(({ topic, key, time }, offset) => {
        for (const table of tables) insert(table, topic, hexKey(key), offset, time);
        const age = (): number =>
          [...window.map((entry) => entry.time), time].reduce(
            (sum, at, index, all) => sum + Math.max(0, at - (all[index - 1] ?? at)),
            0,
          );
        while (window.length > 0 && (window.length >= countMax || age() > 150)) window = window.slice(1);
        window.push({ topic, key, time, offset });
        for (const table of tables) {
          t.is(table.size, window.length);
          const known = window.findLast((entry) => entry.topic === topic && entry.key === (key + 3) % 41);
          t.is(find(table, topic, hexKey((key + 3) % 41)), known?.offset ?? null);
        }
      });
      for (let key = 0; key <= 40; key += 1) {
        const known = window.findLast((entry) => entry.topic === 0 && entry.key === key);
        for (const table of tables) t.is(find(table, 0, hexKey(key)), known?.offset ?? null);
      }
    }),
    { seed: 1_048_576, numRuns: 60 },
  );
});

test('a master whose clock is an hour ahead, and the next one whose clock is not, forget nothing', (t) => {
  const table = openTable(1_000, 600_000, 1);
  const hour = 3_600_000;
  insert(table, 1, hexKey(1), 1, hour);
  insert(table, 1, hexKey(2), 2, 2 * hour);
  t.is(find(table, 1, hexKey(1)), 1);
  insert(table, 1, hexKey(3), 3, hour + 10);
  insert(table, 1, hexKey(4), 4, hour + 20);
  for (const number of [1, 2, 3, 4]) t.is(find(table, 1, hexKey(number)), number);
});

test('what is older than the window by a clock that runs is forgotten', (t) => {
  const table = openTable(10_000, 600_000, 1);
  for (let second = 0; second <= 600; second += 1) {
    insert(table, 1, hexKey(second), second, 1_000_000 + second * 1_000);
  }
  t.is(find(table, 1, hexKey(0)), 0);
  insert(table, 1, hexKey(601), 601, 1_000_000 + 601_000);
  t.is(find(table, 1, hexKey(0)), null);
  t.is(find(table, 1, hexKey(1)), 1);
});

test('a window larger than its pieces, and around the ring, shows nothing of them', (t) => {
  const table = openTable(20_000, 1_000_000, 5);
  for (let number = 0; number < 20_000; number += 1)
    insert(table, number % 5, hexKey(number), number, number);
  t.is(table.size, 20_000);
  for (let number = 0; number < 20_000; number += 1) {
    t.is(find(table, number % 5, hexKey(number)), number);
    t.is(find(table, (number + 1) % 5, hexKey(number)), null);
  }
  for (let number = 20_000; number < 50_000; number += 1)
    insert(table, number % 5, hexKey(number), number, number);
  for (let number = 0; number < 50_000; number += 1) {
    t.is(find(table, number % 5, hexKey(number)), number < 30_000 ? null : number);
  }
});

test('a key of 32 upper-case hex digits stands for itself, any other for its MD5', (t) => {
  const words = (text: string): string => {
    const key = new Uint32Array(4);
    const bytes = Buffer.from(`-${text}-`);
    readKey(bytes, 1, bytes.length - 2, key);
    return [...key].map((word) => word.toString(16).padStart(8, '0')).join('');
  };
  const exact = '7F00000100B018B4AAC2FFFF0123FEDC';
  t.is(words(exact), exact.toLowerCase());
  for (const other of [
    exact.toLowerCase(),
    exact.slice(1),
    `${exact}0`,
    exact.replace('C', 'G'),
    '',
    'é'.repeat(16),
  ]) {
    t.is(words(other), createHash('md5').update(other).digest('hex'));
  }
});

test('numbers out of range are refused and nothing is remembered', (t) => {
  const table = openTable(16, 1000, 1);
  const key = Buffer.from(hexKey(1));
  const wrong: readonly (readonly [number, number, number, number, number])[] = [
    [-1, 0, 0, 0, 0],
    [2 ** 32, 0, 0, 0, 0],
    [0, 0.5, 0, 0, 0],
    [0, 0, -1, 0, 0],
    [0, 0, 0, 2 ** 53, 0],
    [0, 0, 0, 0, Number.NaN],
  ];
  for (const [topic, queue, offset, address, time] of wrong) {
    t.throws(() => table.insert(topic, key, 0, 32, queue, offset, address, time), { code: 'INDEX_RANGE' });
  }
  t.is(table.size, 0);
});

test('the demand, the stop and the refusal come in this order, and a checkpoint lifts them', async (t) => {
  const disk = new MemoryDisk();
  const level = new MemoryLevel();
  const ports = { disk, level: () => level.connect(), immediate: queueMicrotask };
  const state: DerivedState = await openDerivedState(ports, DIRECTORY, tinyLimits);
  const key = Buffer.alloc(32);
  const put = (number: number): void => {
    key.write(hexKey(number), 'latin1');
    state.uniqKeys.insert(1, key, 0, 32, 1, number, number, 1);
  };
  const events: string[] = [];
  for (let number = 0; number < 128; number += 1) {
    put(number);
    if (state.needsCheckpoint && !events.includes('needs')) events.push('needs', String(number + 1));
    if (state.mustWait && !events.includes('wait')) events.push('wait', String(number + 1));
  }
  t.deepEqual(events, ['needs', '96', 'wait', '112']);
  t.throws(
    () => {
      put(128);
    },
    { code: 'LIMIT_EXCEEDED' },
  );
  await state.checkpoint({ appliedIndex: 1, puts: [], deletes: [] });
  t.false(state.mustWait);
  t.false(state.needsCheckpoint);
  put(128);
  t.is(state.uniqKeys.size, 64);
});

test('a full disk does not stop inserts, and what waited is written when there is room', (t) => {
  const disk = new MemoryDisk();
  disk.mkdir(DIRECTORY);
  const config = { windowCountMax: 20_000, windowMs: 1_000_000, hashSeed: 1 };
  const table = UniqKeyTable.open(disk, DIRECTORY, config, null);
  disk.addFault({ operation: 'write', code: 'DISK_FULL', bytesWritten: 100, times: 2 });
  for (let number = 0; number < 2_500; number += 1) insert(table, 1, hexKey(number), number, number);
  for (let number = 2_500; number < 5_000; number += 1) insert(table, 1, hexKey(number), number, number);
  disk.addFault({ operation: 'write', code: 'DISK_FULL' });
  t.throws(() => table.snapshotDirty(), { code: 'DISK_FULL' }, 'a checkpoint has to know');
  const mark = table.snapshotDirty();
  const again = UniqKeyTable.open(disk, DIRECTORY, config, mark);
  for (let number = 0; number < 5_000; number += 1) t.is(find(again, 1, hexKey(number)), number);
  disk.addFault({ operation: 'write', code: 'DISK_FAILED' });
  t.throws(
    () => {
      for (let number = 5_000; number < 7_000; number += 1) insert(table, 1, hexKey(number), number, number);
    },
    { code: 'DISK_FAILED' },
  );
});
