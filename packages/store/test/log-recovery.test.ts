import { join } from 'node:path';
import test from 'ava';
import { entriesAfter } from '@ledgermq/raft/suite';
import { MemoryDisk } from '../src/memory-disk.ts';
import { firstSegment, openLog, seededRandom, storeErrorOf, tinyLimits } from './log-fixture.ts';
import {
  FRAME_BYTES,
  HEADER_BYTES,
  asideFolder,
  markPath,
  storedLog,
  offsetOf,
  truncate,
  openDamaged,
  flip,
  fillHoles,
  requireEntries,
  segmentedLog,
} from './stored-log.ts';

test('damage before the mark at the end shortens the log, and the mark remembers how far it was', async (t) => {
  const { disk, entries } = await storedLog(5, 5);
  disk.corrupt(firstSegment, offsetOf(5) + 100, Buffer.from('rotten'));
  const rotten = disk.contentOf(firstSegment).subarray(offsetOf(5));
  let log = openDamaged(disk);
  t.like(log.recovery.damage, { code: 'LOG_CORRUPT', file: firstSegment, offset: offsetOf(5), index: 5 });
  for (let round = 0; round < 3; round += 1) {
    t.is(log.lastPosition().index, 4);
    t.is(log.voteFloor.index, 5);
    t.is(log.markedIndex, 5);
    t.deepEqual(log.holes, []);
    t.deepEqual(disk.list(asideFolder), [`${'0'.repeat(20)}.log.at-${offsetOf(5)}.damaged.1`]);
    if (round === 0) await log.close();
    disk.crash(round === 0 ? 'kill' : 'lose', seededRandom(1));
    log = openLog(disk.process());
  }
  t.deepEqual(disk.contentOf(join(asideFolder, disk.list(asideFolder)[0] ?? '')), rotten);
  const other = entriesAfter(log.lastPosition(), [{ term: 9, bytes: 10 }]);
  t.is(storeErrorOf(() => log.append(other)).code, 'ENTRY_CHAIN_BROKEN');
  log.append(entries.slice(4));
  t.is(log.voteFloor.index, 0);
  await log.sync();
  requireEntries(log, entries);
  t.is(storeErrorOf(() => log.append(other)).code, 'ENTRY_CHAIN_BROKEN');
  disk.crash('lose', seededRandom(1));
  t.is(openLog(disk).voteFloor.index, 0);
});

test('a log that ends before the mark is one that lost its end', async (t) => {
  for (const [size, last] of [
    [offsetOf(5), 4],
    [offsetOf(4), 3],
    [offsetOf(1), 0],
    [20, 0],
  ] as const) {
    const { disk, entries } = await storedLog(5, 5);
    truncate(disk, firstSegment, size);
    const log = openDamaged(disk);
    t.is(log.lastPosition().index, last);
    t.is(log.voteFloor.index, 5);
    log.append(entries.slice(last));
    requireEntries(log, entries);
    t.is(log.voteFloor.index, 0);
  }
});

test('a valid entry that does not follow is damage, not a torn tail', async (t) => {
  const { disk, entries } = await storedLog(5, 2);
  const fourth = entries[3];
  if (fourth === undefined) throw new Error('five entries were made');
  const stranger = entriesAfter({ index: 4, term: 1, address: fourth.address + FRAME_BYTES, hash: 12345 }, [
    { term: 1, bytes: FRAME_BYTES - 48 },
  ]);
  disk.corrupt(firstSegment, offsetOf(5), stranger[0]?.frame ?? Buffer.alloc(0));
  const log = openDamaged(disk);
  t.like(log.recovery.damage, { code: 'LOG_CORRUPT', offset: offsetOf(5), index: 5 });
  t.is(log.lastPosition().index, 4);
  t.is(disk.list(asideFolder).length, 1);
});

