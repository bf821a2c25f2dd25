import test from 'ava';
import {
  allocateFrame,
  configurationOf,
  encodeConfiguration,
  ENTRY_HEADER_BYTES,
  EntryKind,
  sealEntry,
  type ConfigurationState,
  type Entry,
} from '@ledgermq/raft';
import { lastChangeIn, MembershipCheck } from '../../src/checks/membership-check.ts';
import { isQuorum, quorumsOverlap } from '../../src/checks/quorums.ts';
import { ViolationList } from '../../src/checks/reporter.ts';

function entryOf(index: number, state: ConfigurationState): Entry {
  const body = encodeConfiguration(state);
  const frame = allocateFrame(body.length);
  frame.set(body, ENTRY_HEADER_BYTES);
  return sealEntry(frame, { index, term: 1, kind: EntryKind.Membership, address: 0, prevHash: 0 });
}

function seenAfter(before: ConfigurationState, ...changes: readonly ConfigurationState[]): string[] {
  const violations = new ViolationList(
    () => 0,
    () => undefined,
  );
  const entries = changes.map((state, at) => entryOf(at + 1, state));
  const log = { firstIndex: () => 1, entries: (from: number, to: number) => entries.slice(from - 1, to - 1) };
  const check = new MembershipCheck('g', violations);
  check.saw('a', before, 0, log);
  check.saw('a', changes.at(-1) ?? before, changes.length, log);
  return violations.violations.map(({ checker }) => checker);
}

const joint = (voters: readonly string[], votersOutgoing: readonly string[]): ConfigurationState => ({
  ...configurationOf(voters),
  votersOutgoing,
  autoLeave: true,
});

test('one member more or less overlaps with what was, two do not', (t) => {
  const three = configurationOf(['a', 'b', 'c']);
  t.true(quorumsOverlap(three, configurationOf(['a', 'b', 'c', 'd'])));
  t.true(quorumsOverlap(three, configurationOf(['a', 'b'])));
  t.false(quorumsOverlap(three, configurationOf(['a', 'd', 'e'])));
  t.false(quorumsOverlap(configurationOf(['a']), configurationOf(['a', 'b', 'c', 'd'])));
});

test('membership-overlap: a joint phase makes any change safe, a leap is seen', (t) => {
  const from = ['a', 'b', 'c'];
  const to = ['d', 'e', 'f'];
  t.deepEqual(seenAfter(configurationOf(from), joint(to, from), configurationOf(to)), []);
  t.deepEqual(seenAfter(configurationOf(from), configurationOf(to)), ['membership-overlap']);
});

test('a joint configuration decides by both halves', (t) => {
  const halves = [
    ['a', 'b', 'c'],
    ['c', 'd', 'e'],
  ];
  t.true(isQuorum(halves, (id) => 'acd'.includes(id)));
  t.false(isQuorum(halves, (id) => 'abc'.includes(id)));
  t.false(isQuorum([['a', 'b']], (id) => id === 'a'));
});

test('the last change of the members is found where the log still has it', (t) => {
  const entries = [entryOf(1, configurationOf(['a'])), entryOf(2, configurationOf(['a', 'b']))];
  const read = (from: number, to: number): Entry[] => entries.slice(from - 1, to - 1);
  const log = { firstIndex: () => 1, entries: read };
  t.is(lastChangeIn(log, 1, 2), 2);
  t.is(lastChangeIn(log, 1, 1), 1);
  t.is(lastChangeIn(log, 3, 2), 0);
  t.is(lastChangeIn({ ...log, firstIndex: () => 2 }, 1, 2), 0);
});
