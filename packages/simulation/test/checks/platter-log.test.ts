import test from 'ava';
import { allocateFrame, EntryKind, sealEntry, type Entry } from '@ledgermq/raft';
import { MemoryDisk, parseSegmentLogConfig, SegmentLog } from '@ledgermq/store';
import type { MirrorEntry } from '../../src/checks/log-mirror.ts';
import { LogMirror } from '../../src/checks/log-mirror.ts';
import { PlatterLog } from '../../src/checks/platter-log.ts';
import { SeededRandom } from '../../src/world/seeded-random.ts';

const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

function entryAfter(log: SegmentLog, term: number): Entry {
  const { index, address, hash } = log.lastPosition();
  const frame = allocateFrame(200);
  frame.fill(index + 1, 48);
  return sealEntry(frame, { index: index + 1, term, kind: EntryKind.Data, address, prevHash: hash });
}

function setUp(): {
  disk: MemoryDisk;
  log: SegmentLog;
  platter: PlatterLog;
  readonly entry: (index: number) => MirrorEntry;
} {
  const disk = new MemoryDisk();
  const log = SegmentLog.open(disk, '/log', parseSegmentLogConfig({ segmentBytes: 4_096 }), silent);
  const platter = new PlatterLog(() => disk, '/log');
  const mirror = new LogMirror();
  const entry = (index: number): MirrorEntry => {
    mirror.update(log);
    const found = mirror.entry(index);
    if (found === null) throw new Error(`no entry ${index}`);
    return found;
  };
  return { disk, log, platter, entry };
}

test('an entry is on the platter from its sync on, in every segment', async (t) => {
  const { log, platter, entry } = setUp();
  log.append([entryAfter(log, 1)]);
  t.false(platter.holds(entry(1)));
  await log.sync();
  t.true(platter.holds(entry(1)));
  for (let count = 0; count < 40; count += 1) log.append([entryAfter(log, 1)]);
  await log.sync();
  for (let index = 1; index <= 41; index += 1) t.true(platter.holds(entry(index)), `entry ${index}`);
});

test('an entry that replaces another one is not taken for it', async (t) => {
  const { log, platter, entry } = setUp();
  log.append([entryAfter(log, 1)]);
  const before = log.lastPosition();
  log.append([entryAfter(log, 1)]);
  await log.sync();
  const old = entry(2);
  const frame = allocateFrame(200).fill(9, 48);
  const seal = { index: 2, term: 2, kind: EntryKind.Data, address: before.address, prevHash: before.hash };
  log.append([sealEntry(frame, seal)]);
  t.false(platter.holds(entry(2)));
  await log.sync();
  t.true(platter.holds(entry(2)));
  t.not(old.hash, entry(2).hash);
  t.true(platter.holds(entry(1)));
});

test('a rotten entry is not held', async (t) => {
  const { disk, log, platter, entry } = setUp();
  log.append([entryAfter(log, 1)]);
  await log.sync();
  disk.corrupt('/log/00000000000000000000.log', 64 + 100, Buffer.from([255]));
  t.false(platter.holds(entry(1)));
  disk.crash('lose', new SeededRandom(1));
  t.false(platter.holds(entry(1)));
});
