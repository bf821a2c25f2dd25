import { join } from 'node:path';
import test from 'ava';
import { entriesAfter } from '@ledgermq/raft/suite';
import type { Entry } from '@ledgermq/raft';
import type { SegmentLogConfig } from '../src/config.ts';
import { MemoryDisk } from '../src/memory-disk.ts';
import type { SegmentLog } from '../src/segment-log.ts';
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

/** Open a damaged log: what it found must stay on disk, in place or aside, and the file named must be right. */
function openDamaged(disk: MemoryDisk, settings: Partial<SegmentLogConfig> = tinyLimits): SegmentLog {
  const log = openLog(disk.process(), settings);
  if (log.recovery.damage === null) throw new Error('no damage was found');
  return log;
}

function flip(disk: MemoryDisk, path: string, at: number, mask = 0x01): void {
  disk.corrupt(path, at, Buffer.from([(disk.contentOf(path)[at] ?? 0) ^ mask]));
}

/** Fill every hole of a log with what another member has, the last entries first if `piece` is less than all. */
async function fillHoles(log: SegmentLog, entries: readonly Entry[], piece = Infinity): Promise<void> {
  for (let hole = log.holes[0]; hole !== undefined; hole = log.holes[0]) {
    const missing = entries.slice(hole.afterIndex, hole.beforeIndex - 1);
    await log.fillHole(hole, missing.slice(-Math.min(piece, missing.length)));
  }
}

