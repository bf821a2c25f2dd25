import { Buffer } from 'node:buffer';
import test from 'ava';
import fc from 'fast-check';
import { decodeProperties } from '@ledgermq/protocol';
import { KEYS_PER_MESSAGE_MAX, RecordKeys } from '../../src/replication/record-keys.ts';

function keysOf(properties: string): string[] {
  // Something lies around the properties, as in a record.
  const bytes = Buffer.byteLength(properties);
  const buffer = Buffer.from(`xx${properties}KEYS\u0001not these\u0002`);
  const keys = new RecordKeys();
  keys.scan(buffer, 2, bytes);
  return Array.from({ length: keys.count }, (_, i) =>
    buffer.toString('utf8', keys.at(i), keys.at(i) + keys.bytes(i)),
  );
}

const cases: readonly [string, string, readonly string[]][] = [
  ['nothing', '', []],
  ['other properties', 'TAGS\u0001a\u0002KEY\u0001b\u0002', []],
  ['a unique key', 'UNIQ_KEY\u0001u\u0002', ['u']],
  ['words, with spaces that stand for nothing', 'KEYS\u0001 a  bc \u0002', ['a', 'bc']],
  ['the unique key first', 'KEYS\u0001a b\u0002TAGS\u0001t\u0002UNIQ_KEY\u0001u\u0002', ['u', 'a', 'b']],
  [
    'the last of two',
    'KEYS\u0001a\u0002UNIQ_KEY\u0001u\u0002KEYS\u0001b\u0002UNIQ_KEY\u0001v\u0002',
    ['v', 'b'],
  ],
  ['no end of the last pair', 'UNIQ_KEY\u0001u\u0002KEYS\u0001a', ['u', 'a']],
  ['empty values', 'UNIQ_KEY\u0001\u0002KEYS\u0001\u0002', []],
  ['names that only begin so', 'KEYSX\u0001a\u0002UNIQ_KEYS\u0001b\u0002', []],
  ['bytes beyond ASCII', 'KEYS\u0001größe 数\u0002', ['größe', '数']],
];
for (const [name, properties, expected] of cases) {
  test(`the keys of ${name}`, (t) => {
    t.deepEqual(keysOf(properties), expected);
  });
}

test('no more keys than the limit', (t) => {
  t.is(keysOf(`KEYS\u0001${'k '.repeat(5_000)}\u0002`).length, KEYS_PER_MESSAGE_MAX);
});

test('the keys are those of the decoded properties', (t) => {
  const piece = fc.constantFrom(
    'KEYS\u0001',
    'UNIQ_KEY\u0001',
    'TAGS\u0001',
    '\u0002',
    ' ',
    'a',
    'bc',
    'ü',
    'KEYS',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
      const properties = pieces.join('');
      const decoded = decodeProperties(properties);
      const uniqKey = decoded.get('UNIQ_KEY');
      const words = (decoded.get('KEYS') ?? '').split(' ').filter((word) => word !== '');
      t.deepEqual(keysOf(properties), [...(uniqKey === undefined ? [] : [uniqKey]), ...words]);
    }),
    { seed: 77, numRuns: 2_000 },
  );
});
