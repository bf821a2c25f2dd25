import test from 'ava';
import { entriesAfter, logStorageSuite, type LogStorageFixture } from '../src/suite.ts';
import { MemoryHardStateStorage, MemoryLogStorage } from '../src/memory-storage.ts';
import { INITIAL_HARD_STATE } from '../src/storage.ts';

function memoryFixture(): LogStorageFixture {
  const storage = new MemoryLogStorage();
  return {
    open: () => Promise.resolve(storage),
    close: () => Promise.resolve(),
    crash: () => Promise.resolve(storage.crash()),
    dispose: () => Promise.resolve(),
  };
}

logStorageSuite(test, 'memory', memoryFixture);

test('a crash takes exactly what no sync covered', async (t) => {
  const log = new MemoryLogStorage();
  log.append(entriesAfter(log.lastPosition(), [{ term: 1, bytes: 3 }]));
  const synced = log.sync();
  log.append(entriesAfter(log.lastPosition(), [{ term: 1, bytes: 3 }]));
  await synced;
  log.crash();
  t.is(log.lastPosition().index, 1);
});

test('a cut that no sync covered is undone by a crash', async (t) => {
  const log = new MemoryLogStorage();
  const base = log.lastPosition();
  log.append(
    entriesAfter(base, [
      { term: 1, bytes: 3 },
      { term: 1, bytes: 3 },
    ]),
  );
  await log.sync();
  log.append(entriesAfter(base, [{ term: 2, bytes: 3 }]));
  t.is(log.lastPosition().index, 1);
  log.crash();
  t.is(log.lastPosition().index, 2);
  t.is(log.term(1), 1);
});

test('a dropped prefix moves the base and keeps addresses', async (t) => {
  const log = new MemoryLogStorage();
  const entries = entriesAfter(log.lastPosition(), [
    { term: 1, bytes: 3 },
    { term: 2, bytes: 3 },
    { term: 2, bytes: 3 },
  ]);
  log.append(entries);
  await log.sync();
  log.dropPrefix(3);
  t.is(log.firstIndex(), 3);
  t.is(log.term(2), 2);
  t.is(log.term(1), null);
  t.is(log.positionAt(2)?.address, entries[2]?.address);
  t.throws(() => log.entries(2, 4, 1_000), { code: 'LOG_COMPACTED' });
  log.crash();
  t.is(log.lastPosition().index, 3);
});

test('hard state starts at the initial one and keeps the last saved', (t) => {
  const storage = new MemoryHardStateStorage();
  t.deepEqual(storage.load(), INITIAL_HARD_STATE);
  storage.save({ term: 4, votedFor: 'n2', commit: 9, standing: 'full' });
  t.deepEqual(storage.load(), { term: 4, votedFor: 'n2', commit: 9, standing: 'full' });
});

test('a reset log begins anew behind the position, durably', async (t) => {
  const log = new MemoryLogStorage();
  log.append(
    entriesAfter(log.lastPosition(), [
      { term: 1, bytes: 3 },
      { term: 1, bytes: 3 },
    ]),
  );
  await log.sync();
  const position = { index: 9, term: 3, address: 4_711, hash: 77 };
  await log.reset(position);
  for (const state of ['at once', 'after a crash']) {
    t.is(log.firstIndex(), 10, state);
    t.deepEqual(log.lastPosition(), position, state);
    t.is(log.term(9), 3, state);
    t.is(log.positionAt(2), null, state);
    log.crash();
  }
  log.append(entriesAfter(position, [{ term: 3, bytes: 5 }]));
  t.is(log.lastPosition().index, 10);
});
