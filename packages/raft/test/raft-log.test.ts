import test from 'ava';
import fc from 'fast-check';
import { ENTRY_HEADER_BYTES, EntryKind, allocateFrame, sealEntry, type Entry } from '../src/index.ts';
import { MemoryLogStorage } from '../src/memory-storage.ts';
import { RaftLog } from '../src/raft-log.ts';

/** A chain of entries with the given terms after `previous`, which may be null for the start of the log. */
function chain(terms: readonly number[], previous: Entry | null = null): Entry[] {
  const entries: Entry[] = [];
  let before = previous;
  for (const term of terms) {
    const index: number = (before?.index ?? 0) + 1;
    const address: number = before === null ? 0 : before.address + before.frame.length;
    const frame = allocateFrame(4);
    frame.writeUInt32BE(term * 1_000 + index, ENTRY_HEADER_BYTES);
    before = sealEntry(frame, { index, term, kind: EntryKind.Data, address, prevHash: before?.hash ?? 0 });
    entries.push(before);
  }
  return entries;
}

interface Fixture {
  readonly log: RaftLog;
  readonly storage: MemoryLogStorage;
  /** Gives the entries that wait to storage, as the driver does. Returns their indexes. */
  readonly hand: () => number[];
}

function createLog(entries: readonly Entry[] = [], recentBytesMax: number = 1_000_000): Fixture {
  const storage = new MemoryLogStorage();
  storage.append(entries);
  const log = new RaftLog({ storage, recentBytesMax, commitIndex: 0, appliedIndex: 0 });
  return {
    log,
    storage,
    hand: (): number[] => {
      const handed = log.takeUnhanded();
      storage.append(handed);
      return handed.map((entry) => entry.index);
    },
  };
}

const at = (entries: readonly Entry[], index: number): Entry => entries[index - 1] as Entry;

test('what storage holds at the start counts as durable', (t) => {
  const { log } = createLog(chain([1, 1, 2]));
  t.is(log.lastIndex, 3);
  t.is(log.durableIndex, 3);
  t.is(log.term(2), 1);
  t.is(log.term(0), 0);
  t.is(log.term(4), null);
});

test('an applied index beyond the log is refused', (t) => {
  const storage = new MemoryLogStorage();
  storage.append(chain([1]));
  const options = { storage, recentBytesMax: 0, commitIndex: 0, appliedIndex: 2 };
  t.throws(() => new RaftLog(options), { code: 'STATE_INVALID' });
});

test('a saved commit index beyond the log is brought back to its end', (t) => {
  const storage = new MemoryLogStorage();
  storage.append(chain([1]));
  t.is(new RaftLog({ storage, recentBytesMax: 0, commitIndex: 9, appliedIndex: 0 }).commitIndex, 1);
});

test('entries are handed out once and are durable when reported', (t) => {
  const { log, hand } = createLog();
  const entries = chain([1, 1]);
  t.deepEqual(log.appendFromLeader(0, entries), { type: 'appended', lastIndex: 2 });
  t.deepEqual(hand(), [1, 2]);
  t.deepEqual(hand(), []);
  t.is(log.durableIndex, 0);
  t.true(log.persisted(1, 1));
  t.is(log.durableIndex, 1);
  t.true(log.persisted(2, 1));
  t.false(log.persisted(2, 1));
});

test('a report about what was not handed out, or of another term, is ignored', (t) => {
  const { log, hand } = createLog();
  log.appendFromLeader(0, chain([1, 1]));
  t.false(log.persisted(1, 1));
  hand();
  t.false(log.persisted(1, 7));
  t.false(log.persisted(3, 1));
  t.is(log.durableIndex, 0);
});

test('an append that repeats held entries changes nothing, and does not cut what follows them', (t) => {
  const entries = chain([1, 1, 1]);
  const { log } = createLog(entries);
  t.deepEqual(log.appendFromLeader(1, [at(entries, 2)]), { type: 'appended', lastIndex: 2 });
  t.is(log.lastIndex, 3);
});

