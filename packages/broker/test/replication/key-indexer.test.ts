import { Buffer } from 'node:buffer';
import test from 'ava';
import { silentLogger, type Entry } from '@ledgermq/raft';
import { hashKeyOfTopic, hashTopic, MemoryDisk, StoreError } from '@ledgermq/store';
import { StoreTallies } from '../../src/metrics/store-tallies.ts';
import { KeyIndexer, keyIndexerDefaults, type KeyIndexerConfig } from '../../src/replication/key-indexer.ts';
import { EntryChain } from '../machine/entry-chain.ts';
import { VirtualClock } from '../virtual-clock.ts';

const DIRECTORY = '/data/key-index';

/** An indexer over a log in memory; all of the log is applied unless a test says otherwise. */
class Fixture {
  readonly clock: VirtualClock = new VirtualClock();
  readonly disk: MemoryDisk = new MemoryDisk();
  readonly fatal: Error[] = [];
  readonly tallies: StoreTallies = new StoreTallies(this.clock);
  chain: EntryChain = new EntryChain();
  firstIndex = 1;
  /** Entries read from the log. */
  read = 0;
  applied: number | null = null;
  limits: Partial<KeyIndexerConfig> = { queryCatchUpBytes: 1 };
  indexer: KeyIndexer = this.create();

  create(): KeyIndexer {
    return new KeyIndexer(
      { ...keyIndexerDefaults, files: { entriesPerFile: 8, slotsPerFile: 4 }, ...this.limits },
      {
        disk: this.disk,
        directory: DIRECTORY,
        log: {
          entries: (from, to) => {
            if (from < this.firstIndex) throw new StoreError('LOG_COMPACTED', 'gone');
            const entries = this.chain.read(from, Math.min(to, from + 3));
            this.read += entries.length;
            return entries;
          },
          firstIndex: () => this.firstIndex,
          startAddress: () => this.#entry(this.firstIndex)?.address ?? 0,
          positionAt: (index) => {
            const entry = this.#entry(index);
            if (index === 0) return { index: 0, term: 0, address: 0, hash: 0 };
            return entry === undefined
              ? null
              : { ...entry, index, address: entry.address + entry.frame.length };
          },
          syncedUpTo: () => Promise.resolve(),
        },
        appliedIndex: () => this.applied ?? this.chain.entries.length,
        clock: this.clock,
        logger: silentLogger,
        onFatal: (error) => this.fatal.push(error),
        metrics: this.tallies,
      },
    );
  }

  send(count: number, key = 'k'): void {
    for (let i = 0; i < count; i += 1) {
      this.chain.data([
        { topic: 'T', uniqKey: `u${this.chain.entries.length}`, properties: { KEYS: `${key} all` } },
      ]);
    }
    this.indexer.advance();
  }

  /** What a query finds when it has waited for its turn. */
  find(key: string): number[] | null {
    let found: number[] | null = null;
    this.ask(key, (result) => {
      found = result;
    });
    this.clock.endTurn();
    return found;
  }

  ask(key: string, done: (found: number[] | null) => void): void {
    const [topic, bytes] = [Buffer.from('T'), Buffer.from(key)];
    const hash = hashKeyOfTopic(hashTopic(topic, 0, 1), bytes, 0, bytes.length);
    this.indexer.catchUp(() => {
      done(this.indexer.query({ hash, begin: 0, end: 1e15, countMax: 64 }, () => true));
    });
  }

  async rest(ms = 10_000): Promise<void> {
    for (let i = 0; i < ms / 10; i += 1) {
      this.clock.advance(10);
      if (i % 50 === 0) await turn();
    }
    await turn();
  }

  async restart(): Promise<void> {
    await this.indexer.stop();
    this.read = 0;
    this.indexer = this.create();
    this.indexer.start();
  }

  #entry(index: number): Entry | undefined {
    return this.chain.entries[index - 1];
  }
}

