import test from 'ava';
import fc from 'fast-check';
import { openDerivedState } from '../src/derived-state.ts';
import type { DerivedState } from '../src/derived-state.ts';
import { MemoryDisk } from '../src/memory-disk.ts';
import { MemoryLevel } from '../src/memory-level.ts';
import { QueueUnits } from '../src/queue-units.ts';
import { DIRECTORY, FOLDER, appendUnit, readUnits, tinyLimits, unitAt } from './derived-fixture.ts';

interface Opened {
  readonly disk: MemoryDisk;
  readonly level: MemoryLevel;
  readonly state: DerivedState;
}

async function open(settings: typeof tinyLimits = tinyLimits): Promise<Opened> {
  const disk = new MemoryDisk();
  const level = new MemoryLevel();
  const ports = { disk, level: () => level.connect(), immediate: queueMicrotask };
  return { disk, level, state: await openDerivedState(ports, DIRECTORY, settings) };
}

test('units come back as they were appended, at the limits of every field', async (t) => {
  const { state } = await open();
  const units = [
    { address: 0, size: 0, tagsCode: 0, storeTimestamp: 0 },
    { address: Number.MAX_SAFE_INTEGER, size: 2 ** 32 - 1, tagsCode: -(2 ** 31), storeTimestamp: 2 ** 32 },
    { address: 2 ** 32 - 1, size: 91, tagsCode: 2 ** 31 - 1, storeTimestamp: Number.MAX_SAFE_INTEGER },
  ];
  for (const unit of units) appendUnit(state.queueIndex, 5, unit);
  t.deepEqual(readUnits(state.queueIndex, 5, 0), units);
  t.is(state.queueIndex.queueCount, 6);
});

test('a refused append changes nothing', async (t) => {
  const { state } = await open();
  const { queueIndex } = state;
  appendUnit(queueIndex, 0, unitAt(0, 0));
  const refused: readonly (readonly [number, number, number, number, number, string])[] = [
    [0, 0, 1, 1, 1, 'INDEX_RANGE'],
    [0, 2, 1, 1, 1, 'INDEX_RANGE'],
    [0, 1, -1, 1, 1, 'INDEX_RANGE'],
    [0, 1, 2 ** 53, 1, 1, 'INDEX_RANGE'],
    [0, 1, 1.5, 1, 1, 'INDEX_RANGE'],
    [0, 1, 1, 2 ** 32, 1, 'INDEX_RANGE'],
    [0, 1, 1, 1, Number.NaN, 'INDEX_RANGE'],
    [1000, 0, 1, 1, 1, 'LIMIT_EXCEEDED'],
    [-1, 0, 1, 1, 1, 'INDEX_RANGE'],
  ];
  for (const [queueNumber, offset, address, size, time, code] of refused) {
    t.throws(() => queueIndex.append(queueNumber, offset, address, size, 0, time), { code });
  }
  t.deepEqual(readUnits(queueIndex, 0, 0), [unitAt(0, 0)]);
  t.is(queueIndex.queueCount, 1);
});

test('a read stops at the ends of the queue, of the target and of the count', async (t) => {
  const { state } = await open();
  const { queueIndex } = state;
  for (let offset = 0; offset < 600; offset += 1) appendUnit(queueIndex, 1, unitAt(1, offset));
  queueIndex.setMinOffset(1, 300);
  const target = new QueueUnits(64);
  const counts: readonly (readonly [number, number, number])[] = [
    [300, 10, 10],
    [300, 1000, 64],
    [590, 64, 10],
    [600, 5, 0],
    [700, 5, 0],
    [299, 5, 0],
    [-1, 5, 0],
    [400, 0, 0],
    [400, -3, 0],
  ];
  for (const [from, count, expected] of counts) t.is(queueIndex.read(1, from, count, target), expected);
  t.is(queueIndex.read(2, 0, 5, target), 0);
  t.throws(() => queueIndex.setMinOffset(1, 601), { code: 'INDEX_RANGE' });
  queueIndex.setMinOffset(1, 10);
  t.is(queueIndex.minOffset(1), 300);
});

