import test from 'ava';
import {
  HistoryRecorder,
  finalLogsOf,
  mergeHistories,
  pairOperations,
  type HistoryRecord,
} from '../src/index.ts';

function recorderWithClock(): { recorder: HistoryRecorder; at: (time: number) => void } {
  let now = 1_000_000;
  const recorder = new HistoryRecorder({ clock: () => now });
  return { recorder, at: (time) => void (now = 1_000_000 + time) };
}

test('operations are pairs with times since the beginning', (t) => {
  const { recorder, at } = recorderWithClock();
  at(10);
  const first = recorder.invoke('send', ['q', 'a', null]);
  at(20);
  const second = recorder.invoke('send', ['q', 'b', null]);
  at(30);
  second.ok(['q', 'b', 0], { node: 'n1', term: 2 });
  first.fail(['SYSTEM_BUSY'], { node: 'n2' });
  const [a, b] = pairOperations(recorder.records);
  t.like(a, {
    invoked: 0,
    invokedAt: 10,
    returned: 3,
    returnedAt: 30,
    outcome: 'fail',
    error: ['SYSTEM_BUSY'],
  });
  t.like(b, { invoked: 1, invokedAt: 20, returned: 2, outcome: 'ok', node: 'n1', term: 2 });
  t.deepEqual(b?.output, ['q', 'b', 0]);
});

test('a process does one thing at a time and gets a new id after an unknown outcome', (t) => {
  const { recorder } = recorderWithClock();
  const client = recorder.process();
  const open = client.invoke('send', 1);
  t.throws(() => client.invoke('send', 2), { code: 'PROCESS_BUSY' });
  open.info(['timeout']);
  t.throws(() => open.ok(1), { code: 'OPERATION_SETTLED' });
  client.invoke('send', 3).ok(3);
  client.invoke('send', 4).fail([]);
  client.invoke('send', 5);
  t.deepEqual(
    recorder.records.map(({ process, type }) => `${process} ${type}`),
    ['0 invoke', '0 info', '1 invoke', '1 ok', '1 invoke', '1 fail', '1 invoke'],
  );
  t.deepEqual(
    pairOperations(recorder.records).map(({ outcome, returned }) => [outcome, returned]),
    [
      ['info', Infinity],
      ['ok', 3],
      ['fail', 5],
      ['info', Infinity],
    ],
  );
});

test('operations of nobody in particular use idle processes again', (t) => {
  const { recorder } = recorderWithClock();
  const a = recorder.invoke('send', 0);
  const b = recorder.invoke('send', 1);
  a.ok(0);
  recorder.invoke('send', 2).ok(2);
  b.info([]);
  recorder.invoke('send', 3).ok(3);
  recorder.invoke('send', 4).ok(4);
  t.deepEqual(
    recorder.records.filter(({ type }) => type === 'invoke').map(({ process }) => process),
    [0, 1, 0, 2, 2],
  );
  t.notThrows(() => pairOperations(recorder.records));
});

test('times never go back, whatever the clock does', (t) => {
  const { recorder, at } = recorderWithClock();
  at(50);
  const open = recorder.invoke('send', 0);
  at(40);
  open.ok(0);
  t.deepEqual(
    recorder.records.map(({ time }) => time),
    [50, 50],
  );
});

test('at the limit of records the recorder says so', (t) => {
  const recorder = new HistoryRecorder({ clock: () => 0, recordsMax: 2, keep: false });
  recorder.mark('nemesis', 'kill', null);
  recorder.mark('nemesis', 'heal', null);
  t.throws(() => recorder.mark('nemesis', 'kill', null), { code: 'HISTORY_TOO_LONG' });
  t.is(recorder.records.length, 0);
});

for (const [name, records] of [
  ['a completion of nothing', [{ process: 0, type: 'ok', f: 'send' }]],
  [
    'two invocations of one process',
    [
      { process: 0, type: 'invoke', f: 'send' },
      { process: 0, type: 'invoke', f: 'send' },
    ],
  ],
  [
    'a completion of another function',
    [
      { process: 0, type: 'invoke', f: 'send' },
      { process: 0, type: 'ok', f: 'pull' },
    ],
  ],
  [
    'a process that goes on after an unknown outcome',
    [
      { process: 0, type: 'invoke', f: 'send' },
      { process: 0, type: 'info', f: 'send' },
      { process: 0, type: 'invoke', f: 'send' },
    ],
  ],
] as const) {
  test(`${name} is refused`, (t) => {
    const history = records.map((record, index) => ({ ...record, index, time: index, value: null }));
    t.throws(() => pairOperations(history), { code: 'HISTORY_PAIRING_INVALID' });
  });
}

test('final logs survive as many records as they need', (t) => {
  const { recorder } = recorderWithClock();
  const entries = Array.from({ length: 4500 }, (_, i) => [i + 3, `m${i}`] as const);
  recorder.finalLog({ node: 'n1', queue: 'q', logStart: 3, entries });
  recorder.finalLog({ node: 'n2', queue: 'q', logStart: 0, entries: [] });
  t.is(recorder.recordCount, 4);
  t.deepEqual(finalLogsOf(recorder.records), [
    { node: 'n1', queue: 'q', logStart: 3, entries },
    { node: 'n2', queue: 'q', logStart: 0, entries: [] },
  ]);
});

test('joined histories keep their own order, and at one time invocations come first', (t) => {
  const record = (time: number, type: 'invoke' | 'ok', value: string): HistoryRecord => ({
    index: 0,
    time,
    process: 0,
    type,
    f: 'send',
    value,
  });
  const one = [
    record(1, 'invoke', 'a'),
    record(5, 'ok', 'a'),
    record(6, 'invoke', 'b'),
    record(7, 'ok', 'b'),
  ];
  const two = [
    record(5, 'invoke', 'x'),
    record(7, 'ok', 'x'),
    record(7, 'invoke', 'y'),
    record(9, 'ok', 'y'),
  ];
  const merged = mergeHistories([one, two]);
  t.deepEqual(
    merged.map(({ index, process, type, value }) => `${index} ${process} ${type} ${String(value)}`),
    [
      '0 0 invoke a',
      '1 1 invoke x',
      '2 0 ok a',
      '3 0 invoke b',
      '4 1 ok x',
      '5 1 invoke y',
      '6 0 ok b',
      '7 1 ok y',
    ],
  );
});
