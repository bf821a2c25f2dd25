import test from 'ava';
import {
  ANOMALY_TYPES,
  checkLog,
  describeAnomaly,
  type AnomalyType,
  type LogCheckOptions,
} from '../src/index.ts';
import { QUEUE, QueueScript } from './queue-script.ts';

interface AnomalyCase {
  readonly type: AnomalyType;
  readonly name: string;
  readonly options?: LogCheckOptions;
  /** Shows this anomaly and no other. */
  readonly bad: (script: QueueScript) => void;
  /** Nearly the same, and right. */
  readonly fine: (script: QueueScript) => void;
}

/** A poll of one consumer, which keeps its process. */
function poll(consumer: ReturnType<QueueScript['recorder']['process']>, from: number, ids: string): void {
  const entries = [...ids].map((id, i) => [from + i, id]);
  consumer.invoke('poll', { queue: QUEUE }).ok({ queue: QUEUE, entries });
}

const cases: readonly AnomalyCase[] = [
  {
    type: 'inconsistent-offsets',
    name: 'replicas disagree about an offset of which nobody was told',
    bad(script) {
      script.sent('a', 0);
      script.sending('b').unknown();
      script.sending('c').unknown();
      script.holds('n1', 'ab').holds('n2', 'ac');
    },
    fine(script) {
      script.sent('a', 0);
      script.sending('b').unknown();
      script.sending('c').unknown();
      script.holds('n1', 'acb').holds('n2', 'acb');
    },
  },
  {
    type: 'duplicate',
    name: 'a repeated send is stored twice',
    bad(script) {
      script.sending('a').unknown();
      script.sent('a', 1);
      script.allHold('aa');
    },
    fine(script) {
      script.sending('a').unknown();
      script.sent('a', 0);
      script.allHold('a');
    },
  },
  {
    type: 'repeated-offset',
    name: 'a replica lists an offset again',
    bad(script) {
      script.sentAll('ab');
      script.finalLogs.push({
        node: 'n1',
        queue: QUEUE,
        logStart: 0,
        entries: [
          [0, 'a'],
          [1, 'b'],
          [1, 'b'],
        ],
      });
    },
    fine(script) {
      script.sentAll('ab');
      script.holds('n1', 'ab');
    },
  },
  {
    type: 'gap',
    name: 'an offset is left out everywhere',
    bad(script) {
      script.sent('a', 0);
      script.sent('b', 2);
      script.allHold('a b');
    },
    fine(script) {
      script.sentAll('ab');
      script.allHold('ab');
    },
  },
  {
    type: 'gap',
    name: 'retention removes the beginning and nothing else',
    options: { retention: true },
    bad(script) {
      script.sentAll('abc');
      script.sent('d', 4);
      script.allHold('bc d', 1);
    },
    fine(script) {
      script.sentAll('abcd');
      script.allHold('cd', 2);
    },
  },
  {
    type: 'lost-prefix',
    name: 'the first acknowledged message is gone',
    bad(script) {
      script.sentAll('abc');
      script.allHold(' bc');
    },
    fine(script) {
      script.sending('a').unknown();
      script.sent('b', 0);
      script.sent('c', 1);
      script.allHold('bc');
    },
  },
  {
    type: 'lost-prefix',
    name: 'more is gone than retention says',
    options: { retention: true },
    bad(script) {
      script.sentAll('abc');
      script.finalLogs.push({ node: 'n1', queue: QUEUE, logStart: 1, entries: [[2, 'c']] });
    },
    fine(script) {
      script.sentAll('abc');
      script.holds('n1', 'bc', 1);
      script.holds('n2', 'c', 2);
    },
  },
  {
    type: 'lost-middle',
    name: 'an acknowledged message is gone between others',
    bad(script) {
      script.sentAll('abc');
      script.allHold('a c');
    },
    fine(script) {
      script.sentAll('ab');
      script.sending('x').unknown();
      script.sent('c', 2);
      script.allHold('abc');
    },
  },
  {
    type: 'lost-suffix',
    name: 'the last acknowledged message is gone',
    bad(script) {
      script.sentAll('abc');
      script.allHold('ab');
    },
    fine(script) {
      script.sentAll('ab');
      script.sending('c').unknown();
      script.allHold('ab');
    },
  },
  {
    type: 'lost-suffix',
    name: 'everything is gone',
    bad(script) {
      script.sent('a', 0);
      script.allHold('');
    },
    fine(script) {
      script.sending('a').unknown();
      script.allHold('');
    },
  },
  {
    type: 'lost-on-node',
    name: 'one replica lacks an acknowledged message',
    bad(script) {
      script.sentAll('ab');
      script.holds('n1', 'ab').holds('n2', 'a');
    },
    fine(script) {
      script.sentAll('ab');
      script.holds('n1', 'ab').holds('n2', 'ab');
    },
  },
  {
    type: 'lost-on-node',
    name: 'one replica lacks what an unknown send left',
    bad(script) {
      script.sent('a', 0);
      script.sending('b').unknown();
      script.sent('c', 2);
      script.holds('n1', 'abc').holds('n2', 'a c');
    },
    fine(script) {
      script.sent('a', 0);
      script.sending('b').unknown();
      script.sent('c', 2);
      script.holds('n1', 'abc').holds('n2', 'abc');
    },
  },
  {
    type: 'aborted-read',
    name: 'a refused message is in the log',
    bad(script) {
      script.sending('a').fail();
      script.allHold('a');
    },
    fine(script) {
      script.sending('a').fail();
      script.sent('a', 0);
      script.allHold('a');
    },
  },
  {
    type: 'aborted-read',
    name: 'a refused message is served',
    bad(script) {
      script.sending('a').fail();
      script.pulled(0, 'a');
      script.allHold('');
    },
    fine(script) {
      script.sending('a').fail();
      script.pulled(0, '');
      script.allHold('');
    },
  },
  {
    type: 'uncommitted-read',
    name: 'a message is served and then gone',
    bad(script) {
      script.sending('a').unknown();
      script.pulled(0, 'a');
      script.allHold('');
    },
    fine(script) {
      script.sending('a').unknown();
      script.pulled(0, 'a');
      script.allHold('a');
    },
  },
  {
    type: 'phantom',
    name: 'nobody sent what the log holds',
    bad(script) {
      script.sent('a', 0);
      script.allHold('ax');
    },
    fine(script) {
      script.sent('a', 0);
      script.sending('x');
      script.allHold('ax');
    },
  },
  {
    type: 'future-read',
    name: 'a message is served before it is sent',
    bad(script) {
      script.pulled(0, 'a');
      script.sent('a', 0);
      script.allHold('a');
    },
    fine(script) {
      const pull = script.pulling(0);
      const send = script.sending('a');
      pull.ok('a');
      send.ok(0);
      script.allHold('a');
    },
  },
  {
    type: 'real-time-order',
    name: 'the later send gets the smaller offset',
    bad(script) {
      script.sent('b', 1);
      script.sent('a', 0);
      script.allHold('ab');
    },
    fine(script) {
      const a = script.sending('a');
      script.sent('b', 1);
      a.ok(0);
      script.allHold('ab');
    },
  },
  {
    type: 'real-time-order',
    name: 'an unknown send takes effect before it began',
    bad(script) {
      script.sent('b', 1);
      script.sending('a').unknown();
      script.allHold('ab');
    },
    fine(script) {
      script.sending('a').unknown();
      script.sent('b', 1);
      script.allHold('ab');
    },
  },
  {
    type: 'nonmonotonic-send',
    name: 'two open sends of a producer change places',
    bad(script) {
      const first = script.sending('a', { producer: 'p', seq: 1 });
      const second = script.sending('b', { producer: 'p', seq: 2 });
      first.ok(1);
      second.ok(0);
      script.allHold('ba');
    },
    fine(script) {
      const first = script.sending('a');
      const second = script.sending('b');
      first.ok(1);
      second.ok(0);
      script.allHold('ba');
    },
  },
  {
    type: 'stale-read',
    name: 'the end of the queue lags behind an acknowledgement',
    bad(script) {
      script.sent('a', 0);
      script.end(0);
      script.allHold('a');
    },
    fine(script) {
      const end = script.askingEnd();
      script.sent('a', 0);
      end.ok(0);
      script.allHold('a');
    },
  },
  {
    type: 'stale-read',
    name: 'a strong pull lags, which a weak one may',
    bad(script) {
      script.sentAll('ab');
      script.pulled(0, 'a', { highWatermark: 1 });
      script.allHold('ab');
    },
    fine(script) {
      script.sentAll('ab');
      script.pulled(0, 'a', { highWatermark: 1, strong: false });
      script.allHold('ab');
    },
  },
  {
    type: 'future-watermark',
    name: 'the end counts a message that was not sent yet',
    bad(script) {
      script.end(1);
      script.sent('a', 0);
      script.allHold('a');
    },
    fine(script) {
      const end = script.askingEnd();
      script.sent('a', 0);
      end.ok(1);
      script.allHold('a');
    },
  },
  {
    type: 'future-watermark',
    name: 'the end counts what nobody holds',
    bad(script) {
      script.sending('a').unknown();
      script.end(1);
      script.allHold('');
    },
    fine(script) {
      script.sending('a').unknown();
      script.end(1);
      script.allHold('a');
    },
  },
  {
    type: 'watermark-regression',
    name: 'a strong read goes back behind another',
    bad(script) {
      script.sending('a');
      script.end(1);
      script.end(0);
      script.allHold('a');
    },
    fine(script) {
      script.sending('a');
      script.end(0);
      script.end(1);
      script.allHold('a');
    },
  },
  {
    type: 'watermark-regression',
    name: 'weak reads of one client go back, which those of two may',
    bad(script) {
      script.sentAll('ab');
      const client = script.recorder.process();
      for (const offset of [2, 1])
        client.invoke('max-offset', { queue: QUEUE }).ok({ queue: QUEUE, offset, strong: false });
      script.allHold('ab');
    },
    fine(script) {
      script.sentAll('ab');
      for (const offset of [2, 1]) {
        const client = script.recorder.process();
        client.invoke('max-offset', { queue: QUEUE }).ok({ queue: QUEUE, offset, strong: false });
      }
      script.allHold('ab');
    },
  },
  {
    type: 'read-beyond-watermark',
    name: 'a pull returns what lies beyond its own end',
    bad(script) {
      script.sent('a', 0);
      const pull = script.pulling(0);
      const b = script.sending('b');
      pull.ok('ab', { highWatermark: 1 });
      b.ok(1);
      script.allHold('ab');
    },
    fine(script) {
      script.sent('a', 0);
      const pull = script.pulling(0);
      const b = script.sending('b');
      pull.ok('ab', { highWatermark: 2 });
      b.ok(1);
      script.allHold('ab');
    },
  },
  {
    type: 'int-poll-skip',
    name: 'a pull does not begin where it was asked to',
    bad(script) {
      script.sentAll('ab');
      const open = script.recorder.invoke('pull', { queue: QUEUE, from: 0 });
      open.ok({ queue: QUEUE, from: 0, entries: [[1, 'b']] });
      script.allHold('ab');
    },
    fine(script) {
      script.sentAll('ab');
      script.pulled(1, 'b');
      script.allHold('ab');
    },
  },
  {
    type: 'int-poll-skip',
    name: 'a reader is told to go on too far',
    bad(script) {
      script.sentAll('abc');
      script.pulled(0, 'a', { next: 2 });
      script.allHold('abc');
    },
    fine(script) {
      script.sentAll('abc');
      script.pulled(0, 'a', { next: 1 });
      script.allHold('abc');
    },
  },
  {
    type: 'int-nonmonotonic-poll',
    name: 'a pull begins before where it was asked to',
    bad(script) {
      script.sentAll('ab');
      const open = script.recorder.invoke('pull', { queue: QUEUE, from: 1 });
      open.ok({ queue: QUEUE, from: 1, entries: [[0, 'a']] });
      script.allHold('ab');
    },
    fine(script) {
      script.sentAll('ab');
      script.pulled(0, 'a');
      script.allHold('ab');
    },
  },
  {
    type: 'poll-skip',
    name: 'a consumer jumps over a message',
    bad(script) {
      script.sentAll('abc');
      const consumer = script.recorder.process();
      poll(consumer, 0, 'a');
      poll(consumer, 2, 'c');
      script.allHold('abc');
    },
    fine(script) {
      script.sentAll('abc');
      const consumer = script.recorder.process();
      poll(consumer, 0, 'a');
      poll(consumer, 1, 'bc');
      script.allHold('abc');
    },
  },
  {
    type: 'nonmonotonic-poll',
    name: 'a consumer gets a message again without a seek',
    bad(script) {
      script.sentAll('ab');
      const consumer = script.recorder.process();
      poll(consumer, 0, 'ab');
      poll(consumer, 1, 'b');
      script.allHold('ab');
    },
    fine(script) {
      script.sentAll('ab');
      const consumer = script.recorder.process();
      poll(consumer, 0, 'ab');
      consumer.invoke('seek', { queue: QUEUE }).ok(null);
      poll(consumer, 1, 'b');
      script.allHold('ab');
    },
  },
  {
    type: 'final-log-missing',
    name: 'nobody told what is left',
    bad(script) {
      script.sent('a', 0);
    },
    fine(script) {
      script.sent('a', 0);
      script.holds('n1', 'a');
    },
  },
];

