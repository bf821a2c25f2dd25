import { Buffer } from 'node:buffer';
import test from 'ava';
import fc from 'fast-check';
import { ProtocolError } from '../src/errors.ts';
import { encodeHostAddress } from '../src/host-address.ts';
import { decodeProperties } from '../src/message.ts';
import {
  findProperty,
  locateRecord,
  patchOffsets,
  readRecord,
  readRecords,
  recordBornTimestamp,
  recordPhysicalOffset,
  recordQueueId,
  recordQueueOffset,
  recordSize,
  recordStoreTimestamp,
  recordSysFlag,
  recordTotalSize,
  writeRecord,
} from '../src/message-record.ts';
import type { RecordSpec } from '../src/message-record.ts';
import { anyInt32, anyLong, anyPropertiesText } from './any-send-header.ts';
import { RECORD_A, RECORD_B, RECORD_PLAIN } from './wire-vectors.ts';

const PLAIN: RecordSpec = {
  queueId: 2,
  flag: 0,
  queueOffset: 5,
  physicalOffset: 0,
  sysFlag: 0,
  bornTimestamp: 1_700_000_000_000,
  bornHost: encodeHostAddress('192.168.1.20', 50_000),
  storeTimestamp: 1_700_000_000_001,
  storeHost: encodeHostAddress('192.168.1.10', 10_911),
  reconsumeTimes: 0,
  preparedTransactionOffset: 0,
  body: Buffer.from('hi'),
  topic: 'T1',
  properties: 'TAGS\u0001A',
};

const EXAMPLE_A: RecordSpec = {
  ...PLAIN,
  queueId: 3,
  queueOffset: 0,
  bornHost: encodeHostAddress('192.168.1.10', 54_321),
  storeTimestamp: 1_700_000_000_005,
  storeHost: encodeHostAddress('192.168.1.20', 10_911),
  body: Buffer.from('Hello RocketMQ'),
  topic: 'TopicTest',
  properties:
    'KEYS\u0001order-1001 user-7\u0002UNIQ_KEY\u0001C0A8010A1A2B18B4AAC20012D6870001\u0002' +
    'WAIT\u0001true\u0002TAGS\u0001TagA\u0002',
};

const EXAMPLE_B: RecordSpec = {
  ...PLAIN,
  flag: 7,
  queueOffset: 0,
  physicalOffset: 199,
  bornTimestamp: 1_700_000_001_000,
  bornHost: encodeHostAddress('2001:db8::10', 54_322),
  storeTimestamp: 1_700_000_001_003,
  storeHost: encodeHostAddress('2001:db8::20', 10_911),
  body: Buffer.from('你好'),
  topic: 'SCHEDULE_TOPIC_XXXX',
  properties:
    'UNIQ_KEY\u000120010DB80000000000000000000000101A2B18B4AAC20012D6880002\u0002TAGS\u0001支付\u0002DELAY\u00013\u0002' +
    'REAL_TOPIC\u0001TopicTest\u0002REAL_QID\u00011\u0002',
};

const VECTORS: readonly (readonly [RecordSpec, Buffer])[] = [
  [PLAIN, RECORD_PLAIN],
  [EXAMPLE_A, RECORD_A],
  [EXAMPLE_B, RECORD_B],
];

function written(spec: RecordSpec): Buffer {
  const target = Buffer.alloc(recordSize(spec));
  writeRecord(target, 0, spec);
  return target;
}

test('records have the bytes of RocketMQ', (t) => {
  for (const [spec, bytes] of VECTORS) t.is(written(spec).toString('hex'), bytes.toString('hex'));
});

test('topic and properties given as bytes make the same record', (t) => {
  for (const [spec, bytes] of VECTORS) {
    const raw = { ...spec, topic: Buffer.from(spec.topic), properties: Buffer.from(spec.properties) };
    t.deepEqual(written(raw), bytes);
  }
});

test('the worked records read as what they say', (t) => {
  const record = readRecord(RECORD_B, 0, { verifyBody: true });
  t.is(record.totalSize, 258);
  t.is(record.version, 1);
  t.is(record.sysFlag, 0x30);
  t.is(record.bodyCrc, 0x50a2b841);
  t.is(record.bornHost.host, '2001:db8::10');
  t.is(record.bornHost.port, 54_322);
  t.is(record.storeHost.host, '2001:db8::20');
  t.is(record.body.toString(), '你好');
  t.is(record.topic, 'SCHEDULE_TOPIC_XXXX');
  t.is(record.properties.length, 118);
  t.is(decodeProperties(record.properties).get('TAGS'), '支付');
  const a = readRecord(RECORD_A, 0, { verifyBody: true });
  t.is(a.bodyCrc, 0x69c865ed);
  t.is(a.properties.length, 85);
  t.is(a.bornHost.host, '192.168.1.10');
});

