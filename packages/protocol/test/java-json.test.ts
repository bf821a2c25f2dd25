import test from 'ava';
import fc from 'fast-check';

import { ProtocolError } from '../src/errors.ts';
import { JSON_LIMITS, JsonEntries, isJsonObject, parseFastjson } from '../src/java-json.ts';
import type { JsonValue } from '../src/java-json.ts';
import { writeJavaJson } from '../src/java-json-writer.ts';
import { asJsonObject, jsonObjectEntries } from '../src/json-field.ts';

/** Parsed values as JSON.parse would give them, so that deepEqual does not stumble over prototypes. */
function plain(value: JsonValue): unknown {
  if (value instanceof JsonEntries) return value.entries.map(([key, item]) => [plain(key), plain(item)]);
  if (Array.isArray(value)) return value.map((item: JsonValue) => plain(item));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item)]));
}

const READ: readonly (readonly [what: string, text: string, expected: unknown])[] = [
  [
    'standard JSON',
    ' {"a":[1,-2.5e1,true,false,null,"x"],"b":{}} ',
    { a: [1, -25, true, false, null, 'x'], b: {} },
  ],
  ['bare numeric keys', '{0:"127.0.0.1:10911",1:"b"}', { 0: '127.0.0.1:10911', 1: 'b' }],
  ['a negative bare key', '{-1:2}', { '-1': 2 }],
  ['bare names', "{table:{on_$:'x'}}", { table: { on_$: 'x' } }],
  ['single quotes', "{'a':'it\\'s \"so\"'}", { a: 'it\'s "so"' }],
  ['trailing commas', '{"a":[1,2,],}', { a: [1, 2] }],
  ['escapes', '"\\u0001\\x41\\/\\b\\f\\n\\r\\t\\v\\0\\\\"', '\u0001A/\b\f\n\r\t\v\0\\'],
  ['raw control characters', '"a\u0001\nb"', 'a\u0001\nb'],
  ['white space of every kind', '\t\n\v\f\r [ 1 , 2 ] ', [1, 2]],
  ['a byte order mark', '\ufeff{}', {}],
  ['the last of equal keys', '{"a":1,"a":2}', { a: 2 }],
  [
    'int64 beyond 2^53, clamped',
    '[9223372036854775807,-9223372036854775808]',
    [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER],
  ],
  [
    'an object as key',
    '{{"queueId":0,"topic":"t"}:5,{"queueId":1}:6}',
    [
      [{ queueId: 0, topic: 't' }, 5],
      [{ queueId: 1 }, 6],
    ],
  ],
  [
    'mixed keys',
    '{"x":1,{"y":2}:3}',
    [
      ['x', 1],
      [{ y: 2 }, 3],
    ],
  ],
  [
    'a reference to an earlier value',
    '{"a":{"x":{"k":1}},"b":{"y":{"$ref":"$.a.x"}}}',
    {
      a: { x: { k: 1 } },
      b: { y: { k: 1 } },
    },
  ],
  [
    'a reference to a sibling still in an open list',
    '{"l":[{"k":1},{"$ref":"$.l[0]"}]}',
    { l: [{ k: 1 }, { k: 1 }] },
  ],
  ['a reference to a parent, left alone', '{"a":{"b":{"$ref":"$.a"}}}', { a: { b: { $ref: '$.a' } } }],
  ['a reference to the root, left alone', '{"a":{"$ref":"$"}}', { a: { $ref: '$' } }],
  ['a reference to nothing, left alone', '{"a":{"$ref":"$.b.c"}}', { a: { $ref: '$.b.c' } }],
  [
    'a reference of another form, left alone',
    '[{"$ref":".."},{"$ref":"$x"}]',
    [{ $ref: '..' }, { $ref: '$x' }],
  ],
];

for (const [what, text, expected] of READ) {
  test(`reads ${what}`, (t) => {
    t.deepEqual(plain(parseFastjson(text)), expected);
    t.deepEqual(plain(parseFastjson(Buffer.from(text))), expected);
  });
}

const BROKEN: readonly string[] = [
  '',
  ' ',
  '{',
  '[',
  '"',
  "'a",
  '{"a"}',
  '{"a":}',
  '{"a":1 "b":2}',
  '[1 2]',
  '{,}',
  '[,]',
  '[1,,2]',
  '{} {}',
  'nul',
  'truex',
  '"\\u12G4"',
  '"\\u12',
  '"\\q"',
  '+1',
  '.5',
  '1e999',
  '-',
  '{[1]:2}',
  '{{:1}:2}',
];

for (const text of BROKEN) {
  test(`refuses ${JSON.stringify(text)}`, (t) => {
    const error = t.throws(() => parseFastjson(text), { instanceOf: ProtocolError });
    t.is(error.code, 'JSON_INVALID');
  });
}