for (const { type, name, options = {}, bad, fine } of cases) {
  test(`${type}: ${name}`, (t) => {
    const script = new QueueScript();
    bad(script);
    const result = checkLog(script.records, script.finalLogs, options);
    t.deepEqual([...new Set(result.anomalies.map((anomaly) => anomaly.type))], [type]);
    t.false(result.valid);
    for (const anomaly of result.anomalies) {
      t.true(type === 'final-log-missing' || anomaly.operations.length + anomaly.nodes.length > 0);
      t.true(describeAnomaly(anomaly).startsWith(`${type} in ${QUEUE}: `));
    }
    t.true(checkLog(script.records, script.finalLogs, { ...options, allowed: [type] }).valid);

    const right = new QueueScript();
    fine(right);
    t.deepEqual(checkLog(right.records, right.finalLogs, options).anomalies.map(describeAnomaly), []);
  });
}

test('every kind of anomaly is shown', (t) => {
  t.deepEqual(new Set(cases.map(({ type }) => type)), new Set(ANOMALY_TYPES));
});

test('a lost acknowledged message that another one replaced is told as both', (t) => {
  const script = new QueueScript();
  script.sentAll('ab');
  script.sending('x').unknown();
  script.allHold('ax');
  const { anomalies } = checkLog(script.records, script.finalLogs);
  t.deepEqual(new Set(anomalies.map(({ type }) => type)), new Set(['inconsistent-offsets', 'lost-middle']));
});

