import { Buffer } from 'node:buffer';
import test from 'ava';
import fc from 'fast-check';
import { patchOffsets, readRecords, tagsCode } from '@ledgermq/protocol';
import type { QueueRead } from '../../src/group-port.ts';
import { IndexedQueueReader } from '../../src/replication/queue-reader.ts';
import { QueueStarts } from '../../src/replication/queue-starts.ts';
import { EntryChain, STORED_AT, recordOf, type TestMessage } from '../machine/entry-chain.ts';
import { MachineWorld, putTopic, type MachineLife } from '../machine/machine-world.ts';

const SEED = 8_080;
const ALL = { countMax: 1_000, bytesMax: 1e9, matches: null };

interface Stored {
  readonly message: TestMessage;
  readonly bytes: Buffer;
  readonly offset: number;
  readonly address: number;
}

/** A reader over a machine and a log in memory, with a plain list of what should be there. */
class Fixture {
  readonly life: MachineLife;
  readonly chain: EntryChain = new EntryChain();
  readonly stored: Map<number, Stored[]> = new Map();
  readonly reader: IndexedQueueReader;
  readonly reads: number[] = [];
  readonly fetched: (readonly number[])[] = [];
  /** What lies before this address is not in memory. */
  warmFrom = 0;
  /** Nor is what lies behind this one. */
  coldFrom = Infinity;
  /** What lies before this one is older than the tail of the log. */
  tailFrom = 0;
  appliedEnd = 0;
  startAddress = 0;
  #bytes: Buffer = Buffer.alloc(0);

  private constructor(life: MachineLife) {
    this.life = life;
    const queueIndex = (): typeof life.derived.queueIndex => life.derived.queueIndex;
    const tailAddress = (): number => this.tailFrom;
    this.reader = new IndexedQueueReader({
      machine: life.machine,
      queueIndex,
      starts: new QueueStarts({ queueIndex, log: { startAddress: () => this.startAddress } }),
      log: {
        startAddress: () => this.startAddress,
        get tailAddress(): number {
          return tailAddress();
        },
        inMemory: (address) => address >= this.warmFrom && address < this.coldFrom,
        fetch: (addresses, done) => {
          this.fetched.push(addresses);
          done(null);
        },
        read: (address, bytes, target = Buffer.alloc(bytes)) => this.#read(address, bytes, target),
      },
      appliedEnd: () => this.appliedEnd,
    });
  }

  static async open(): Promise<Fixture> {
    const fixture = new Fixture(await new MachineWorld().open());
    fixture.store([], [putTopic('T')]);
    return fixture;
  }

  store(messages: readonly TestMessage[], commands: Parameters<EntryChain['data']>[1] = []): void {
    const entry = this.chain.data(messages, commands);
    this.life.machine.apply(entry);
    this.life.machine.arrivals.clear();
    const { outcomes } = this.life.machine;
    messages.forEach((message, i) => {
      const queueId = message.queueId ?? 0;
      const bytes = recordOf(message);
      const [offset, address] = [outcomes.queueOffset(i), outcomes.physicalOffset(i)];
      patchOffsets(bytes, 0, offset, address);
      const queue = this.stored.get(queueId) ?? [];
      queue.push({ message, bytes, offset, address });
      this.stored.set(queueId, queue);
    });
    this.#bytes = Buffer.concat(this.chain.entries.map(({ frame }) => frame));
    this.appliedEnd = this.chain.end;
  }

  queue(queueId: number): readonly Stored[] {
    return this.stored.get(queueId) ?? [];
  }

  #read(address: number, bytes: number, target: Buffer): Buffer {
    if (address < 0 || address + bytes > this.#bytes.length) throw new RangeError('outside of the log');
    this.reads.push(bytes);
    this.#bytes.copy(target, 0, address, address + bytes);
    return target.subarray(0, bytes);
  }
}

function bodyOf(read: QueueRead): Buffer {
  if (read.type !== 'found') throw new Error(`nothing was found: ${read.type}`);
  // The place before it is not the reader's.
  const target = Buffer.alloc(read.bytes + 3, 7);
  read.copyTo(target, 3);
  if (!target.subarray(0, 3).every((byte) => byte === 7)) throw new Error('written before the place');
  return target.subarray(3);
}

const message = fc.record({
  topic: fc.constant('T'),
  queueId: fc.nat(2),
  tags: fc.constantFrom('a', 'b', 'c'),
  body: fc.nat(400).map((bytes) => 'x'.repeat(bytes)),
});

