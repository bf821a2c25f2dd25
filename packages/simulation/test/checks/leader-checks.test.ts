import test from 'ava';
import { watchReads, type ReadingMember } from '../../src/checks/read-check.ts';
import { ViolationList } from '../../src/checks/reporter.ts';
import { checkedGroup, committedTwo, logOf, standing } from './fixture.ts';

const two = logOf('1', '1');

test('transfer: only who has the whole log of the leader is told to campaign', (t) => {
  const group = committedTwo();
  const leader = standing('a', 'leader', 1, two, 2);
  group.checks.handsOver(leader, 'b');
  t.deepEqual(group.seen(), []);
  group.checks.saw(standing('c', 'follower', 1, logOf('1'), 1));
  group.checks.handsOver(leader, 'c');
  t.deepEqual(group.seen(), ['transfer']);
});

test('transfer: what damage took from the target is not held against the leader', (t) => {
  const group = committedTwo();
  group.checks.saw(standing('c', 'follower', 1, logOf('1'), 1));
  group.damaged.add('c');
  group.checks.handsOver(standing('a', 'leader', 1, two, 2), 'c');
  group.damaged.clear();
  group.checks.handsOver(standing('a', 'follower', 2, two, 2), 'c');
  t.deepEqual(group.seen(), [], 'nor is it against who leads no more');
});

test('master-state: a master has applied what was committed before its term', (t) => {
  const group = committedTwo();
  group.checks.actsAsMaster(standing('b', 'leader', 2, two, 2, { machineIndex: 2 }));
  group.checks.actsAsMaster(standing('b', 'follower', 2, two, 2, { machineIndex: 1 }));
  t.deepEqual(group.seen(), []);
  group.checks.actsAsMaster(standing('b', 'leader', 2, two, 2, { machineIndex: 1 }));
  t.deepEqual(group.seen(), ['master-state']);
});

test('master-state: what is committed in its own term a master may still have to apply', (t) => {
  const group = committedTwo();
  group.checks.actsAsMaster(standing('a', 'leader', 1, two, 2, { machineIndex: 0 }));
  t.deepEqual(group.seen(), []);
});

/** A member whose reads are confirmed when the test says so. */
function reader(): {
  readonly ask: () => void;
  readonly answer: (confirmed: boolean) => void;
  readonly told: boolean[];
  readonly state: { committed: number; applied: number };
  readonly seen: () => string[];
} {
  const list = new ViolationList(
    () => 0,
    () => undefined,
  );
  const state = { committed: 5, applied: 5 };
  const told: boolean[] = [];
  let answer: (confirmed: boolean) => void = () => undefined;
  const leadership = {
    current: () => ({ leading: true, leader: 'a', term: 1 }),
    readsAreCurrent: () => true,
    confirm: (done: (confirmed: boolean) => void): void => {
      answer = done;
    },
  };
  const member: ReadingMember = { id: 'a', group: 'g', replica: { leadership } };
  const ledger = {
    get committedIndex(): number {
      return state.committed;
    },
  };
  watchReads(member, { machineIndex: () => state.applied }, ledger, list);
  return {
    ask: () => {
      leadership.confirm((confirmed) => told.push(confirmed));
    },
    answer: (confirmed) => {
      answer(confirmed);
    },
    told,
    state,
    seen: () => list.violations.map(({ checker }) => checker),
  };
}

test('read-current: a read is confirmed with all that was committed when it was asked for', (t) => {
  const { ask, answer, told, state, seen } = reader();
  ask();
  // What is committed later is another read's affair.
  state.committed = 9;
  answer(true);
  t.deepEqual(seen(), []);
  ask();
  answer(true);
  t.deepEqual(seen(), ['read-current']);
  t.deepEqual(told, [true, true], 'the answer is handed on as it is');
});

test('read-current: a read that waits for the machine, or is refused, is none too early', (t) => {
  const { ask, answer, told, state, seen } = reader();
  state.committed = 9;
  ask();
  answer(false);
  ask();
  state.applied = 9;
  answer(true);
  t.deepEqual(seen(), []);
  t.deepEqual(told, [false, true]);
});

test('acknowledged-matches: a member confirms what the leader of that term has', (t) => {
  const group = checkedGroup();
  const theirs = logOf('1', '1', '3');
  const own = logOf('1', '2');
  for (const id of ['a', 'b']) {
    group.sync(id, own);
    group.sync(id, theirs);
  }
  group.checks.saw(standing('a', 'leader', 3, theirs, 0));
  group.checks.saw(standing('b', 'follower', 3, own, 0));
  group.checks.acknowledges('b', 1, 'a', 3);
  t.deepEqual(group.seen(), []);
  group.checks.acknowledges('b', 2, 'a', 3);
  t.deepEqual(group.seen(), ['acknowledged-matches']);
});

test('acknowledged-matches: an answer to who leads no more, or has not begun, is compared with nothing', (t) => {
  const group = checkedGroup();
  const own = logOf('1', '2');
  group.sync('b', own);
  group.checks.saw(standing('b', 'follower', 3, own, 0));
  // The log of a leader without an entry of its own may still be cut.
  group.checks.saw(standing('a', 'leader', 3, two, 0));
  group.checks.acknowledges('b', 2, 'a', 3);
  group.checks.saw(standing('a', 'leader', 3, logOf('1', '1', '3'), 0));
  group.checks.acknowledges('b', 2, 'a', 2);
  t.deepEqual(group.seen(), []);
});
