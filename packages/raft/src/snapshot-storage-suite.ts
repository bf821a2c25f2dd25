import { crc32 } from 'node:zlib';
import type { ExecutionContext, TestFn } from 'ava';
import { codeOf } from './log-storage-check.ts';
import type { SnapshotStorage } from './snapshot-storage.ts';
import type { SnapshotMeta } from './storage.ts';

/** The snapshots of one replica under test, over several lives of its process. */
export interface SnapshotStorageFixture {
  /** Opens the storage; the first call makes a new one. Called again only after `close` or `crash`. */
  open(): Promise<SnapshotStorage>;
  /** Ends a life in good order. */
  close(storage: SnapshotStorage): Promise<void>;
  /** Ends a life by a power cut: of a snapshot that is not complete, any part may be lost or damaged. */
  crash(storage: SnapshotStorage): Promise<void>;
  /** Called once, after the last life has ended. */
  dispose(): Promise<void>;
}

interface SuiteCase {
  readonly title: string;
  run(t: ExecutionContext, fixture: SnapshotStorageFixture): Promise<void>;
}

const SEEDS = [1, 2, 3, 5, 8, 13];
const STEPS_PER_SEED = 80;

/**
 * The conformance suite of SnapshotStorage. Every implementation registers it once, with a factory of empty
 * storages: `snapshotStorageSuite(test, 'memory', () => new MemoryFixture())`. No case relies on more than the two newest
 * snapshots being kept.
 */
export function snapshotStorageSuite(
  test: TestFn,
  name: string,
  factory: () => SnapshotStorageFixture | Promise<SnapshotStorageFixture>,
): void {
  for (const suiteCase of cases) {
    test(`${name}: ${suiteCase.title}`, async (t) => {
      const fixture = await factory();
      await suiteCase.run(t, fixture);
      await fixture.dispose();
    });
  }
  for (const seed of SEEDS) {
    test(`${name}: transfers with random interruptions give the content (seed ${seed})`, async (t) => {
      const fixture = await factory();
      await runTransfers(t, fixture, seed);
      await fixture.dispose();
    });
  }
}

/** Content that differs by `salt`, and the meta that belongs to it. */
export function snapshotOf(index: number, bytes: number, salt = 0): { meta: SnapshotMeta; content: Buffer } {
  const content = Buffer.alloc(bytes);
  let state = (index * 31 + salt * 7 + 1) >>> 0;
  for (let at = 0; at < bytes; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    content[at] = state >>> 24;
  }
  const voters = ['n1', 'n2', 'n3'];
  const configuration = { voters, votersOutgoing: [], learners: [], learnersNext: [], autoLeave: false };
  const position = { index, term: 3, address: index * 100, hash: (index * 2_654_435_761) >>> 0 };
  return { meta: { position, configuration, bytes, crc: crc32(content) }, content };
}

