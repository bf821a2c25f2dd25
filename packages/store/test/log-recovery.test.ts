import { join } from 'node:path';
import test from 'ava';
import { entriesAfter } from '@ledgermq/raft/suite';
import type { Entry } from '@ledgermq/raft';
import type { SegmentLogConfig } from '../src/config.ts';
import type { StoreError } from '../src/errors.ts';
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

const FRAME_BYTES = 148;
const HEADER_BYTES = 64;
const asideFolder = join(logDirectory, 'set-aside');
const markPath = join(logDirectory, 'durable-mark');

/** One segment of entries of 148 bytes each; the mark stands at `marked`; the process is dead. */
async function storedLog(
  count: number,
  marked: number,
  settings: Partial<SegmentLogConfig> = { ...tinyLimits, segmentBytes: 100_000 },
): Promise<{ disk: MemoryDisk; entries: Entry[] }> {
  const disk = new MemoryDisk();
  const log = openLog(disk, settings);
  const entries = appendMore(log, count, FRAME_BYTES - 48);
  log.markCommitted(marked);
  await log.sync();
  await log.settled();
  if (log.markedIndex !== marked) throw new Error('the mark was not written');
  disk.crash('kill', seededRandom(1));
  return { disk, entries };
}

function offsetOf(index: number): number {
  return HEADER_BYTES + (index - 1) * FRAME_BYTES;
}

function truncate(disk: MemoryDisk, path: string, size: number): void {
  const file = disk.open(path, 'read-write');
  file.truncateNow(size);
  file.syncNow();
  file.close();
}

function reopenError(disk: MemoryDisk): StoreError {
  const before = disk.contentOf(firstSegment);
  const error = storeErrorOf(() => openLog(disk));
  // A refusal changes nothing and releases the directory.
  if (!before.equals(disk.contentOf(firstSegment))) throw new Error('the refused segment was changed');
  storeErrorOf(() => openLog(disk));
  return error;
}

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

test('damage with a valid entry behind it is corruption, at every byte', async (t) => {
  for (let at = 0; at < FRAME_BYTES; at += 7) {
    const { disk } = await storedLog(5, 2);
    const old = disk.contentOf(firstSegment)[offsetOf(4) + at] ?? 0;
    disk.corrupt(firstSegment, offsetOf(4) + at, Buffer.from([old ^ 0x01]));
    const error = reopenError(disk);
    t.is(error.code, 'LOG_CORRUPT', `byte ${at}`);
    t.is(error.file, firstSegment);
    t.is(error.offset, offsetOf(4));
    t.is(error.index, 4);
  }
});

test('damage before the mark is corruption, even at the end of the log', async (t) => {
  const { disk } = await storedLog(5, 5);
  disk.corrupt(firstSegment, offsetOf(5) + 100, Buffer.from('rotten'));
  const error = reopenError(disk);
  t.like(error, { code: 'LOG_CORRUPT', file: firstSegment, offset: offsetOf(5), index: 5 });
});

test('a log that ends before the mark is corrupt', async (t) => {
  for (const size of [offsetOf(5), offsetOf(4), offsetOf(1)]) {
    const { disk } = await storedLog(5, 5);
    truncate(disk, firstSegment, size);
    t.like(reopenError(disk), { code: 'LOG_CORRUPT', file: firstSegment, offset: size });
  }
});

test('a valid entry that does not follow is corruption, not a torn tail', async (t) => {
  const { disk, entries } = await storedLog(5, 2);
  const fourth = entries[3];
  if (fourth === undefined) throw new Error('five entries were made');
  const stranger = entriesAfter({ index: 4, term: 1, address: fourth.address + FRAME_BYTES, hash: 12345 }, [
    { term: 1, bytes: FRAME_BYTES - 48 },
  ]);
  disk.corrupt(firstSegment, offsetOf(5), stranger[0]?.frame ?? Buffer.alloc(0));
  t.like(reopenError(disk), { code: 'LOG_CORRUPT', offset: offsetOf(5), index: 5 });
});