test('findByTime answers the rule exactly for stamps that do not step back, equal ones included', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(2), { maxLength: 700 }),
      fc.nat(100),
      fc.array(fc.nat(1500), { minLength: 1, maxLength: 20 }),
      async (steps, skipped, times) => {
        const { state } = await open();
        let time = 5;
        const stamps = steps.map((step) => (time += step));
        stamps.forEach((stamp, offset) => {
          appendUnit(state.queueIndex, 0, unitAt(0, offset, stamp));
        });
        const min = Math.min(skipped, stamps.length);
        state.queueIndex.setMinOffset(0, min);
        for (const wanted of [...times, ...stamps.slice(0, 3)]) {
          const held = stamps.map((stamp, offset) => ({ stamp, offset })).slice(min);
          const lower = held.find(({ stamp }) => stamp >= wanted)?.offset ?? stamps.length;
          const upper = held.findLast(({ stamp }) => stamp <= wanted)?.offset ?? min;
          t.is(state.queueIndex.findByTime(0, wanted, 'LOWER'), lower);
          t.is(state.queueIndex.findByTime(0, wanted, 'UPPER'), upper);
        }
      },
    ),
    { seed: 4_062, numRuns: 40 },
  );
});

test('findByTime answers a boundary when stamps step back', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(30), { minLength: 1, maxLength: 60 }),
      fc.nat(32),
      async (stamps, wanted) => {
        const { state } = await open();
        stamps.forEach((stamp, offset) => {
          appendUnit(state.queueIndex, 0, unitAt(0, offset, stamp));
        });
        const lower = state.queueIndex.findByTime(0, wanted, 'LOWER');
        t.true(lower === stamps.length || (stamps[lower] as number) >= wanted);
        t.true(lower === 0 || (stamps[lower - 1] as number) < wanted);
        const upper = state.queueIndex.findByTime(0, wanted, 'UPPER');
        t.true(upper === 0 || (stamps[upper] as number) <= wanted);
        t.true(upper === stamps.length - 1 || (stamps[upper + 1] as number) > wanted || upper === 0);
      },
    ),
    { seed: 4_063, numRuns: 60 },
  );
});

test('findByAddress finds where a log that starts later leaves a queue', async (t) => {
  const { state } = await open();
  for (let offset = 0; offset < 500; offset += 1) appendUnit(state.queueIndex, 0, unitAt(0, offset));
  t.is(state.queueIndex.findByAddress(0, 0), 0);
  t.is(state.queueIndex.findByAddress(0, 300_000), 300);
  t.is(state.queueIndex.findByAddress(0, 300_001), 301);
  t.is(state.queueIndex.findByAddress(0, 2 ** 40), 500);
});

test('changed memory demands a checkpoint at its limit and never exceeds twice that', async (t) => {
  const { state } = await open();
  const { queueIndex } = state;
  const limit = tinyLimits.queueDirtyBytesMax ?? 0;
  let demandedAt = -1;
  for (let number = 0; number < 5000; number += 1) {
    const queueNumber = number % 50;
    appendUnit(queueIndex, queueNumber, unitAt(queueNumber, Math.floor(number / 50)));
    if (queueIndex.needsCheckpoint && demandedAt < 0) demandedAt = queueIndex.dirtyBytes;
    t.true(queueIndex.dirtyBytes <= limit * 2);
  }
  t.is(demandedAt, limit);
  appendUnit(queueIndex, 0, unitAt(0, 100));
  await state.checkpoint({ appliedIndex: 1, puts: [], deletes: [] });
  t.false(queueIndex.needsCheckpoint);
  // The last pages are still filling up; those that nothing is added to are written by the next checkpoint.
  t.true(queueIndex.dirtyBytes > 0);
  await state.checkpoint({ appliedIndex: 2, puts: [], deletes: [] });
  t.is(queueIndex.dirtyBytes, 0);
  for (let queueNumber = 0; queueNumber < 50; queueNumber += 1) {
    const length = queueNumber === 0 ? 101 : 100;
    const expected = Array.from({ length }, (_, offset) => unitAt(queueNumber, offset));
    t.deepEqual(readUnits(queueIndex, queueNumber, 0), expected);
  }
});