test('accessors of fixed positions agree with the reader', (t) => {
  for (const [, bytes] of VECTORS) {
    const shifted = Buffer.concat([Buffer.alloc(7, 0xaa), bytes]);
    const record = readRecord(shifted, 7);
    t.is(recordTotalSize(shifted, 7), record.totalSize);
    t.is(recordQueueId(shifted, 7), record.queueId);
    t.is(recordQueueOffset(shifted, 7), record.queueOffset);
    t.is(recordPhysicalOffset(shifted, 7), record.physicalOffset);
    t.is(recordSysFlag(shifted, 7), record.sysFlag);
    t.is(recordBornTimestamp(shifted, 7), record.bornTimestamp);
    t.is(recordStoreTimestamp(shifted, 7), record.storeTimestamp);
  }
});

test('patching the offsets changes nothing else', (t) => {
  const bytes = Buffer.from(RECORD_A);
  patchOffsets(bytes, 0, 12_345_678_901, 48);
  t.deepEqual(bytes, written({ ...EXAMPLE_A, queueOffset: 12_345_678_901, physicalOffset: 48 }));
  const record = readRecord(bytes, 0, { verifyBody: true });
  t.is(record.queueOffset, 12_345_678_901);
  t.is(record.physicalOffset, 48);
  // The first record of a log whose entries begin with 48 bytes differs in one byte only.
  patchOffsets(bytes, 0, 0, 48);
  const differing = [...bytes.keys()].filter((i) => bytes[i] !== RECORD_A[i]);
  t.deepEqual(differing, [35]);
  t.is(bytes[35], 0x30);
});

function anyHost(): fc.Arbitrary<RecordSpec['bornHost']> {
  return fc
    .tuple(fc.oneof(fc.ipV4(), fc.ipV6()), fc.integer({ min: 0, max: 65_535 }))
    .filter(([host]) => !host.toLowerCase().startsWith('::ffff:'))
    .map(([host, port]) => encodeHostAddress(host, port));
}

function anyRecord(): fc.Arbitrary<RecordSpec> {
  return fc.record({
    queueId: anyInt32(),
    flag: anyInt32(),
    queueOffset: anyLong(),
    physicalOffset: anyLong(),
    sysFlag: anyInt32(),
    bornTimestamp: anyLong(),
    bornHost: anyHost(),
    storeTimestamp: anyLong(),
    storeHost: anyHost(),
    reconsumeTimes: anyInt32(),
    preparedTransactionOffset: anyLong(),
    body: fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
    topic: fc.oneof(fc.stringMatching(/^[a-z]{1,10}$/), fc.stringMatching(/^[a-z]{120,255}$/)),
    properties: anyPropertiesText(),
  });
}

test('any record survives, V1 and V2, IPv4 and IPv6', (t) => {
  const versions = new Set<string>();
  const property = fc.property(anyRecord(), fc.nat(9), (spec, at) => {
    const size = recordSize(spec);
    const target = Buffer.alloc(at + size + 3, 0xee);
    t.is(writeRecord(target, at, spec), size);
    t.deepEqual(target.subarray(at + size), Buffer.alloc(3, 0xee));
    const record = readRecord(target, at, { verifyBody: true });
    t.is(record.totalSize, size);
    t.is(record.version, Buffer.byteLength(spec.topic as string) > 127 ? 2 : 1);
    versions.add(`${record.version} ${record.bornHost.bytes.length} ${record.storeHost.bytes.length}`);
    const { queueId, flag, queueOffset, physicalOffset, bornTimestamp, storeTimestamp } = record;
    const { reconsumeTimes, preparedTransactionOffset, body, topic } = record;
    t.deepEqual(
      { ...spec, queueId, flag, queueOffset, physicalOffset, bornTimestamp, storeTimestamp },
      { ...spec },
    );
    t.deepEqual({ ...spec, reconsumeTimes, preparedTransactionOffset, body, topic }, { ...spec });
    t.is(record.properties.toString(), spec.properties as string);
    t.is(record.sysFlag & ~0x30, spec.sysFlag & ~0x30);
    t.deepEqual(record.bornHost.bytes, spec.bornHost.bytes);
    t.deepEqual(record.storeHost.bytes, spec.storeHost.bytes);
    t.deepEqual(written({ ...record, topic }), target.subarray(at, at + size));
  });
  fc.assert(property, { seed: 17_001, numRuns: 500 });
  t.is(versions.size, 8);
});

test('records lie one behind the other in the body of a pull', (t) => {
  const all = Buffer.concat([RECORD_PLAIN, RECORD_A, RECORD_B]);
  t.deepEqual(
    readRecords(all, { verifyBody: true }).map((record) => record.topic),
    ['T1', 'TopicTest', 'SCHEDULE_TOPIC_XXXX'],
  );
  const error = t.throws(() => readRecords(all.subarray(0, all.length - 1)), { instanceOf: ProtocolError });
  t.is(error.code, 'RECORD_INVALID');
});

