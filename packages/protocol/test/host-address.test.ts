import { Buffer } from 'node:buffer';
import test from 'ava';
import fc from 'fast-check';
import { ProtocolError } from '../src/errors.ts';
import { decodeHostAddress, encodeHostAddress } from '../src/host-address.ts';

test('addresses are their bytes and an int32 port', (t) => {
  const vectors: [string, number, string][] = [
    ['192.168.1.10', 54_321, 'c0a8010a0000d431'],
    ['0.0.0.0', 0, '0000000000000000'],
    ['2001:db8::10', 54_322, '20010db80000000000000000000000100000d432'],
    ['::', 1, '0000000000000000000000000000000000000001'],
    ['::1', 1, '0000000000000000000000000000000100000001'],
    ['1::', 1, '0001000000000000000000000000000000000001'],
    ['1:0:2::3:0:4', 1, '0001000000020000000000030000000400000001'],
    ['1:2:3:4:5:6:7:8', 1, '0001000200030004000500060007000800000001'],
  ];
  for (const [host, port, hex] of vectors) {
    const address = encodeHostAddress(host, port);
    t.is(address.bytes.toString('hex'), hex, host);
    const length = address.bytes.length === 8 ? 8 : 20;
    const shifted = Buffer.concat([Buffer.alloc(3), address.bytes]);
    t.deepEqual(decodeHostAddress(shifted, 3, length), { host, port, bytes: address.bytes });
  }
});

test('other spellings have the same bytes', (t) => {
  t.deepEqual(encodeHostAddress('::ffff:192.168.1.10', 5), encodeHostAddress('192.168.1.10', 5));
  t.deepEqual(
    encodeHostAddress('2001:DB8:0:0::0.1.0.16', 5).bytes,
    encodeHostAddress('2001:db8::1:10', 5).bytes,
  );
});

test('any address survives', (t) => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.integer({ min: 0, max: 65_535 }), (host, port) => {
      const { bytes } = encodeHostAddress(host, port);
      const decoded = decodeHostAddress(bytes, 0, bytes.length === 8 ? 8 : 20);
      t.is(decoded.port, port);
      t.deepEqual(encodeHostAddress(decoded.host, port).bytes, decoded.bytes);
      t.deepEqual(decoded.bytes, bytes);
    }),
    { seed: 20_001, numRuns: 500 },
  );
});

test('names, zones, bad ports and cut off bytes are refused', (t) => {
  const refused: (() => unknown)[] = [
    () => encodeHostAddress('', 1),
    () => encodeHostAddress('localhost', 1),
    () => encodeHostAddress('256.1.1.1', 1),
    () => encodeHostAddress('fe80::1%eth0', 1),
    () => encodeHostAddress('[::1]', 1),
    () => encodeHostAddress('127.0.0.1', 70_000),
    () => encodeHostAddress('127.0.0.1', 1.5),
    () => decodeHostAddress(Buffer.alloc(7), 0, 8),
    () => decodeHostAddress(Buffer.alloc(20), 1, 20),
    () => decodeHostAddress(Buffer.alloc(8, 0xff), 0, 8),
  ];
  for (const refusal of refused) {
    t.is(t.throws(refusal, { instanceOf: ProtocolError }).code, 'ADDRESS_INVALID');
  }
});