test('a read gives what a plain list of messages gives', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(message, { minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 12 }),
      fc.array(
        fc.record({
          queueId: fc.nat(2),
          from: fc.nat(120),
          countMax: fc.integer({ min: 1, max: 64 }),
          bytesMax: fc.integer({ min: 1, max: 4_000 }),
          tags: fc.subarray(['a', 'b', 'c']),
        }),
        { maxLength: 20 },
      ),
      async (entries, reads) => {
        const fixture = await Fixture.open();
        for (const messages of entries) fixture.store(messages);
        for (const { queueId, from, countMax, bytesMax, tags } of reads) {
          const queue = fixture.queue(queueId);
          if (from > queue.length) continue;
          const codes = tags.map(tagsCode);
          const matches = tags.length === 3 ? null : (code: number): boolean => codes.includes(code);
          const found = fixture.reader.read('T', queueId, from, { countMax, bytesMax, matches });
          const taken: Stored[] = [];
          let bytes = 0;
          let next = from;
          for (const one of queue.slice(from)) {
            if (taken.length > 0 && (taken.length === countMax || bytes + one.bytes.length > bytesMax)) break;
            next += 1;
            if (!tags.includes(one.message.tags ?? '')) continue;
            taken.push(one);
            bytes += one.bytes.length;
          }
          t.like(found, { type: taken.length === 0 ? 'none-matched' : 'found', nextBeginOffset: next });
          if (found.type !== 'found') continue;
          t.is(found.count, taken.length);
          t.true(bodyOf(found).equals(Buffer.concat(taken.map((one) => one.bytes))));
        }
        await fixture.life.derived.close();
      },
    ),
    { seed: SEED, numRuns: 100 },
  );
});

test('an answer ends before the first cold message, which is fetched', async (t) => {
  const fixture = await Fixture.open();
  const size = recordOf({ topic: 'T', body: 'x'.repeat(40_000) }).length;
  for (let i = 0; i < 12; i += 1) fixture.store([{ topic: 'T', body: 'x'.repeat(40_000) }]);
  const places = fixture.queue(0).map(({ address }) => address);
  fixture.warmFrom = Infinity;
  const cold = fixture.reader.read('T', 0, 0, ALL);
  t.like(cold, { type: 'cold', bytes: size * 12 });
  // One place of each block is enough, the first message's above all.
  t.deepEqual(
    cold.type === 'cold' ? cold.addresses : [],
    places.filter((_, i) => i % 2 === 0),
  );
  t.is(fixture.reader.served, 0);
  fixture.warmFrom = -Infinity;
  const first = fixture.reader.read('T', 0, 0, { ...ALL, countMax: 3 });
  t.like(first, { type: 'found', count: 3, bytes: size * 3, nextBeginOffset: 3 });
  t.deepEqual(fixture.fetched, []);
});

test('a read tells how much of it is older than the tail of the log', async (t) => {
  const fixture = await Fixture.open();
  for (let i = 0; i < 4; i += 1) fixture.store([{ topic: 'T' }, { topic: 'T', queueId: 1 }]);
  const stored = fixture.queue(0);
  const coldBytes = (from: number): number | null => {
    const read = fixture.reader.read('T', 0, from, ALL);
    return read.type === 'found' ? read.coldBytes : null;
  };
  t.is(coldBytes(0), 0);
  fixture.tailFrom = stored[2]?.address ?? 0;
  const sizes = stored.map(({ bytes }) => bytes.length);
  t.is(coldBytes(0), (sizes[0] ?? 0) + (sizes[1] ?? 0));
  t.is(coldBytes(1), sizes[1] ?? 0);
  t.is(coldBytes(2), 0);
  fixture.tailFrom = Infinity;
  t.is(coldBytes(3), sizes[3] ?? 0);
});

test('only what is in memory is given out', async (t) => {
  const fixture = await Fixture.open();
  fixture.store(Array.from({ length: 4 }, (_, i) => ({ topic: 'T', tags: i === 1 ? 'b' : 'a' })));
  const [, , third] = fixture.queue(0);
  fixture.coldFrom = third?.address ?? 0;
  const read = fixture.reader.read('T', 0, 0, { ...ALL, matches: (code) => code === tagsCode('a') });
  t.like(read, { type: 'found', count: 1, nextBeginOffset: 2 });
  t.true(bodyOf(read).equals(fixture.queue(0)[0]?.bytes ?? Buffer.alloc(0)));
  t.deepEqual(fixture.fetched, [[fixture.coldFrom]]);
});

test('records side by side are fetched by one read', async (t) => {
  const fixture = await Fixture.open();
  fixture.store(Array.from({ length: 10 }, () => ({ topic: 'T' })));
  fixture.store([{ topic: 'T' }, { topic: 'T', queueId: 1 }, { topic: 'T' }]);
  const found = fixture.reader.read('T', 0, 0, ALL);
  const size = recordOf({ topic: 'T' }).length;
  bodyOf(found);
  t.is(found.type === 'found' ? found.count : 0, 12);
  t.deepEqual(fixture.reads, [size * 10, size, size]);
  t.is(fixture.reader.served, 12);
});

