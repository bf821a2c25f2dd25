import test from 'ava';
import { join } from 'node:path/posix';
import type { DerivedState } from '../src/derived-state.ts';
import { StoreError } from '../src/errors.ts';
import type { CrashMode } from '../src/unsynced-changes.ts';
import {
  FOLDER,
  DerivedWorld,
  appendUnit,
  randomFrom,
  readUnits,
  tinyLimits,
  unitAt,
} from './derived-fixture.ts';

const modes: readonly CrashMode[] = ['kill', 'lose', 'tear', 'reorder'];

function appendMany(state: DerivedState, queueNumber: number, count: number): void {
  for (let done = 0; done < count; done += 1) {
    appendUnit(state.queueIndex, queueNumber, unitAt(queueNumber, state.queueIndex.nextOffset(queueNumber)));
  }
}

function expected(queueNumber: number, from: number, to: number): ReturnType<typeof unitAt>[] {
  return Array.from({ length: to - from }, (_, index) => unitAt(queueNumber, from + index));
}

function insertKey(state: DerivedState, name: string, storeTimestamp: number): void {
  const bytes = Buffer.from(name);
  state.uniqKeys.insert(1, bytes, 0, bytes.length, 2, 3, 4, storeTimestamp);
}

function findKey(state: DerivedState, name: string): number {
  const bytes = Buffer.from(name);
  return state.uniqKeys.find(1, bytes, 0, bytes.length);
}

/** A world with one durable checkpoint at 10: queue 0 has 300 units, queue 1 has 5. */
async function checkpointed(): Promise<{ world: DerivedWorld; state: DerivedState }> {
  const world = new DerivedWorld();
  const state = await world.open();
  appendMany(state, 0, 300);
  appendMany(state, 1, 5);
  insertKey(state, 'first', 100);
  const puts = [
    { key: 'topic', value: 'old' },
    { key: Buffer.from('gone'), value: Buffer.from('x') },
  ];
  await world.settle(state.checkpoint({ appliedIndex: 10, puts, deletes: [] }));
  return { world, state };
}

/** Begin the checkpoint at 20, and go on applying at once. */
function beginSecond(state: DerivedState): Promise<void> {
  appendMany(state, 0, 250);
  appendMany(state, 3, 600);
  state.queueIndex.setMinOffset(0, 280);
  state.queueIndex.dropQueue(1);
  insertKey(state, 'second', 200);
  const puts = [{ key: 'topic', value: 'new' }];
  const running = state.checkpoint({ appliedIndex: 20, puts, deletes: ['gone'] });
  running.catch(() => undefined);
  appendMany(state, 3, 500);
  appendMany(state, 4, 700);
  state.queueIndex.setMinOffset(3, 1000);
  for (let number = 0; number < 60; number += 1) insertKey(state, `later-${number}`, 300);
  return running;
}

async function crashAfter(
  steps: number,
  mode: CrashMode,
): Promise<{ done: boolean; reopened: DerivedState }> {
  const { world, state } = await checkpointed();
  void beginSecond(state);
  const taken = await world.step(steps);
  await world.crash(mode, randomFrom(steps * 31 + 5));
  return { done: taken < steps, reopened: await world.open() };
}

for (const mode of modes) {
  test(`a crash (${mode}) between any two steps leaves the old or the new checkpoint, whole`, async (t) => {
    const seen = new Set<number>();
    for (let steps = 0; ; steps += 1) {
      const { done, reopened } = await crashAfter(steps, mode);
      const entries = reopened.takeEntries().map(({ key, value }) => `${key.toString()}=${value.toString()}`);
      seen.add(reopened.appliedIndex);
      if (reopened.appliedIndex === 10) {
        t.deepEqual(readUnits(reopened.queueIndex, 0, 0), expected(0, 0, 300));
        t.deepEqual(readUnits(reopened.queueIndex, 1, 0), expected(1, 0, 5));
        t.is(reopened.queueIndex.queueCount, 2);
        t.deepEqual(entries, ['gone=x', 'topic=old']);
        t.is(findKey(reopened, 'second'), -1);
      } else {
        t.is(reopened.appliedIndex, 20);
        t.is(reopened.queueIndex.minOffset(0), 280);
        t.deepEqual(readUnits(reopened.queueIndex, 0, 280), expected(0, 280, 550));
        t.is(reopened.queueIndex.nextOffset(1), 0);
        t.is(reopened.queueIndex.minOffset(3), 0);
        t.deepEqual(readUnits(reopened.queueIndex, 3, 0), expected(3, 0, 600));
        t.is(reopened.queueIndex.nextOffset(4), 0);
        t.deepEqual(entries, ['topic=new']);
        t.true(findKey(reopened, 'second') >= 0);
      }
      t.true(findKey(reopened, 'first') >= 0);
      t.is(findKey(reopened, 'later-0'), -1);
      if (done) break;
    }
    t.deepEqual([...seen].sort(), [10, 20]);
  });
}