test('a conflicting suffix is cut', (t) => {
  const old = chain([1, 1, 1, 1]);
  const { log, hand, storage } = createLog(old);
  const fresh = chain([2], at(old, 2));
  log.appendFromLeader(1, [at(old, 2), ...fresh]);
  t.is(log.lastIndex, 3);
  t.is(log.term(3), 2);
  t.is(log.durableIndex, 2);
  t.deepEqual(hand(), [3]);
  t.is(storage.lastPosition().index, 3);
  log.checkInvariants();
});

test('cutting a committed entry is an invariant error, and only that', (t) => {
  const old = chain([1, 1, 1]);
  const { log } = createLog(old);
  log.commitTo(2);
  t.throws(() => log.appendFromLeader(1, chain([2], at(old, 1))), { code: 'INVARIANT_VIOLATED' });
  t.notThrows(() => log.appendFromLeader(2, chain([2], at(old, 2))));
});

test('committing beyond the end is an invariant error, going back is ignored', (t) => {
  const { log } = createLog(chain([1, 1]));
  t.throws(() => log.commitTo(3), { code: 'INVARIANT_VIOLATED' });
  t.true(log.commitTo(2));
  t.false(log.commitTo(1));
  t.is(log.commitIndex, 2);
});

test('frames that do not chain are refused and nothing changes', (t) => {
  const old = chain([1, 1, 1]);
  const base = at(old, 2);
  const good = { index: 3, term: 2, kind: EntryKind.Data, address: base.address + base.frame.length };
  const broken: Record<string, Entry> = {
    hash: sealEntry(allocateFrame(0), { ...good, prevHash: (base.hash ^ 1) >>> 0 }),
    address: sealEntry(allocateFrame(0), { ...good, address: good.address + 1, prevHash: base.hash }),
    index: sealEntry(allocateFrame(0), { ...good, index: 4, prevHash: base.hash }),
    term: sealEntry(allocateFrame(0), { ...good, term: 0, prevHash: base.hash }),
  };
  for (const [what, entry] of Object.entries(broken)) {
    const { log } = createLog(old);
    t.is(log.appendFromLeader(2, [entry]).type, 'broken', what);
    t.is(log.lastIndex, 3, what);
    t.is(log.term(3), 1, what);
  }
  const { log } = createLog(old);
  const [first, second] = chain([2, 2], base) as [Entry, Entry];
  const gap = sealEntry(allocateFrame(0), { ...second, prevHash: (first.hash ^ 1) >>> 0 });
  t.is(log.appendFromLeader(2, [first, gap]).type, 'broken', 'inside the batch');
  t.is(log.term(3), 1);
});

test('a late report of cut entries counts only up to the cut', (t) => {
  const { log, hand } = createLog();
  const old = chain([1, 1, 1]);
  log.appendFromLeader(0, old);
  hand();
  log.appendFromLeader(1, chain([2, 2], at(old, 1)));
  t.false(log.hasUnhanded(), 'the new entries wait for the report');
  t.false(log.persisted(2, 1), 'an entry in the middle of what was cut');
  t.true(log.persisted(3, 1));
  t.is(log.durableIndex, 1);
  t.deepEqual(hand(), [2, 3]);
  t.true(log.persisted(3, 2));
  t.is(log.durableIndex, 3);
});

test('the old suffix may return under a third leader, and its first report does not count for it', (t) => {
  const { log, hand } = createLog();
  const old = chain([1, 1]);
  log.appendFromLeader(0, old);
  hand();
  log.appendFromLeader(1, chain([2], at(old, 1)));
  log.appendFromLeader(1, [at(old, 2), ...chain([3], at(old, 2))]);
  log.checkInvariants();
  t.true(log.persisted(2, 1));
  t.is(log.durableIndex, 1, 'entry 2 of term 1 is in the log again, but this write is not the one');
  t.deepEqual(hand(), [2, 3]);
  t.true(log.persisted(2, 1));
  t.is(log.durableIndex, 2);
});

test('a cut behind which nothing was on its way holds nothing up', (t) => {
  const { log, hand } = createLog();
  const old = chain([1, 1]);
  log.appendFromLeader(0, old);
  hand();
  log.persisted(2, 1);
  log.appendFromLeader(1, chain([2], at(old, 1)));
  t.deepEqual(hand(), [2]);
});

