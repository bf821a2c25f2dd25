import test from 'ava';
import fc from 'fast-check';

import { ProtocolError } from '../src/errors.ts';
import {
  parseInt32,
  parseLong,
  readBoolean,
  readInt,
  readLong,
  readOptionalBoolean,
  readOptionalInt,
  readOptionalText,
  readText,
} from '../src/field.ts';

test('integers are read as Java writes them', (t) => {
  for (const [text, value] of [
    ['0', 0],
    ['-0', 0],
    ['+7', 7],
    ['-2147483648', -2147483648],
    ['1700000000000', 1700000000000],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
    ['+9007199254740991', Number.MAX_SAFE_INTEGER],
    ['9007199254740992', Number.MAX_SAFE_INTEGER],
    ['9223372036854775807', Number.MAX_SAFE_INTEGER],
    ['-9223372036854775808', Number.MIN_SAFE_INTEGER],
  ] as const) {
    t.is(parseLong(text, 'f'), value, text);
  }
  t.false(Object.is(parseLong('-0', 'f'), -0));
});

test('what is not an integer names its field', (t) => {
  const broken = [
    '',
    ' 1',
    '1 ',
    '1.0',
    '1e3',
    '0x1',
    '-',
    '+',
    '--1',
    'NaN',
    '9223372036854775808',
    '9'.repeat(21),
  ];
  for (const text of broken) {
    const error = t.throws(() => parseLong(text, 'queueId'), { instanceOf: ProtocolError }, text);
    t.deepEqual([error.code, error.field], ['HEADER_INVALID', 'queueId']);
  }
  for (const text of ['2147483648', '-2147483649']) {
    t.throws(() => parseInt32(text, 'f'), { instanceOf: ProtocolError, code: 'HEADER_INVALID' });
  }
});

test('every int64 reads as itself or its nearest safe integer', (t) => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
      const safe = value > 2n ** 53n - 1n ? 2n ** 53n - 1n : value < 1n - 2n ** 53n ? 1n - 2n ** 53n : value;
      t.is(parseLong(String(value), 'f'), Number(safe));
    }),
    { seed: 31, numRuns: 500 },
  );
  fc.assert(
    fc.property(fc.maxSafeInteger(), (value) => t.is(parseLong(String(value), 'f'), value)),
    { seed: 32, numRuns: 500 },
  );
});

test('presence, emptiness and truth', (t) => {
  const ext = { text: 'x', empty: '', yes: 'TRUE', no: 'yes', n: '5' };
  t.is(readText(ext, 'text'), 'x');
  t.is(readText(ext, 'empty'), '');
  t.is(readOptionalText(ext, 'empty'), null);
  t.is(readOptionalInt(ext, 'absent'), null);
  t.is(readOptionalInt(ext, 'empty'), null);
  t.is(readInt(ext, 'n'), 5);
  t.true(readBoolean(ext, 'yes'));
  t.false(readBoolean(ext, 'no'));
  t.is(readOptionalBoolean(ext, 'absent'), null);
  for (const read of [readText, readInt, readLong, readBoolean]) {
    const error = t.throws(() => read(ext, 'absent'), { instanceOf: ProtocolError });
    t.deepEqual([error.code, error.field], ['HEADER_INVALID', 'absent']);
  }
  t.throws(() => readInt(ext, 'empty'), { code: 'HEADER_INVALID' });
});
