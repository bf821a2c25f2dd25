import test from 'ava';
import { entriesAfter } from '@ledgermq/raft/suite';
import { MemoryDisk, readDurableMark, SegmentLog, segmentLogDefaults } from '@ledgermq/store';
import { cutShort, fileToDamage, placeIn, rot } from '../../src/faults/file-damage.ts';
import { SeededRandom } from '../../src/world/seeded-random.ts';

const quiet = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

function diskWith(files: Readonly<Record<string, number>>): MemoryDisk {
  const disk = new MemoryDisk();
  for (const [path, bytes] of Object.entries(files)) {
    const directory = path.slice(0, path.lastIndexOf('/'));
    disk.mkdir(directory);
    const file = disk.open(path, 'create');
    file.write(Buffer.alloc(bytes, 7), 0);
    file.syncNow();
    file.close();
    disk.syncDirectoryNow(directory);
  }
  return disk;
}

const disk = (): MemoryDisk =>
  diskWith({
    '/r/hard-state': 100,
    '/r/log/00000000000000000000.log': 1_000,
    '/r/log/00000000000000000900.log': 500,
    '/r/log/durable-mark': 50,
    '/r/derived/queue-index.dat': 30,
  });

test('each sort of file is found, and a missing one is not', (t) => {
  t.is(fileToDamage(disk(), '/r', 'segment-last', 0.5), '/r/log/00000000000000000900.log');
  t.is(fileToDamage(disk(), '/r', 'segment-sealed', 0.5), '/r/log/00000000000000000000.log');
  t.is(fileToDamage(disk(), '/r', 'hard-state', 0.5), '/r/hard-state');
  t.is(fileToDamage(disk(), '/r', 'durable-mark', 0.5), '/r/log/durable-mark');
  t.is(fileToDamage(disk(), '/r', 'derived', 0.99), '/r/derived/queue-index.dat');
  t.is(fileToDamage(new MemoryDisk(), '/r', 'hard-state', 0.5), null);
});

test('rotten bits are on the platter too', (t) => {
  const rotten = disk();
  const path = '/r/hard-state';
  t.true(rot(rotten, path, 50, 1, new SeededRandom(1)));
  const content = rotten.contentOf(path);
  t.is(content.filter((byte) => byte !== 7).length, 1);
  t.deepEqual(rotten.platterOf(path), content);
});

test('a file that was cut short stays short after a loss of power', (t) => {
  const cut = disk();
  const path = '/r/log/00000000000000000900.log';
  cutShort(cut, path, 150);
  cut.crash('lose', new SeededRandom(1));
  t.is(cut.contentOf(path).length, 150);
});

test('most damage to a last segment strikes what the member knows to have', async (t) => {
  const disk = new MemoryDisk();
  disk.mkdir('/r/log');
  const log = SegmentLog.open(disk, '/r/log', segmentLogDefaults, quiet);
  const path = '/r/log/00000000000000000000.log';
  log.append(
    entriesAfter(
      log.lastPosition(),
      Array.from({ length: 10 }, () => ({ term: 1, bytes: 100 })),
    ),
  );
  await log.sync();
  t.true(placeIn(disk, '/r', path, true, 0.1).beyondMark, 'nothing is marked yet');
  log.markCommitted(6);
  await log.sync();
  await log.close();
  const marked = readDurableMark(disk.contentOf('/r/log/durable-mark'))?.upTo.address ?? 0;
  t.true(marked > 0);
  for (let where = 0; where < 1; where += 0.01) {
    const { at, beyondMark } = placeIn(disk, '/r', path, true, where);
    t.is(at >= marked + 64, beyondMark);
    t.true(at < disk.contentOf(path).length);
  }
  t.false(placeIn(disk, '/r', path, false, 0.99).beyondMark, 'of a sealed segment everything is missed');
});
