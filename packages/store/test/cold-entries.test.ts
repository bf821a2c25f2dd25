import test from 'ava';
import type { Entry } from '@ledgermq/raft';
import { entriesAfter } from '@ledgermq/raft/suite';
import type { StoreError } from '../src/errors.ts';
import { ColdFixture } from './cold-fixture.ts';
import { firstSegment } from './log-fixture.ts';

function fetchEntry(fixture: ColdFixture, index: number): { outcome: 'done' | Error | null } {
  const wait: { outcome: 'done' | Error | null } = { outcome: null };
  fixture.log.fetchEntry(index, (error) => {
    wait.outcome = error ?? 'done';
  });
  return wait;
}

function entriesFrom(fixture: ColdFixture, index: number): Entry[] {
  const { readsNow } = fixture.disk.counts;
  const entries = fixture.log.entriesInMemory(index, 1_000, 1_000_000);
  if (fixture.disk.counts.readsNow !== readsNow) throw new Error('a file was read on the event loop');
  return entries;
}

function indexesFrom(fixture: ColdFixture, index: number): number[] {
  return entriesFrom(fixture, index).map((entry) => entry.index);
}

test('old entries come off the event loop, and the next ones with them', async (t) => {
  for (const reopened of [false, true]) {
    const fixture = new ColdFixture();
    const filled = fixture.fill(60, 100);
    if (reopened) await fixture.reopen();
    fixture.disk.reset();
    const wait = fetchEntry(fixture, 5);
    t.is(wait.outcome, null);
    t.deepEqual(indexesFrom(fixture, 5), []);
    await fixture.settle();
    t.is(wait.outcome, 'done');
    const entries = entriesFrom(fixture, 5);
    t.true(entries.length > 0);
    t.deepEqual(entries, filled.slice(4, 4 + entries.length));
  }
});

test('a log that was opened anew is walked block by block, without a read on the event loop', async (t) => {
  const fixture = new ColdFixture({
    sparseIntervalBytes: 100_000,
    segmentBytes: 20_000,
    verifyAtOpenBytes: 0,
    readAheadBytesMax: 0,
  });
  fixture.fill(300, 100);
  await fixture.reopen();
  fixture.disk.reset();
  const wait = fetchEntry(fixture, 120);
  await fixture.settle();
  t.is(wait.outcome, 'done');
  t.is(indexesFrom(fixture, 120)[0], 120);
  t.is(fixture.disk.counts.readsNow, 0);
  t.true(fixture.disk.counts.reads > 10, `${fixture.disk.counts.reads} blocks`);
});

test('a follower that reads forward waits for few blocks', async (t) => {
  const fixture = new ColdFixture({ segmentBytes: 100_000, coldCacheBytes: 100_000 });
  const filled = fixture.fill(200, 100);
  await fixture.reopen();
  const got: Entry[] = [];
  let waits = 0;
  for (let index = 1; index <= 200; index = got.length + 1) {
    const entries = entriesFrom(fixture, index);
    if (entries.length === 0) {
      waits += 1;
      fetchEntry(fixture, index);
      await fixture.settle();
    }
    got.push(...entries);
    await fixture.settle();
  }
  t.deepEqual(got, filled);
  t.true(waits <= 4, `${waits} waits`);
});

test('what stands before the next piece is known without a walk', async (t) => {
  const fixture = new ColdFixture({
    sparseIntervalBytes: 1_000_000,
    segmentBytes: 400_000,
    coldCacheBytes: 400_000,
  });
  const filled = fixture.fill(2_000, 150);
  fixture.fill(2_000, 150);
  await fixture.reopen();
  fetchEntry(fixture, 1_500);
  await fixture.settle();
  const got = fixture.log.entriesInMemory(1_500, 1_502, 10_000);
  t.deepEqual(
    got.map(({ index }) => index),
    [1_500, 1_501],
  );
  const { readsNow } = fixture.disk.counts;
  t.is(fixture.log.term(1_501), filled[1_500]?.term ?? 0);
  t.true(fixture.disk.counts.readsNow - readsNow <= 1, `${fixture.disk.counts.readsNow - readsNow} reads`);
});

test('damage is LOG_CORRUPT for who needs the entry, and not for who needs the one before it', async (t) => {
  const fixture = new ColdFixture({ readAheadBytesMax: 0 });
  const filled = fixture.fill(60, 100);
  fixture.memory.flipBits(firstSegment, 64 + (filled[4]?.address ?? 0) + 60, 0x10);
  const before = fetchEntry(fixture, 4);
  await fixture.settle();
  t.is(before.outcome, 'done');
  t.deepEqual(
    fixture.log.entriesInMemory(4, 5, 1_000).map(({ index }) => index),
    [4],
  );
  t.throws(() => fixture.log.entriesInMemory(4, 7, 10_000), { code: 'LOG_CORRUPT' });
  t.throws(() => fixture.log.entriesInMemory(5, 7, 10_000), { code: 'LOG_CORRUPT' });
});

test('a file that cannot be read fails the wait', async (t) => {
  const fixture = new ColdFixture();
  fixture.fill(60, 100);
  fixture.memory.addFault({ operation: 'read', code: 'DISK_FAILED' });
  const wait = fetchEntry(fixture, 3);
  await fixture.settle();
  t.is((wait.outcome as StoreError).code, 'DISK_FAILED');
});

test('a wait for what is cut, dropped or replaced by a snapshot ends', async (t) => {
  const cut = new ColdFixture();
  cut.fill(60, 100);
  const waits = [fetchEntry(cut, 20), fetchEntry(cut, 40)];
  const others = entriesAfter(cut.log.positionAt(10) ?? cut.log.lastPosition(), [{ term: 2, bytes: 100 }]);
  cut.log.append(others);
  await cut.settle();
  t.deepEqual(
    waits.map(({ outcome }) => outcome),
    ['done', 'done'],
  );
  t.deepEqual(entriesFrom(cut, 11), others, 'never what was there before');

  const dropped = new ColdFixture();
  dropped.fill(60, 100);
  await dropped.secure();
  const gone = fetchEntry(dropped, 3);
  await dropped.during(dropped.log.dropBefore(50, 50));
  await dropped.settle();
  t.is(gone.outcome, 'done');
  t.throws(() => dropped.log.entriesInMemory(3, 4, 1_000), { code: 'LOG_COMPACTED' });

  const reset = new ColdFixture();
  reset.fill(60, 100);
  const old = fetchEntry(reset, 3);
  await reset.during(reset.log.reset({ index: 500, term: 3, address: 100_000, hash: 7 }));
  await reset.settle();
  t.is(old.outcome, 'done');
});
