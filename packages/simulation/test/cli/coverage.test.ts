import test from 'ava';
import { Coverage } from '../../src/cli/coverage.ts';
import { faultMark, parseFaultMark } from '../../src/cli/coverage-marks.ts';

test('fault marks carry kind and role', (t) => {
  t.deepEqual(parseFaultMark(faultMark('slow disk', 'leader')), { kind: 'slow disk', role: 'leader' });
  t.is(parseFaultMark('torn tail cut'), null);
});

test('coverage adds up, knows what is missing, and prints kinds by role', (t) => {
  const coverage = new Coverage();
  coverage.add({ 'fault kill @ leader': 2, 'torn tail cut': 1 });
  coverage.add({ 'fault kill @ leader': 10, 'fault cut @ follower': 1 });
  t.is(coverage.count('fault kill @ leader'), 12);
  t.deepEqual(coverage.missing(['torn tail cut', 'snapshot installed']), ['snapshot installed']);
  const text = coverage.toText(['snapshot installed']);
  t.deepEqual(text.split('\n'), [
    'fault  follower  leader',
    '-----  --------  ------',
    'cut           1       0',
    'kill          0      12',
    '',
    'mark                times',
    '------------------  -----  --------',
    'snapshot installed      0  required',
    'torn tail cut           1',
  ]);
});