test('units that retention drops while their checkpoint is being written are found after a crash', async (t) => {
  const world = new DerivedWorld();
  const state = await world.open();
  appendMany(state, 0, 30);
  appendMany(state, 1, 30);
  appendMany(state, 2, 300);
  const running = state.checkpoint({ appliedIndex: 5, puts: [], deletes: [] });
  state.queueIndex.dropQueue(1);
  state.queueIndex.setMinOffset(2, 300);
  appendMany(state, 1, 700);
  await world.settle(running);
  await world.crash('lose', randomFrom(1));
  const reopened = await world.open();
  t.is(reopened.appliedIndex, 5);
  t.deepEqual(readUnits(reopened.queueIndex, 1, 0), expected(1, 0, 30));
  t.deepEqual(readUnits(reopened.queueIndex, 2, 0), expected(2, 0, 300));
});

test('a freed block is not written again before a checkpoint without it is durable', async (t) => {
  const world = new DerivedWorld();
  const state = await world.open();
  appendMany(state, 0, 512);
  await world.settle(state.checkpoint({ appliedIndex: 1, puts: [], deletes: [] }));
  state.queueIndex.setMinOffset(0, 512);
  appendMany(state, 1, 512);
  world.level.failNextBatch();
  const failed = state.checkpoint({ appliedIndex: 2, puts: [], deletes: [] });
  await t.throwsAsync(world.settle(failed), { code: 'STATE_DB_FAILED' });
  await world.crash('kill', randomFrom(1));
  const reopened = await world.open();
  t.deepEqual(readUnits(reopened.queueIndex, 0, 0), expected(0, 0, 512));
});

test('freed blocks are used again, so the file does not grow without end', async (t) => {
  const world = new DerivedWorld();
  const state = await world.open();
  for (let round = 1; round <= 20; round += 1) {
    appendMany(state, 0, 1024);
    state.queueIndex.setMinOffset(0, state.queueIndex.nextOffset(0));
    await world.settle(state.checkpoint({ appliedIndex: round, puts: [], deletes: [] }));
  }
  const bytes = world.disk.contentOf(join(FOLDER, 'queue-index.dat')).length;
  t.true(bytes < 4096 + 12 * 6144, `${bytes} bytes for at most 8 live blocks`);
  const blocks = world.level.dump().filter(([key]) => key.startsWith('62'));
  t.is(blocks.length, 0);
});

test('a checkpoint is refused while one runs and when it would go back', async (t) => {
  const { world, state } = await checkpointed();
  await t.throwsAsync(state.checkpoint({ appliedIndex: 9, puts: [], deletes: [] }), { code: 'INDEX_RANGE' });
  const running = state.checkpoint({ appliedIndex: 11, puts: [], deletes: [] });
  t.true(state.checkpointRunning);
  await t.throwsAsync(state.checkpoint({ appliedIndex: 12, puts: [], deletes: [] }), {
    code: 'LIMIT_EXCEEDED',
  });
  await world.settle(running);
  t.is(state.appliedIndex, 11);
  t.false(state.checkpointRunning);
});

