import type { TestFn } from 'ava';
import type { RaftErrorCode } from './errors.ts';
import {
  checkEqual,
  checkFetched,
  codeOf,
  entriesAfter,
  positionAfterLast,
  terms,
  type LogStorageFixture,
  type SuiteCase,
} from './log-storage-check.ts';
import { runHistory } from './log-storage-history.ts';
import { resetCases } from './log-storage-reset-cases.ts';
import type { LogPosition } from './storage.ts';

export { entriesAfter };
export type { LogStorageFixture };

/** Seeds of the random histories; a failure names the seed. */
const SEEDS = [1, 2, 3, 5, 8, 13, 21, 34];

/**
 * The conformance suite of LogStorage. Every implementation registers it once, with a factory of empty logs:
 * `logStorageSuite(test, 'memory', () => new MemoryFixture())`.
 */
export function logStorageSuite(
  test: TestFn,
  name: string,
  factory: () => LogStorageFixture | Promise<LogStorageFixture>,
): void {
  for (const suiteCase of [...basicCases, ...durabilityCases, ...resetCases]) {
    test(`${name}: ${suiteCase.title}`, async (t) => {
      const fixture = await factory();
      await suiteCase.run(t, fixture);
      await fixture.dispose();
    });
  }
  for (const seed of SEEDS) {
    test(`${name}: a random history equals the model (seed ${seed})`, async (t) => {
      const fixture = await factory();
      await runHistory(t, fixture, seed);
      await fixture.dispose();
    });
  }
}

const basicCases: readonly SuiteCase[] = [
  {
    title: 'a new log is empty and starts at index 1',
    async run(t, fixture) {
      const log = await fixture.open();
      const base = log.lastPosition();
      t.is(base.index, 0);
      t.is(base.term, 0);
      t.is(base.hash, 0);
      t.true(Number.isSafeInteger(base.address) && base.address >= 0);
      checkEqual(t, log, base, [], 'new');
      t.is(log.term(0), 0);
      t.deepEqual(log.entries(1, 1, 100), []);
      t.is(log.positionAt(-1), null);
      await fixture.close(log);
    },
  },
  {
    title: 'appended entries can be read at once, without a sync',
    async run(t, fixture) {
      const log = await fixture.open();
      const base = log.lastPosition();
      const entries = entriesAfter(base, [
        { term: 1, bytes: 0 },
        { term: 1, bytes: 1 },
        { term: 1, bytes: 5_000 },
        { term: 3, bytes: 100_000 },
      ]);
      log.append([]);
      log.append(entries.slice(0, 2));
      log.append(entries.slice(2));
      checkEqual(t, log, base, entries, 'appended');
      await fixture.close(log);
    },
  },
  {
    title: 'bytesMax counts whole frames and always lets one entry through',
    async run(t, fixture) {
      const log = await fixture.open();
      const entries = entriesAfter(log.lastPosition(), terms(1, 1, 1, 1));
      log.append(entries);
      const frameBytes = entries[0]?.frame.length ?? 0;
      const indexes = (from: number, to: number, bytes: number): number[] =>
        log.entries(from, to, bytes).map((entry) => entry.index);
      t.deepEqual(indexes(1, 5, 0), [1]);
      t.deepEqual(indexes(1, 5, 2 * frameBytes - 1), [1]);
      t.deepEqual(indexes(1, 5, 2 * frameBytes), [1, 2]);
      t.deepEqual(indexes(2, 4, 10 * frameBytes), [2, 3]);
      t.deepEqual(indexes(3, 3, 10 * frameBytes), []);
      t.deepEqual(indexes(5, 9, 10 * frameBytes), []);
      await fixture.close(log);
    },
  },
  {
    title: 'every entry that was fetched is in memory, whatever its size and place',
    async run(t, fixture) {
      const log = await fixture.open();
      const sizes = [0, 1, 100, 5_000, 100_000, 20, 0, 300, 3_000, 10];
      const bodies = sizes.map((bytes) => ({ term: 1, bytes }));
      const entries = entriesAfter(log.lastPosition(), bodies);
      for (const entry of entries) log.append([entry]);
      await log.sync();
      for (const at of [0, 4, 9, 8, 3, 5, 1, 2, 6, 7]) await checkFetched(t, log, entries, at, `place ${at}`);
      t.deepEqual(log.entriesInMemory(11, 20, 1_000), []);
      t.is(
        codeOf(() => log.entriesInMemory(0, 2, 1_000)),
        'LOG_COMPACTED',
      );
      t.is(
        codeOf(() => log.entriesInMemory(12, 13, 1_000)),
        'LOG_UNAVAILABLE',
      );
      await fixture.close(log);
    },
  },
  {
    title: 'reads outside the log are refused by code',
    async run(t, fixture) {
      const log = await fixture.open();
      log.append(entriesAfter(log.lastPosition(), terms(1, 1)));
      t.is(
        codeOf(() => log.entries(0, 2, 1_000)),
        'LOG_COMPACTED',
      );
      t.is(
        codeOf(() => log.entries(4, 5, 1_000)),
        'LOG_UNAVAILABLE',
      );
      await fixture.close(log);
    },
  },
  {
    title: 'an append that does not continue the log is refused and changes nothing',
    async run(t, fixture) {
      const log = await fixture.open();
      const base = log.lastPosition();
      const held = entriesAfter(base, terms(2, 2));
      log.append(held);
      const end = log.lastPosition();
      const refused: readonly [string, LogPosition, number, RaftErrorCode][] = [
        ['gap', { ...end, index: end.index + 1 }, 2, 'LOG_GAP'],
        ['before the log', { ...base, index: -1 }, 1, 'LOG_COMPACTED'],
        ['address', { ...end, address: end.address + 1 }, 2, 'ENTRY_CHAIN_BROKEN'],
        ['hash', { ...end, hash: end.hash ^ 1 }, 2, 'ENTRY_CHAIN_BROKEN'],
        ['smaller term', end, 1, 'ENTRY_CHAIN_BROKEN'],
      ];
      for (const [what, position, term, code] of refused) {
        const entries = entriesAfter(position, terms(term));
        t.is(
          codeOf(() => log.append(entries)),
          code,
          what,
        );
        checkEqual(t, log, base, held, what);
      }
      const [first, , third] = entriesAfter(end, terms(2, 2, 2));
      if (first === undefined || third === undefined) throw new Error('three entries were made');
      t.is(
        codeOf(() => log.append([first, third])),
        'ENTRY_CHAIN_BROKEN',
        'hole',
      );
      checkEqual(t, log, base, held, 'hole inside the list');
      await fixture.close(log);
    },
  },
  {
    title: 'a smaller index cuts the conflicting suffix',
    async run(t, fixture) {
      const log = await fixture.open();
      const base = log.lastPosition();
      const old = entriesAfter(base, terms(1, 1, 1, 1));
      log.append(old);
      const kept = old.slice(0, 2);
      const fresh = entriesAfter(positionAfterLast(kept, base), [{ term: 4, bytes: 77 }]);
      log.append(fresh);
      checkEqual(t, log, base, [...kept, ...fresh], 'cut inside');
      const other = entriesAfter(base, terms(5, 5));
      log.append(other);
      checkEqual(t, log, base, other, 'cut from the first entry');
      await fixture.close(log);
    },
  },
  {
    title: 'frames that were read survive a cut',
    async run(t, fixture) {
      const log = await fixture.open();
      const base = log.lastPosition();
      const old = entriesAfter(base, terms(1, 1, 1));
      log.append(old);
      const read = log.entries(1, 4, 10_000);
      const copies = old.map((entry) => Buffer.from(entry.frame));
      log.append(entriesAfter(base, [{ term: 9, bytes: 400, salt: 3 }]));
      read.forEach((entry, at) => t.true(entry.frame.equals(copies[at] ?? Buffer.alloc(0))));
      await fixture.close(log);
    },
  },
];

