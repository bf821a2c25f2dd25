import { Buffer } from 'node:buffer';
import test from 'ava';
import fc from 'fast-check';
import { ProtocolError } from '../src/errors.ts';
import {
  decodeProperties,
  encodeProperties,
  javaStringHash,
  PROPERTIES_BYTES_MAX,
  tagsCode,
  tagsCodeOfBytes,
  validateGroup,
  validateTopic,
} from '../src/message.ts';

test('hashes are those of Java', (t) => {
  const vectors: [string, number][] = [
    ['TagA', 2_598_919],
    ['TagB', 2_598_920],
    ['*', 42],
    ['支付', 823_177],
    ['polygenelubricants', -2_147_483_648],
    ['TopicTest#order-1001', 1_043_804_929],
    ['TopicTest#user-7', -1_964_477_641],
    ['TopicTest#C0A8010A1A2B18B4AAC20012D6870001', -863_387_245],
    ['', 0],
  ];
  for (const [text, hash] of vectors) {
    t.is(javaStringHash(text), hash, text);
    t.is(tagsCode(text), hash);
    const bytes = Buffer.from(`x${text}y`);
    t.is(tagsCodeOfBytes(bytes, 1, bytes.length - 2), hash);
  }
  t.is(tagsCode(null), 0);
  t.is(tagsCode(undefined), 0);
});

test('the hash of bytes is the hash of their text', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const bytes = Buffer.from(text);
      t.is(tagsCodeOfBytes(bytes, 0, bytes.length), javaStringHash(text));
    }),
    { seed: 16_001 },
  );
});

test('properties are read with and without the last separator', (t) => {
  const expected = new Map([
    ['TAGS', 'TagA'],
    ['KEYS', 'a b'],
  ]);
  t.deepEqual(decodeProperties('TAGS\u0001TagA\u0002KEYS\u0001a b\u0002'), expected);
  t.deepEqual(decodeProperties('TAGS\u0001TagA\u0002KEYS\u0001a b'), expected);
  t.deepEqual(decodeProperties(Buffer.from('TAGS\u0001TagA\u0002KEYS\u0001a b')), expected);
  t.deepEqual(decodeProperties(''), new Map());
});

test('pieces that are no pairs are passed over', (t) => {
  const text = '\u0002a\u0002\u0001v\u0002k\u0001\u0002\u0001\u0002good\u0001x\u0001y\u0002tail\u0001';
  t.deepEqual(decodeProperties(text), new Map([['good', 'x\u0001y']]));
  t.deepEqual(decodeProperties('a\u00011\u0002a\u00012\u0002'), new Map([['a', '2']]));
});

test('any properties without separators survive', (t) => {
  const text = fc
    .string({ unit: 'binary', minLength: 1, maxLength: 20 })
    .filter((s) => !/[\u0001\u0002]/.test(s));
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text)), (pairs) => {
      const properties = new Map(pairs);
      const encoded = encodeProperties(properties);
      t.deepEqual(decodeProperties(encoded), properties);
      t.deepEqual(decodeProperties(Buffer.from(encoded)), properties);
      t.true(encoded === '' || encoded.endsWith('\u0002'));
    }),
    { seed: 16_002 },
  );
});

test('properties that no reader could read are refused', (t) => {
  const refused: [string, string][] = [
    ['', 'v'],
    ['a\u0001', 'v'],
    ['a\u0002', 'v'],
    ['a', 'v\u0001'],
    ['a', '\u0002'],
    ['a', 'v'.repeat(PROPERTIES_BYTES_MAX)],
    ['a', '支'.repeat(PROPERTIES_BYTES_MAX / 3)],
  ];
  for (const pair of refused) {
    const error = t.throws(() => encodeProperties(new Map([pair])), { instanceOf: ProtocolError });
    t.is(error.code, 'PROPERTIES_INVALID');
  }
  t.is(encodeProperties(new Map([['a', 'v'.repeat(PROPERTIES_BYTES_MAX - 3)]])).length, PROPERTIES_BYTES_MAX);
  t.is(encodeProperties(new Map([['a', '']])), '');
});

test('a text of separators alone costs no quadratic time', (t) => {
  const bare = '\u0002'.repeat(1_000_000);
  t.is(decodeProperties(bare).size, 0);
  t.is(decodeProperties(`${bare}a\u0001b`).size, 1);
});

test('topic and group names', (t) => {
  for (const name of ['T', '%RETRY%group_1', 'a|b-c', 'x'.repeat(127)]) {
    t.notThrows(() => validateTopic(name));
    t.notThrows(() => validateGroup(name));
  }
  for (const name of ['', ' ', 'a b', 'a.b', '主题', 'x'.repeat(128), 'a\n']) {
    t.is(t.throws(() => validateTopic(name), { instanceOf: ProtocolError }).code, 'TOPIC_INVALID', name);
  }
  t.notThrows(() => validateGroup('x'.repeat(255)));
  for (const name of ['', 'a/b', 'x'.repeat(256)]) {
    t.is(t.throws(() => validateGroup(name), { instanceOf: ProtocolError }).code, 'GROUP_INVALID', name);
  }
});
