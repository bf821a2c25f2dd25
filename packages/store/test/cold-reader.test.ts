import test from 'ava';
import type { Entry } from '@ledgermq/raft';
import { entriesAfter } from '@ledgermq/raft/suite';
import { StoreError } from '../src/errors.ts';
import { ColdFixture, bodyOf } from './cold-fixture.ts';
import { firstSegment } from './log-fixture.ts';

/** 60 entries of 148 bytes: about three to a block, two segments and a part. */
function filled(settings: ConstructorParameters<typeof ColdFixture>[0] = {}): {
  readonly fixture: ColdFixture;
  readonly entries: readonly Entry[];
  readonly at: (number: number) => Entry;
} {
  const fixture = new ColdFixture(settings);
  const entries = fixture.fill(60, 100);
  fixture.disk.reset();
  return {
    fixture,
    entries,
    at: (number) => {
      const entry = entries[number];
      if (entry === undefined) throw new RangeError(`no entry ${number}`);
      return entry;
    },
  };
}

test('what is cold is there after it was fetched, and not before', async (t) => {
  const { fixture, at } = filled();
  t.is(fixture.held(at(5)), null);
  const wait = fixture.fetch(at(5).address);
  t.is(wait.outcome, null);
  t.is(fixture.held(at(5)), null);
  await fixture.settle();
  t.deepEqual(wait, { outcome: 'done', times: 1 });
  t.true(fixture.held(at(5))?.equals(bodyOf(at(5))));
  t.is(fixture.disk.counts.reads, 1);
  // What is in memory needs no wait.
  t.deepEqual(fixture.fetch(at(5).address, at(59).address), { outcome: 'done', times: 1 });
});

test('every entry can be fetched, also those across blocks and at the ends of segments', async (t) => {
  for (const reopened of [false, true]) {
    const { fixture, entries } = filled({ readAheadBytesMax: 0, denseEntriesMax: 4 });
    if (reopened) await fixture.reopen();
    for (const entry of [...entries].reverse()) {
      const wait = fixture.fetch(entry.address);
      await fixture.settle();
      t.is(wait.outcome, 'done');
      t.true(fixture.held(entry)?.equals(bodyOf(entry)), `entry ${entry.index}`);
    }
  }
});

test('an entry larger than a block, a run and the whole cache', async (t) => {
  const fixture = new ColdFixture();
  const [small] = fixture.fill(1, 100);
  const [large] = fixture.fill(1, 9_000);
  const [next] = fixture.fill(1, 100);
  fixture.fill(3, 200);
  for (const entry of [large, next, small, large]) {
    if (entry === undefined) throw new Error('nothing was appended');
    let body: Buffer | null = null;
    fixture.log.fetch([entry.address + 48], () => {
      body = fixture.held(entry);
    });
    await fixture.settle();
    t.true(fixture.held(entry)?.equals(bodyOf(entry)) ?? (body as Buffer | null)?.equals(bodyOf(entry)));
  }
  t.true(fixture.log.coldReads.cachedBytes <= 4_096 + 9_500);
});

test('many who want the same and neighbouring blocks share the reads', async (t) => {
  const { fixture, entries } = filled({ readAheadBytesMax: 0 });
  const waits = Array.from({ length: 4 }, () =>
    entries.slice(0, 12).map((entry) => fixture.fetch(entry.address)),
  ).flat();
  await fixture.settle();
  t.true(waits.every(({ outcome, times }) => outcome === 'done' && times === 1));
  // 12 entries of 148 bytes end in four blocks of 512.
  t.is(fixture.disk.counts.reads, 4);
});

test('a few reads are under way at a time, those that somebody waits for first', async (t) => {
  const { fixture, at } = filled({ coldReadsMax: 1, coldCacheBytes: 100_000 });
  const waits = [0, 10, 20, 30].map((number) => fixture.fetch(at(number).address));
  t.is(fixture.gates.length, 1);
  await fixture.step();
  t.is(fixture.gates.length, 1);
  t.deepEqual(
    waits.map(({ outcome }) => outcome),
    ['done', null, null, null],
  );
  await fixture.settle();
  t.true(waits.every(({ outcome }) => outcome === 'done'));
});

test('who reads forward finds the next blocks there, in ever larger reads', async (t) => {
  const { fixture, entries } = filled({ segmentBytes: 100_000, coldCacheBytes: 100_000 });
  let misses = 0;
  for (const entry of entries.slice(0, 55)) {
    if (fixture.held(entry) === null) {
      misses += 1;
      fixture.fetch(entry.address);
      await fixture.settle();
    }
    t.true(fixture.held(entry)?.equals(bodyOf(entry)));
    await fixture.settle();
  }
  t.is(misses, 2, 'after two blocks in a row the rest is read ahead');
  // 16 blocks: two demanded, then one at a time, then two, so that three are ahead.
  t.true(fixture.disk.counts.reads <= 10, `${fixture.disk.counts.reads} reads`);
});

test('who reads here and there has nothing read ahead', async (t) => {
  const { fixture, at } = filled();
  for (const number of [39, 2, 25]) {
    fixture.fetch(at(number).address);
    await fixture.settle();
    fixture.held(at(number));
    await fixture.settle();
  }
  t.is(fixture.log.coldReads.reads, 3);
});

