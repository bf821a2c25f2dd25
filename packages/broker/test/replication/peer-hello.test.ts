import { Buffer } from 'node:buffer';
import test from 'ava';
import fc from 'fast-check';
import { BrokerError } from '../../src/errors.ts';
import { HelloReader, encodeHello } from '../../src/replication/peer-hello.ts';

const SEED = 91;

function codeOf(bytes: Buffer): string {
  try {
    return new HelloReader('c', 'n1').push(bytes) === null ? 'incomplete' : 'accepted';
  } catch (error) {
    return error instanceof BrokerError ? error.code : `untyped: ${String(error)}`;
  }
}

/** A hello of any JSON text. */
function helloOf(text: string): Buffer {
  const good = encodeHello('', '', '').subarray(0, 5);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(Buffer.byteLength(text));
  return Buffer.concat([good, length, Buffer.from(text)]);
}

test('an introduction is read however it is cut, and what follows it is handed on', (t) => {
  fc.assert(
    fc.property(fc.array(fc.nat(80), { maxLength: 5 }), fc.uint8Array({ maxLength: 20 }), (cuts, rest) => {
      const stream = Buffer.concat([encodeHello('c', 'n2', 'n1'), rest]);
      const reader = new HelloReader('c', 'n1');
      const ends = [...cuts.filter((cut) => cut < stream.length), stream.length].sort((a, b) => a - b);
      const out: Buffer[] = [];
      let at = 0;
      for (const end of ends) {
        const chunk = stream.subarray(at, end);
        at = end;
        if (reader.peer !== '') out.push(chunk);
        else out.push(reader.push(chunk) ?? Buffer.alloc(0));
      }
      return reader.peer === 'n2' && Buffer.concat(out).equals(rest);
    }),
    { seed: SEED, numRuns: 500 },
  );
  t.pass();
});

test('an introduction to another cluster or node, or by nobody, is refused', (t) => {
  t.is(codeOf(encodeHello('c', 'n2', 'n1')), 'accepted');
  const wrong = [
    encodeHello('d', 'n2', 'n1'),
    encodeHello('c', 'n2', 'n3'),
    encodeHello('c', '', 'n1'),
    helloOf('{"cluster":"c","to":"n1","from":7}'),
    helloOf('{"cluster":{"toString":1},"to":"n1","from":"n2"}'),
    helloOf('{"cluster":"c","to":{"toString":1},"from":"n2"}'),
    helloOf('null'),
    helloOf('7'),
    helloOf('{'),
    helloOf(' '.repeat(5_000)),
  ];
  for (const hello of wrong) t.is(codeOf(hello), 'PEER_FRAME_INVALID', hello.toString('latin1', 7, 60));
  const version = encodeHello('c', 'n2', 'n1');
  version[4] = 1;
  t.is(codeOf(version), 'PEER_FRAME_INVALID');
});

test('other bytes are refused as soon as they show it', (t) => {
  t.is(codeOf(Buffer.from('GET / HTTP/1.1')), 'PEER_FRAME_INVALID');
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.boolean(), (bytes, framed) => {
      const prefix = framed ? encodeHello('c', 'n2', 'n1').subarray(0, 5) : Buffer.alloc(0);
      const code = codeOf(Buffer.concat([prefix, bytes]));
      return code === 'incomplete' || code === 'PEER_FRAME_INVALID';
    }),
    { seed: SEED, numRuns: 500 },
  );
});
