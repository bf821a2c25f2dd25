import { join } from 'node:path';
import type { ExecutionContext, TestFn } from 'ava';
import type { Disk } from '../src/disk.ts';
import { StoreError } from '../src/errors.ts';

export interface DiskFixture {
  readonly disk: Disk;
  /** An empty directory that exists. */
  readonly directory: string;
  readonly dispose: () => void;
}

/** What every Disk must do, whatever is behind it. */
export function diskSuite(test: TestFn, name: string, factory: () => DiskFixture): void {
  const check = (title: string, run: Parameters<typeof suiteCase>[3]): void => {
    suiteCase(test, `${name}: ${title}`, factory, run);
  };

  check('open modes', ({ disk, path, codeOf, t }) => {
    t.is(
      codeOf(() => disk.open(path('a'), 'read')),
      'FILE_MISSING',
    );
    t.is(
      codeOf(() => disk.open(path('a'), 'read-write')),
      'FILE_MISSING',
    );
    disk.open(path('a'), 'create').close();
    t.is(
      codeOf(() => disk.open(path('a'), 'create')),
      'FILE_EXISTS',
    );
    const file = disk.open(path('a'), 'read-write-create');
    file.write(Buffer.from('kept'), 0);
    file.close();
    disk.open(path('a'), 'read-write-create').close();
    const reader = disk.open(path('a'), 'read');
    t.is(reader.size(), 4);
    t.is(
      codeOf(() => reader.write(Buffer.from('x'), 0)),
      'DISK_FAILED',
    );
    reader.close();
    t.is(
      codeOf(() => disk.open(path('no/such/folder'), 'create')),
      'FILE_MISSING',
    );
  });

  check('positioned reads and writes, gaps read as zeros', ({ disk, path, t }) => {
    const file = disk.open(path('a'), 'create');
    file.write(Buffer.from('hello'), 3);
    file.write(Buffer.from('EL'), 4);
    t.is(file.size(), 8);
    const target = Buffer.alloc(12, 1);
    t.is(file.read(target, 0), 8);
    t.deepEqual(target.subarray(0, 8), Buffer.from('\0\0\0hELlo'));
    t.is(target[8], 1);
    t.is(file.read(target, 8), 0);
    t.is(file.read(target, 1000), 0);
    t.is(file.read(Buffer.alloc(2), 5), 2);
    file.write(Buffer.alloc(0), 100);
    t.is(file.size(), 8);
    file.close();
  });

  check(
    'a read in the thread pool gives the same as one on the spot',
    async ({ disk, path, codeFrom, t }) => {
      const file = disk.open(path('a'), 'create');
      const content = Buffer.from(Array.from({ length: 9_000 }, (_, at) => at % 251));
      file.write(content, 0);
      const [whole, part, behind] = [Buffer.alloc(9_000), Buffer.alloc(50, 1), Buffer.alloc(4, 1)];
      const counts = await Promise.all([
        file.readLater(whole, 0),
        file.readLater(part, 8_980),
        file.readLater(behind, 9_000),
        file.readLater(Buffer.alloc(0), 3),
      ]);
      t.deepEqual(counts, [9_000, 20, 0, 0]);
      t.true(whole.equals(content));
      t.true(part.equals(Buffer.concat([content.subarray(8_980), Buffer.alloc(30, 1)])));
      t.true(behind.equals(Buffer.alloc(4, 1)));
      const last = file.readLater(Buffer.alloc(10), 5);
      file.close();
      t.is(await last, 10, 'what is in flight finishes when the file is closed');
      t.is(await codeFrom(file.readLater(Buffer.alloc(1), 0)), 'DISK_FAILED');
    },
  );

  check('parts are written as if joined, more of them than one system call takes', ({ disk, path, t }) => {
    const file = disk.open(path('a'), 'create');
    file.writeParts([], 0);
    file.writeParts([Buffer.from('one')], 0);
    const parts = Array.from({ length: 3000 }, (_, at) => Buffer.from(String(at)));
    file.writeParts([Buffer.alloc(0), ...parts], 2);
    const joined = Buffer.concat([Buffer.from('on'), ...parts]);
    const target = Buffer.alloc(joined.length);
    t.is(file.read(target, 0), joined.length);
    t.true(target.equals(joined));
    file.close();
  });

  check('a buffer may change after it was written', ({ disk, path, t }) => {
    const file = disk.open(path('a'), 'create');
    const buffer = Buffer.from('before');
    file.write(buffer, 0);
    buffer.fill(0);
    const target = Buffer.alloc(6);
    file.read(target, 0);
    t.is(target.toString(), 'before');
    file.close();
  });

  check('truncate cuts and extends', async ({ disk, path, t }) => {
    const file = disk.open(path('a'), 'create');
    file.write(Buffer.from('abcdef'), 0);
    file.truncateNow(4);
    await file.truncate(2);
    t.is(file.size(), 2);
    await file.truncate(5);
    const target = Buffer.alloc(5);
    t.is(file.read(target, 0), 5);
    t.deepEqual(target, Buffer.from('ab\0\0\0'));
    file.close();
  });

  check(
    'names: list, rename over, remove, exists',
    async ({ disk, directory, path, codeOf, codeFrom, t }) => {
      t.deepEqual(disk.list(directory), []);
      for (const file of ['b', 'a', 'c']) {
        const made = disk.open(path(file), 'create');
        made.write(Buffer.from(file), 0);
        made.close();
      }
      disk.mkdir(path('folder/inner'));
      disk.mkdir(path('folder/inner'));
      t.deepEqual(disk.list(directory), ['a', 'b', 'c', 'folder']);
      t.deepEqual(disk.list(path('folder')), ['inner']);
      disk.rename(path('a'), path('b'));
      t.false(disk.exists(path('a')));
      const file = disk.open(path('b'), 'read');
      const target = Buffer.alloc(1);
      file.read(target, 0);
      t.is(target.toString(), 'a');
      file.close();
      await disk.remove(path('b'));
      t.deepEqual(disk.list(directory), ['c', 'folder']);
      t.true(disk.exists(path('folder')));
      t.is(await codeFrom(disk.remove(path('b'))), 'FILE_MISSING');
      t.is(
        codeOf(() => disk.rename(path('b'), path('d'))),
        'FILE_MISSING',
      );
      t.is(
        codeOf(() => disk.list(path('nowhere'))),
        'FILE_MISSING',
      );
      disk.rename(path('folder'), path('moved'));
      t.deepEqual(disk.list(path('moved')), ['inner']);
      disk.open(path('moved/inner/file'), 'create').close();
      await disk.removeTree(path('moved'));
      t.false(disk.exists(path('moved')));
      t.false(disk.exists(path('moved/inner/file')));
      t.is(await codeFrom(disk.removeTree(path('moved'))), 'FILE_MISSING');
    },
  );

  check('names with their sizes, off the event loop', async ({ disk, directory, path, codeFrom, t }) => {
    t.deepEqual(await disk.listSizes(directory, 10), []);
    for (const [name, bytes] of [
      ['a', 0],
      ['b', 5_000],
    ] as const) {
      const file = disk.open(path(name), 'create');
      file.write(Buffer.alloc(bytes), 0);
      file.close();
    }
    disk.mkdir(path('folder/inner'));
    const found = await disk.listSizes(directory, 10);
    t.deepEqual(
      found.sort((one, other) => (one.name < other.name ? -1 : 1)),
      [
        { name: 'a', bytes: 0 },
        { name: 'b', bytes: 5_000 },
        { name: 'folder', bytes: null },
      ],
    );
    t.is((await disk.listSizes(directory, 2)).length, 2);
    t.is(await codeFrom(disk.listSizes(path('nowhere'), 10)), 'FILE_MISSING');
  });

  check('a file that was renamed or removed stays open', async ({ disk, path, t }) => {
    const file = disk.open(path('a'), 'create');
    file.write(Buffer.from('one'), 0);
    disk.rename(path('a'), path('b'));
    file.write(Buffer.from('two'), 3);
    t.is(file.size(), 6);
    await disk.remove(path('b'));
    t.is(file.size(), 6);
    file.close();
  });

  check('copyRange makes a new file', async ({ disk, path, codeFrom, t }) => {
    const file = disk.open(path('a'), 'create');
    file.write(Buffer.from('0123456789'), 0);
    file.close();
    await disk.copyRange(path('a'), 3, 4, path('b'));
    await disk.copyRange(path('a'), 8, 100, path('c'));
    for (const [name, expected] of [
      ['b', '3456'],
      ['c', '89'],
    ] as const) {
      const copy = disk.open(path(name), 'read');
      const target = Buffer.alloc(20);
      t.is(target.toString('utf8', 0, copy.read(target, 0)), expected);
      copy.close();
    }
    t.is(await codeFrom(disk.copyRange(path('a'), 0, 1, path('b'))), 'FILE_EXISTS');
    t.is(await codeFrom(disk.copyRange(path('x'), 0, 1, path('y'))), 'FILE_MISSING');
  });

  check(
    'syncs work, and a file may be closed while one is in flight',
    async ({ disk, directory, path, codeOf, t }) => {
      const file = disk.open(path('a'), 'create');
      file.write(Buffer.from('x'), 0);
      const first = file.sync();
      const second = file.sync();
      file.close();
      file.close();
      await Promise.all([first, second]);
      t.is(
        codeOf(() => file.size()),
        'DISK_FAILED',
      );
      await disk.syncDirectory(directory);
      disk.syncDirectoryNow(directory);
      const again = disk.open(path('a'), 'read-write');
      again.syncNow();
      again.close();
    },
  );

  check('a directory has one holder at a time', ({ disk, directory, codeOf, t }) => {
    const lock = disk.lock(directory);
    t.is(
      codeOf(() => disk.lock(directory)),
      'DIRECTORY_LOCKED',
    );
    lock.release();
    const next = disk.lock(directory);
    lock.release();
    t.is(
      codeOf(() => disk.lock(directory)),
      'DIRECTORY_LOCKED',
    );
    next.release();
  });

  check('free bytes are a number above zero', ({ disk, directory, t }) => {
    t.true(disk.freeBytes(directory) > 0);
  });
}

interface CaseTools extends DiskFixture {
  readonly t: ExecutionContext;
  readonly path: (name: string) => string;
  readonly codeOf: (run: () => unknown) => string;
  readonly codeFrom: (promise: Promise<unknown>) => Promise<string>;
}

function suiteCase(
  test: TestFn,
  title: string,
  factory: () => DiskFixture,
  run: (tools: CaseTools) => void | Promise<void>,
): void {
  test(title, async (t) => {
    const fixture = factory();
    try {
      await run({
        ...fixture,
        t,
        path: (name) => join(fixture.directory, name),
        codeOf: (attempt) => {
          try {
            attempt();
            return 'none';
          } catch (error) {
            return error instanceof StoreError ? error.code : 'untyped';
          }
        },
        codeFrom: (promise) =>
          promise.then(
            () => 'none',
            (error: unknown) => (error instanceof StoreError ? error.code : 'untyped'),
          ),
      });
    } finally {
      fixture.dispose();
    }
  });
}