const durabilityCases: readonly SuiteCase[] = [
  {
    title: 'everything is there after a close and an open',
    async run(t, fixture) {
      const first = await fixture.open();
      const base = first.lastPosition();
      const entries = entriesAfter(base, terms(1, 1, 2, 2, 7));
      first.append(entries);
      await first.sync();
      first.markCommitted(3);
      await fixture.close(first);
      const second = await fixture.open();
      checkEqual(t, second, base, entries, 'reopened');
      const more = entriesAfter(second.lastPosition(), terms(7, 8));
      second.append(more);
      checkEqual(t, second, base, [...entries, ...more], 'continued');
      await fixture.close(second);
    },
  },
  {
    title: 'a sync covers what was appended before it, and a power cut takes at most the rest',
    async run(t, fixture) {
      const first = await fixture.open();
      const base = first.lastPosition();
      const all = entriesAfter(base, terms(1, 1, 1, 1, 1, 1));
      first.append(all.slice(0, 3));
      await first.sync();
      first.append(all.slice(3));
      await fixture.crash(first);
      const second = await fixture.open();
      const last = second.lastPosition().index;
      t.true(last >= 3 && last <= all.length, `ends at ${last}`);
      checkEqual(t, second, base, all.slice(0, last), 'after the power cut');
      const more = entriesAfter(second.lastPosition(), terms(2));
      second.append(more);
      checkEqual(t, second, base, [...all.slice(0, last), ...more], 'continued');
      await fixture.close(second);
    },
  },
  {
    title: 'a synced cut is durable',
    async run(t, fixture) {
      const first = await fixture.open();
      const base = first.lastPosition();
      const old = entriesAfter(base, terms(1, 1, 1, 1));
      first.append(old);
      await first.sync();
      const kept = old.slice(0, 1);
      const fresh = entriesAfter(positionAfterLast(kept, base), terms(2, 2));
      first.append(fresh);
      await first.sync();
      await fixture.crash(first);
      const second = await fixture.open();
      checkEqual(t, second, base, [...kept, ...fresh], 'after the power cut');
      await fixture.close(second);
    },
  },
  {
    title: 'a sync with nothing to do resolves',
    async run(t, fixture) {
      const log = await fixture.open();
      await log.sync();
      log.append(entriesAfter(log.lastPosition(), terms(1)));
      await log.sync();
      await log.sync();
      t.is(log.lastPosition().index, 1);
      await fixture.close(log);
    },
  },
  {
    title: 'markCommitted ignores indexes that move backwards',
    async run(t, fixture) {
      const log = await fixture.open();
      const base = log.lastPosition();
      const entries = entriesAfter(base, terms(1, 1));
      log.append(entries);
      log.markCommitted(2);
      log.markCommitted(1);
      checkEqual(t, log, base, entries, 'marked');
      await fixture.close(log);
    },
  },
];
