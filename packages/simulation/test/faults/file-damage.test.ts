import test from 'ava';
import { MemoryDisk } from '@ledgermq/store';
import { cutShort, fileToDamage, rot } from '../../src/faults/file-damage.ts';
import { SeededRandom } from '../../src/world/seeded-random.ts';

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
  t.is(rot(rotten, path, 0.5, 1, new SeededRandom(1)), 50);
  const content = rotten.contentOf(path);
  t.is(content.filter((byte) => byte !== 7).length, 1);
  t.deepEqual(rotten.platterOf(path), content);
});

test('a file that was cut short stays short after a loss of power', (t) => {
  const cut = disk();
  const path = '/r/log/00000000000000000900.log';
  t.is(cutShort(cut, path, 0.3), 150);
  cut.crash('lose', new SeededRandom(1));
  t.is(cut.contentOf(path).length, 150);
});