const cases: readonly SuiteCase[] = [
  {
    title: 'a new storage has nothing',
    async run(t, fixture) {
      const storage = await fixture.open();
      t.deepEqual(storage.list(), []);
      t.is(storage.received(snapshotOf(5, 100).meta), 0);
      t.is(
        codeOf(() => storage.read(5, 0, 10)),
        'SNAPSHOT_MISSING',
      );
      await fixture.close(storage);
    },
  },
  {
    title: 'what was written in order is a snapshot once it is complete, and not before',
    async run(t, fixture) {
      const storage = await fixture.open();
      const { meta, content } = snapshotOf(5, 1_000);
      storage.write(meta, 0, content.subarray(0, 300));
      t.is(storage.received(meta), 300);
      storage.write(meta, 300, content.subarray(300));
      t.is(storage.received(meta), 1_000);
      t.deepEqual(storage.list(), []);
      t.is(
        codeOf(() => storage.read(5, 0, 10)),
        'SNAPSHOT_MISSING',
      );
      await storage.complete(meta);
      t.deepEqual(storage.list(), [meta]);
      t.is(storage.received(meta), 0);
      t.true(storage.read(5, 0, 1_000).equals(content));
      t.true(storage.read(5, 990, 100).equals(content.subarray(990)));
      t.true(storage.read(5, 17, 4).equals(content.subarray(17, 21)));
      t.is(storage.read(5, 1_000, 10).length, 0);
      await fixture.close(storage);
    },
  },
  {
    title: 'bytes given to write may change afterwards',
    async run(t, fixture) {
      const storage = await fixture.open();
      const { meta, content } = snapshotOf(5, 100);
      const given = Buffer.from(content);
      storage.write(meta, 0, given);
      given.fill(0);
      await storage.complete(meta);
      t.true(storage.read(5, 0, 100).equals(content));
      await fixture.close(storage);
    },
  },
  {
    title: 'a snapshot without bytes is one too',
    async run(t, fixture) {
      const storage = await fixture.open();
      const { meta } = snapshotOf(5, 0);
      await storage.complete(meta);
      t.deepEqual(storage.list(), [meta]);
      t.is(storage.read(5, 0, 10).length, 0);
      await fixture.close(storage);
    },
  },
  {
    title: 'another incoming snapshot takes the place of the first',
    async run(t, fixture) {
      const storage = await fixture.open();
      const first = snapshotOf(5, 1_000);
      const second = snapshotOf(5, 1_000, 1);
      storage.write(first.meta, 0, first.content.subarray(0, 600));
      t.is(storage.received(second.meta), 0, 'the same index, other content');
      storage.write(second.meta, 0, second.content);
      await storage.complete(second.meta);
      t.true(storage.read(5, 0, 1_000).equals(second.content));
      t.is(storage.received(first.meta), 0);
      await fixture.close(storage);
    },
  },
  {
    title: 'wrong or missing bytes are refused, and the transfer begins anew',
    async run(t, fixture) {
      const storage = await fixture.open();
      const { meta, content } = snapshotOf(5, 1_000);
      const wrong = Buffer.from(content);
      wrong[700] = (wrong[700] ?? 0) ^ 1;
      for (const bytes of [wrong, content.subarray(0, 999), content.subarray(0, 0)]) {
        if (bytes.length > 0) storage.write(meta, 0, bytes);
        await t.throwsAsync(storage.complete(meta), { code: 'SNAPSHOT_CORRUPT' }, `${bytes.length} bytes`);
        t.deepEqual(storage.list(), []);
        t.is(storage.received(meta), 0);
      }
      storage.write(meta, 0, content);
      await storage.complete(meta);
      t.true(storage.read(5, 0, 1_000).equals(content));
      await fixture.close(storage);
    },
  },
  {
    title: 'the list is ordered by index, and one index has one snapshot',
    async run(t, fixture) {
      const storage = await fixture.open();
      for (const { meta, content } of [snapshotOf(90, 50), snapshotOf(20, 70), snapshotOf(20, 70, 1)]) {
        storage.write(meta, 0, content);
        await storage.complete(meta);
      }
      const last = snapshotOf(20, 70, 1);
      t.deepEqual(storage.list(), [last.meta, snapshotOf(90, 50).meta]);
      t.true(storage.read(20, 0, 70).equals(last.content));
      await fixture.close(storage);
    },
  },
  {
    title: 'complete snapshots survive a power cut and a close',
    async run(t, fixture) {
      const one = snapshotOf(5, 5_000);
      const two = snapshotOf(8, 100);
      let storage = await fixture.open();
      storage.write(one.meta, 0, one.content);
      await storage.complete(one.meta);
      await fixture.crash(storage);
      storage = await fixture.open();
      storage.write(two.meta, 0, two.content);
      await storage.complete(two.meta);
      await fixture.close(storage);
      storage = await fixture.open();
      t.deepEqual(storage.list(), [one.meta, two.meta]);
      t.true(storage.read(5, 0, 5_000).equals(one.content));
      t.true(storage.read(8, 0, 100).equals(two.content));
      await fixture.close(storage);
    },
  },
  {
    title: 'after a power cut a transfer goes on or begins anew, and ends with the right bytes',
    async run(t, fixture) {
      const { meta, content } = snapshotOf(5, 10_000);
      let storage = await fixture.open();
      storage.write(meta, 0, content.subarray(0, 4_000));
      await fixture.crash(storage);
      storage = await fixture.open();
      t.deepEqual(storage.list(), []);
      t.true(storage.received(meta) <= 4_000);
      await finish(storage, meta, content);
      t.true(storage.read(5, 0, 10_000).equals(content));
      await fixture.close(storage);
    },
  },
];

/** Writes what is missing and completes; once more from the start if what was there is not usable. */
async function finish(storage: SnapshotStorage, meta: SnapshotMeta, content: Buffer): Promise<void> {
  const received = storage.received(meta);
  if (received < meta.bytes) storage.write(meta, received, content.subarray(received));
  try {
    await storage.complete(meta);
  } catch {
    storage.write(meta, 0, content);
    await storage.complete(meta);
  }
}

async function runTransfers(
  t: ExecutionContext,
  fixture: SnapshotStorageFixture,
  seed: number,
): Promise<void> {
  let state = seed;
  const next = (bound: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 0x1_0000_0000) * bound);
  };
  let storage = await fixture.open();
  let index = 10;
  let incoming = snapshotOf(index, 1 + next(20_000), seed);
  const complete: { meta: SnapshotMeta; content: Buffer }[] = [];
  for (let step = 0; step < STEPS_PER_SEED; step++) {
    const note = `seed ${seed}, step ${step}`;
    const { meta, content } = incoming;
    const choice = next(20);
    if (choice < 14) {
      const offset = storage.received(meta);
      const bytes = Math.min(meta.bytes - offset, 1 + next(8_000));
      storage.write(meta, offset, content.subarray(offset, offset + bytes));
      t.is(storage.received(meta), offset + bytes, note);
      if (offset + bytes === meta.bytes) {
        await finish(storage, meta, content);
        complete.push(incoming);
        index += 1 + next(50);
        incoming = snapshotOf(index, 1 + next(20_000), seed);
      }
    } else if (choice < 16) {
      incoming = snapshotOf(index, 1 + next(20_000), seed + step);
    } else if (choice < 18) {
      await fixture.close(storage);
      storage = await fixture.open();
    } else {
      await fixture.crash(storage);
      storage = await fixture.open();
    }
    const newest = complete.slice(-2);
    const listed = newest.length === 0 ? storage.list() : storage.list().slice(-newest.length);
    t.deepEqual(
      listed,
      newest.map((one) => one.meta),
      note,
    );
    for (const one of newest) {
      const { index: end } = one.meta.position;
      t.true(storage.read(end, 0, one.meta.bytes).equals(one.content), note);
    }
  }
  await fixture.close(storage);
}
