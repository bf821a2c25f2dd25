import { join } from 'node:path';
import test from 'ava';
import { entriesAfter, logStorageSuite } from '@ledgermq/raft/suite';
import { durableMarkFileName } from '../src/durable-mark.ts';
import { MemoryDisk } from '../src/memory-disk.ts';
import {
  CountingDisk,
  DiskLogFixture,
  MemoryLogFixture,
  allEntries,
  appendMore,
  firstSegment,
  logDirectory,
  openLog,
  seededRandom,
  storeErrorFrom,
  storeErrorOf,
  tinyLimits,
} from './log-fixture.ts';

const wide = { tailCacheBytes: 1024 * 1024 };

logStorageSuite(test, 'memory disk, tiny limits, lost', () => new MemoryLogFixture(tinyLimits, 'lose'));
logStorageSuite(test, 'memory disk, tiny limits, torn', () => new MemoryLogFixture(tinyLimits, 'tear'));
logStorageSuite(test, 'memory disk, wide limits, torn', () => new MemoryLogFixture(wide, 'tear'));
logStorageSuite(test, 'real disk, tiny limits', () => new DiskLogFixture(tinyLimits));
logStorageSuite(test, 'real disk, wide limits', () => new DiskLogFixture(wide));

/** Completes disk work until the promise settles. */
async function finish(gates: (() => void)[], work: Promise<void>): Promise<void> {
  let settled = false;
  const watched = work.finally(() => {
    settled = true;
  });
  while (!settled) {
    gates.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await watched;
}

test('all the entries of one append leave in one write', (t) => {
  const disk = new CountingDisk(new MemoryDisk());
  const log = openLog(disk, wide);
  appendMore(log, 1, 10);
  disk.reset();
  appendMore(log, 100, 50);
  t.is(disk.counts.writes, 1);
  log.checkInvariants();
});

test('an append larger than the tail cache also leaves in one write and can be read', (t) => {
  const disk = new CountingDisk(new MemoryDisk());
  const log = openLog(disk, { ...tinyLimits, segmentBytes: 1024 * 1024 });
  appendMore(log, 1, 10);
  disk.reset();
  const entries = appendMore(log, 5, 400);
  t.is(disk.counts.writes, 1);
  log.checkInvariants();
  t.deepEqual(
    allEntries(log).map((entry) => entry.hash),
    [log.positionAt(1)?.hash ?? -1, ...entries.map((entry) => entry.hash)],
  );
});

test('frames handed to append are not kept', (t) => {
  const log = openLog(new MemoryDisk(), wide);
  const entries = entriesAfter(log.lastPosition(), [{ term: 1, bytes: 100 }]);
  const frame = Buffer.from(entries[0]?.frame ?? '');
  log.append(entries);
  entries[0]?.frame.fill(0);
  t.deepEqual(log.entries(1, 2, 1000)[0]?.frame, frame);
  t.deepEqual(log.read(0, frame.length), frame);
});

test('reads inside the tail cache touch no file and give copies', (t) => {
  const disk = new CountingDisk(new MemoryDisk());
  const log = openLog(disk, wide);
  const [first, second] = appendMore(log, 20, 90);
  disk.reset();
  const record = log.readRecord((second?.address ?? 0) + 48, 90);
  t.deepEqual(record, second?.frame.subarray(48));
  record.fill(0);
  const target = Buffer.alloc(200, 1);
  const filled = log.read(first?.address ?? 0, 60, target);
  t.is(filled.length, 60);
  t.is(target[60], 1);
  t.is(log.entries(1, 21, 1_000_000).length, 20);
  t.is(log.positionAt(7)?.index, 7);
  t.deepEqual(log.readRecord((second?.address ?? 0) + 48, 90), second?.frame.subarray(48));
  t.is(disk.counts.reads, 0);
});

test('after a cut the tail cache still serves what is left', (t) => {
  const disk = new CountingDisk(new MemoryDisk());
  const log = openLog(disk, wide);
  const entries = appendMore(log, 20, 90);
  log.append(entriesAfter(log.positionAt(10) ?? log.lastPosition(), [{ term: 2, bytes: 90 }]));
  disk.reset();
  t.deepEqual(
    log
      .entries(3, 12, 10_000)
      .slice(0, 8)
      .map((entry) => entry.hash),
    entries.slice(2, 10).map((entry) => entry.hash),
  );
  t.is(disk.counts.reads, 0);
});

test('a range of bytes may cross entries and segments', (t) => {
  const log = openLog(new MemoryDisk());
  const entries = appendMore(log, 60, 100);
  const bytes = Buffer.concat(entries.map((entry) => entry.frame));
  t.true(log.startAddress() === 0 && log.endAddress() === bytes.length);
  for (const [at, length] of [
    [0, bytes.length],
    [1500, 2000],
    [bytes.length - 300, 300],
    [bytes.length - 900, 800],
  ] as const) {
    t.deepEqual(log.read(at, length), bytes.subarray(at, at + length));
  }
  t.is(storeErrorOf(() => log.read(bytes.length - 10, 11)).code, 'LOG_UNAVAILABLE');
  t.is(storeErrorOf(() => log.read(-1, 1)).code, 'LOG_COMPACTED');
});

test('reopening with other segment sizes gives equal addresses and entries', async (t) => {
  const disk = new MemoryDisk();
  const first = openLog(disk, { ...tinyLimits, segmentBytes: 1000 });
  const entries = appendMore(first, 40, 77);
  const hashes = entries.map((entry) => [entry.address, entry.hash]);
  await first.close();
  for (const segmentBytes of [300, 5000, 2 ** 20]) {
    const log = openLog(disk, { ...tinyLimits, segmentBytes });
    const found = allEntries(log).map((entry) => [entry.address, entry.hash]);
    t.deepEqual(found.slice(0, hashes.length), hashes);
    const [more] = appendMore(log, 1, 33);
    hashes.push([more?.address ?? -1, more?.hash ?? -1]);
    log.checkInvariants();
    await log.close();
  }
});

test('an entry larger than a segment gets a file of its own', async (t) => {
  const disk = new MemoryDisk();
  const log = openLog(disk);
  appendMore(log, 1, 100);
  appendMore(log, 1, 10_000);
  appendMore(log, 1, 100);
  const segments = disk.list(logDirectory).filter((name) => name.endsWith('.log'));
  t.is(segments.length, 3);
  t.deepEqual(
    allEntries(log).map((entry) => entry.frame.length),
    [148, 10_048, 148],
  );
  await log.close();
  t.is(openLog(disk).lastPosition().index, 3);
});

test('a directory is open once', async (t) => {
  const disk = new MemoryDisk();
  const log = openLog(disk);
  t.is(storeErrorOf(() => openLog(disk)).code, 'DIRECTORY_LOCKED');
  await log.close();
  await openLog(disk).close();
});

test('a failed write is final for appends and syncs, not for reads', async (t) => {
  const disk = new MemoryDisk();
  const log = openLog(disk);
  appendMore(log, 2, 50);
  await log.sync();
  disk.addFault({ operation: 'write', pathEnd: '.log', code: 'DISK_FAILED', bytesWritten: 20 });
  const error = storeErrorOf(() => appendMore(log, 1, 50));
  t.is(error.code, 'STORAGE_FAILED');
  t.is(
    storeErrorOf(() => appendMore(log, 1, 50)),
    error,
  );
  t.is(await storeErrorFrom(log.sync()), error);
  t.is(allEntries(log).length, 2);
  t.is(log.durableIndex, 2);
  await log.close();
});

test('a failed sync is final, and what it covered is not durable', async (t) => {
  const disk = new MemoryDisk();
  const log = openLog(disk);
  appendMore(log, 2, 50);
  await log.sync();
  appendMore(log, 1, 50);
  disk.addFault({ operation: 'sync', pathEnd: '.log', code: 'DISK_FAILED' });
  t.is((await storeErrorFrom(log.sync())).code, 'STORAGE_FAILED');
  t.is(log.durableIndex, 2);
  t.is((await storeErrorFrom(log.sync())).code, 'STORAGE_FAILED');
  t.is(storeErrorOf(() => appendMore(log, 1, 50)).code, 'STORAGE_FAILED');
});

test('pages lost by a failed sync are written again by the next start', async (t) => {
  const disk = new MemoryDisk();
  const log = openLog(disk);
  appendMore(log, 3, 50);
  disk.addFault({ operation: 'sync', pathEnd: '.log', code: 'DISK_FAILED' });
  await storeErrorFrom(log.sync());
  // The process ends; the page cache still shows the entries, but they never reached the platter.
  disk.crash('kill', seededRandom(1));
  const next = openLog(disk);
  t.is(next.lastPosition().index, 3);
  disk.crash('lose', seededRandom(1));
  t.is(openLog(disk).lastPosition().index, 3);
});

test('a sync in flight does not speak for entries that replaced the ones it covered', async (t) => {
  const gates: (() => void)[] = [];
  const disk = new MemoryDisk({ schedule: (complete) => gates.push(complete) });
  const log = openLog(disk, { ...tinyLimits, markIntervalBytes: 1_000_000 });
  const old = appendMore(log, 3, 40);
  const sync = log.sync();
  log.append(
    entriesAfter(log.positionAt(1) ?? log.lastPosition(), [
      { term: 2, bytes: 40 },
      { term: 2, bytes: 40 },
    ]),
  );
  await finish(gates, sync);
  t.is(log.lastPosition().index, old.length);
  t.is(log.durableIndex, 1);
});

test('a mark in flight does not speak for a segment that replaced the one it names', async (t) => {
  const gates: (() => void)[] = [];
  const disk = new MemoryDisk({ schedule: (complete) => gates.push(complete) });
  const log = openLog(disk, { ...tinyLimits, segmentBytes: 512 });
  appendMore(log, 1, 200);
  await finish(gates, log.sync());
  const before = log.lastPosition();
  appendMore(log, 1, 300);
  const name = `${String(before.address).padStart(20, '0')}.log`;
  const marks = (): Buffer => disk.contentOf(join(logDirectory, durableMarkFileName));
  t.true(disk.list(logDirectory).includes(name));

  // The sync writes the name of the new segment into the mark, last of all.
  const sync = log.sync();
  const unmarked = marks();
  while (marks().equals(unmarked)) {
    gates.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  log.append(entriesAfter(before, [{ term: 2, bytes: 300 }]));
  await finish(gates, sync);
  await finish(gates, log.sync());
  t.is(log.durableIndex, 2);

  disk.crash('lose', seededRandom(1));
  disk.drop(join(logDirectory, name));
  t.is(openLog(disk).recovery.damage?.code, 'LOG_CORRUPT');
});

test('cut bytes are kept aside up to the limit, off the event loop', async (t) => {
  const disk = new MemoryDisk();
  const log = openLog(disk, { ...tinyLimits, conflictKeepBytesMax: 300 });
  appendMore(log, 5, 52);
  await log.sync();
  log.append(entriesAfter(log.positionAt(3) ?? log.lastPosition(), [{ term: 2, bytes: 10 }]));
  t.deepEqual(disk.list(join(logDirectory, 'set-aside')), []);
  await log.settled();
  const [piece, ...others] = disk.list(join(logDirectory, 'set-aside'));
  t.is(piece, `${'0'.repeat(20)}.log.at-364.conflict.1`);
  t.deepEqual(others, []);
  t.is(disk.contentOf(join(logDirectory, `${'0'.repeat(20)}.log`)).length, 364);
  // A second piece of 200 bytes leaves no room for the first one.
  appendMore(log, 2, 52, 2);
  log.append(entriesAfter(log.positionAt(4) ?? log.lastPosition(), [{ term: 3, bytes: 10 }]));
  await log.settled();
  t.deepEqual(disk.list(join(logDirectory, 'set-aside')), [
    `${'300'.padStart(20, '0')}.log.at-122.conflict.2`,
  ]);
  log.checkInvariants();
  await log.close();
  t.is(openLog(disk).lastPosition().index, 5);
});

test('retention drops whole committed segments, durably, and never the last one', async (t) => {
  const disk = new MemoryDisk();
  const log = openLog(disk);
  const entries = appendMore(log, 60, 100);
  await log.sync();
  t.is(await log.dropBefore(40, 10_000), 1, 'nothing is known as committed');
  log.markCommitted(50);
  const first = await log.dropBefore(40, 10_000);
  t.true(first > 20 && first <= 40);
  t.is(log.firstIndex(), first);
  t.is(log.startAddress(), entries[first - 1]?.address ?? -1);
  t.is(storeErrorOf(() => log.entries(first - 1, 60, 100)).code, 'LOG_COMPACTED');
  t.is(storeErrorOf(() => log.read(0, 10)).code, 'LOG_COMPACTED');
  t.is(log.positionAt(first - 1)?.hash, entries[first - 2]?.hash);
  t.true((await log.dropBefore(1000, 10_000)) <= 51);
  disk.crash('lose', seededRandom(1));
  const next = openLog(disk);
  t.is(next.firstIndex(), log.firstIndex());
  t.is(next.lastPosition().index, 60);
  next.checkInvariants();
});

test('retention stops at the oldest snapshot that is needed', async (t) => {
  const log = openLog(new MemoryDisk());
  appendMore(log, 60, 100);
  await log.sync();
  log.markCommitted(60);
  t.is(await log.dropBefore(50, 0), 1);
  const first = await log.dropBefore(50, 25);
  t.true(first > 13 && first <= 26);
  t.is(await log.dropBefore(50, 10), first);
  t.true((await log.dropBefore(50, 55)) > 26);
});

test('a removal that a crash interrupted is finished by the next start', async (t) => {
  const disk = new MemoryDisk();
  const log = openLog(disk);
  appendMore(log, 60, 100);
  await log.sync();
  log.markCommitted(60);
  disk.addFault({ operation: 'remove', code: 'DISK_FAILED' });
  await storeErrorFrom(log.dropBefore(40, 10_000));
  const first = log.firstIndex();
  disk.crash('lose', seededRandom(1));
  const count = disk.list(logDirectory).length;
  const next = openLog(disk);
  t.is(next.firstIndex(), first);
  await next.settled();
  t.true(disk.list(logDirectory).length < count);
});

test('committed entries that the mark knows cannot be cut', async (t) => {
  const log = openLog(new MemoryDisk());
  appendMore(log, 4, 20);
  log.markCommitted(3);
  await log.sync();
  await log.settled();
  t.is(log.markedIndex, 3);
  const cut = entriesAfter(log.positionAt(2) ?? log.lastPosition(), [{ term: 9, bytes: 1 }]);
  t.is(storeErrorOf(() => log.append(cut)).code, 'ENTRY_CHAIN_BROKEN');
  t.is(log.lastPosition().index, 4);
});

test('segments without exact places are read by walking, from any entry', async (t) => {
  const disk = new MemoryDisk();
  const log = openLog(disk, { ...tinyLimits, segmentBytes: 8192 });
  const entries = [...appendMore(log, 100, 60), ...appendMore(log, 100, 200, 2)];
  await log.close();
  const next = openLog(disk, { ...tinyLimits, segmentBytes: 8192 });
  const random = seededRandom(5);
  for (let round = 0; round < 200; round += 1) {
    const from = 1 + random.nextInt(entries.length);
    const found = next.entries(from, from + 1 + random.nextInt(20), random.nextInt(3000));
    t.true(found.length >= 1);
    found.forEach((entry, at) => {
      t.true(entry.frame.equals(entries[from - 1 + at]?.frame ?? Buffer.alloc(0)));
    });
    const position = next.positionAt(from);
    t.is(position?.hash, entries[from - 1]?.hash);
    t.is(next.term(from), entries[from - 1]?.term ?? -1);
  }
});

test('damage that is read while the disk is full is told as such, and noted when there is room', async (t) => {
  const disk = new MemoryDisk();
  const settings = { ...tinyLimits, verifyAtOpenBytes: 0 };
  const log = openLog(disk, settings);
  const [victim] = appendMore(log, 8, 400);
  await log.sync();
  const address = victim?.address ?? 0;
  disk.flipBits(firstSegment, 64 + address + 100, 1);
  disk.addFault({ operation: 'write', pathEnd: 'suspects.new', code: 'DISK_FULL' });
  const read = (): unknown => log.read(address, victim?.frame.length ?? 0);
  t.is(storeErrorOf(read).code, 'LOG_CORRUPT');
  t.false(disk.list(logDirectory).includes('suspects'));
  t.is(storeErrorOf(read).code, 'LOG_CORRUPT');
  await log.close();
  t.deepEqual(
    openLog(disk, settings).holes.map(({ afterIndex, beforeIndex }) => [afterIndex, beforeIndex]),
    [[0, 2]],
  );
});

test('a log whose damage was mended opens on a full disk', async (t) => {
  const disk = new MemoryDisk();
  const settings = { ...tinyLimits, verifyAtOpenBytes: 0 };
  const log = openLog(disk, settings);
  const [victim] = appendMore(log, 8, 400);
  await log.sync();
  const address = victim?.address ?? 0;
  const flip = (): void => disk.flipBits(firstSegment, 64 + address + 100, 1);
  flip();
  t.is(storeErrorOf(() => log.read(address, victim?.frame.length ?? 0)).code, 'LOG_CORRUPT');
  await log.close();
  flip();
  disk.addFault({ operation: 'write', pathEnd: 'suspects.new', code: 'DISK_FULL' });
  const next = openLog(disk, settings);
  t.is(next.recovery.damage, null);
  t.is(allEntries(next).length, 8);
});