test('another history than the marked one is set aside whole, of another term or not', async (t) => {
  for (const term of [1, 2]) {
    const { disk, entries } = await storedLog(5, 5);
    const other = new MemoryDisk();
    const foreign = openLog(other, { ...tinyLimits, segmentBytes: 100_000 });
    const body = { term, bytes: FRAME_BYTES - 48, salt: 9 };
    foreign.append(entriesAfter(foreign.lastPosition(), [body, body, body, body, body]));
    disk.corrupt(firstSegment, 0, other.contentOf(firstSegment));
    const log = openDamaged(disk);
    t.like(log.recovery.damage, { code: 'LOG_CORRUPT', file: firstSegment, index: 5 });
    t.is(log.lastPosition().index, 0);
    t.is(log.voteFloor.index, 5);
    t.true(log.recovery.inDoubt);
    t.deepEqual(
      disk.contentOf(join(asideFolder, disk.list(asideFolder)[0] ?? '')),
      other.contentOf(firstSegment),
    );
    log.append(entries);
    requireEntries(log, entries);
  }
});

test('a mark with two bad slots, or none at all, is made anew from the segments, and the member is in doubt', async (t) => {
  for (const kind of ['bad', 'none'] as const) {
    const { disk, entries } = await storedLog(3, 2);
    if (kind === 'none') disk.drop(markPath);
    else for (const at of [30, 4096 + 30]) flip(disk, markPath, at);
    const log = openLog(disk.process());
    t.true(log.recovery.inDoubt);
    t.is(log.recovery.setAside.length, kind === 'bad' ? 1 : 0);
    requireEntries(log, entries);
    disk.crash('lose', seededRandom(1));
    const next = openLog(disk.process());
    t.true(next.recovery.inDoubt, 'until somebody has taken note');
    await next.endDoubt();
    disk.crash('lose', seededRandom(1));
    t.false(openLog(disk).recovery.inDoubt);
  }
});

test('one bad slot of the mark leaves the mark before it', async (t) => {
  const { disk } = await storedLog(3, 2);
  const slots = [0, 4096].filter((at) => disk.contentOf(markPath).readUInt32BE(at) !== 0);
  for (const at of slots.slice(-1)) disk.corrupt(markPath, at + 30, Buffer.from('x'));
  t.is(openLog(disk).lastPosition().index, 3);
});

test('missing segments: in the middle a hole, at the end a shorter log that knows it', async (t) => {
  const { segments, count } = await segmentedLog();
  t.true(segments.length > 5);
  for (const gone of [[0], [3], [3, 4], [0, 1, 3], [segments.length - 1], [...segments.keys()]]) {
    for (const piece of [Infinity, 1, 4]) {
      const { disk, entries } = await segmentedLog();
      for (const at of gone) disk.drop(segments[at] ?? '');
      const log = openDamaged(disk, { ...tinyLimits, segmentBytes: 1000 });
      const end = log.lastPosition().index;
      if (gone.includes(segments.length - 1)) {
        t.true(end < count);
        t.is(log.voteFloor.index, count);
        t.true(log.recovery.inDoubt);
        log.append(entries.slice(end));
      } else {
        t.is(end, count);
        t.is(log.holes.length, new Set(gone.map((at) => (gone.includes(at - 1) ? at - 1 : at))).size);
        // Entries at the end of a hole prove themselves, but where a log begins the whole hole is wanted.
        await fillHoles(log, entries, piece);
      }
      requireEntries(log, entries);
      await log.sync();
      disk.crash('lose', seededRandom(1));
      const next = openLog(disk, { ...tinyLimits, segmentBytes: 1000 });
      t.is(next.recovery.damage, null);
      requireEntries(next, entries);
    }
  }
});

