import { Buffer } from 'node:buffer';
import test from 'ava';
import fc from 'fast-check';
import type { DiskFile, OpenMode } from '../src/disk.ts';
import { StoreError } from '../src/errors.ts';
import { hashKeyOfTopic, hashTopic } from '../src/key-hash.ts';
import type { KeyIndexConfig } from '../src/key-index-config.ts';
import { parseKeyIndexConfig } from '../src/key-index-config.ts';
import { KeyIndex } from '../src/key-index.ts';
import type { KeyQuery } from '../src/key-index.ts';
import { MemoryDisk } from '../src/memory-disk.ts';
import type { CrashMode } from '../src/unsynced-changes.ts';
import { randomFrom } from './derived-fixture.ts';

const SEED = 1_211;
const DIRECTORY = '/store/keys';
const tiny: Partial<KeyIndexConfig> = {
  slotsPerFile: 3,
  entriesPerFile: 7,
  filesMax: 40,
  queryStepsMax: 10_000,
};
const ALL: KeyQuery = { hash: 0, begin: 0, end: Number.MAX_SAFE_INTEGER, countMax: 64, startAddress: 0 };

function begin(disk: MemoryDisk, settings: Partial<KeyIndexConfig> = tiny): KeyIndex {
  return KeyIndex.begin(disk, DIRECTORY, settings, { index: 0, hash: 0 }, 'doubtful');
}

function reopen(disk: MemoryDisk, settings: Partial<KeyIndexConfig> = tiny): KeyIndex {
  const index = KeyIndex.open(disk, DIRECTORY, settings);
  if (index === null) throw new Error('there is no index');
  return index;
}

function hashOf(topic: string, key: string): number {
  const [topicBytes, keyBytes] = [Buffer.from(topic), Buffer.from(key)];
  return hashKeyOfTopic(hashTopic(topicBytes, 0, topicBytes.length), keyBytes, 0, keyBytes.length);
}

const yes = (): boolean => true;

test('the hash takes topic and key apart', (t) => {
  t.not(hashOf('T', 'k'), hashOf('T', 'l'));
  t.not(hashOf('T', 'k'), hashOf('U', 'k'));
  t.not(hashOf('ab', 'c'), hashOf('a', 'bc'));
  t.is(hashOf('T', 'k'), hashOf('T', 'k'));
  t.true(hashOf('T', 'k') >= 0 && hashOf('T', 'k') < 2 ** 32);
});

test('keys that count up share few slots', (t) => {
  const slots = new Set(Array.from({ length: 4096 }, (_, i) => hashOf('T', `order-${i}`) % 4096));
  // Chance leaves 1/e of the slots empty.
  t.true(slots.size > 2_400, String(slots.size));
});

interface Added {
  readonly hash: number;
  readonly address: number;
  readonly time: number;
}

type Step =
  | { readonly type: 'add'; readonly key: number; readonly time: number; readonly sameMessage: boolean }
  | { readonly type: 'checkpoint' }
  | { readonly type: 'reopen' }
  | { readonly type: 'crash'; readonly mode: CrashMode; readonly during: boolean }
  | { readonly type: 'drop'; readonly share: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      type: fc.constant('add' as const),
      key: fc.nat(6),
      time: fc.integer({ min: 1_000_000, max: 1_090_000 }),
      sameMessage: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('checkpoint' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('reopen' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('crash' as const),
      mode: fc.constantFrom<CrashMode>('kill', 'lose', 'tear', 'reorder'),
      during: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('drop' as const), share: fc.nat(100) }) },
);

/** The index beside a plain list; both are led through the same life. */
class Model {
  readonly disk: MemoryDisk = new MemoryDisk();
  index: KeyIndex = begin(this.disk);
  /** Keys by the index of the entry that held them. */
  log: Added[] = [];
  start = 0;

  async run(step: Step, seed: number): Promise<void> {
    const { index, disk } = this;
    switch (step.type) {
      case 'add': {
        const last = this.log.at(-1);
        const address = last === undefined ? 0 : step.sameMessage ? last.address : last.address + 100;
        this.#add({ hash: hashOf('T', String(step.key)), address, time: step.time });
        break;
      }
      case 'checkpoint':
        await index.checkpoint();
        break;
      case 'reopen':
        await index.close();
        this.#goOn();
        break;
      case 'crash':
        if (step.during) void index.checkpoint().catch(() => undefined);
        disk.crash(step.mode, randomFrom(seed));
        await index.close().catch(() => undefined);
        this.#goOn();
        break;
      case 'drop':
        this.start = Math.max(this.start, Math.floor(((this.log.at(-1)?.address ?? 0) * step.share) / 100));
        await index.dropBefore(this.start);
        break;
    }
  }

  /** The newest first, as the index should tell it. */
  expected(query: KeyQuery): number[] {
    const addresses = this.log
      .filter(
        ({ hash, address, time }) =>
          hash === query.hash && address >= query.startAddress && time >= query.begin && time <= query.end,
      )
      .map(({ address }) => address);
    return [...new Set(addresses)].reverse().slice(0, query.countMax);
  }

