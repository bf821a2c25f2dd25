import { decodeProperties, PROPERTIES_BYTES_MAX, SysFlag } from '@ledgermq/protocol';
import test from 'ava';
import fc from 'fast-check';
import { inflateSync } from 'node:zlib';
import { MQClientException } from '../src/errors.ts';
import { encodeMessage, type MessageInit, type OutgoingMessage } from '../src/outgoing-message.ts';

const OPTIONS = { maxMessageSize: 4_194_304, compressOver: 4096 };

function encode(message: Partial<MessageInit>, options = OPTIONS): OutgoingMessage {
  return encodeMessage({ topic: 'Orders', body: 'x', ...message }, 'KEY', 77, options);
}

test('tags, keys, sharding key and properties become properties beside the UNIQ_KEY', (t) => {
  const message = encode({
    tags: 'paid',
    keys: ['a', 'b'],
    shardingKey: 'customer 7',
    properties: { colour: 'grün' },
    flag: -5,
  });
  t.deepEqual(
    decodeProperties(message.properties),
    new Map([
      ['UNIQ_KEY', 'KEY'],
      ['WAIT', 'true'],
      ['TAGS', 'paid'],
      ['KEYS', 'a b'],
      ['__SHARDINGKEY', 'customer 7'],
      ['colour', 'grün'],
    ]),
  );
  t.is(message.flag, -5);
  t.is(message.bornTimestamp, 77);
});

test('any properties without separators come back as they were', (t) => {
  const text = fc.string({ minLength: 1, maxLength: 20 }).filter((value) => !/[\u0001\u0002]/.test(value));
  const name = text.map((value) => `user-${value}`);
  fc.assert(
    fc.property(fc.dictionary(name, text), (properties) => {
      const decoded = decodeProperties(encode({ properties }).properties);
      for (const [key, value] of Object.entries(properties)) t.is(decoded.get(key), value);
    }),
    { seed: 20_260_104 },
  );
});

test('what would be misread is refused before anything is sent', (t) => {
  const bad: Partial<MessageInit>[] = [
    { topic: '' },
    { topic: 'no spaces' },
    { topic: 't'.repeat(128) },
    { body: '' },
    { body: Buffer.alloc(4_194_305) },
    { tags: 'a\u0001b' },
    { keys: 'a\u0002' },
    { properties: { 'a\u0001': 'x' } },
    { properties: { '': 'x' } },
    { properties: { empty: '' } },
    { properties: { UNIQ_KEY: 'mine' } },
    { properties: { TAGS: 'mine' } },
    { properties: { long: 'ü'.repeat(PROPERTIES_BYTES_MAX / 2) } },
    { body: 7 as unknown as string },
  ];
  for (const message of bad) {
    const error = t.throws(() => encode(message), { instanceOf: MQClientException });
    t.is(error?.code, 'ERR_MQ_BAD_MESSAGE');
    t.is(error?.outcome, 'rejected');
    t.false(error?.retryable);
  }
});

test('bodies above the limit are compressed, others are sent as they are', (t) => {
  const long = encode({ body: 'a'.repeat(5000) });
  t.is(long.sysFlag, SysFlag.COMPRESSED);
  t.is(inflateSync(long.body).toString(), 'a'.repeat(5000));
  const short = encode({ body: 'a'.repeat(4096) });
  t.is(short.sysFlag, 0);
  t.is(short.body.length, 4096);
  t.is(encode({ body: 'a'.repeat(5000) }, { ...OPTIONS, compressOver: 0 }).sysFlag, 0);
});

test('bytes are taken without a copy', (t) => {
  const bytes = new Uint8Array([1, 2, 3]);
  const { body } = encode({ body: bytes.subarray(1) });
  t.deepEqual([...body], [2, 3]);
  bytes[1] = 9;
  t.is(body[0], 9);
});