for (const [operation, pathEnd] of [
  ['sync', 'queue-index.dat'],
  ['sync', '.dat'],
  ['write', 'queue-index.dat'],
  ['write', 'uniq-keys-128.dat'],
] as const) {
  test(`a failed ${operation} of ${pathEnd} ends checkpoints for good and keeps the last one`, async (t) => {
    const { world, state } = await checkpointed();
    const before = world.level.dump();
    appendMany(state, 0, 10);
    insertKey(state, 'other', 100);
    world.disk.addFault({ operation, pathEnd, code: 'DISK_FAILED' });
    const failed = state.checkpoint({
      appliedIndex: 20,
      puts: [{ key: 'topic', value: 'new' }],
      deletes: [],
    });
    await t.throwsAsync(world.settle(failed), { code: 'DISK_FAILED' });
    const later = state.checkpoint({ appliedIndex: 21, puts: [], deletes: [] });
    await t.throwsAsync(world.settle(later), { code: 'STORAGE_FAILED' });
    t.is(state.appliedIndex, 10);
    t.deepEqual(world.level.dump(), before);
  });
}

test('close waits for the running checkpoint, and the directory can be opened again', async (t) => {
  const { world, state } = await checkpointed();
  appendMany(state, 1, 20);
  const running = state.checkpoint({ appliedIndex: 12, puts: [], deletes: [] });
  await t.throwsAsync(world.open(), { code: 'DIRECTORY_LOCKED' });
  await world.settle(state.close());
  await running;
  await state.close();
  await t.throwsAsync(state.checkpoint({ appliedIndex: 13, puts: [], deletes: [] }), {
    code: 'STORAGE_FAILED',
  });
  const reopened = await world.open();
  t.is(reopened.appliedIndex, 12);
  t.is(reopened.queueIndex.nextOffset(1), 25);
});

const damages: readonly (readonly [string, (world: DerivedWorld) => Promise<void>])[] = [
  ['missing block file', (world) => world.settle(world.disk.remove(join(FOLDER, 'queue-index.dat')))],
  ['missing ring file', (world) => world.settle(world.disk.remove(join(FOLDER, 'uniq-keys-128.dat')))],
  ['short block file', (world) => truncate(world, 'queue-index.dat', 4096 + 6144 + 10)],
  ['short ring file', (world) => truncate(world, 'uniq-keys-128.dat', 64 + 51)],
  ['bad block header', (world) => flip(world, 'queue-index.dat', 9)],
  ['bad ring header', (world) => flip(world, 'uniq-keys-128.dat', 13)],
  ['changed key entry', (world) => flip(world, 'uniq-keys-128.dat', 64 + 20)],
  ['changed mark', (world) => tamper(world, '6d', 5)],
  ['missing mark', (world) => tamper(world, '6d', null)],
  ['changed queue record', (world) => tamper(world, '71', 9)],
  ['missing queue record', (world) => tamper(world, '71', null)],
  ['missing block record', (world) => tamper(world, '62', null)],
  ['block record of another file place', (world) => tamper(world, '62', 1)],
];

function truncate(world: DerivedWorld, name: string, size: number): Promise<void> {
  world.disk.open(join(FOLDER, name), 'read-write').truncateNow(size);
  return Promise.resolve();
}

function flip(world: DerivedWorld, name: string, at: number): Promise<void> {
  const path = join(FOLDER, name);
  world.disk.corrupt(path, at, Buffer.from([(world.disk.contentOf(path)[at] as number) ^ 0x10]));
  return Promise.resolve();
}

/** Flip a bit of the first record with a key prefix, or remove it. */
function tamper(world: DerivedWorld, prefix: string, at: number | null): Promise<void> {
  const [key, value] = world.level.dump().find(([name]) => name.startsWith(prefix)) as [string, string];
  const bytes = Buffer.from(value, 'hex');
  if (at !== null) bytes[at] = (bytes[at] as number) ^ 0x10;
  world.level.tamper(Buffer.from(key, 'hex'), at === null ? null : bytes);
  return Promise.resolve();
}

for (const [name, damage] of damages) {
  test(`${name}: opening fails with INDEX_CORRUPT and leaves nothing open`, async (t) => {
    const { world, state } = await checkpointed();
    await world.settle(state.close());
    await damage(world);
    await t.throwsAsync(world.open(), { instanceOf: StoreError, code: 'INDEX_CORRUPT' });
    const again = await t.throwsAsync(world.open(), { instanceOf: StoreError });
    t.not(again.code, 'DIRECTORY_LOCKED');
  });
}