  timeFits(query: KeyQuery): (address: number) => boolean {
    return (address) =>
      this.log.some(
        (one) =>
          one.hash === query.hash &&
          one.address === address &&
          one.time >= query.begin &&
          one.time <= query.end,
      );
  }

  #add(added: Added): void {
    this.log.push(added);
    this.index.add(added.hash, added.address, added.time);
    this.index.complete({ index: this.log.length, hash: this.log.length * 7 });
  }

  /** A restart applies what comes after the checkpoint once more. */
  #goOn(): void {
    this.index = reopen(this.disk);
    const { index, hash } = this.index.completeTo;
    if (hash !== index * 7) throw new Error('index and hash do not belong together');
    const rest = this.log.slice(index);
    this.log = this.log.slice(0, index);
    for (const added of rest) this.#add(added);
  }
}

test('finds what a plain list finds, whatever happens in between', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 120 }), fc.nat(), async (steps, seed) => {
      const model = new Model();
      for (const [i, one] of steps.entries()) await model.run(one, seed + i);
      for (const key of [0, 1, 2, 3, 4, 5, 6, 7]) {
        for (const [begin, end, countMax] of [
          [0, 2e6, 64],
          [1_020_500, 1_060_400, 64],
          [0, 2e6, 3],
        ] as const) {
          const query = { hash: hashOf('T', String(key)), begin, end, countMax, startAddress: model.start };
          t.deepEqual(model.index.query(query, model.timeFits(query)), model.expected(query));
        }
      }
      const faults = [...model.index.verify()].filter(({ fault }) => fault !== null);
      t.deepEqual(faults, []);
      const held = new Set([...model.index.entries()].map(({ address }) => address));
      t.true(model.log.every(({ address }) => address < model.start || held.has(address)));
      await model.index.close();
    }),
    { seed: SEED, numRuns: 300 },
  );
});

test('a checkpoint is found again, what came behind it is not', async (t) => {
  const disk = new MemoryDisk();
  const index = begin(disk);
  for (let i = 1; i <= 20; i += 1) {
    index.add(hashOf('T', 'k'), i * 10, 1_000 + i);
    index.complete({ index: i, hash: i });
    if (i === 17) await index.checkpoint();
  }
  disk.crash('lose', randomFrom(1));
  const again = reopen(disk);
  t.deepEqual(again.completeTo, { index: 17, hash: 17 });
  t.deepEqual(
    again.query({ ...ALL, hash: hashOf('T', 'k') }, yes),
    Array.from({ length: 17 }, (_, i) => (17 - i) * 10),
  );
  await again.tidy();
  t.deepEqual(
    disk.list(DIRECTORY).filter((name) => name.endsWith('.retired')),
    [],
  );
});

test('the limit of files lets the oldest go, on disk too', async (t) => {
  const disk = new MemoryDisk();
  const index = begin(disk, { ...tiny, filesMax: 3 });
  for (let i = 0; i < 70; i += 1) index.add(hashOf('T', 'k'), i, 1_000);
  await index.dropBefore(0);
  t.is(disk.list(DIRECTORY).filter((name) => name.endsWith('.keys')).length, 2);
  t.is(index.query({ ...ALL, hash: hashOf('T', 'k') }, yes)[0], 69);
  t.is(index.entryCount, 14);
});

test('a query gives 64 messages at most, and looks at no more keys than its limit', (t) => {
  const index = begin(new MemoryDisk(), { queryStepsMax: 500 });
  for (let i = 0; i < 1_000; i += 1) index.add(hashOf('T', 'k'), i, 1_000);
  t.is(index.query({ ...ALL, hash: hashOf('T', 'k'), countMax: 1_000 }, yes).length, 64);
  let looked = 0;
  const none = index.query({ ...ALL, hash: hashOf('T', 'k') }, () => {
    looked += 1;
    return false;
  });
  t.deepEqual(none, []);
  t.is(looked, 500);
});

test('what another key of the same hash led to is refused by the record', (t) => {
  const index = begin(new MemoryDisk());
  for (let i = 0; i < 10; i += 1) index.add(77, i * 10, 1_000);
  t.deepEqual(
    index.query({ ...ALL, hash: 77 }, (address) => address === 30),
    [30],
  );
});

async function filled(): Promise<{ disk: MemoryDisk; names: string[] }> {
  const disk = new MemoryDisk();
  const index = begin(disk);
  for (let i = 1; i <= 17; i += 1) {
    index.add(hashOf('T', `k${i % 3}`), i * 10, 1_000);
    index.complete({ index: i, hash: i });
  }
  await index.checkpoint();
  await index.close();
  return { disk, names: disk.list(DIRECTORY) };
}

