import test from 'ava';
import { RecordFate, RecordOutcomes } from '../../src/machine/record-outcomes.ts';
import { EntryWaiters } from '../../src/replication/entry-waiters.ts';
import type { CommandOutcome, SendOutcome } from '../../src/replication/outcome.ts';
import { PendingEntries } from '../../src/replication/pending-entries.ts';

/** Waiters of one entry with one record, and how often and how it was settled. */
function waiter(report: (error: unknown) => void = () => undefined): {
  waiters: EntryWaiters;
  told: SendOutcome[];
} {
  const waiters = new EntryWaiters(report);
  const told: SendOutcome[] = [];
  waiters.addRecord((outcome) => told.push(outcome));
  return { waiters, told };
}

function storedAt(...queueOffsets: number[]): RecordOutcomes {
  const outcomes = new RecordOutcomes();
  for (const offset of queueOffsets) outcomes.add(RecordFate.STORED, 3, offset, 1_000 + offset);
  return outcomes;
}

const noLeader = (): null => null;

/** The three ways in which an index may be filled, as a checker of one property: stored is told of own entries only. */
function toldStoredOfAnother(pending: PendingEntries): boolean {
  const { waiters, told } = waiter();
  pending.add(7, 2, waiters, 10, 100);
  pending.applied(7, 3, storedAt(5), [], () => 'n2');
  return told[0]?.type !== 'refused' || told[0].reason !== 'not-leader' || told[0].leader !== 'n2';
}

test('an entry of the same index and term settles its waiters as stored', (t) => {
  const pending = new PendingEntries();
  const { waiters, told } = waiter();
  pending.add(7, 2, waiters, 10, 100);
  t.deepEqual([pending.count, pending.bytes], [1, 10]);
  pending.applied(6, 2, storedAt(4), [], noLeader);
  t.deepEqual(told, []);
  pending.applied(7, 2, storedAt(5), [], noLeader);
  pending.applied(7, 2, storedAt(5), [], noLeader);
  t.deepEqual(told, [
    { type: 'stored', queueId: 3, queueOffset: 5, physicalOffset: 1_005, duplicate: false },
  ]);
  t.deepEqual([pending.count, pending.bytes], [0, 0]);
});

test('an entry of another term at the index means certainly not stored', (t) => {
  t.false(toldStoredOfAnother(new PendingEntries()));
});

test('the check above sees a table that looks at the index alone', (t) => {
  class IndexOnly extends PendingEntries {
    override applied(...args: Parameters<PendingEntries['applied']>): void {
      const [index, , ...rest] = args;
      super.applied(index, 2, ...rest);
    }
  }
  t.true(toldStoredOfAnother(new IndexOnly()));
});

test('leadership lost and won again leaves two entries at one index, of which one is stored', (t) => {
  for (const [applied, kept, lost] of [
    [4, 1, 0],
    [2, 0, 1],
  ] as const) {
    const pending = new PendingEntries();
    const both = [waiter(), waiter()] as const;
    pending.add(7, 2, both[0].waiters, 10, 100);
    pending.add(7, 4, both[1].waiters, 20, 200);
    t.deepEqual([pending.count, pending.bytes], [2, 30]);
    pending.applied(7, applied, storedAt(0), [], noLeader);
    t.is(both[kept].told[0]?.type, 'stored');
    t.deepEqual(both[lost].told, [{ type: 'refused', reason: 'not-leader', leader: null }]);
    t.deepEqual([pending.count, pending.bytes], [0, 0]);
  }
});

test('what is not confirmed in time is unknown, in the order of the deadlines', (t) => {
  const pending = new PendingEntries();
  const all = [waiter(), waiter(), waiter()] as const;
  pending.add(8, 1, all[0].waiters, 1, 100);
  pending.add(9, 1, all[1].waiters, 1, 150);
  // Won again after a loss: index 8 is used anew.
  pending.add(8, 3, all[2].waiters, 1, 200);
  t.is(pending.expire(99), 150, 'an older entry waits as long as the newer one at its index');
  t.is(pending.expire(150), 200);
  t.deepEqual(
    all.map(({ told }) => told.map(({ type }) => type)),
    [[], ['unknown'], []],
  );
  t.is(pending.expire(200), null);
  t.deepEqual(
    all.map(({ told }) => told.map(({ type }) => type)),
    [['unknown'], ['unknown'], ['unknown']],
  );
  pending.applied(8, 3, storedAt(0), [], noLeader);
  t.is(all[2].told.length, 1, 'settled once');
});

test('a callback that throws is reported and the others are settled', (t) => {
  const reported: unknown[] = [];
  const waiters = new EntryWaiters((error) => reported.push(error));
  const told: string[] = [];
  const fault = new Error('a fault of the caller');
  waiters.addCommand(() => {
    throw fault;
  });
  waiters.addRecord(() => {
    throw fault;
  });
  waiters.addRecords(2, (outcomes) => told.push(...outcomes.map(({ type }) => type)));
  const pending = new PendingEntries();
  pending.add(1, 1, waiters, 1, 1);
  t.is(pending.count, 4);
  pending.applied(1, 1, storedAt(0, 1, 2), ['changed'], noLeader);
  t.deepEqual(reported, [fault, fault]);
  t.deepEqual(told, ['stored', 'stored']);
});

test('fates and replies become outcomes in their order', (t) => {
  const outcomes = new RecordOutcomes();
  outcomes.add(RecordFate.DUPLICATE, 1, 2, 3);
  outcomes.add(RecordFate.TOPIC_MISSING, 0, 0, 0);
  outcomes.add(RecordFate.INVALID, 0, 0, 0);
  const waiters = new EntryWaiters(() => undefined);
  const sends: SendOutcome[] = [];
  const commands: CommandOutcome[] = [];
  waiters.addRecord((outcome) => sends.push(outcome));
  waiters.addRecords(3, (settled) => sends.push(...settled));
  for (let i = 0; i < 5; i += 1) waiters.addCommand((outcome) => commands.push(outcome));
  waiters.settleApplied(outcomes, ['changed', 'unchanged', 'invalid', 'limit-exceeded']);
  const refused = { type: 'refused', leader: null } as const;
  t.deepEqual(sends, [
    { type: 'stored', queueId: 1, queueOffset: 2, physicalOffset: 3, duplicate: true },
    { ...refused, reason: 'topic-missing' },
    { ...refused, reason: 'invalid' },
    { ...refused, reason: 'invalid' },
  ]);
  t.deepEqual(commands, [
    { type: 'applied', changed: true },
    { type: 'applied', changed: false },
    { ...refused, reason: 'invalid' },
    { ...refused, reason: 'overloaded' },
    { ...refused, reason: 'invalid' },
  ]);
});
