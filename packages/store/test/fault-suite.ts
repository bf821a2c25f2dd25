import { join } from 'node:path';
import type { ExecutionContext, TestFn } from 'ava';
import type { DiskFile } from '../src/disk.ts';
import type { FaultyDisk, FaultyDiskOptions } from '../src/faulty-disk.ts';
import type { FaultyInode } from '../src/faulty-file.ts';
import type { FaultyFactory } from './faulty-fixtures.ts';
import { seededRandom, storeErrorFrom, storeErrorOf } from './log-fixture.ts';

interface Tools {
  readonly t: ExecutionContext;
  /** A new disk with an empty folder. */
  readonly make: (options?: FaultyDiskOptions) => Made;
}

interface Made {
  readonly disk: FaultyDisk<FaultyInode>;
  readonly directory: string;
  readonly path: (name: string) => string;
}

/** How a disk fails, fills and dies, wherever its files are. */
export function faultSuite(test: TestFn, name: string, factory: FaultyFactory): void {
  const check = (title: string, run: (tools: Tools) => void | Promise<void>): void => {
    test(`${name}: ${title}`, async (t) => {
      const disposals: (() => void)[] = [];
      const make = (options?: FaultyDiskOptions): Made => {
        const { disk, directory, dispose } = factory(options);
        disposals.push(dispose);
        return { disk, directory, path: (file) => join(directory, file) };
      };
      try {
        await run({ t, make });
      } finally {
        for (const dispose of disposals) dispose();
      }
    });
  };
  crashes(check);
  faults(check);
  room(check);
}

type Check = (title: string, run: (tools: Tools) => void | Promise<void>) => void;

function crashes(check: Check): void {
  check('a crash keeps what was synced and at most what was written', ({ make, t }) => {
    for (const mode of ['lose', 'tear', 'reorder'] as const) {
      for (let seed = 1; seed <= 15; seed += 1) {
        const { disk, directory, path } = make();
        const file = disk.open(path('f'), 'create');
        file.write(Buffer.alloc(1000, 1), 0);
        file.syncNow();
        disk.syncDirectoryNow(directory);
        file.write(Buffer.alloc(3000, 2), 1000);
        disk.crash(mode, seededRandom(seed));
        const content = disk.contentOf(path('f'));
        t.true(content.subarray(0, 1000).equals(Buffer.alloc(1000, 1)));
        t.true(content.length <= 4000 && content.subarray(1000).every((byte) => byte === 2 || byte === 0));
        if (mode === 'lose') t.is(content.length, 1000);
        if (mode === 'tear') t.true(content.subarray(1000).every((byte) => byte === 2));
        t.is(storeErrorOf(() => file.size()).code, 'DISK_FAILED');
      }
    }
  });

  check('a crash brings back what was overwritten, cut, renamed over and removed', async ({ make, t }) => {
    const { disk, directory, path } = make();
    put(disk.open(path('f'), 'create'), 'first').close();
    put(disk.open(path('g'), 'create'), 'second').close();
    put(disk.open(path('h'), 'create'), 'third').close();
    disk.syncDirectoryNow(directory);
    const file = disk.open(path('f'), 'read-write');
    file.write(Buffer.from('XX'), 1);
    file.truncateNow(3);
    file.write(Buffer.from('tail'), 9);
    file.close();
    disk.rename(path('g'), path('f'));
    await disk.remove(path('h'));
    t.deepEqual(disk.list(directory), ['f']);
    disk.crash('lose', seededRandom(1));
    t.deepEqual(disk.list(directory), ['f', 'g', 'h']);
    t.deepEqual(
      ['f', 'g', 'h'].map((name) => disk.contentOf(path(name)).toString()),
      ['first', 'second', 'third'],
    );
  });

  check('a crash brings back a folder that was removed or renamed', async ({ make, t }) => {
    for (const how of ['remove', 'rename']) {
      const { disk, directory, path } = make();
      disk.mkdir(path('d/inner'));
      put(disk.open(path('d/inner/f'), 'create'), 'kept').close();
      disk.syncDirectoryNow(path('d/inner'));
      if (how === 'remove') await disk.removeTree(path('d'));
      else disk.rename(path('d'), path('e'));
      t.deepEqual(disk.list(directory), how === 'remove' ? [] : ['e']);
      disk.crash('lose', seededRandom(1));
      t.deepEqual(disk.list(path('d/inner')), ['f']);
      t.is(disk.contentOf(path('d/inner/f')).toString(), 'kept');
    }
  });

  check('two files that changed places are back in theirs', ({ make, t }) => {
    const { disk, directory, path } = make();
    put(disk.open(path('a'), 'create'), 'A').close();
    put(disk.open(path('b'), 'create'), 'B').close();
    disk.syncDirectoryNow(directory);
    disk.rename(path('a'), path('c'));
    disk.rename(path('b'), path('a'));
    disk.rename(path('c'), path('b'));
    t.is(disk.contentOf(path('a')).toString(), 'B');
    disk.crash('lose', seededRandom(1));
    t.deepEqual(disk.list(directory), ['a', 'b']);
    t.is(disk.contentOf(path('a')).toString(), 'A');
    t.is(disk.contentOf(path('b')).toString(), 'B');
  });

  check('what a loss of power has left stays through the next one', async ({ make, t }) => {
    for (let seed = 1; seed <= 30; seed += 1) {
      const { disk, directory, path } = make();
      const file = disk.open(path('f'), 'create');
      file.write(Buffer.alloc(2000, 7), 0);
      await disk.remove(path('f'));
      disk.crash('tear', seededRandom(seed));
      const left = disk.list(directory).map((name) => disk.contentOf(path(name)).length);
      disk.crash('lose', seededRandom(seed));
      t.deepEqual(
        disk.list(directory).map((name) => disk.contentOf(path(name)).length),
        left,
      );
    }
  });

  check(
    'a name is durable only after the sync of its directory, a process death loses nothing',
    ({ make, t }) => {
      const { disk, path } = make();
      disk.open(path('f'), 'create').write(Buffer.from('x'), 0);
      disk.crash('kill', seededRandom(1));
      t.is(disk.contentOf(path('f')).length, 1);
      disk.open(path('f'), 'read-write').syncNow();
      disk.crash('lose', seededRandom(1));
      t.false(disk.exists(path('f')));
    },
  );

  check('a process that died reaches nothing of the next life', async ({ make, t }) => {
    const { disk, directory, path } = make();
    const dead = disk.process();
    const file = dead.open(path('f'), 'create');
    file.write(Buffer.from('x'), 0);
    const inFlight = [file.sync(), file.truncate(0), disk.remove(path('f'))].map(storeErrorFrom);
    const lock = dead.lock(directory);
    disk.crash('kill', seededRandom(1));
    for (const failed of inFlight) t.is((await failed).code, 'DISK_FAILED');
    t.is(storeErrorOf(() => dead.open(path('f'), 'read')).code, 'DISK_FAILED');
    t.is(storeErrorOf(() => dead.list(directory)).code, 'DISK_FAILED');
    t.is((await storeErrorFrom(dead.remove(path('f')))).code, 'DISK_FAILED');
    const next = disk.process();
    next.lock(directory);
    lock.release();
    t.is(storeErrorOf(() => next.lock(directory)).code, 'DIRECTORY_LOCKED');
    t.is(disk.contentOf(path('f')).toString(), 'x');
  });
}