test('another history than the marked one is corruption, of another term or not', async (t) => {
  for (const term of [1, 2]) {
    const { disk } = await storedLog(5, 5);
    const other = new MemoryDisk();
    const log = openLog(other, { ...tinyLimits, segmentBytes: 100_000 });
    const body = { term, bytes: FRAME_BYTES - 48, salt: 9 };
    log.append(entriesAfter(log.lastPosition(), [body, body, body, body, body]));
    disk.corrupt(firstSegment, 0, other.contentOf(firstSegment));
    t.like(reopenError(disk), { code: 'LOG_CORRUPT', file: firstSegment, index: 5 });
  }
});

test('a mark with two bad slots, or none at all, is corruption while segments exist', async (t) => {
  const bad = await storedLog(3, 2);
  bad.disk.corrupt(markPath, 30, Buffer.from('x'));
  bad.disk.corrupt(markPath, 4096 + 30, Buffer.from('x'));
  t.like(reopenError(bad.disk), { code: 'LOG_CORRUPT', file: markPath });
  const none = await storedLog(3, 2);
  await none.disk.remove(markPath);
  t.like(reopenError(none.disk), { code: 'LOG_CORRUPT', file: markPath });
});

test('one bad slot of the mark leaves the mark before it', async (t) => {
  const { disk } = await storedLog(3, 2);
  const slots = [0, 4096].filter((at) => disk.contentOf(markPath).readUInt32BE(at) !== 0);
  for (const at of slots.slice(-1)) disk.corrupt(markPath, at + 30, Buffer.from('x'));
  t.is(openLog(disk).lastPosition().index, 3);
});

/** Several segments, all synced, the mark at the end; returns the segment paths. */
async function segmentedLog(): Promise<{ disk: MemoryDisk; segments: string[]; count: number }> {
  const count = 40;
  const { disk } = await storedLog(count, count, { ...tinyLimits, segmentBytes: 1000 });
  const names = disk.list(logDirectory).filter((name) => name.endsWith('.log'));
  return { disk, segments: names.map((name) => join(logDirectory, name)), count };
}

test('missing segments are corruption: the first, one in the middle, the last, all of them', async (t) => {
  const { segments } = await segmentedLog();
  t.true(segments.length > 5);
  for (const gone of [[0], [3], [segments.length - 1], [...segments.keys()]]) {
    const { disk } = await segmentedLog();
    for (const at of gone) await disk.remove(segments[at] ?? '');
    t.is(storeErrorOf(() => openLog(disk)).code, 'LOG_CORRUPT', `without ${gone.join()}`);
  }
});

test('an older segment is checked by its header and length at open, by its entries when they are read', async (t) => {
  const headerCase = await segmentedLog();
  const second = headerCase.segments[1] ?? '';
  headerCase.disk.corrupt(second, 20, Buffer.from('x'));
  t.like(
    storeErrorOf(() => openLog(headerCase.disk)),
    { code: 'LOG_CORRUPT', file: second, offset: 0 },
  );

  const shortCase = await segmentedLog();
  const size = shortCase.disk.contentOf(second).length;
  truncate(shortCase.disk, second, size - 1);
  t.like(
    storeErrorOf(() => openLog(shortCase.disk)),
    {
      code: 'LOG_CORRUPT',
      file: second,
      offset: size - 1,
    },
  );

  const bodyCase = await segmentedLog();
  bodyCase.disk.corrupt(second, HEADER_BYTES + FRAME_BYTES + 60, Buffer.from('x'));
  const log = openLog(bodyCase.disk);
  const index = (log.recovery.segmentCount > 2 ? 6 : 0) + 2;
  t.is(log.entries(1, 4, 10_000).length, 3);
  const error = storeErrorOf(() => log.entries(1, 40, 100_000));
  t.like(error, { code: 'LOG_CORRUPT', file: second, offset: HEADER_BYTES + FRAME_BYTES, index });
  t.is(log.entries(index + 1, 40, 100_000).length, 40 - index - 1);
});

test('a swapped older segment is refused', async (t) => {
  const { disk, segments } = await segmentedLog();
  const [, second = '', third = ''] = segments;
  disk.corrupt(third, 0, disk.contentOf(second).subarray(0, HEADER_BYTES));
  t.like(
    storeErrorOf(() => openLog(disk)),
    { code: 'LOG_CORRUPT', file: third },
  );
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
  await storeErrorFrom(log.dropBefore(2));
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