test('entries are applied when they are committed and durable, in batches', (t) => {
  const { log, hand } = createLog();
  const entries = chain([1, 1, 1]);
  log.appendFromLeader(0, entries);
  hand();
  log.commitTo(3);
  t.false(log.hasCommitted());
  log.persisted(2, 1);
  t.deepEqual(
    log.takeCommitted(1).map((entry) => entry.index),
    [1],
  );
  t.deepEqual(
    log.takeCommitted(1_000).map((entry) => entry.index),
    [2],
  );
  t.deepEqual(log.takeCommitted(1_000), []);
  log.persisted(3, 1);
  t.deepEqual(
    log.takeCommitted(1_000).map((entry) => entry.index),
    [3],
  );
});

test('the bytes that wait follow commit and disk', (t) => {
  const { log, hand } = createLog();
  const entries = chain([1, 1]);
  const size = at(entries, 1).frame.length;
  log.appendFromLeader(0, entries);
  t.is(log.unpersistedBytes, 2 * size);
  t.is(log.uncommittedBytes, 2 * size);
  hand();
  log.persisted(1, 1);
  log.commitTo(2);
  t.is(log.unpersistedBytes, size);
  t.is(log.uncommittedBytes, 0);
});

test('memory is bounded; older entries come from storage, the newest from memory', (t) => {
  const entries = chain(Array.from({ length: 50 }, () => 1));
  const { log, storage } = createLog([], 3 * at(entries, 1).frame.length);
  for (const entry of entries) {
    log.appendFromLeader(entry.index - 1, [entry]);
    storage.append(log.takeUnhanded());
    log.persisted(entry.index, 1);
    log.checkInvariants();
  }
  const reads: number[] = [];
  const read = storage.entries.bind(storage);
  storage.entries = (from, to, bytesMax): Entry[] => {
    reads.push(from);
    return read(from, to, bytesMax);
  };
  t.deepEqual(log.entries(49, 10, Infinity), entries.slice(48));
  t.deepEqual(reads, []);
  const found = log.entries(40, 100, Infinity) ?? [];
  t.deepEqual(reads, [40]);
  t.deepEqual(found, entries.slice(39, 39 + found.length));
  t.is(log.term(3), 1);
});

test('a prefix that is gone is reported, not read', (t) => {
  const entries = chain([1, 1, 1, 1]);
  const storage = new MemoryLogStorage();
  storage.append(entries);
  storage.sync().catch(() => t.fail());
  storage.dropPrefix(3);
  const log = new RaftLog({ storage, recentBytesMax: 0, commitIndex: 4, appliedIndex: 2 });
  t.is(log.entries(2, 10, 1_000), null);
  t.is(log.term(1), null);
  t.is(log.entries(3, 10, 1_000)?.length, 2);
});

test('the limits of a read hold, and one entry always fits', (t) => {
  const entries = chain([1, 1, 1, 1]);
  for (const recent of [0, 1_000_000]) {
    const { log, hand } = createLog([], recent);
    log.appendFromLeader(0, entries);
    hand();
    log.persisted(4, 1);
    const size = at(entries, 1).frame.length;
    t.is(log.entries(1, 2, Infinity)?.length, 2);
    t.is(log.entries(1, 9, 3 * size)?.length, 3);
    t.is(log.entries(1, 9, 1)?.length, 1);
    t.deepEqual(log.entries(5, 9, 1), []);
  }
});

test('agreeIndex is the highest place at which two logs can agree', (t) => {
  const terms = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 12 }).map((list) => list.sort());
  const property = fc.property(terms, fc.nat(14), fc.nat(6), (list, index, term) => {
    const { log } = createLog(chain(list));
    let expected = Math.min(index, list.length);
    while (expected > 0 && (list[expected - 1] as number) > term) expected--;
    return log.agreeIndex(index, term) === expected;
  });
  fc.assert(property, { seed: 331, numRuns: 500 });
  t.pass();
});

test('a log is as complete as another by its last term, then by its length', (t) => {
  const { log } = createLog(chain([1, 2]));
  t.true(log.isUpToDate(2, 2));
  t.true(log.isUpToDate(1, 3));
  t.false(log.isUpToDate(9, 1));
  t.false(log.isUpToDate(1, 2));
});