test('an older segment is checked by header and length at open, and by its entries as far as the limit goes', async (t) => {
  const settings = { ...tinyLimits, segmentBytes: 1000 };
  for (const verifyAtOpenBytes of [0, 100_000]) {
    const headerCase = await segmentedLog();
    const second = headerCase.segments[1] ?? '';
    const whole = headerCase.disk.contentOf(second);
    flip(headerCase.disk, second, 20);
    const mended = openDamaged(headerCase.disk, { ...settings, verifyAtOpenBytes });
    t.like(mended.recovery.damage, { file: second, offset: 0 });
    requireEntries(mended, headerCase.entries);
    t.deepEqual(headerCase.disk.contentOf(second), whole, 'what comes before tells what the header was');

    const shortCase = await segmentedLog();
    const size = shortCase.disk.contentOf(second).length;
    truncate(shortCase.disk, second, size - 1);
    const short = openDamaged(shortCase.disk, { ...settings, verifyAtOpenBytes });
    t.like(short.recovery.damage, { file: second, offset: size - 1 });
    await fillHoles(short, shortCase.entries);
    requireEntries(short, shortCase.entries);

    const bodyCase = await segmentedLog();
    flip(bodyCase.disk, second, HEADER_BYTES + FRAME_BYTES + 60);
    let log = openLog(bodyCase.disk.process(), { ...settings, verifyAtOpenBytes });
    const [, victim] = bodyCase.entries.filter(({ address }) => address >= Number(second.slice(-24, -4)));
    const { index = 0, address = 0 } = victim ?? {};
    if (verifyAtOpenBytes === 0) {
      t.deepEqual(log.holes, []);
      t.is(log.entries(1, 4, 10_000).length, 3);
      const place = { code: 'LOG_CORRUPT', file: second, offset: HEADER_BYTES + FRAME_BYTES, index };
      t.like(
        storeErrorOf(() => log.entries(1, 41, 100_000)),
        place,
      );
      for (const at of [0, 48, 60, FRAME_BYTES - 1]) {
        t.like(
          storeErrorOf(() => log.readRecord(address + at, 1)),
          place,
        );
      }
      t.is(log.entries(index + 1, 41, 100_000).length, 40 - index);
      bodyCase.disk.crash('lose', seededRandom(1));
      log = openLog(bodyCase.disk.process(), { ...settings, verifyAtOpenBytes });
    }
    t.is(log.holes[0]?.afterIndex, index - 1, 'the next start knows where to look');
    await fillHoles(log, bodyCase.entries);
    requireEntries(log, bodyCase.entries);
    t.deepEqual(log.readRecord(address + 50, 20), victim?.frame.subarray(50, 70));
  }
});

test('verification finds what no read has met yet', async (t) => {
  const settings = { ...tinyLimits, segmentBytes: 1000, verifyAtOpenBytes: 0 };
  const { disk, segments, entries } = await segmentedLog();
  const log = openLog(disk.process(), settings);
  const good = [...log.verify()];
  t.true(good.every(({ fault }) => fault === null));
  t.is(
    good.reduce((sum, { fromIndex, toIndex }) => sum + toIndex - fromIndex, 0),
    entries.length,
  );
  flip(disk, segments[2] ?? '', 700);
  flip(disk, segments[4] ?? '', 80);
  const faults = [...log.verify()].flatMap(({ fault }) => (fault === null ? [] : [fault.file]));
  t.deepEqual(faults, [segments[2], segments[4]]);
  disk.crash('lose', seededRandom(1));
  const next = openLog(disk, settings);
  t.is(next.holes.length, 2);
  await fillHoles(next, entries, 1);
  requireEntries(next, entries);
});

test('a segment with the header of another one is mended', async (t) => {
  const { disk, segments, entries } = await segmentedLog();
  const [, second = '', third = ''] = segments;
  disk.corrupt(third, 0, disk.contentOf(second).subarray(0, HEADER_BYTES));
  const log = openDamaged(disk, { ...tinyLimits, segmentBytes: 1000 });
  t.like(log.recovery.damage, { code: 'LOG_CORRUPT', file: third });
  requireEntries(log, entries);
});