async function started(messages: number): Promise<Fixture> {
  const fixture = new Fixture();
  fixture.indexer.start();
  fixture.send(messages);
  await fixture.rest();
  return fixture;
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

test('what is applied is indexed a little later, without being asked', async (t) => {
  const fixture = new Fixture();
  fixture.indexer.start();
  fixture.applied = 0;
  fixture.send(30);
  await fixture.rest(100);
  t.is(fixture.indexer.completeTo, 0);
  fixture.applied = 30;
  fixture.indexer.advance();
  t.is(fixture.read, 0, 'nothing happens in the turn that applies');
  await fixture.rest(100);
  t.is(fixture.indexer.completeTo, 30);
  t.is(fixture.find('all')?.length, 30);
  t.is(fixture.find('u7')?.[0], (fixture.chain.entries[7]?.address ?? 0) + 48 + 4);
  t.is(fixture.clock.timerCount, 1, 'only the checkpoint is to come');
  await fixture.indexer.stop();
});

test('a query indexes first what was sent just before', (t) => {
  const fixture = new Fixture();
  fixture.indexer.start();
  fixture.send(3);
  t.is(fixture.find('all')?.length, 3);
});

/** An indexer with 60 entries before it, whose turns of the event loop the test ends one by one. */
function behind(limits: Partial<KeyIndexerConfig>): {
  readonly fixture: Fixture;
  readonly turns: (() => void)[];
} {
  const fixture = new Fixture();
  fixture.limits = limits;
  fixture.indexer = fixture.create();
  const turns: (() => void)[] = [];
  fixture.clock.immediate = (fn) => turns.push(fn);
  fixture.indexer.start();
  fixture.send(60);
  return { fixture, turns };
}

/** The log of the fixture gives no more in one read. */
const READ_MAX = 3;

test('queries that have to wait for the index share small slices of work, one in each turn', (t) => {
  const { fixture, turns } = behind({ querySliceBytes: 1 });
  const found: (number | null)[] = [];
  for (let query = 0; query < 5; query += 1) fixture.ask('all', (all) => found.push(all?.length ?? null));
  t.is(fixture.read, 0, 'nothing in the turn that asks');
  let count = 0;
  for (let next = turns.shift(); next !== undefined; next = turns.shift()) {
    const before = fixture.read;
    next();
    t.true(fixture.read - before <= READ_MAX, `${fixture.read - before} entries in one turn`);
    t.true(turns.length <= 1);
    count += 1;
  }
  t.is(count, 60 / READ_MAX);
  t.deepEqual(found, [60, 60, 60, 60, 60]);
  fixture.ask('all', (all) => found.push(all?.length ?? null));
  t.is(found.length, 6, 'at once when the index has everything');
});

test('a query waits for no more than its share of the log, and for nothing that came after it', (t) => {
  const { fixture, turns } = behind({ querySliceBytes: 1, queryCatchUpBytes: 1 });
  const found: (number | null)[] = [];
  fixture.ask('all', (all) => found.push(all?.length ?? null));
  turns.shift()?.();
  t.deepEqual(found, [READ_MAX]);
  const later = behind({ querySliceBytes: 1 });
  later.fixture.applied = READ_MAX;
  later.fixture.ask('all', (all) => found.push(all?.length ?? null));
  later.fixture.applied = 60;
  later.turns.shift()?.();
  t.deepEqual(found, [READ_MAX, READ_MAX]);
  t.is(later.turns.length, 0);
});

test('a query that waits when the index ends is answered that there is none', async (t) => {
  const { fixture, turns } = behind({ querySliceBytes: 1 });
  const found: (number[] | null)[] = [];
  fixture.ask('all', (all) => found.push(all));
  await fixture.indexer.stop();
  t.deepEqual(found, [null]);
  turns.shift()?.();
  t.is(fixture.read, 0);
});

test('a restart goes on where the last life ended, and after a loss of power behind the last checkpoint', async (t) => {
  const fixture = await started(20);
  await fixture.restart();
  t.is(fixture.indexer.completeTo, 20);
  t.is(fixture.read, 0);
  fixture.send(5);
  await fixture.rest(100);
  fixture.disk.crash('lose', { nextInt: () => 0 });
  await fixture.indexer.stop();
  fixture.indexer = fixture.create();
  fixture.indexer.start();
  t.is(fixture.indexer.completeTo, 20);
  await fixture.rest(100);
  t.is(fixture.find('all')?.length, 25);
  t.deepEqual(fixture.fatal, []);
});

test('an index that is damaged, or of another log, is built again from the first entry', async (t) => {
  const fixture = await started(20);
  await fixture.indexer.stop();
  fixture.disk.corrupt(`${DIRECTORY}/000000000000001.keys`, 8, Buffer.from([9]));
  fixture.indexer = fixture.create();
  fixture.indexer.start();
  t.is(fixture.indexer.completeTo, 0);
  await fixture.rest(200);
  t.is(fixture.find('all')?.length, 20);
  t.true(fixture.disk.list(`${DIRECTORY}/set-aside`).length > 0);

  await fixture.indexer.stop();
  fixture.chain = new EntryChain();
  for (let i = 0; i < 4; i += 1) fixture.chain.data([{ topic: 'T', uniqKey: `v${i}` }]);
  fixture.indexer = fixture.create();
  fixture.indexer.start();
  await fixture.rest(200);
  t.deepEqual([fixture.find('all')?.length, fixture.find('v3')?.length], [0, 1]);
});

test('damage that a query meets leads to an index built anew', async (t) => {
  const fixture = await started(20);
  for (const n of [1, 2, 3, 4, 5, 6]) {
    for (let entry = 0; entry < 8; entry += 1) {
      // Every link leads ahead.
      fixture.disk.corrupt(`${DIRECTORY}/00000000000000${n}.keys`, 64 + entry * 20 + 16, Buffer.from([200]));
    }
  }
  t.is(fixture.find('all'), null);
  await fixture.rest(200);
  t.is(fixture.find('all')?.length, 20);
  t.deepEqual(fixture.fatal, []);
});

test('what the log lets go is let go, and a log that began anew begins the index anew', async (t) => {
  const fixture = await started(40);
  const before = fixture.disk.list(DIRECTORY).length;
  fixture.firstIndex = 31;
  fixture.send(1);
  await fixture.rest();
  t.true(fixture.disk.list(DIRECTORY).length < before / 2);
  t.is(fixture.find('all')?.length, 11);

  fixture.applied = 41;
  for (let i = 0; i < 20; i += 1) fixture.chain.data([{ topic: 'T', properties: { KEYS: 'all' } }]);
  fixture.firstIndex = 51;
  fixture.applied = 61;
  fixture.indexer.advance();
  await fixture.rest();
  t.is(fixture.find('all')?.length, 11);
  t.false(fixture.disk.exists(`${DIRECTORY}/set-aside`));
  t.deepEqual(fixture.fatal, []);
});

test('what the log lets go goes from the disk though nobody sends or asks', async (t) => {
  const fixture = await started(40);
  const before = fixture.disk.list(DIRECTORY).length;
  fixture.firstIndex = 31;
  await fixture.rest();
  t.is(fixture.disk.list(DIRECTORY).length, before);
  fixture.indexer.logDropped();
  await fixture.rest();
  t.true(fixture.disk.list(DIRECTORY).length < before / 2);
  await fixture.indexer.stop();
  fixture.indexer.logDropped();
  t.deepEqual(fixture.fatal, []);
});

test('a full disk stops the index for a while, a broken one the replica', async (t) => {
  const fixture = await started(20);
  fixture.disk.addFault({ operation: 'write', pathEnd: '.keys', code: 'DISK_FULL' });
  fixture.send(10);
  await fixture.rest(6_000);
  t.is(fixture.indexer.completeTo, null);
  t.is(fixture.find('all'), null);
  await fixture.rest(20_000);
  t.is(fixture.find('all')?.length, 30);
  t.deepEqual(fixture.fatal, []);

  fixture.disk.addFault({ operation: 'sync', pathEnd: '.keys', code: 'DISK_FAILED' });
  fixture.send(1);
  await fixture.rest(6_000);
  t.is(fixture.fatal.length, 1);
});
