import type { AnomalyCase } from './anomaly-case.ts';
import { QUEUE } from './queue-script.ts';

/** What final logs and acknowledgements show. */
export const logAnomalyCases: readonly AnomalyCase[] = [
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