function requireEntries(log: SegmentLog, entries: readonly Entry[]): void {
  const found = allEntries(log);
  if (found.length !== entries.length) throw new Error(`${found.length} entries, not ${entries.length}`);
  found.forEach((entry, at) => {
    if (!entry.frame.equals(entries[at]?.frame ?? Buffer.alloc(0)))
      throw new Error(`entry ${entry.index} differs`);
  });
  log.checkInvariants();
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

test('damage with a valid entry behind it is a hole, at every byte, and can be filled', async (t) => {
  for (let at = 0; at < FRAME_BYTES; at += 7) {
    const { disk, entries } = await storedLog(5, 2);
    flip(disk, firstSegment, offsetOf(4) + at);
    const bytes = disk.contentOf(firstSegment);
    const log = openDamaged(disk);
    t.like(log.recovery.damage, { code: 'LOG_CORRUPT', file: firstSegment, offset: offsetOf(4), index: 4 });
    const [, , third, , fifth] = entries;
    t.deepEqual(log.holes, [
      {
        afterIndex: 3,
        afterHash: third?.hash ?? 0,
        afterAddress: 3 * FRAME_BYTES,
        beforeIndex: 5,
        beforeAddress: 4 * FRAME_BYTES,
        beforePrevHash: fifth?.prevHash ?? 0,
      },
    ]);
    t.is(log.lastPosition().index, 5);
    t.is(log.entries(1, 4, 10_000).length, 3);
    t.is(storeErrorOf(() => log.entries(4, 5, 10_000)).code, 'LOG_CORRUPT');
    t.deepEqual(log.entries(5, 6, 10_000)[0]?.frame, fifth?.frame);
    t.is(storeErrorOf(() => appendMore(log, 1, 10)).code, 'LOG_CORRUPT');
    t.deepEqual(disk.contentOf(firstSegment), bytes, 'nothing is touched before the hole is filled');
    const stranger = entriesAfter(log.positionAt(3) ?? log.lastPosition(), [
      { term: 1, bytes: FRAME_BYTES - 48, salt: 3 },
    ]);
    const hole = log.holes[0];
    if (hole === undefined) throw new Error('no hole');
    t.is((await storeErrorFrom(log.fillHole(hole, stranger))).code, 'ENTRY_CHAIN_BROKEN');
    t.deepEqual(disk.contentOf(firstSegment), bytes);
    await fillHoles(log, entries);
    requireEntries(log, entries);
    const [piece = ''] = disk.list(asideFolder);
    t.deepEqual(disk.contentOf(join(asideFolder, piece)), bytes.subarray(offsetOf(4), offsetOf(5)));
    appendMore(log, 1, 10, 2);
    await log.sync();
    disk.crash('lose', seededRandom(at));
    const next = openLog(disk);
    t.is(next.recovery.damage, null);
    t.is(next.lastPosition().index, 6);
  }
});

test('entries that fit what lies behind a hole but not what lies before it are refused', async (t) => {
  const { disk, entries } = await storedLog(5, 0);
  const bodies = [1, 2, 3].map(() => ({ term: 1, bytes: FRAME_BYTES - 48, salt: 77 }));
  const others = entriesAfter({ index: 0, term: 0, address: 0, hash: 0 }, bodies);
  for (const entry of others) disk.corrupt(firstSegment, offsetOf(entry.index), entry.frame);
  flip(disk, firstSegment, offsetOf(4) + 60);
  const log = openDamaged(disk);
  const [hole] = log.holes;
  if (hole === undefined) throw new Error('no hole');
  t.is(hole.afterHash, others[2]?.hash ?? 0);
  t.is((await storeErrorFrom(log.fillHole(hole, entries.slice(3, 4)))).code, 'ENTRY_CHAIN_BROKEN');
  t.is(log.holes.length, 1);
});

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

/** Several segments, all synced, the mark at the end; returns the segment paths. */
async function segmentedLog(): Promise<{
  disk: MemoryDisk;
  segments: string[];
  count: number;
  entries: Entry[];
}> {
  const count = 40;
  const { disk, entries } = await storedLog(count, count, { ...tinyLimits, segmentBytes: 1000 });
  const names = disk.list(logDirectory).filter((name) => name.endsWith('.log'));
  return { disk, segments: names.map((name) => join(logDirectory, name)), count, entries };
}

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

test('a hole that nobody can fill is cut, and the member knows how far it was unless nobody can have relied on it', async (t) => {
  for (const neverCommitted of [false, true]) {
    const { disk, entries } = await storedLog(9, 2);
    flip(disk, firstSegment, offsetOf(4) + 60);
    flip(disk, firstSegment, offsetOf(7) + 60);
    let log = openDamaged(disk);
    t.is(log.holes.length, 2);
    const [hole] = log.holes;
    if (hole === undefined) throw new Error('no hole');
    await log.cutHole(hole, { neverCommitted });
    for (let round = 0; round < 2; round += 1) {
      t.deepEqual(log.holes, []);
      requireEntries(log, entries.slice(0, 3));
      t.is(log.voteFloor.index, neverCommitted ? 0 : 9);
      disk.crash('lose', seededRandom(1));
      log = openLog(disk.process());
    }
    log.append(entriesAfter(log.lastPosition(), [{ term: 2, bytes: 10 }]));
    t.is(log.voteFloor.index, 0, 'a later term knows better');
  }
});

test('damage to either slot of the mark does not let a member forget that its log was cut short', async (t) => {
  const shortened = async (how: 'cut hole' | 'lost end'): Promise<MemoryDisk> => {
    const { disk } = await storedLog(9, how === 'lost end' ? 8 : 2);
    if (how === 'lost end') {
      truncate(disk, firstSegment, offsetOf(4));
    } else flip(disk, firstSegment, offsetOf(4) + 60);
    const log = openDamaged(disk);
    const [hole] = log.holes;
    if (hole !== undefined) await log.cutHole(hole, { neverCommitted: false });
    t.is(log.voteFloor.index, how === 'lost end' ? 8 : 9);
    disk.crash('lose', seededRandom(1));
    return disk;
  };
  for (const how of ['cut hole', 'lost end'] as const) {
    for (const slot of [0, 4096]) {
      const disk = await shortened(how);
      flip(disk, markPath, slot + 30);
      const log = openLog(disk.process());
      t.is(log.voteFloor.index, how === 'lost end' ? 8 : 9, `${how}, slot at ${slot}`);
      await log.close();
    }
  }
});

test('a log with a hole can begin anew from a snapshot', async (t) => {
  const { disk, entries } = await storedLog(9, 5);
  flip(disk, firstSegment, offsetOf(4) + 60);
  const log = openDamaged(disk);
  const position = log.positionAt(6);
  if (position === null) throw new Error('no entry 6');
  await log.reset(position);
  t.deepEqual(log.holes, []);
  t.is(log.voteFloor.index, 9, 'entries 7 to 9 were good, and are not in the snapshot');
  log.append(entries.slice(6));
  t.is(log.voteFloor.index, 0);
  await log.sync();
  disk.crash('lose', seededRandom(1));
  requireEntries(openLog(disk), entries.slice(6));
});

test('a hole is filled whole or stays one, whatever a crash does meanwhile', async (t) => {
  for (const mode of ['kill', 'lose', 'tear', 'reorder'] as const) {
    for (let steps = 0; steps < 14; steps += 1) {
      const { disk: source, entries } = await segmentedLog();
      const gates: (() => void)[] = [];
      const disk = new MemoryDisk({ schedule: (complete) => gates.push(complete) });
      disk.mkdir(logDirectory);
      for (const name of source.list(logDirectory)) {
        const path = join(logDirectory, name);
        if (name === 'set-aside') continue;
        const file = disk.open(path, 'create');
        file.write(source.contentOf(path), 0);
        file.syncNow();
        disk.syncDirectoryNow(logDirectory);
      }
      const names = disk.list(logDirectory).filter((name) => name.endsWith('.log'));
      flip(disk, join(logDirectory, names[2] ?? ''), 300);
      disk.drop(join(logDirectory, names[4] ?? ''));
      const settings = { ...tinyLimits, segmentBytes: 1000 };
      const log = openLog(disk.process(), settings);
      const filling = fillHoles(log, entries, 2).catch(() => undefined);
      for (let step = 0; step < steps; step += 1) {
        await new Promise((resolve) => setImmediate(resolve));
        gates.shift()?.();
      }
      disk.crash(mode, seededRandom(steps + 5));
      for (let gate = gates.shift(); gate !== undefined; gate = gates.shift()) {
        gate();
        await new Promise((resolve) => setImmediate(resolve));
      }
      await filling;
      const next = openLog(disk.process(), settings);
      t.is(next.lastPosition().index, entries.length);
      t.is(next.voteFloor.index, 0);
      const refilling = fillHoles(next, entries);
      let done = false;
      void refilling.finally(() => {
        done = true;
      });
      while (!done) {
        gates.shift()?.();
        await new Promise((resolve) => setImmediate(resolve));
      }
      await refilling;
      requireEntries(next, entries);
    }
  }
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
