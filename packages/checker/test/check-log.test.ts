import test from 'ava';
import { ANOMALY_TYPES, checkLog, describeAnomaly } from '../src/index.ts';
import { logAnomalyCases } from './log-anomaly-cases.ts';
import { readAnomalyCases } from './read-anomaly-cases.ts';
import { QUEUE, QueueScript } from './queue-script.ts';

const cases = [...logAnomalyCases, ...readAnomalyCases];

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
  const shown = new Set<string>(cases.map(({ type }) => type));
  t.deepEqual([...shown].sort(), [...ANOMALY_TYPES].sort());
});

test('a lost acknowledged message that another one replaced is told as both', (t) => {
  const script = new QueueScript();
  script.sentAll('ab');
  script.sending('x').unknown();
  script.allHold('ax');
  const { anomalies } = checkLog(script.records, script.finalLogs);
  t.deepEqual(new Set(anomalies.map(({ type }) => type)), new Set(['inconsistent-offsets', 'lost-middle']));
});

test('weak reads of a client that goes from replica to replica may go back', (t) => {
  const script = new QueueScript();
  script.sentAll('ab');
  const client = script.recorder.process();
  for (const offset of [2, 1])
    client.invoke('max-offset', { queue: QUEUE }).ok({ queue: QUEUE, offset, strong: false });
  script.allHold('ab');
  t.false(checkLog(script.records, script.finalLogs).valid);
  t.true(checkLog(script.records, script.finalLogs, { sessions: false }).valid);
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
