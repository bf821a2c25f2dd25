import test from 'ava';
import { readKeyFileSize } from '../src/key-file-size.ts';
import { KeyIndexFile } from '../src/key-index-file.ts';
import { MemoryDisk } from '../src/memory-disk.ts';

const DIRECTORY = '/keys';

function diskWith(
  ...files: readonly (readonly [number, { slots: number; entriesMax: number }])[]
): MemoryDisk {
  const disk = new MemoryDisk();
  disk.mkdir(DIRECTORY);
  for (const [number, size] of files) {
    KeyIndexFile.create(disk, pathOf(number), number, size, 1_000).close();
  }
  return disk;
}

function pathOf(number: number): string {
  return `${DIRECTORY}/${KeyIndexFile.nameOf(number)}`;
}

const size = { slots: 8, entriesMax: 20 };
const settings = { slotsPerFile: 8, entriesPerFile: 20 };

test('the settings of a key index are those in the header of a file', (t) => {
  t.deepEqual(readKeyFileSize(diskWith([3, size]), DIRECTORY), settings);
});

test('without a folder, without files and without a good header there are none', (t) => {
  t.is(readKeyFileSize(new MemoryDisk(), DIRECTORY), null);
  t.is(readKeyFileSize(diskWith(), DIRECTORY), null);
  const disk = diskWith([1, size]);
  disk.corrupt(pathOf(1), 9, Buffer.from([0xff]));
  t.is(readKeyFileSize(disk, DIRECTORY), null);
});

test('a header that decayed, an empty file and other names are passed over', (t) => {
  const disk = diskWith([1, { slots: 4, entriesMax: 4 }], [3, size]);
  disk.corrupt(pathOf(1), 9, Buffer.from([0xff]));
  disk.open(pathOf(2), 'create').close();
  const notes = disk.open(`${DIRECTORY}/00-notes`, 'create');
  notes.write(disk.contentOf(pathOf(1)), 0);
  notes.close();
  t.deepEqual(readKeyFileSize(disk, DIRECTORY), settings);
});