test('a changed unit is noticed when its block is read or added to', async (t) => {
  for (const at of [4096 + 24 * 17, 4096 + 6144 + 24 * 3 + 5]) {
    const { world, state } = await checkpointed();
    await world.settle(state.close());
    await flip(world, 'queue-index.dat', at);
    const { queueIndex } = await world.open();
    t.throws(() => readUnits(queueIndex, 0, 0), { code: 'INDEX_CORRUPT' });
    t.throws(() => queueIndex.verify(0), { code: 'INDEX_CORRUPT' });
    t.deepEqual(readUnits(queueIndex, 1, 0), expected(1, 0, 5));
    if (at > 4096 + 6144)
      t.throws(() => appendUnit(queueIndex, 0, unitAt(0, 300)), { code: 'INDEX_CORRUPT' });
  }
});

test('the age of the window outlives a restart', async (t) => {
  const world = new DerivedWorld();
  const state = await world.open();
  for (const [name, time] of [
    ['a', 1_000],
    ['b', 1_500],
    ['c', 900],
    ['d', 1_300],
  ] as const) {
    insertKey(state, name, time);
  }
  t.is(state.uniqKeys.size, 4);
  await world.settle(state.checkpoint({ appliedIndex: 1, puts: [], deletes: [] }));
  await world.crash('lose', randomFrom(3));
  const reopened = await world.open();
  insertKey(reopened, 'e', 1_400);
  t.is(reopened.uniqKeys.size, 5);
  insertKey(reopened, 'f', 1_401);
  t.is(reopened.uniqKeys.size, 5);
  t.true(findKey(reopened, 'a') < 0);
});

test('a window of another size takes over what fits and moves to its own file', async (t) => {
  for (const uniqKeyCountMax of [16, 40, 200]) {
    const world = new DerivedWorld();
    const state = await world.open();
    for (let number = 0; number < 60; number += 1) insertKey(state, `key-${number}`, 10);
    await world.settle(state.checkpoint({ appliedIndex: 1, puts: [], deletes: [] }));
    await world.settle(state.close());
    const settings = { ...tinyLimits, uniqKeyCountMax };
    const resized = await world.open(settings);
    const kept = Math.min(60, uniqKeyCountMax);
    t.is(resized.uniqKeys.size, kept);
    await world.settle(resized.checkpoint({ appliedIndex: 2, puts: [], deletes: [] }));
    await world.crash('lose', randomFrom(4));
    const reopened = await world.open(settings);
    t.is(reopened.uniqKeys.size, kept);
    for (let number = 0; number < 60; number += 1)
      t.is(findKey(reopened, `key-${number}`) >= 0, number >= 60 - kept);
    t.deepEqual(world.disk.list(FOLDER), [
      'queue-index.dat',
      'queue-tails-0.dat',
      'queue-tails-1.dat',
      `uniq-keys-${uniqKeyCountMax * 2}.dat`,
    ]);
  }
});

for (const mode of modes) {
  test(`a crash (${mode}) within a checkpoint leaves the pages that the one before carried`, async (t) => {
    for (let steps = 0, done = false; !done; steps += 1) {
      const world = new DerivedWorld();
      const state = await world.open();
      for (const appliedIndex of [1, 2, 3]) {
        appendUnit(state.queueIndex, 1, unitAt(1, appliedIndex - 1));
        await world.settle(state.checkpoint({ appliedIndex, puts: [], deletes: [] }));
      }
      appendUnit(state.queueIndex, 1, unitAt(1, 3));
      state.checkpoint({ appliedIndex: 4, puts: [], deletes: [] }).catch(() => undefined);
      done = (await world.step(steps)) < steps;
      await world.crash(mode, randomFrom(steps * 31 + 5));
      const reopened = await world.open();
      t.true(reopened.appliedIndex >= 3);
      t.deepEqual(readUnits(reopened.queueIndex, 1, 0), expected(1, 0, reopened.appliedIndex));
    }
  });
}