test('a replica that told of another queue holds nothing of this one', (t) => {
  const script = new QueueScript();
  script.sent('a', 0);
  script.holds('n1', 'a');
  script.finalLogs.push({ node: 'n2', queue: 'other', logStart: 0, entries: [] });
  const { anomalies } = checkLog(script.records, script.finalLogs);
  t.deepEqual(
    anomalies.map(({ type, nodes }) => [type, ...nodes]),
    [['lost-on-node', 'n2', 'n1']],
  );
});

test('the verdict counts sends, settles unknown ones, and knows whether anything overlapped', (t) => {
  const script = new QueueScript();
  const a = script.sending('a');
  script.sending('b').unknown();
  script.sending('c').unknown();
  a.ok(0);
  script.sending('d').fail();
  script.end(2);
  script.allHold('ab');
  const { valid, queues } = checkLog(script.records, script.finalLogs);
  const [queue] = queues;
  t.true(valid);
  t.like(queue, {
    acknowledged: 1,
    unknown: 2,
    settled: 1,
    failed: 1,
    reads: 1,
    overlapping: 2,
    finalLength: 2,
  });
});

test('what is found a thousand times is counted and kept a few times', (t) => {
  const script = new QueueScript();
  for (let i = 0; i < 1000; i++) script.sent(`m${i}`, i);
  script.allHold('');
  const [queue] = checkLog(script.records, script.finalLogs).queues;
  t.is(queue?.counts.get('lost-suffix'), 1000);
  t.is(queue?.anomalies.length, 20);
});

test('values of another form are refused by name', (t) => {
  const script = new QueueScript();
  script.recorder.invoke('send', ['q', 1, null]).ok(['q', 1, 0]);
  t.throws(() => checkLog(script.records, []), { code: 'OPERATION_INVALID', message: /operation 0: .*send/ });
});