test('the first match is taken whatever its size, and others are looked for within bounds', async (t) => {
  const fixture = await Fixture.open();
  fixture.store([
    { topic: 'T', tags: 'a', body: 'x'.repeat(5_000) },
    { topic: 'T', tags: 'a' },
  ]);
  const found = fixture.reader.read('T', 0, 0, { ...ALL, bytesMax: 1 });
  t.like(found, { type: 'found', count: 1, nextBeginOffset: 1 });
  fixture.store(Array.from({ length: 1_000 }, () => ({ topic: 'T', tags: 'a' })));
  const none = fixture.reader.read('T', 0, 2, { ...ALL, matches: () => false });
  t.deepEqual(none, { type: 'none-matched', nextBeginOffset: 802 });
});

test('a queue without messages has no bounds and gives none', async (t) => {
  const fixture = await Fixture.open();
  t.is(fixture.reader.bounds('T', 0), null);
  t.deepEqual(fixture.reader.read('U', 0, 5, ALL), { type: 'none-matched', nextBeginOffset: 5 });
  t.is(fixture.reader.findOffsetByTime('T', 0, 1, 'LOWER'), 0);
  fixture.store([{ topic: 'T' }]);
  t.deepEqual(fixture.reader.bounds('T', 0), { minOffset: 0, maxOffset: 1 });
  t.deepEqual(fixture.reader.read('T', 0, 1, ALL), { type: 'none-matched', nextBeginOffset: 1 });
});

test('messages whose bytes the log no longer has are gone', async (t) => {
  const fixture = await Fixture.open();
  fixture.store([{ topic: 'T' }]);
  fixture.startAddress = fixture.chain.end;
  t.deepEqual(fixture.reader.read('T', 0, 0, ALL), { type: 'gone', nextBeginOffset: 1 });
  fixture.store([{ topic: 'T' }]);
  const found = fixture.reader.read('T', 0, 0, ALL);
  t.like(found, { type: 'found', count: 1, nextBeginOffset: 2 });
  t.is(readRecords(bodyOf(found))[0]?.queueOffset, 1);
});

test('messages are found by the time at which they were stored', async (t) => {
  const fixture = await Fixture.open();
  for (const after of [0, 10, 10, 20]) fixture.store([{ topic: 'T', storeTimestamp: STORED_AT + after }]);
  const find = (after: number, boundary: 'LOWER' | 'UPPER'): number =>
    fixture.reader.findOffsetByTime('T', 0, STORED_AT + after, boundary);
  t.deepEqual([find(-1, 'LOWER'), find(10, 'LOWER'), find(10, 'UPPER'), find(21, 'LOWER')], [0, 1, 2, 4]);
});

test('only the places of stored records can be viewed', async (t) => {
  const fixture = await Fixture.open();
  const inner = recordOf({ topic: 'T', body: 'a record within a body' });
  const huge = Buffer.from(inner);
  huge.writeInt32BE(0x7000_0000, 0);
  fixture.store([
    { topic: 'T', uniqKey: 'k' },
    { topic: 'T', body: inner },
    { topic: 'T', body: huge },
  ]);
  fixture.store([{ topic: 'T', uniqKey: 'k' }]);
  const places = new Map(
    fixture
      .queue(0)
      .slice(0, 3)
      .map((one) => [one.address, one.bytes]),
  );
  for (let address = -10; address < fixture.chain.end + 10; address += 1) {
    const record = fixture.reader.readRecord(address);
    t.deepEqual(record, places.get(address) ?? null, `at ${address}`);
  }
  for (const address of [Number.NaN, 0.5, Infinity, -Infinity])
    t.is(fixture.reader.readRecord(address), null);
  t.true(Math.max(...fixture.reads) < 4_096, 'bytes that are no record do not decide how much is read');
  const outer = fixture.queue(0)[2];
  const bodyAt = (outer?.address ?? 0) + (outer?.bytes.indexOf(huge) ?? 0);
  fixture.appliedEnd = 2 ** 40;
  t.is(fixture.reader.readRecord(bodyAt), null, 'however long the log is');
});

test('nothing beyond what was applied can be viewed', async (t) => {
  const fixture = await Fixture.open();
  fixture.store([{ topic: 'T' }]);
  const address = fixture.queue(0)[0]?.address ?? -1;
  t.not(fixture.reader.readRecord(address), null);
  fixture.appliedEnd = address + 10;
  t.is(fixture.reader.readRecord(address), null);
});