function faults(check: Check): void {
  check('a failed sync loses the pages for ever', async ({ make, t }) => {
    const { disk, directory, path } = make();
    const file = put(disk.open(path('f'), 'create'), 'old');
    disk.syncDirectoryNow(directory);
    file.write(Buffer.from('XYZ'), 0);
    disk.addFault({ operation: 'sync', code: 'DISK_FAILED' });
    t.is((await storeErrorFrom(file.sync())).code, 'DISK_FAILED');
    file.write(Buffer.from('n'), 1);
    await file.sync();
    t.is(disk.contentOf(path('f')).toString(), 'XnZ');
    disk.crash('lose', seededRandom(1));
    t.is(disk.contentOf(path('f')).toString(), 'ond');
  });

  check('a sync covers what was written before the call only', async ({ make, t }) => {
    const gates: (() => void)[] = [];
    const { disk, directory, path } = make({ schedule: (complete) => gates.push(complete) });
    const file = disk.open(path('f'), 'create');
    disk.syncDirectoryNow(directory);
    file.write(Buffer.from('a'), 0);
    const sync = file.sync();
    file.write(Buffer.from('b'), 1);
    gates.shift()?.();
    await sync;
    disk.crash('lose', seededRandom(1));
    t.is(disk.contentOf(path('f')).toString(), 'a');
  });

  check('each operation fails when it is told to, and only then', async ({ make, t }) => {
    const { disk, directory, path } = make();
    const file = put(disk.open(path('f'), 'create'), 'abc');
    const attempts = {
      open: async () => disk.open(path('f'), 'read').close(),
      read: async () => file.read(Buffer.alloc(1), 0),
      write: async () => file.write(Buffer.from('abc'), 0),
      sync: () => file.sync(),
      truncate: () => file.truncate(3),
      rename: async () => disk.rename(path('f'), path('f')),
      remove: () => disk.removeTree(path('gone')),
      copy: () => disk.copyRange(path('f'), 0, 1, path('copy')),
      list: async () => disk.list(directory),
      mkdir: async () => disk.mkdir(path('made')),
    };
    for (const [operation, attempt] of Object.entries(attempts) as [
      keyof typeof attempts,
      () => Promise<unknown>,
    ][]) {
      if (operation === 'remove') disk.mkdir(path('gone'));
      disk.addFault({ operation, code: 'DISK_FULL', pathEnd: 'elsewhere', times: Infinity });
      disk.addFault({ operation, code: 'DISK_FAILED', skip: 1, times: 2 });
      const codes: string[] = [];
      for (let turn = 0; turn < 4; turn += 1) {
        if (turn === 3 && operation !== 'copy' && operation !== 'remove') disk.clearFaults();
        if (operation === 'copy' && disk.exists(path('copy'))) await disk.remove(path('copy'));
        if (operation === 'remove') disk.mkdir(path('gone'));
        codes.push(await outcomeOf(attempt));
      }
      t.deepEqual(codes, ['done', 'DISK_FAILED', 'DISK_FAILED', 'done'], operation);
    }
    t.is(disk.contentOf(path('f')).toString(), 'abc');
  });

  check('a write that fails may leave a part', ({ make, t }) => {
    const { disk, directory, path } = make();
    const file = put(disk.open(path('f'), 'create'), '......');
    disk.syncDirectoryNow(directory);
    disk.addFault({ operation: 'write', code: 'DISK_FAILED', bytesWritten: 2 });
    t.is(storeErrorOf(() => file.write(Buffer.from('abcd'), 1)).code, 'DISK_FAILED');
    t.is(disk.contentOf(path('f')).toString(), '.ab...');
    disk.crash('lose', seededRandom(1));
    t.is(disk.contentOf(path('f')).toString(), '......');
  });

  check('operations last as long as they are told to', async ({ make, t }) => {
    const waiting: { readonly ms: number; readonly fn: () => void }[] = [];
    let blocked = 0;
    const sleep = {
      later: (ms: number, fn: () => void): void => {
        waiting.push({ ms, fn });
      },
      block: (ms: number): void => {
        blocked += ms;
      },
    };
    const { disk, directory, path } = make({ sleep });
    const file = put(disk.open(path('slow'), 'create'), 'abc');
    disk.syncDirectoryNow(directory);
    disk.addDelay({ operation: 'sync', pathEnd: 'slow', ms: 30 });
    disk.addDelay({ operation: 'sync', ms: 4 });
    disk.addDelay({ operation: 'read', ms: 5 });
    disk.addDelay({ operation: 'write', ms: 7 });
    file.write(Buffer.from('x'), 0);
    file.read(Buffer.alloc(1), 0);
    t.is(blocked, 12);
    file.syncNow();
    t.is(blocked, 46);
    file.write(Buffer.from('y'), 0);
    let synced = false;
    const sync = file.sync().then(() => {
      synced = true;
    });
    await new Promise(setImmediate);
    t.deepEqual([synced, waiting.map(({ ms }) => ms)], [false, [34]]);
    waiting[0]?.fn();
    await sync;
    disk.clearDelays();
    await file.sync();
    disk.crash('lose', seededRandom(1));
    t.is(disk.contentOf(path('slow')).toString(), 'ybc');
  });
}

