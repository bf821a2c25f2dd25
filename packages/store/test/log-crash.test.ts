import { join } from 'node:path';
import test from 'ava';
import { entriesAfter } from '@ledgermq/raft/suite';
import { MemoryDisk } from '../src/memory-disk.ts';
import {
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
import {
  FRAME_BYTES,
  HEADER_BYTES,
  asideFolder,
  storedLog,
  offsetOf,
  truncate,
  segmentedLog,
} from './stored-log.ts';

test('a tail torn at any byte is cut beyond the mark, and its bytes are kept', async (t) => {
  for (let size = offsetOf(4); size < offsetOf(6); size += 1) {
    const { disk } = await storedLog(5, 3);
    const whole = disk.contentOf(firstSegment);
    truncate(disk, firstSegment, size);
    const log = openLog(disk);
    const last = size < offsetOf(5) ? 3 : 4;
    const torn = size - offsetOf(last + 1);
    t.is(log.lastPosition().index, last, `cut at ${size}`);
    t.is(log.recovery.tornBytes, torn);
    t.is(log.recovery.entriesScanned, last);
    if (torn === 0) {
      t.deepEqual(log.recovery.setAside, []);
    } else {
      const name = `${'0'.repeat(20)}.log.at-${offsetOf(last + 1)}.torn.1`;
      t.deepEqual(log.recovery.setAside, [join(asideFolder, name)]);
      t.deepEqual(disk.contentOf(join(asideFolder, name)), whole.subarray(offsetOf(last + 1), size));
    }
    const [more] = appendMore(log, 1, 10, 2);
    log.checkInvariants();
    await log.close();
    const next = openLog(disk);
    t.is(next.recovery.tornBytes, 0);
    t.is(next.lastPosition().hash, more?.hash ?? -1);
  }
});

test('a last entry damaged at any byte is torn, whatever part of it', async (t) => {
  for (let at = 0; at < FRAME_BYTES; at += 1) {
    const { disk } = await storedLog(5, 4);
    const old = disk.contentOf(firstSegment)[offsetOf(5) + at] ?? 0;
    disk.corrupt(firstSegment, offsetOf(5) + at, Buffer.from([old ^ 0x40]));
    const log = openLog(disk);
    t.is(log.lastPosition().index, 4, `byte ${at}`);
    t.is(log.recovery.tornBytes, FRAME_BYTES);
  }
});

test('zeros behind the last entry are a torn tail', async (t) => {
  const { disk } = await storedLog(5, 4);
  const file = disk.open(firstSegment, 'read-write');
  file.write(Buffer.alloc(10_000), offsetOf(6));
  const log = openLog(disk);
  t.is(log.lastPosition().index, 5);
  t.is(log.recovery.tornBytes, 10_000);
});

test('a last segment whose header is torn is set aside', async (t) => {
  for (let size = 0; size < HEADER_BYTES; size += 9) {
    const { disk, count } = await segmentedLog();
    const end = String(count * FRAME_BYTES).padStart(20, '0');
    const stub = disk.open(join(logDirectory, `${end}.log`), 'create');
    stub.write(Buffer.alloc(size, 0x4c), 0);
    const log = openLog(disk);
    t.is(log.lastPosition().index, count);
    t.deepEqual(log.recovery.setAside, [join(asideFolder, `${end}.log.at-0.torn.1`)]);
    appendMore(log, 1, 900);
    log.checkInvariants();
    t.is(allEntries(log).length, count + 1);
  }
});

test('unknown files and folders are set aside, never deleted; the hard state stays', async (t) => {
  const { disk } = await storedLog(2, 2);
  for (const name of ['notes.txt', '123.log', 'hard-state', '0.log.bak']) {
    disk.open(join(logDirectory, name), 'create').write(Buffer.from(name), 0);
  }
  disk.mkdir(join(logDirectory, 'folder'));
  disk.open(join(logDirectory, 'folder', 'inner'), 'create').write(Buffer.from('inner'), 0);
  const log = openLog(disk);
  t.is(log.recovery.setAside.length, 4);
  t.is(disk.contentOf(join(asideFolder, 'notes.txt.at-0.foreign.4')).toString(), 'notes.txt');
  t.is(disk.contentOf(join(asideFolder, 'folder.at-0.foreign.3', 'inner')).toString(), 'inner');
  t.true(disk.exists(join(logDirectory, 'hard-state')));
  t.is(log.lastPosition().index, 2);
  await log.close();
  t.is(openLog(disk).recovery.setAside.length, 0);
});

test('a full disk refuses an append whole, and the log goes on when there is room', async (t) => {
  for (let room = 0; room <= 900; room += 25) {
    const disk = new MemoryDisk();
    const settings = { ...tinyLimits, segmentBytes: 500 };
    const log = openLog(disk, settings);
    appendMore(log, 2, 100);
    await log.sync();
    const before = log.lastPosition();
    disk.setCapacity(Number.MAX_SAFE_INTEGER - 1);
    const used = Number.MAX_SAFE_INTEGER - 1 - disk.freeBytes('/');
    disk.setCapacity(used + room);
    const error = storeErrorOf(() => appendMore(log, 6, 100));
    t.is(error.code, 'DISK_FULL', `room for ${room}`);
    t.is(log.failure, null);
    t.deepEqual(log.lastPosition(), before);
    log.checkInvariants();
    t.is(allEntries(log).length, 2);
    await log.sync();
    const refusedToStay = disk.contentOf(firstSegment).length;
    t.is(refusedToStay, HEADER_BYTES + before.address);
    disk.setCapacity(Number.MAX_SAFE_INTEGER);
    const more = appendMore(log, 3, 120, 2);
    await log.sync();
    log.checkInvariants();
    disk.crash('lose', seededRandom(room));
    const next = openLog(disk, settings);
    t.is(next.lastPosition().hash, more.at(-1)?.hash ?? -1);
    t.is(allEntries(next).length, 5);
  }
});

test('entries refused by a full disk never come back, whatever a crash does', async (t) => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const disk = new MemoryDisk();
    const log = openLog(disk, { ...tinyLimits, segmentBytes: 500 });
    appendMore(log, 2, 100);
    await log.sync();
    disk.addFault({
      operation: 'write',
      pathEnd: '.log',
      code: 'DISK_FULL',
      bytesWritten: 64 + ((seed * 37) % 300),
      skip: seed % 3,
    });
    t.is(storeErrorOf(() => appendMore(log, 6, 100)).code, 'DISK_FULL');
    disk.crash((['kill', 'tear', 'reorder'] as const)[seed % 3] ?? 'kill', seededRandom(seed));
    const next = openLog(disk);
    t.is(next.lastPosition().index, 2, `seed ${seed}`);
  }
});

