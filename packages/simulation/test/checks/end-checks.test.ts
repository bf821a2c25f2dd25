import test from 'ava';
import { allocateFrame, EntryKind, sealEntry, type Entry } from '@ledgermq/raft';
import { firstDifference, type LogHolder } from '../../src/checks/equal-logs.ts';
import { compareQueue, describeMachine } from '../../src/checks/equal-states.ts';
import { checkHistoryOf } from '../../src/checks/history-check.ts';
import { rebuildState } from '../../src/checks/rebuilt-state.ts';
import { ViolationList } from '../../src/checks/reporter.ts';
import type { HistoryEvent } from '../../src/world/history.ts';

function holder(id: string, commit: number, texts: readonly string[]): LogHolder {
  let address = 0;
  let prevHash = 0;
  const entries = texts.map((text, at): Entry => {
    const frame = allocateFrame(text.length);
    frame.write(text, 48);
    const entry = sealEntry(frame, { index: at + 1, term: 1, kind: EntryKind.Data, address, prevHash });
    address += frame.length;
    prevHash = entry.hash;
    return entry;
  });
  return { id, commit, log: { firstIndex: () => 1, entries: (from, to) => entries.slice(from - 1, to - 1) } };
}

test('replicas-equal: logs are compared byte by byte, as far as both are committed', (t) => {
  t.is(firstDifference(holder('a', 3, ['x', 'y', 'z']), holder('b', 3, ['x', 'y', 'z'])), null);
  t.is(firstDifference(holder('a', 3, ['x', 'y', 'z']), holder('b', 2, ['x', 'y', 'w'])), null);
  t.is(firstDifference(holder('a', 3, ['x', 'y', 'z']), holder('b', 3, ['x', 'w', 'z'])), 2);
  t.is(firstDifference(holder('a', 3, ['x', 'y', 'z']), holder('b', 3, ['x', 'y'])), 3);
});

type Line = readonly [process: number, type: HistoryEvent['type'], f: string, value: unknown];

type Entries = readonly (readonly [number, string])[];

/** The checkers that object to these operations, when this is what the only member of the group has. */
function seenIn(lines: readonly Line[], entries: Entries, retention = false): string[] {
  const logStart = entries[0]?.[0] ?? 0;
  return seenWith(lines, new Map([['g', [{ node: 'a', queue: 'g/q', logStart, entries }]]]), retention);
}

function seenWith(
  lines: readonly Line[],
  logs: Parameters<typeof checkHistoryOf>[1],
  retention: boolean,
): string[] {
  const history = lines.map(([process, type, f, value], index) => ({
    index,
    time: index,
    process,
    type,
    f,
    value,
  }));
  const violations = new ViolationList(
    () => 0,
    () => undefined,
  );
  checkHistoryOf(history, logs, retention, violations);
  return violations.violations.map(({ checker }) => checker);
}

const sent: readonly Line[] = [
  [0, 'invoke', 'send', ['g/q', 'm1', null]],
  [0, 'ok', 'send', ['g/q', 'm1', 0]],
  [0, 'invoke', 'send', ['g/q', 'm2', null]],
  [0, 'ok', 'send', ['g/q', 'm2', 1]],
];
const both = [
  [0, 'm1'],
  [1, 'm2'],
] as const;

test('histories: what was acknowledged is there once, and nothing else is', (t) => {
  t.deepEqual(seenIn(sent, both), []);
  t.deepEqual(seenIn(sent, [[0, 'm1']]), ['lost-suffix']);
  t.true(seenIn(sent, [...both, [2, 'm1']]).includes('duplicate'));
  t.true(seenIn(sent, [...both, [2, 'nobody']]).includes('phantom'));
});

test('histories: retention explains a missing beginning, and only then', (t) => {
  t.deepEqual(seenIn(sent, [[1, 'm2']], true), []);
  t.true(seenIn(sent, [[1, 'm2']]).length > 0);
});

test('histories: who is no member of a group need not hold its queues', (t) => {
  const logs = new Map([
    ['g', [{ node: 'a', queue: 'g/q', logStart: 0, entries: both }]],
    ['h', [{ node: 'b', queue: 'h/q', logStart: 0, entries: [] }]],
  ]);
  t.deepEqual(seenWith(sent, logs, false), []);
});

test('histories: messages that are found may be told with an old end, but not with one that never was', (t) => {
  const found = (highWatermark: number): readonly Line[] => [
    [1, 'invoke', 'pull', { queue: 'g/q', from: 0 }],
    [1, 'ok', 'pull', { queue: 'g/q', from: 0, entries: [[0, 'm1']], highWatermark, next: 1, strong: false }],
  ];
  t.deepEqual(seenIn([...sent, ...found(2), ...found(1)], both), []);
  t.deepEqual(seenIn([...sent, ...found(3)], both), ['future-watermark']);
  t.deepEqual(seenIn([...sent, ...found(0)], both), ['read-beyond-watermark']);
});

test('histories: offsets and topics must be linearizable', (t) => {
  const of = { group: 'g', queue: 'g/q' };
  const commits: readonly Line[] = [
    [0, 'invoke', 'commit-offset', { ...of, offset: 5 }],
    [0, 'ok', 'commit-offset', { ...of, offset: 5 }],
    [0, 'invoke', 'query-offset', of],
  ];
  t.deepEqual(seenIn([...sent, ...commits, [0, 'ok', 'query-offset', { offset: 5 }]], both), []);
  t.deepEqual(seenIn([...sent, ...commits, [0, 'ok', 'query-offset', { offset: 4 }]], both), [
    'linearizable',
  ]);
  const puts: readonly Line[] = [
    [0, 'invoke', 'put-topic', { topic: 't', config: 1 }],
    [0, 'ok', 'put-topic', { topic: 't', config: 1 }],
    [0, 'invoke', 'get-topic', { topic: 't' }],
  ];
  t.deepEqual(seenIn([...sent, ...puts, [0, 'ok', 'get-topic', { config: 1 }]], both), []);
  t.deepEqual(seenIn([...sent, ...puts, [0, 'ok', 'get-topic', { config: null }]], both), ['linearizable']);
});

test('equal-state and index-intact: one offset, one topic, one place more is a difference', async (t) => {
  const log = { firstIndex: (): number => 1, entries: (): Entry[] => [] };
  const one = await rebuildState(log, 0);
  const other = await rebuildState(log, 0);
  t.deepEqual(describeMachine(one.machine), describeMachine(other.machine));
  one.machine.offsets.commit({ group: 'g', topic: 't', queueId: 0, offset: 3 }, false);
  t.notDeepEqual(describeMachine(one.machine), describeMachine(other.machine));
  one.derived.queueIndex.append(0, 0, 100, 50, 7, 1_000);
  t.not(compareQueue(0, one.derived.queueIndex, other.derived.queueIndex), null);
  other.derived.queueIndex.append(0, 0, 100, 50, 8, 1_000);
  t.regex(
    compareQueue(0, one.derived.queueIndex, other.derived.queueIndex) ?? '',
    /offset 0 points elsewhere/,
  );
  await one.close();
  await other.close();
});
