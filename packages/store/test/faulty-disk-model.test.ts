import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import type { DiskFile, OpenMode } from '../src/disk.ts';
import type { DiskOperation } from '../src/disk-faults.ts';
import type { CrashMode } from '../src/unsynced-changes.ts';
import { NodeDisk } from '../src/node-disk.ts';
import { faultyMemoryFixture, faultyNodeFixture, type FaultyFixture } from './faulty-fixtures.ts';
import { seededRandom } from './log-fixture.ts';

const FOLDERS = ['.', 'd', 'd/e'];
const FILES = ['a', 'b', 'd/a', 'd/b', 'd/e/a'];

const file = fc.constantFrom(...FILES);
const folder = fc.constantFrom(...FOLDERS);
const modes: readonly OpenMode[] = ['create', 'read-write', 'read-write-create', 'read'];
const operations: readonly DiskOperation[] = [
  'open',
  'read',
  'write',
  'sync',
  'truncate',
  'rename',
  'remove',
  'copy',
  'list',
  'mkdir',
];
const crashModes: readonly CrashMode[] = ['kill', 'lose', 'tear', 'reorder'];

/** One step of a program; what it needs open is opened for it, and stays open under that name. */
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('open' as const), file, mode: fc.constantFrom(...modes) }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant('write' as const),
      file,
      at: fc.nat(2500),
      bytes: fc.integer({ min: 1, max: 1500 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('truncate' as const),
      file,
      size: fc.nat(3000),
      now: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('sync' as const), file, now: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('syncFolder' as const), folder, now: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('rename' as const), file, to: file }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('renameFolder' as const), there: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('remove' as const), file }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('removeTree' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('mkdir' as const), folder }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('copy' as const),
      file,
      to: file,
      at: fc.nat(500),
      bytes: fc.nat(1000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('lock' as const), folder }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('fault' as const),
      // A sync that fails is the one fault that reaches beyond a crash.
      operation: fc.oneof(fc.constantFrom(...operations), fc.constant('sync' as const)),
      pathEnd: fc.constantFrom('', 'a', 'b'),
      skip: fc.nat(2),
      times: fc.integer({ min: 1, max: 2 }),
      code: fc.constantFrom('DISK_FULL' as const, 'DISK_FAILED' as const),
      bytesWritten: fc.nat(900),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('capacity' as const),
      bytes: fc.integer({ min: 1000, max: 9000 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('crash' as const),
      mode: fc.constantFrom(...crashModes),
      seed: fc.nat(9999),
    }),
  },
);

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** One of the two disks, with the files that the program has open. */
class Runner {
  readonly #fixture: FaultyFixture;
  readonly #open = new Map<string, DiskFile>();

  constructor(fixture: FaultyFixture) {
    this.#fixture = fixture;
    for (const name of FOLDERS) fixture.disk.mkdir(this.path(name));
  }

