import { Buffer } from 'node:buffer';
import test from 'ava';
import fc from 'fast-check';
import { decodeProperties, tagsCode } from '@ledgermq/protocol';
import { RecordProperties } from '../../src/machine/record-properties.ts';

const SEED = 20_251;

/** Names near the three that count, and pieces that break the layout. */
const token = fc.oneof(
  fc.constantFrom(
    'TAGS\u0001a\u0002',
    'TAGS\u0001\u0002',
    'TAGS\u0001',
    'TAGSX\u0001b\u0002',
    'UNIQ_KEY\u0001',
    'UNIQ_KEY\u0001AC11\u0002',
    'UNIQ_KEYS\u0001x\u0002',
    'DEDUP\u0001false\u0002',
    'DEDUP\u0001false',
    'DEDUP\u0001falsee\u0002',
    'DEDUP\u0001true\u0002',
    'DEDUP\u0001fals\u0002',
    'TAGS',
    'UNIQ_KEY',
    '\u0001',
    '\u0002',
    'T',
    'D',
    'U',
  ),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
);

function scanned(bytes: Buffer, properties = new RecordProperties()): RecordProperties {
  // Not at the beginning of its buffer, and followed by bytes that belong to someone else.
  const buffer = Buffer.concat([
    Buffer.from('false\u0001'),
    bytes,
    Buffer.from('false\u0002TAGS\u0001z\u0002'),
  ]);
  properties.scan(buffer, 6, bytes.length);
  properties.uniqKeyAt -= 6;
  return properties;
}

function agrees(bytes: Buffer, found: RecordProperties): boolean {
  const properties = decodeProperties(bytes);
  const { uniqKeyAt, uniqKeyBytes } = found;
  return (
    found.tagsCode === tagsCode(properties.get('TAGS')) &&
    found.optedOut === (properties.get('DEDUP') === 'false') &&
    bytes.toString('utf8', uniqKeyAt, uniqKeyAt + uniqKeyBytes) === (properties.get('UNIQ_KEY') ?? '')
  );
}

test('finds what the decoder of whole properties finds', (t) => {
  const reused = new RecordProperties();
  fc.assert(
    fc.property(fc.array(token, { maxLength: 12 }), (tokens) => {
      const bytes = Buffer.from(tokens.join(''));
      return agrees(bytes, scanned(bytes, reused));
    }),
    { seed: SEED, numRuns: 3_000 },
  );
  t.pass();
});

test('reads bytes that are not UTF-8 as the decoder does', (t) => {
  const piece = fc.oneof(
    fc.constantFrom('TAGS\u0001', 'UNIQ_KEY\u0001', '\u0002').map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 4 }).map((bytes) => Buffer.from(bytes)),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 10 }), (pieces) => {
      const bytes = Buffer.concat(pieces);
      return agrees(bytes, scanned(bytes));
    }),
    { seed: SEED, numRuns: 2_000 },
  );
  t.pass();
});

test('what an earlier record had does not show in the next one', (t) => {
  const properties = scanned(Buffer.from('TAGS\u0001a\u0002UNIQ_KEY\u0001k\u0002DEDUP\u0001false\u0002'));
  t.true(properties.optedOut);
  scanned(Buffer.from('OTHER\u0001x\u0002'), properties);
  t.deepEqual([properties.tagsCode, properties.uniqKeyBytes, properties.optedOut], [0, 0, false]);
});