test('the cache keeps to its bytes and drops what was not used for longest', async (t) => {
  const { fixture, at } = filled({ readAheadBytesMax: 0, coldCacheBytes: 1_000 });
  for (const number of [0, 10, 20]) {
    fixture.fetch(at(number).address);
    await fixture.settle();
    t.true(fixture.log.coldReads.cachedBytes <= 1_000);
    fixture.held(at(0));
  }
  t.not(fixture.held(at(0)), null);
  t.is(fixture.held(at(10)), null);
  t.not(fixture.held(at(20)), null);
});

test('damage is LOG_CORRUPT for the entry that has it, and for no other', async (t) => {
  const { fixture, at } = filled({ readAheadBytesMax: 0 });
  fixture.memory.flipBits(firstSegment, 64 + at(4).address + 60, 0x10);
  const wait = fixture.fetch(at(4).address + 48);
  await fixture.settle();
  t.is(wait.outcome, 'done', 'the block has come, with the knowledge of what is bad in it');
  const error = t.throws(() => fixture.held(at(4)), { instanceOf: StoreError });
  t.like(error, { code: 'LOG_CORRUPT', index: 5 });
  for (const number of [3, 5]) t.true(fixture.held(at(number))?.equals(bodyOf(at(number))));
  // The next start looks there.
  await fixture.reopen();
  t.is(fixture.log.holes[0]?.afterIndex, 4);
});

test('behind a damaged header nothing is given out, and before it everything', async (t) => {
  const { fixture, at } = filled({ readAheadBytesMax: 0 });
  await fixture.reopen();
  fixture.memory.flipBits(firstSegment, 64 + at(4).address + 6, 0x10);
  const waits = [3, 4, 5, 9].map((number) => fixture.fetch(at(number).address));
  await fixture.settle();
  t.true(fixture.held(at(3))?.equals(bodyOf(at(3))));
  for (const number of [4, 5]) t.throws(() => fixture.held(at(number)), { code: 'LOG_CORRUPT' });
  t.is(fixture.held(at(9)), null);
  t.is((waits[3]?.outcome as StoreError).code, 'LOG_CORRUPT');
});

test('a file that cannot be read fails the wait, and the next one tries again', async (t) => {
  const { fixture, at } = filled();
  fixture.memory.addFault({ operation: 'read', code: 'DISK_FAILED' });
  const first = fixture.fetch(at(0).address);
  await fixture.settle();
  t.is((first.outcome as StoreError).code, 'DISK_FAILED');
  const second = fixture.fetch(at(0).address);
  await fixture.settle();
  t.is(second.outcome, 'done');
});

test('a cut takes effect on what is cached and on what is being read', async (t) => {
  for (const inFlight of [false, true]) {
    const { fixture, at } = filled();
    const wait = fixture.fetch(at(20).address, at(2).address);
    if (!inFlight) {
      await fixture.settle();
      t.not(fixture.held(at(20)), null);
    }
    const others = entriesAfter(fixture.log.positionAt(18) ?? fixture.log.lastPosition(), [
      { term: 2, bytes: 100, salt: 9 },
      { term: 2, bytes: 100, salt: 9 },
      { term: 2, bytes: 100, salt: 9 },
      { term: 2, bytes: 900, salt: 9 },
    ]);
    fixture.log.append(others);
    await fixture.settle();
    t.is(wait.outcome, 'done');
    const [, , replaced] = others;
    if (replaced === undefined) throw new Error('nothing was appended');
    t.is(replaced.address, at(20).address);
    const held = fixture.held(replaced);
    t.true(held === null || held.equals(bodyOf(replaced)), 'never what was there before');
    fixture.fetch(replaced.address);
    await fixture.settle();
    t.true(fixture.held(replaced)?.equals(bodyOf(replaced)));
    fixture.fetch(at(2).address);
    await fixture.settle();
    t.true(fixture.held(at(2))?.equals(bodyOf(at(2))), 'what lies before the cut stays');
  }
});

test('whoever waits for what is dropped or reset hears of it', async (t) => {
  const { fixture, at } = filled();
  await fixture.secure();
  const dropped = fixture.fetch(at(2).address);
  await fixture.during(fixture.log.dropBefore(50, 50));
  await fixture.settle();
  t.deepEqual(dropped, { outcome: 'done', times: 1 });
  t.false(fixture.log.inMemory(at(2).address, 10));
  t.is(t.throws(() => fixture.log.read(at(2).address, 10), { instanceOf: StoreError }).code, 'LOG_COMPACTED');

  const reset = fixture.fetch(at(55).address);
  const position = { index: 500, term: 3, address: 100_000, hash: 7 };
  await fixture.during(fixture.log.reset(position));
  await fixture.settle();
  t.deepEqual(reset, { outcome: 'done', times: 1 });
  t.false(fixture.log.inMemory(at(55).address, 10));
  t.is(fixture.log.coldReads.cachedBytes, 0);
});

test('a log that is closed while blocks are read leaves nobody waiting', async (t) => {
  const { fixture, at } = filled();
  const wait = fixture.fetch(at(2).address);
  await fixture.during(fixture.log.close());
  await fixture.settle();
  t.deepEqual(wait, { outcome: 'done', times: 1 });
  t.throws(() => fixture.log.inMemory(at(2).address, 10), { code: 'LOG_CLOSED' });
});
