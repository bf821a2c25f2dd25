import { Buffer } from 'node:buffer';
import test from 'ava';
import fc from 'fast-check';
import { ProtocolError } from '../src/errors.ts';
import { decodeBatch, encodeBatch } from '../src/message-batch.ts';
import { BATCH_TWO } from './wire-vectors.ts';

const ITEMS = [
  { flag: 0, body: Buffer.from('hi'), properties: 'TAGS\u0001A' },
  { flag: 0, body: Buffer.from('yo'), properties: 'TAGS\u0001B' },
];

test('a batch has the bytes of RocketMQ', (t) => {
  t.is(encodeBatch(ITEMS).toString('hex'), BATCH_TWO.toString('hex'));
  t.deepEqual(
    decodeBatch(BATCH_TWO),
    ITEMS.map((item) => ({ ...item, properties: Buffer.from(item.properties) })),
  );
});

test('any batch survives', (t) => {
  const bytes = fc.uint8Array({ maxLength: 60 }).map((value) => Buffer.from(value));
  const item = fc.record({ flag: fc.integer(), body: bytes, properties: bytes });
  fc.assert(
    fc.property(fc.array(item, { minLength: 1, maxLength: 10 }), (items) => {
      t.deepEqual(decodeBatch(encodeBatch(items)), items);
    }),
    { seed: 18_001 },
  );
});

test('damaged batches are refused or read, never worse', (t) => {
  const property = fc.property(fc.nat(), fc.nat(255), fc.nat(30), (where, byte, lost) => {
    const body = Buffer.from(BATCH_TWO.subarray(0, BATCH_TWO.length - lost));
    body[where % body.length] = byte;
    try {
      t.true(decodeBatch(body).length <= 2);
    } catch (error) {
      t.true(error instanceof ProtocolError && error.code === 'BATCH_INVALID');
    }
  });
  fc.assert(property, { seed: 18_002, numRuns: 1_000 });
});

test('lengths that disagree, an empty batch and too many messages are refused', (t) => {
  const faults: ((body: Buffer) => Buffer)[] = [
    () => Buffer.alloc(0),
    (body) => body.subarray(0, 59),
    (body) => body.subarray(0, 40),
    (body) => (body.writeInt32BE(21, 0), body),
    (body) => (body.writeInt32BE(61, 0), body),
    (body) => (body.writeInt32BE(-1, 16), body),
    (body) => (body.writeInt32BE(9, 16), body),
    (body) => (body.writeInt16BE(-1, 22), body),
    (body) => (body.writeInt16BE(7, 22), body),
  ];
  for (const [i, fault] of faults.entries()) {
    const body = fault(Buffer.from(BATCH_TWO));
    const error = t.throws(() => decodeBatch(body), { instanceOf: ProtocolError }, `fault ${i}`);
    t.is(error.code, 'BATCH_INVALID');
  }
  t.is(t.throws(() => decodeBatch(BATCH_TWO, 1), { instanceOf: ProtocolError }).code, 'BATCH_INVALID');
  t.is(decodeBatch(BATCH_TWO, 2).length, 2);
  const large = [{ flag: 0, body: Buffer.alloc(0), properties: Buffer.alloc(32_768) }];
  t.is(t.throws(() => encodeBatch(large), { instanceOf: ProtocolError }).code, 'BATCH_INVALID');
});
