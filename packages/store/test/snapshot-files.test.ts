import { join } from 'node:path';
import test from 'ava';
import type { SnapshotStorage } from '@ledgermq/raft';
import { snapshotOf, snapshotStorageSuite } from '@ledgermq/raft/suite';
import type { SnapshotStorageFixture } from '@ledgermq/raft/suite';
import type { Disk } from '../src/disk.ts';
import { MemoryDisk } from '../src/memory-disk.ts';
import type { CrashMode } from '../src/unsynced-changes.ts';
import { SnapshotFiles } from '../src/snapshot-files.ts';
import {
  MortalDisk,
  RecordingLogger,
  seededRandom,
  storeErrorFrom,
  storeErrorOf,
  temporaryDirectory,
} from './log-fixture.ts';

const directory = '/store/snapshots';

function open(disk: Disk, at: string = directory): SnapshotFiles {
  return SnapshotFiles.open({ disk, immediate: setImmediate, logger: new RecordingLogger() }, at);
}

function memoryFixture(mode: CrashMode): SnapshotStorageFixture {
  const disk = new MemoryDisk();
  const random = seededRandom(3);
  return {
    open: () => Promise.resolve(open(disk.process())),
    close: (storage: SnapshotStorage) => {
      (storage as SnapshotFiles).close();
      return Promise.resolve();
    },
    crash: () => {
      disk.crash(mode, random);
      return Promise.resolve();
    },
    dispose: () => Promise.resolve(),
  };
}

function realFixture(): SnapshotStorageFixture {
  const disk = new MortalDisk();
  const folder = temporaryDirectory();
  return {
    open: () => Promise.resolve(open(disk, join(folder.path, 'snapshots'))),
    close: (storage: SnapshotStorage) => {
      (storage as SnapshotFiles).close();
      return Promise.resolve();
    },
    crash: () => {
      disk.die();
      return Promise.resolve();
    },
    dispose: () => {
      disk.die();
      folder.remove();
      return Promise.resolve();
    },
  };
}

for (const mode of ['kill', 'lose', 'tear', 'reorder'] as const) {
  snapshotStorageSuite(test, `memory disk (${mode})`, () => memoryFixture(mode));
}
snapshotStorageSuite(test, 'real disk', realFixture);

function contentOf(index: number, bytes: number): AsyncIterable<Buffer> {
  const { content } = snapshotOf(index, bytes);
  return (async function* parts(): AsyncGenerator<Buffer, void, undefined> {
    for (let at = 0; at < bytes; at += 40_000) yield await Promise.resolve(content.subarray(at, at + 40_000));
  })();
}

async function take(files: SnapshotFiles, index: number, bytes = 200_000): Promise<void> {
  const { meta } = snapshotOf(index, bytes);
  const taken = await files.take(meta.position, meta.configuration, contentOf(index, bytes));
  if (taken.crc !== meta.crc || taken.bytes !== bytes) throw new Error('another content was taken');
}

test('a snapshot taken here is like one that was received', async (t) => {
  const disk = new MemoryDisk();
  const files = open(disk);
  await take(files, 7);
  const { meta, content } = snapshotOf(7, 200_000);
  t.deepEqual(files.list(), [meta]);
  const other = open(disk, '/store/other');
  other.write(meta, 0, content);
  await other.complete(meta);
  const name = '00000000000000000007.snap';
  t.deepEqual(disk.contentOf(join(directory, name)), disk.contentOf(join('/store/other', name)));
  t.true(await files.verify(7));
});

test('a crash at any step of taking a snapshot leaves the ones before it, and no half of it', async (t) => {
  const outcomes = new Set<number>();
  for (const mode of ['kill', 'lose', 'tear', 'reorder'] as const) {
    for (let steps = 0; steps < 60; steps += 1) {
      const gates: (() => void)[] = [];
      const later = (complete: () => void): void => void gates.push(complete);
      const disk = new MemoryDisk({ schedule: later });
      const ports = { disk: disk.process(), immediate: later, logger: new RecordingLogger() };
      const files = SnapshotFiles.open(ports, directory);
      const { meta } = snapshotOf(9, 1_200_000);
      let done = false;
      const taking = files.take(meta.position, meta.configuration, contentOf(9, 1_200_000)).then(
        () => {
          done = true;
        },
        () => undefined,
      );
      for (let step = 0; step < steps; step += 1) {
        await new Promise((resolve) => setImmediate(resolve));
        gates.shift()?.();
      }
      await new Promise((resolve) => setImmediate(resolve));
      const certain: boolean = done;
      disk.crash(mode, seededRandom(steps * 7 + 1));
      for (let gate = gates.shift(); gate !== undefined; gate = gates.shift()) gate();
      await taking;
      const next = SnapshotFiles.open({ ...ports, disk, immediate: setImmediate }, directory);
      outcomes.add(next.list().length);
      t.true(next.list().length === 1 || !certain);
      if (next.list().length === 0) continue;
      t.deepEqual(next.list(), [meta]);
      t.true(await next.verify(9));
    }
  }
  t.deepEqual([...outcomes].sort(), [0, 1]);
});

