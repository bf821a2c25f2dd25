import { join } from 'node:path';
import test from 'ava';
import { entriesAfter } from '@ledgermq/raft/suite';
import { MemoryDisk } from '../src/memory-disk.ts';
import {
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