function room(check: Check): void {
  check('the room follows every change of files and capacity', async ({ make, t }) => {
    const { disk, directory, path } = make({ capacityBytes: 100 });
    const file = disk.open(path('f'), 'create');
    file.write(Buffer.alloc(30), 0);
    t.is(disk.freeBytes(directory), 70);
    t.is(disk.totalBytes(directory), 100);
    file.write(Buffer.alloc(30), 20);
    t.is(disk.freeBytes(directory), 50);
    file.truncateNow(10);
    t.is(disk.freeBytes(directory), 90);
    disk.setCapacity(20);
    t.is(storeErrorOf(() => file.write(Buffer.alloc(30), 5)).code, 'DISK_FULL');
    t.is(disk.freeBytes(directory), 0);
    await disk.remove(path('f'));
    t.is(disk.freeBytes(directory), 20);
  });

  check('a full disk takes what fits and says so, and goes on when there is room', ({ make, t }) => {
    const { disk, directory, path } = make({ capacityBytes: 10 });
    const file = disk.open(path('f'), 'create');
    file.write(Buffer.alloc(8), 0);
    t.is(storeErrorOf(() => file.write(Buffer.alloc(8), 8)).code, 'DISK_FULL');
    t.is(file.size(), 10);
    file.write(Buffer.alloc(10, 1), 0);
    t.is(disk.freeBytes(directory), 0);
    disk.setCapacity(16);
    file.write(Buffer.alloc(8, 2), 8);
    t.is(file.size(), 16);
  });
}

function put(file: DiskFile, text: string): DiskFile {
  file.write(Buffer.from(text), 0);
  file.syncNow();
  return file;
}

async function outcomeOf(attempt: () => Promise<unknown>): Promise<string> {
  try {
    await attempt();
    return 'done';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'untyped';
  }
}
