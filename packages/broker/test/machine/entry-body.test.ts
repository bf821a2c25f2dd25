import { Buffer } from 'node:buffer';
import test from 'ava';
import { BrokerError } from '../../src/errors.ts';
import { locateBody } from '../../src/machine/entry-body.ts';

test('the parts of a body are where their lengths say', (t) => {
  const frame = Buffer.alloc(20);
  frame.writeUInt32BE(5, 8);
  t.deepEqual(locateBody(frame, 8), { recordsAt: 12, recordsEnd: 17, commandsAt: 17 });
  frame.writeUInt32BE(8, 8);
  t.deepEqual(locateBody(frame, 8), { recordsAt: 12, recordsEnd: 20, commandsAt: 20 });
});

test('a body that ends early is a typed error', (t) => {
  const frame = Buffer.alloc(20);
  frame.writeUInt32BE(9, 8);
  for (const bodyAt of [8, 17]) {
    const error = t.throws(() => locateBody(frame, bodyAt), { instanceOf: BrokerError });
    t.is(error.code, 'ENTRY_INVALID');
  }
});