test('names of Object are names like any other', (t) => {
  const value = parseFastjson('{"__proto__":{"polluted":true},"constructor":1,toString:2}');
  const object = asJsonObject(value, 'value');
  t.deepEqual(Object.keys(object), ['__proto__', 'constructor', 'toString']);
  t.false('hasOwnProperty' in object);
  t.is(({} as Record<string, unknown>)['polluted'], undefined);
});

test('depth, length and number of values are bounded', (t) => {
  const limits = { lengthMax: 100, depthMax: 3, valuesMax: 5 };
  t.notThrows(() => parseFastjson('[[[]]]', limits));
  t.throws(() => parseFastjson('[[[[]]]]', limits), { instanceOf: ProtocolError, code: 'JSON_TOO_DEEP' });
  t.throws(() => parseFastjson('{{{{}:1}:1}:1}', limits), { code: 'JSON_TOO_DEEP' });
  t.notThrows(() => parseFastjson('[1,2,3,4]', limits));
  t.throws(() => parseFastjson('[1,2,3,4,5]', limits), { code: 'JSON_TOO_LARGE' });
  t.throws(() => parseFastjson(' '.repeat(101), limits), { code: 'JSON_TOO_LARGE' });
  const deep = '['.repeat(1_000_000);
  t.throws(() => parseFastjson(deep), { code: 'JSON_TOO_DEEP' });
  t.throws(() => parseFastjson('{'.repeat(1_000_000)), { code: 'JSON_TOO_DEEP' });
  t.throws(() => parseFastjson(`[${'0,'.repeat(JSON_LIMITS.valuesMax)}]`), { code: 'JSON_TOO_LARGE' });
});

test('what is standard JSON reads as JSON.parse reads it', (t) => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), fc.nat(3), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      const expected: unknown = JSON.parse(text, (_, item: unknown) =>
        typeof item === 'number' && Number.isInteger(item)
          ? Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, item)) + 0
          : item,
      );
      t.deepEqual(JSON.stringify(plain(parseFastjson(text))), JSON.stringify(expected));
    }),
    { seed: 4_711, numRuns: 500 },
  );
});

const key = fc.oneof(fc.integer(), fc.record({ topic: fc.string(), queueId: fc.nat() }));
const writable = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(true, false),
    fc.integer(),
    fc.string({ unit: 'binary' }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie('value'), { maxKeys: 4, noNullPrototype: false }),
    fc
      .array(
        fc.tuple(
          key.filter((k) => typeof k === 'object'),
          tie('value'),
        ),
        { minLength: 1, maxLength: 3 },
      )
      .map((entries) => new JsonEntries(entries)),
  ),
})).value;

test('what is written reads back, in both styles', (t) => {
  fc.assert(
    fc.property(writable, fc.constantFrom('standard' as const, 'fastjson' as const), (value, style) => {
      t.deepEqual(plain(parseFastjson(writeJavaJson(value, style))), plain(value));
    }),
    { seed: 815, numRuns: 400 },
  );
});

test('numeric keys are quoted in the standard style only, object keys never', (t) => {
  const value = new JsonEntries([
    [0, 'a'],
    [{ topic: 't' }, 1],
  ]);
  t.is(writeJavaJson(value), '{"0":"a",{"topic":"t"}:1}');
  t.is(writeJavaJson(value, 'fastjson'), '{0:"a",{"topic":"t"}:1}');
  t.is(writeJavaJson({ b: null, a: [null, 'x\u0001'] }), '{"a":[null,"x\\u0001"]}');
});

test('object keys are read raw and as text', (t) => {
  const raw = asJsonObject(parseFastjson('{"m":{{"topic":"t"}:1}}'), 'raw');
  const text = asJsonObject(parseFastjson('{"m":{"{\\"topic\\":\\"t\\"}":1}}'), 'text');
  t.deepEqual(
    jsonObjectEntries(raw, 'm').map(([k, v]) => [plain(k), v]),
    [[{ topic: 't' }, 1]],
  );
  t.deepEqual(
    jsonObjectEntries(text, 'm').map(([k, v]) => [plain(k), v]),
    [[{ topic: 't' }, 1]],
  );
});

test('bytes without meaning are refused with a typed error', (t) => {
  const noise = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    fc
      .array(
        fc.constantFrom('{', '}', '[', ']', ':', ',', '"', "'", '\\', 'u', '0', '-', '$ref', '$.', 'a', ' '),
        {
          maxLength: 60,
        },
      )
      .map((parts) => Buffer.from(parts.join(''))),
  );
  fc.assert(
    fc.property(noise, (bytes) => {
      try {
        writeJavaJson(parseFastjson(bytes));
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
      }
    }),
    { seed: 99, numRuns: 5_000 },
  );
  t.pass();
});

test('every cut of a document is refused and none of them hangs', (t) => {
  const text = '{"a":{{"topic":"t","queueId":0}:[1,2.5,"x\\u0041"]},0:true,"r":{"$ref":"$.a"}}';
  for (let length = 0; length < text.length; length += 1) {
    t.throws(() => parseFastjson(text.slice(0, length)), { instanceOf: ProtocolError });
  }
  t.notThrows(() => parseFastjson(text));
});