test('a snapshot that decays is never given out: it is set aside and counts as missing', async (t) => {
  for (const at of [3, 30, 60, 200, 70_000, 150_000, 199_999, 200_095]) {
    const disk = new MemoryDisk();
    let files = open(disk);
    await take(files, 5);
    await take(files, 6);
    const path = join(directory, '00000000000000000005.snap');
    disk.corrupt(path, at, Buffer.from([(disk.contentOf(path)[at] ?? 0) ^ 0x20]));
    if (at < 100 || at > 200_000) files = open(disk);
    const error = storeErrorOf(() => files.read(5, 0, 200_000));
    t.is(error.code, 'SNAPSHOT_MISSING', `byte ${at}`);
    t.false(await files.verify(5));
    t.deepEqual(
      files.list().map(({ position }) => position.index),
      [6],
    );
    t.is(disk.list(join(directory, 'set-aside')).length, 1);
    t.true(await files.verify(6));
  }
});

test('what lies before the base of the log goes, but never the two newest', async (t) => {
  const disk = new MemoryDisk();
  const files = open(disk);
  for (const index of [10, 20, 30, 40, 50]) await take(files, index, 100);
  const indexes = (from: SnapshotFiles): number[] => from.list().map(({ position }) => position.index);
  await files.prune(1);
  t.deepEqual(indexes(files), [10, 20, 30, 40, 50]);
  await files.prune(21);
  t.deepEqual(indexes(files), [20, 30, 40, 50]);
  await files.prune(22);
  t.deepEqual(indexes(files), [30, 40, 50]);
  await files.prune(1000);
  t.deepEqual(indexes(files), [40, 50]);
  disk.crash('lose', seededRandom(1));
  t.deepEqual(indexes(open(disk)), [40, 50]);
});

test('a full disk refuses a snapshot, and the next one is taken when there is room', async (t) => {
  const disk = new MemoryDisk();
  const files = open(disk);
  await take(files, 5, 1000);
  disk.setCapacity(100_000);
  const { meta, content } = snapshotOf(6, 200_000);
  const refused = await storeErrorFrom(files.take(meta.position, meta.configuration, contentOf(6, 200_000)));
  t.is(refused.code, 'DISK_FULL');
  await new Promise((resolve) => setImmediate(resolve));
  t.true(disk.freeBytes(directory) > 95_000, 'the draft is gone');
  disk.setCapacity(120_000);
  t.is(storeErrorOf(() => files.write(meta, 0, content)).code, 'DISK_FULL');
  t.is(files.received(meta), 0);
  disk.setCapacity(Number.MAX_SAFE_INTEGER);
  files.write(meta, 0, content);
  await files.complete(meta);
  await take(files, 7);
  t.is(files.list().length, 3);
});

test('a sync that fails ends the storage of snapshots for good', async (t) => {
  const disk = new MemoryDisk();
  const files = open(disk);
  const { meta, content } = snapshotOf(6, 1000);
  files.write(meta, 0, content);
  disk.addFault({ operation: 'sync', code: 'DISK_FAILED' });
  t.is((await storeErrorFrom(files.complete(meta))).code, 'STORAGE_FAILED');
  t.is(storeErrorOf(() => files.write(meta, 0, content)).code, 'STORAGE_FAILED');
  t.is((await storeErrorFrom(take(files, 8))).code, 'STORAGE_FAILED');
  t.deepEqual(files.list(), []);
});

test('a draft that goes while the folder is opened is no draft', (t) => {
  class LateDisk extends MemoryDisk {
    override list(path: string): string[] {
      return path === directory ? ['incoming-4', ...super.list(path)] : super.list(path);
    }

    override exists(path: string): boolean {
      return path.endsWith('incoming-4') || super.exists(path);
    }
  }
  const { meta, content } = snapshotOf(5, 100);
  const storage = open(new LateDisk());
  t.is(storage.received(meta), 0);
  storage.write(meta, 0, content);
  t.is(storage.received(meta), 100);
  storage.close();
});
