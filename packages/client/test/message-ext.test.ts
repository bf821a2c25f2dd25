import {
  createOffsetMsgId,
  encodeHostAddress,
  encodeProperties,
  recordSize,
  SysFlag,
  writeRecord,
  type RecordSpec,
} from '@ledgermq/protocol';
import test from 'ava';
import fc from 'fast-check';
import { deflateSync } from 'node:zlib';
import { MessageExt } from '../src/message-ext.ts';

function recordOf(spec: Partial<RecordSpec> = {}, padding: number = 0): Buffer {
  const whole: RecordSpec = {
    queueId: 3,
    flag: 11,
    queueOffset: 42,
    physicalOffset: 123_456,
    sysFlag: 0,
    bornTimestamp: 1_700_000_000_000,
    bornHost: encodeHostAddress('10.0.0.1', 5000),
    storeTimestamp: 1_700_000_000_007,
    storeHost: encodeHostAddress('10.0.0.2', 10_911),
    reconsumeTimes: 2,
    preparedTransactionOffset: 0,
    body: Buffer.from('the body'),
    topic: 'Orders',
    properties: encodeProperties(new Map([['UNIQ_KEY', 'ABC']])),
    ...spec,
  };
  const buffer = Buffer.alloc(padding + recordSize(whole));
  writeRecord(buffer, padding, whole);
  return buffer;
}

test('every field reads back, wherever the record lies and whatever family its hosts are of', (t) => {
  const host = fc.constantFrom('10.0.0.7', '2001:db8::7').map((name) => encodeHostAddress(name, 777));
  const int64 = fc.nat(Number.MAX_SAFE_INTEGER);
  const specs = fc.record({
    queueId: fc.nat(1000),
    flag: fc.integer(),
    queueOffset: int64,
    physicalOffset: int64,
    bornTimestamp: int64,
    storeTimestamp: int64,
    reconsumeTimes: fc.nat(16),
    bornHost: host,
    storeHost: host,
    body: fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
  });
  fc.assert(
    fc.property(specs, fc.nat(50), (spec, padding) => {
      const message = new MessageExt(recordOf(spec, padding), padding, 'broker-a', 'Orders');
      t.is(message.queueId, spec.queueId);
      t.is(message.flag, spec.flag);
      t.is(message.queueOffset, spec.queueOffset);
      t.is(message.commitLogOffset, spec.physicalOffset);
      t.is(message.bornTimestamp, spec.bornTimestamp);
      t.is(message.storeTimestamp, spec.storeTimestamp);
      t.is(message.reconsumeTimes, spec.reconsumeTimes);
      t.deepEqual(message.body, spec.body);
      const { storeHost, bornHost, physicalOffset } = spec;
      t.is(message.offsetMsgId, createOffsetMsgId(storeHost.host, storeHost.port, physicalOffset));
      t.is(message.bornHost, bornHost.host.includes(':') ? `[${bornHost.host}]:777` : `${bornHost.host}:777`);
    }),
    { seed: 20_260_105 },
  );
});

test('properties, tags, keys and id come from the record', (t) => {
  const properties = new Map([
    ['UNIQ_KEY', 'ABC'],
    ['TAGS', 'paid'],
    ['KEYS', 'k1 k2'],
    ['colour', 'grün'],
  ]);
  const message = new MessageExt(
    recordOf({ properties: encodeProperties(properties) }),
    0,
    'broker-a',
    'Orders',
  );
  t.is(message.msgId, 'ABC');
  t.is(message.tags, 'paid');
  t.is(message.keys, 'k1 k2');
  t.deepEqual(message.properties, properties);
  const bare = new MessageExt(recordOf({ properties: '' }), 0, 'broker-a', 'Orders');
  t.is(bare.tags, undefined);
  t.is(bare.keys, undefined);
  t.is(bare.msgId, bare.offsetMsgId);
  t.is(bare.properties.size, 0);
});

test('a redelivered message has the topic it was sent to', (t) => {
  const properties = encodeProperties(new Map([['RETRY_TOPIC', 'Orders']]));
  const retried = recordOf({ topic: '%RETRY%billing', properties });
  t.is(new MessageExt(retried, 0, 'broker-a', null).topic, 'Orders');
  t.is(new MessageExt(recordOf({ topic: '%RETRY%billing' }), 0, 'broker-a', null).topic, '%RETRY%billing');
});

test('a compressed body is decompressed, a plain one is a view', (t) => {
  const text = 'again and again '.repeat(1000);
  const compressed = recordOf({ body: deflateSync(text), sysFlag: SysFlag.COMPRESSED });
  const message = new MessageExt(compressed, 0, 'broker-a', 'Orders');
  t.is(message.body.toString(), text);
  t.is(message.body, message.body);
  const plain = recordOf();
  t.is(new MessageExt(plain, 0, 'broker-a', 'Orders').body.buffer, plain.buffer);
});

test('a body that cannot be decompressed is an error of its own', (t) => {
  const broken: Partial<RecordSpec>[] = [
    { body: Buffer.from('no zlib'), sysFlag: SysFlag.COMPRESSED },
    { body: deflateSync('x'), sysFlag: SysFlag.COMPRESSED | SysFlag.COMPRESSION_ZSTD },
    // It would take more memory than any message may have.
    { body: deflateSync(Buffer.alloc(33_554_433)), sysFlag: SysFlag.COMPRESSED },
  ];
  for (const spec of broken) {
    const message = new MessageExt(recordOf(spec), 0, 'broker-a', 'Orders');
    t.throws(() => message.body, { code: 'ERR_MQ_BAD_BODY' });
  }
});

test('a record that is cut off is refused', (t) => {
  const record = recordOf();
  for (const length of [0, 50, record.length - 1]) {
    t.throws(() => new MessageExt(record.subarray(0, length), 0, 'broker-a', 'Orders'), {
      code: 'RECORD_INVALID',
    });
  }
});