  path(name: string): string {
    return join(this.#fixture.directory, name);
  }

  /** @returns what the step came to: a result, or the code of an error. */
  async run(step: Step, number: number): Promise<unknown> {
    try {
      return await this.#run(step, number);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error)) throw error;
      return error.code;
    }
  }

  /** All that a program can see: what files there are, and their bytes. */
  visible(): Record<string, string> {
    const { disk } = this.#fixture;
    const seen: Record<string, string> = {};
    for (const name of [...FOLDERS, 'moved', 'moved/e']) {
      if (!disk.exists(this.path(name))) continue;
      disk.clearFaults();
      // The lock of a real folder is a file in it.
      seen[name] = disk
        .list(this.path(name))
        .filter((one) => one !== 'LOCK')
        .join(' ');
    }
    for (const name of [...FILES, 'moved/a', 'moved/b', 'moved/e/a']) {
      if (disk.exists(this.path(name))) seen[name] = disk.contentOf(this.path(name)).toString('latin1');
    }
    return seen;
  }

  async #run(step: Step, number: number): Promise<unknown> {
    const { disk } = this.#fixture;
    switch (step.type) {
      case 'open':
        this.#open.set(step.file, disk.open(this.path(step.file), step.mode));
        return 'open';
      case 'write': {
        const target = this.#fileOf(step.file);
        target.write(Buffer.alloc(step.bytes, (number % 90) + 33), step.at);
        return target.read(Buffer.alloc(3000), 0);
      }
      case 'truncate':
        if (step.now) this.#fileOf(step.file).truncateNow(step.size);
        else await this.#fileOf(step.file).truncate(step.size);
        return this.#fileOf(step.file).size();
      case 'sync':
        if (step.now) this.#fileOf(step.file).syncNow();
        else await this.#fileOf(step.file).sync();
        return 'synced';
      case 'syncFolder':
        if (step.now) disk.syncDirectoryNow(this.path(step.folder));
        else await disk.syncDirectory(this.path(step.folder));
        return 'synced';
      case 'rename':
        disk.rename(this.path(step.file), this.path(step.to));
        return 'renamed';
      case 'renameFolder': {
        const [from, to] = step.there ? ['d', 'moved'] : ['moved', 'd'];
        if (disk.exists(this.path(to))) return 'taken';
        disk.rename(this.path(from), this.path(to));
        return 'renamed';
      }
      case 'remove':
        await disk.remove(this.path(step.file));
        return 'removed';
      case 'removeTree':
        await disk.removeTree(this.path('d'));
        return 'removed';
      case 'mkdir':
        disk.mkdir(this.path(step.folder));
        return 'made';
      case 'copy':
        await disk.copyRange(this.path(step.file), step.at, step.bytes, this.path(step.to));
        return 'copied';
      case 'lock':
        disk.lock(this.path(step.folder)).release();
        return 'locked';
      case 'fault':
        disk.addFault(step);
        return 'ordered';
      case 'capacity':
        disk.setCapacity(step.bytes);
        return disk.freeBytes(this.path('.'));
      case 'crash':
        disk.crash(step.mode, seededRandom(step.seed));
        this.#open.clear();
        return 'crashed';
    }
  }

  #fileOf(name: string): DiskFile {
    let found = this.#open.get(name);
    if (found === undefined) {
      found = this.#fixture.disk.open(this.path(name), 'read-write-create');
      this.#open.set(name, found);
    }
    return found;
  }
}

test('real files come to what the disk in memory comes to, whatever is done, ordered and lost', async (t) => {
  const counts: Record<string, number> = {};
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
      const fixtures = [faultyMemoryFixture(), faultyNodeFixture()] as const;
      try {
        const [model, real] = [new Runner(fixtures[0]), new Runner(fixtures[1])];
        for (const [number, one] of steps.entries()) {
          const expected = await model.run(one, number);
          const outcome = await real.run(one, number);
          counts[`${one.type} ${String(expected)}`] = (counts[`${one.type} ${String(expected)}`] ?? 0) + 1;
          t.deepEqual(outcome, expected, `step ${number}: ${JSON.stringify(one)}`);
          if (one.type !== 'crash' && number < steps.length - 1) continue;
          t.deepEqual(real.visible(), model.visible(), `after step ${number}: ${JSON.stringify(one)}`);
          // Not only by its own account: any other program sees the same.
          const bare = new NodeDisk();
          for (const [name, content] of Object.entries(real.visible())) {
            if (bare.list(join(real.path(name), '..')).length === 0 || !FILES.includes(name)) continue;
            const seen = bare.open(real.path(name), 'read');
            const bytes = Buffer.alloc(seen.size());
            seen.read(bytes, 0);
            seen.close();
            t.is(bytes.toString('latin1'), content);
          }
        }
      } finally {
        for (const { dispose } of fixtures) dispose();
      }
    }),
    { seed: 71, numRuns: 300 },
  );
  // The programs reach what they are meant to reach.
  for (const seen of [
    'write DISK_FULL',
    'write DISK_FAILED',
    'sync DISK_FAILED',
    'rename renamed',
    'remove removed',
    'removeTree removed',
    'renameFolder renamed',
    'copy copied',
    'crash crashed',
    'open FILE_EXISTS',
  ]) {
    t.true((counts[seen] ?? 0) > 0, `${seen}: ${JSON.stringify(counts)}`);
  }
});
