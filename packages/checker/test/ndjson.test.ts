import test from 'ava';
import fc from 'fast-check';
import { CheckerError, HistoryReader, encodeRecord, type HistoryRecord } from '../src/index.ts';

const SEED = 20_261_121;

const records: readonly HistoryRecord[] = [
  { index: 0, time: 5, process: 0, type: 'invoke', f: 'send', value: ['q0', 'grüße 👋', null] },
  { index: 1, time: 5, process: 'nemesis', type: 'info', f: 'kill', value: null, node: 'n2' },
  { index: 2, time: 9, process: 0, type: 'ok', f: 'send', value: ['q0', 'grüße 👋', 7], node: 'n1', term: 3 },
  { index: 7, time: 12, process: 1, type: 'info', f: 'send', value: ['q0', 'b', null], error: ['timeout'] },
];
const bytes = Buffer.from(records.map((record) => encodeRecord(record)).join(''));

test('a history cut at any byte is read as it was written', (t) => {
  for (let cut = 0; cut <= bytes.length; cut++) {
    const reader = new HistoryReader();
    const read = [...reader.push(bytes.subarray(0, cut)), ...reader.push(bytes.subarray(cut))];
    reader.finish();
    t.deepEqual(read, records);
  }
});

test('a torn last line is an error and not a shorter history', (t) => {
  for (let end = 1; end < bytes.length; end++) {
    const reader = new HistoryReader();
    reader.push(bytes.subarray(0, end));
    if (bytes[end - 1] === 0x0a) t.notThrows(() => reader.finish());
    else t.throws(() => reader.finish(), { code: 'HISTORY_LINE_INVALID' });
  }
});

test('a line longer than the limit is refused before its end has come', (t) => {
  const limits = { lineBytesMax: 100, recordsMax: 10 };
  const reader = new HistoryReader(limits);
  t.throws(() => reader.push(Buffer.alloc(101, 0x20)), { code: 'HISTORY_LINE_TOO_LONG' });
  const long: HistoryRecord = {
    index: 0,
    time: 0,
    process: 0,
    type: 'invoke',
    f: 'send',
    value: 'ü'.repeat(60),
  };
  t.throws(() => encodeRecord(long, limits), { code: 'HISTORY_LINE_TOO_LONG' });
});

test('more records than the limit are refused', (t) => {
  const reader = new HistoryReader({ lineBytesMax: 1000, recordsMax: 3 });
  t.throws(() => reader.push(bytes), { code: 'HISTORY_TOO_LONG' });
});

for (const [name, line] of [
  ['no object', '[]'],
  ['no index', '{"time":1,"process":0,"type":"ok","f":"send"}'],
  ['a fraction as time', '{"index":0,"time":1.5,"process":0,"type":"ok","f":"send"}'],
  ['an unknown type', '{"index":0,"time":1,"process":0,"type":"done","f":"send"}'],
  ['no function', '{"index":0,"time":1,"process":0,"type":"ok"}'],
  ['no process', '{"index":0,"time":1,"type":"ok","f":"send"}'],
  ['a fault that is no info', '{"index":0,"time":1,"process":"nemesis","type":"ok","f":"kill"}'],
  ['an error that is no list', '{"index":0,"time":1,"process":0,"type":"fail","f":"send","error":"x"}'],
  ['a node that is no text', '{"index":0,"time":1,"process":0,"type":"ok","f":"send","node":1}'],
  ['a negative term', '{"index":0,"time":1,"process":0,"type":"ok","f":"send","term":-1}'],
] as const) {
  test(`a record with ${name} is refused`, (t) => {
    const reader = new HistoryReader();
    t.throws(() => reader.push(Buffer.from(`${line}\n`)), {
      code: 'HISTORY_RECORD_INVALID',
      message: /record 1 /,
    });
  });
}

test('indexes and times that go back are refused', (t) => {
  for (const change of [{ index: 2 }, { time: 8 }]) {
    const reader = new HistoryReader();
    const wrong = { ...records[3], ...change } as HistoryRecord;
    reader.push(bytes.subarray(0, bytes.lastIndexOf(0x0a, -2) + 1));
    t.throws(() => reader.push(Buffer.from(encodeRecord(wrong))), { code: 'HISTORY_ORDER_INVALID' });
  }
});

test('random bytes end in a typed error or in records', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
      const reader = new HistoryReader();
      try {
        reader.push(Buffer.from(noise));
        reader.finish();
      } catch (error) {
        if (!(error instanceof CheckerError)) throw error;
      }
    }),
    { seed: SEED, numRuns: 1000 },
  );
  t.pass();
});