test('a crash after a cut gives the old suffix or the new one, never a mixture', async (t) => {
  const seen = new Set<string>();
  for (let seed = 1; seed <= 120; seed += 1) {
    const disk = new MemoryDisk();
    const log = openLog(disk, { ...tinyLimits, segmentBytes: 600, markIntervalBytes: 1_000_000 });
    const old = appendMore(log, 12, 100);
    await log.sync();
    const keep = 1 + (seed % 8);
    const from = log.positionAt(keep) ?? log.lastPosition();
    const fresh = entriesAfter(
      from,
      [1, 2, 3, 4, 5].map(() => ({ term: 2, bytes: 100 })),
    );
    log.append(fresh);
    log.checkInvariants();
    disk.crash((['tear', 'lose'] as const)[seed % 2] ?? 'tear', seededRandom(seed));
    const next = openLog(disk, tinyLimits);
    next.checkInvariants();
    const held = allEntries(next).map((entry) => entry.hash);
    const histories = [old, [...old.slice(0, keep), ...fresh]];
    const fits = histories.filter((history) => held.every((hash, at) => history[at]?.hash === hash));
    t.true(held.length >= keep && fits.length > 0, `seed ${seed}`);
    seen.add(held.length > keep && fits[0] === old ? 'old' : held.length > keep ? 'new' : 'neither');
  }
  t.deepEqual([...seen].sort(), ['neither', 'new', 'old']);
});

test('the excess of a cut that a crash left in a file is trimmed by the next start', async (t) => {
  const gates: (() => void)[] = [];
  const disk = new MemoryDisk({ schedule: (complete) => gates.push(complete) });
  const log = openLog(disk, { ...tinyLimits, segmentBytes: 100_000 });
  appendMore(log, 5, 100);
  log.append(entriesAfter(log.positionAt(2) ?? log.lastPosition(), [{ term: 2, bytes: 100 }]));
  disk.crash('kill', seededRandom(1));
  const next = openLog(disk);
  t.is(next.lastPosition().index, 3);
  t.is(next.recovery.excessBytes, 3 * FRAME_BYTES);
  const settled = next.settled();
  for (let turn = 0; turn < 40; turn += 1) {
    gates.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await settled;
  t.is(disk.contentOf(firstSegment).length, offsetOf(3));
  next.checkInvariants();
});

test('retention up to a segment that was never synced survives the loss of that segment', async (t) => {
  const disk = new MemoryDisk();
  const log = openLog(disk, { ...tinyLimits, segmentBytes: 256 });
  const [first] = appendMore(log, 1, 100);
  await log.sync();
  log.markCommitted(1);
  appendMore(log, 1, 200);
  // The removal would sync the directory, and so the name of the new segment.
  disk.addFault({ operation: 'remove', code: 'DISK_FAILED' });
  await storeErrorFrom(log.dropBefore(2, 10_000));
  disk.crash('lose', seededRandom(1));
  t.deepEqual(
    disk.list(logDirectory).filter((name) => name.endsWith('.log')),
    [`${'0'.repeat(20)}.log`],
  );
  const next = openLog(disk, tinyLimits);
  t.is(next.firstIndex(), 2);
  t.is(next.lastPosition().hash, first?.hash ?? -1);
  appendMore(next, 1, 100);
  next.checkInvariants();
});

test('a new log whose creation a crash interrupted opens as new', (t) => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const disk = new MemoryDisk();
    appendMore(openLog(disk), 3, 100);
    disk.crash((['lose', 'tear'] as const)[seed % 2] ?? 'lose', seededRandom(seed));
    const log = openLog(disk);
    t.true(log.lastPosition().index <= 3);
    appendMore(log, 1, 10, 3);
    log.checkInvariants();
  }
});
