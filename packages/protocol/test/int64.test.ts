import { Buffer } from 'node:buffer';
import test from 'ava';
import fc from 'fast-check';
import { readInt64, writeInt64 } from '../src/int64.ts';

test('safe integers have the bytes of a big-endian int64', (t) => {
  const edges = fc.constantFrom(0, -1, 2 ** 31, -(2 ** 31), 2 ** 32, -(2 ** 32), 2 ** 53 - 1, -(2 ** 53) + 1);
  fc.assert(
    fc.property(fc.oneof(edges, fc.maxSafeInteger()), (value) => {
      const bytes = Buffer.alloc(10, 0xee);
      writeInt64(bytes, 1, value);
      t.is(bytes.readBigInt64BE(1), BigInt(value));
      t.is(readInt64(bytes, 1), value);
      t.is(bytes[0], 0xee);
      t.is(bytes[9], 0xee);
    }),
    { seed: 22_001 },
  );
});

test('what is no safe integer reads as NaN', (t) => {
  for (const value of [2n ** 53n, -(2n ** 53n), 2n ** 63n - 1n, -(2n ** 63n)]) {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64BE(value);
    t.is(readInt64(bytes, 0), Number.NaN);
  }
});