test('what queues get little by little is written to its own place once it fills a page, or stays as it is', async (t) => {
  const settings = { ...tinyLimits, queueCacheBytesMax: 4096 * 384, queueDirtyBytesMax: 1024 * 384 };
  const opened = await open(settings);
  const { disk, level } = opened;
  let { state } = opened;
  const ports = { disk, level: () => level.connect(), immediate: queueMicrotask };
  const queues = 200;
  const inPlace = (): number => disk.contentOf(`${FOLDER}/queue-index.dat`).length;
  const empty = inPlace();
  let appliedIndex = 0;
  const checkpoint = async (): Promise<void> => {
    appliedIndex += 1;
    await state.checkpoint({ appliedIndex, puts: [], deletes: [] });
  };
  for (let round = 0; round < 15; round += 1) {
    for (let queue = 0; queue < queues; queue += 1) appendUnit(state.queueIndex, queue, unitAt(queue, round));
    await checkpoint();
    t.is(inPlace(), empty);
    if (round % 4 > 0) continue;
    await state.close();
    state = await openDerivedState(ports, DIRECTORY, settings);
    for (let queue = 0; queue < queues; queue += 1) {
      const expected = Array.from({ length: round + 1 }, (_, offset) => unitAt(queue, offset));
      t.deepEqual(readUnits(state.queueIndex, queue, 0), expected);
    }
  }
  appendUnit(state.queueIndex, 7, unitAt(7, 15));
  await checkpoint();
  t.true(inPlace() > empty, 'a full page, and the others because nothing was added to them');
  await state.close();
  state = await openDerivedState(ports, DIRECTORY, settings);
  t.is(state.queueIndex.dirtyBytes, 0);
  for (let queue = 0; queue < queues; queue += 1) {
    state.queueIndex.verify(queue);
    const expected = Array.from({ length: queue === 7 ? 16 : 15 }, (_, offset) => unitAt(queue, offset));
    t.deepEqual(readUnits(state.queueIndex, queue, 0), expected);
  }
});

test('twenty thousand queues stay within the cache and little beside it, and come back', async (t) => {
  const cacheBytes = 4 * 1024 * 1024;
  const settings = {
    queueCountMax: 20_000,
    queueCacheBytesMax: cacheBytes,
    queueDirtyBytesMax: cacheBytes / 4,
    uniqKeyCountMax: 16,
  };
  const { disk, level, state } = await open(settings);
  const before = process.memoryUsage().arrayBuffers;
  for (let round = 0; round < 3; round += 1) {
    for (let queueNumber = 0; queueNumber < 20_000; queueNumber += 1) {
      appendUnit(state.queueIndex, queueNumber, unitAt(queueNumber, round));
    }
    t.true(state.queueIndex.cachedBytes <= cacheBytes + 1024 * 384);
  }
  await state.checkpoint({ appliedIndex: 1, puts: [], deletes: [] });
  // The memory disk itself holds a sparse file of 20,000 blocks; what is left is the index.
  const records = level.dump();
  t.is(records.filter(([key]) => key.startsWith('71')).length, Math.ceil(20_000 / 64));
  t.true(records.reduce((sum, [, value]) => sum + value.length / 2, 0) < 20_000 * 30);
  t.true(process.memoryUsage().arrayBuffers - before < 20_000 * 6144 * 6);
  await state.close();
  const ports = { disk, level: () => level.connect(), immediate: queueMicrotask };
  const reopened = await openDerivedState(ports, DIRECTORY, settings);
  for (let queueNumber = 0; queueNumber < 20_000; queueNumber += 97) {
    const expected = [0, 1, 2].map((offset) => unitAt(queueNumber, offset));
    t.deepEqual(readUnits(reopened.queueIndex, queueNumber, 0), expected);
  }
});