test('damage that opening meets is told apart from having nothing', async (t) => {
  t.is(KeyIndex.open(new MemoryDisk(), DIRECTORY, tiny), null);
  const cases: ((disk: MemoryDisk) => void | Promise<void>)[] = [
    (disk) => disk.remove(`${DIRECTORY}/000000000000001.keys`),
    (disk) => disk.corrupt(`${DIRECTORY}/000000000000003.keys`, 70, Buffer.from([255])),
    (disk) => disk.corrupt(`${DIRECTORY}/000000000000002.keys`, 3, Buffer.from([255])),
    (disk) => disk.corrupt(`${DIRECTORY}/000000000000002.keys`, 64 + 7 * 20 + 12 + 3, Buffer.from([255])),
    (disk) => {
      for (const at of [30, 4096 + 30]) disk.corrupt(`${DIRECTORY}/mark`, at, Buffer.from([255]));
    },
  ];
  for (const damage of cases) {
    const { disk } = await filled();
    await damage(disk);
    const error = t.throws(() => reopen(disk), { instanceOf: StoreError });
    t.is(error.code, 'INDEX_CORRUPT');
    // Begun anew, nothing is lost and nothing is in the way.
    const index = begin(disk);
    t.is(index.entryCount, 0);
    t.true(disk.list(`${DIRECTORY}/set-aside`).length >= 3);
    index.add(1, 1, 1);
    await index.checkpoint();
  }
  const { disk } = await filled();
  t.throws(() => reopen(disk, { ...tiny, entriesPerFile: 8 }), { code: 'INDEX_CORRUPT' });
});

test('a full file that decays is found by verify, and a query never follows it in circles', async (t) => {
  const { disk, names } = await filled();
  t.is(names.filter((name) => name.endsWith('.keys')).length, 3);
  // The link of the last entry of the first file leads to itself.
  disk.corrupt(`${DIRECTORY}/000000000000001.keys`, 64 + 6 * 20 + 16, Buffer.from([7, 0, 0, 0]));
  const index = reopen(disk);
  t.deepEqual(
    [...index.verify()].map(({ fault }) => fault === null),
    [false, true, true],
  );
  t.throws(() => index.query({ ...ALL, hash: hashOf('T', 'k1') }, yes), { code: 'INDEX_CORRUPT' });
});

test('a failed write or sync is final until the index is opened again', async (t) => {
  const { disk } = await filled();
  const index = reopen(disk);
  disk.addFault({ operation: 'sync', code: 'DISK_FAILED' });
  index.add(1, 1_000, 1);
  index.complete({ index: 18, hash: 18 });
  await t.throwsAsync(index.checkpoint(), { code: 'DISK_FAILED' });
  t.throws(() => index.add(1, 1_001, 1), { code: 'DISK_FAILED' });
  await index.close();
  t.is(reopen(disk).completeTo.index, 17);
});

/** Knows how many of its files are open. */
class CountedDisk extends MemoryDisk {
  openFiles = 0;

  override open(path: string, mode: OpenMode): DiskFile {
    const file = super.open(path, mode);
    const close = file.close.bind(file);
    this.openFiles += 1;
    file.close = () => {
      close();
      this.openFiles -= 1;
    };
    return file;
  }
}

test('a checkpoint that fails leaves no file open once the index is closed', async (t) => {
  const disk = new CountedDisk();
  const index = begin(disk);
  for (let i = 0; i < 25; i += 1) index.add(i, i, 1_000);
  index.complete({ index: 1, hash: 1 });
  disk.addFault({ operation: 'sync', pathEnd: '.keys', skip: 1, code: 'DISK_FULL' });
  await t.throwsAsync(index.checkpoint());
  await index.close();
  t.is(disk.openFiles, 0);
});

test('an index of a log that is gone makes room for a new one without setting it aside', async (t) => {
  const { disk } = await filled();
  const index = KeyIndex.begin(disk, DIRECTORY, tiny, { index: 90, hash: 5 }, 'gone');
  t.deepEqual(index.query({ ...ALL, hash: hashOf('T', 'k1') }, yes), []);
  index.add(hashOf('T', 'k1'), 10_000, 1);
  index.complete({ index: 91, hash: 6 });
  await index.checkpoint();
  await index.tidy();
  await index.close();
  t.deepEqual(disk.list(DIRECTORY), ['000000000000001.keys', 'mark']);
  const again = reopen(disk);
  t.deepEqual(again.query({ ...ALL, hash: hashOf('T', 'k1') }, yes), [10_000]);
  t.deepEqual(again.completeTo, { index: 91, hash: 6 });
});

test('only files of the index are tidied away, whatever others are called', async (t) => {
  const { disk } = await filled();
  for (const name of ['notes.retired', '1.keys.retired', '000000000000050.keys.retired'])
    disk.open(`${DIRECTORY}/${name}`, 'create').close();
  const index = reopen(disk);
  await index.tidy();
  const names = disk.list(DIRECTORY).filter((name) => name.endsWith('.retired'));
  t.deepEqual(names.sort(), ['1.keys.retired', 'notes.retired']);
  await index.close();
});

test('the settings are checked', (t) => {
  t.throws(() => parseKeyIndexConfig({ slotsPerFile: 0, filesMax: 1.5, other: 1 }), {
    code: 'CONFIG_INVALID',
  });
  t.is(parseKeyIndexConfig({ filesMax: 9 }).filesMax, 9);
});