test('no change of one byte makes the reader do anything but refuse or read', (t) => {
  const property = fc.property(
    fc.constantFrom(RECORD_PLAIN, RECORD_A, RECORD_B),
    fc.nat(),
    fc.nat(255),
    fc.nat(20),
    (source, where, byte, lost) => {
      const bytes = Buffer.from(source.subarray(0, source.length - lost));
      bytes[where % bytes.length] = byte;
      try {
        const record = readRecord(bytes, 0);
        t.true(record.totalSize <= bytes.length);
      } catch (error) {
        t.true(error instanceof ProtocolError && error.code === 'RECORD_INVALID');
      }
    },
  );
  fc.assert(property, { seed: 17_002, numRuns: 2_000 });
});

test('random bytes are refused', (t) => {
  const property = fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (random, start) => {
    const bytes = Buffer.from(random);
    if (start && bytes.length >= 8) {
      bytes.writeInt32BE(bytes.length, 0);
      bytes.writeUInt32BE(0xdaa320a7, 4);
    }
    try {
      locateRecord(bytes, 0);
    } catch (error) {
      t.true(error instanceof ProtocolError && error.code === 'RECORD_INVALID');
      return;
    }
    t.true(start);
  });
  fc.assert(property, { seed: 17_003, numRuns: 1_000 });
});

test('faults are refused with RECORD_INVALID', (t) => {
  const faults: ((bytes: Buffer) => void)[] = [
    (bytes) => bytes.writeInt32BE(0, 0),
    (bytes) => bytes.writeInt32BE(bytes.length + 1, 0),
    (bytes) => bytes.writeInt32BE(bytes.length - 1, 0),
    (bytes) => bytes.writeUInt32BE(0xcbd43194, 4),
    (bytes) => bytes.writeUInt8(bytes.readUInt8(88) ^ 1, 88),
    (bytes) => bytes.writeInt32BE(0x7fffffff, 20),
    (bytes) => bytes.writeInt32BE(0x7fffffff, 76),
    (bytes) => bytes.writeInt32BE(70_000, 52),
    (bytes) => bytes.writeInt32BE(-1, 84),
    (bytes) => bytes.writeInt32BE(0x7fffffff, 84),
    (bytes) => bytes.writeInt8(-1, 102),
    (bytes) => bytes.writeInt8(127, 102),
    (bytes) => bytes.writeInt16BE(-1, 112),
    (bytes) => bytes.writeInt16BE(86, 112),
    (bytes) => bytes.writeUInt32BE(0x30, 36),
  ];
  for (const [i, fault] of faults.entries()) {
    const bytes = Buffer.from(RECORD_A);
    fault(bytes);
    const error = t.throws(
      () => readRecord(bytes, 0, { verifyBody: true }),
      { instanceOf: ProtocolError },
      `${i}`,
    );
    t.is(error.code, 'RECORD_INVALID');
  }
});

test('what cannot be stored is refused before anything is written', (t) => {
  const refused: RecordSpec[] = [
    { ...PLAIN, topic: 'x'.repeat(256) },
    { ...PLAIN, properties: Buffer.alloc(32_768) },
  ];
  for (const spec of refused) {
    t.is(t.throws(() => recordSize(spec), { instanceOf: ProtocolError }).code, 'RECORD_INVALID');
    t.is(
      t.throws(() => writeRecord(Buffer.alloc(70_000), 0, spec), { instanceOf: ProtocolError }).code,
      'RECORD_INVALID',
    );
  }
  const small = Buffer.alloc(100);
  t.is(t.throws(() => writeRecord(small, 0, PLAIN), { instanceOf: ProtocolError }).code, 'RECORD_INVALID');
  t.deepEqual(small, Buffer.alloc(100));
});

test('a property found by its bytes is the decoded one', (t) => {
  const text = fc.oneof(
    anyPropertiesText(),
    fc
      .array(fc.constantFrom('a', 'b', 'ab', '\u0001', '\u0002'), { maxLength: 30 })
      .map((parts) => parts.join('')),
  );
  const property = fc.property(text, fc.constantFrom('a', 'ab', 'b', 'aa'), (properties, other) => {
    const bytes = Buffer.from(`##${properties}\u0001!`);
    const length = bytes.length - 4;
    const decoded = decodeProperties(properties);
    for (const name of [...decoded.keys(), other]) {
      const found = findProperty(bytes, 2, length, Buffer.from(name));
      const value = found === null ? undefined : bytes.toString('utf8', found.at, found.at + found.bytes);
      t.is(value, decoded.get(name));
    }
  });
  fc.assert(property, { seed: 17_004, numRuns: 1_000 });
});

test('properties are found in a stored record', (t) => {
  const { propertiesAt, propertiesBytes } = locateRecord(RECORD_A, 0);
  const found = findProperty(RECORD_A, propertiesAt, propertiesBytes, Buffer.from('UNIQ_KEY'));
  t.is(found?.bytes, 32);
  t.is(findProperty(RECORD_A, propertiesAt, propertiesBytes, Buffer.from('UNIQ')), null);
  t.is(findProperty(RECORD_A, propertiesAt, propertiesBytes, Buffer.from('TagA')), null);
  t.is(findProperty(RECORD_A, propertiesAt, propertiesBytes, Buffer.alloc(0)), null);
});
