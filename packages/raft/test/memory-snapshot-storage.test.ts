import test from 'ava';
import { MemorySnapshotStorage } from '../src/memory-snapshot-storage.ts';
import { snapshotOf, snapshotStorageSuite, type SnapshotStorageFixture } from '../src/suite.ts';

function memoryFixture(): SnapshotStorageFixture {
  const storage = new MemorySnapshotStorage();
  return {
    open: () => Promise.resolve(storage),
    close: () => Promise.resolve(),
    crash: () => Promise.resolve(storage.crash()),
    dispose: () => Promise.resolve(),
  };
}

snapshotStorageSuite(test, 'memory', memoryFixture);

test('snapshots that end before an index can be let go', (t) => {
  const storage = new MemorySnapshotStorage();
  for (const index of [30, 10, 20]) {
    const { meta, content } = snapshotOf(index, 10);
    storage.keep(meta, content);
  }
  storage.dropBefore(20);
  t.deepEqual(
    storage.list().map(({ position }) => position.index),
    [20, 30],
  );
  t.throws(() => storage.read(10, 0, 1), { code: 'SNAPSHOT_MISSING' });
});
