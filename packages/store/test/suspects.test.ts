import { join } from 'node:path';
import test from 'ava';
import { MemoryDisk } from '../src/memory-disk.ts';
import { SlotFile } from '../src/slot-file.ts';
import { Suspects, suspectsFileName } from '../src/suspects.ts';

const directory = '/log';
const path = join(directory, suspectsFileName);
const MAGIC = 0x4c4d5155;

function withFile(payload: Buffer): MemoryDisk {
  const disk = new MemoryDisk();
  disk.mkdir(directory);
  SlotFile.create(disk, path, MAGIC, payload).close();
  return disk;
}

test('suspects are known to the next life, until all were found good', (t) => {
  const disk = new MemoryDisk();
  disk.mkdir(directory);
  t.true(Suspects.open(disk, directory).isEmpty);
  Suspects.open(disk, directory).add(4_096);
  const next = Suspects.open(disk, directory);
  t.deepEqual([next.has(4_096), next.has(8_192)], [true, false]);
  next.clear();
  t.true(Suspects.open(disk, directory).isEmpty);
});

test('beyond a limit every segment is suspect', (t) => {
  const disk = new MemoryDisk();
  disk.mkdir(directory);
  const suspects = Suspects.open(disk, directory);
  for (let at = 0; at < 48; at += 1) suspects.add(at * 4_096);
  t.false(Suspects.open(disk, directory).has(1_000_000));
  suspects.add(1_000_001);
  t.true(Suspects.open(disk, directory).has(1_000_000));
});

for (const [what, payload] of [
  ['without a count', Buffer.alloc(0)],
  ['with a part of a count', Buffer.alloc(3)],
  ['with fewer addresses than it counts', Buffer.from([0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 16, 0])],
  ['with more addresses than it counts', Buffer.alloc(12)],
] as const) {
  test(`a sound slot ${what} makes every segment suspect`, (t) => {
    const suspects = Suspects.open(withFile(payload), directory);
    t.true(suspects.has(12_345));
    suspects.clear();
    t.true(Suspects.open(withFile(Buffer.alloc(4)), directory).isEmpty);
  });
}

test('a file with two bad slots makes every segment suspect', (t) => {
  const disk = withFile(Buffer.alloc(4));
  disk.corrupt(path, 0, Buffer.alloc(disk.contentOf(path).length));
  t.true(Suspects.open(disk, directory).has(0));
});
