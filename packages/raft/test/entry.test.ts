import test from 'ava';
import fc from 'fast-check';
import {
  ENTRY_HEADER_BYTES,
  EntryKind,
  allocateFrame,
  checkHeader,
  continues,
  decodeEntries,
  decodeEntry,
  entryBody,
  sealEntry,
  type Entry,
} from '../src/entry.ts';
import { RaftError } from '../src/errors.ts';
import { entriesAfter } from '../src/log-storage-suite.ts';

const SEED = 20_261_121;
const START = { index: 0, term: 0, address: 0, hash: 0 };
const LIMITS = { entriesMax: 100, entryBytesMax: 10_000 };
const safe = fc.maxSafeNat();

function sealed(body: Uint8Array, seal = { index: 5, term: 3, address: 700, prevHash: 0xfedcba98 }): Entry {
  const frame = allocateFrame(body.length);
  frame.set(body, ENTRY_HEADER_BYTES);
  return sealEntry(frame, { ...seal, kind: EntryKind.Data });
}

function codeOf(run: () => unknown): string {
  try {
    run();
    return 'none';
  } catch (error) {
    return error instanceof RaftError ? error.code : `untyped: ${String(error)}`;
  }
}

test('the header has the documented layout', (t) => {
  const { frame, hash } = sealed(Buffer.from('hello'), {
    index: 2 ** 40 + 1,
    term: 2 ** 33,
    address: 2 ** 52 + 7,
    prevHash: 0xdeadbeef,
  });
  t.is(frame.toString('latin1', 0, 4), 'LMQE');
  t.is(frame.readUInt32BE(4), 53);
  t.is(frame.readBigUInt64BE(8), 2n ** 40n + 1n);
  t.is(frame.readBigUInt64BE(16), 2n ** 33n);
  t.is(frame.readBigUInt64BE(24), 2n ** 52n + 7n);
  t.is(frame[32], 2);
  t.is(frame[33], 1);
  t.is(frame.readUInt16BE(34), 0);
  t.is(frame.readUInt32BE(36), 0xdeadbeef);
  // CRC-32 of "hello" as every table gives it.
  t.is(frame.readUInt32BE(40), 0x3610a686);
  t.is(frame.readUInt32BE(44), hash);
  t.is(frame.toString('latin1', 48), 'hello');
});

test('what was sealed is read back', (t) => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      safe,
      safe,
      safe,
      fc.nat(20),
      (body, index, term, address, at) => {
        const entry = sealed(body, { index, term, address, prevHash: index % 2 ** 32 });
        const buffer = Buffer.concat([Buffer.alloc(at, 7), entry.frame, Buffer.alloc(3, 9)]);
        const read = decodeEntry(buffer, at, { verifyBody: true });
        t.deepEqual({ ...read, frame: null }, { ...entry, frame: null });
        t.true(entryBody(read).equals(body));
      },
    ),
    { seed: SEED, numRuns: 200 },
  );
});

test('every single flipped bit is noticed, and a body is told from a header', (t) => {
  const { frame } = sealed(Buffer.from('some body'));
  for (let bit = 0; bit < frame.length * 8; bit++) {
    const damaged = Buffer.from(frame);
    const at = bit >> 3;
    damaged[at] = (damaged[at] ?? 0) ^ (1 << (bit & 7));
    const code = codeOf(() => decodeEntry(damaged, 0, { verifyBody: true }));
    t.is(code, at < ENTRY_HEADER_BYTES ? 'ENTRY_HEADER_INVALID' : 'ENTRY_BODY_INVALID', `bit ${bit}`);
  }
});

test('a damaged body leaves the identity readable', (t) => {
  const { frame } = sealed(Buffer.from('some body'));
  frame[frame.length - 1] = 0;
  t.is(decodeEntry(frame, 0, { verifyBody: false }).index, 5);
  t.is(checkHeader(frame, 0), frame.length);
});

test('a frame cut at any byte is truncated, not damaged', (t) => {
  const { frame } = sealed(Buffer.from('some body'));
  for (let end = 0; end < frame.length; end++) {
    t.is(
      codeOf(() => decodeEntry(frame.subarray(0, end), 0, { verifyBody: true })),
      'ENTRY_TRUNCATED',
    );
  }
});

test('a batch is read as a chain', (t) => {
  const entries = entriesAfter(START, [
    { term: 1, bytes: 0 },
    { term: 1, bytes: 70 },
    { term: 4, bytes: 3 },
  ]);
  const buffer = Buffer.concat(entries.map((entry) => entry.frame));
  t.deepEqual(decodeEntries(buffer, LIMITS), entries);
  t.deepEqual(decodeEntries(Buffer.alloc(0), LIMITS), []);
  const [first, second, third] = entries;
  if (first === undefined || second === undefined || third === undefined) throw new Error('three were made');
  t.true(continues(second, first));
  t.false(continues(third, first));
  const swapped = Buffer.concat([second.frame, first.frame]);
  t.is(
    codeOf(() => decodeEntries(swapped, LIMITS)),
    'ENTRY_CHAIN_BROKEN',
  );
});

test('a batch over a limit is refused', (t) => {
  const buffer = Buffer.concat(
    entriesAfter(START, [
      { term: 1, bytes: 60 },
      { term: 1, bytes: 60 },
    ]).map((entry) => entry.frame),
  );
  t.is(
    codeOf(() => decodeEntries(buffer, { ...LIMITS, entriesMax: 1 })),
    'ENTRY_TOO_LARGE',
  );
  t.is(
    codeOf(() => decodeEntries(buffer, { ...LIMITS, entryBytesMax: 107 })),
    'ENTRY_TOO_LARGE',
  );
  t.is(decodeEntries(buffer, { entriesMax: 2, entryBytesMax: 108 }).length, 2);
});

test('random bytes give a typed error', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (bytes) => {
      t.regex(
        codeOf(() => decodeEntries(Buffer.from(bytes), LIMITS)),
        /^ENTRY_/,
      );
    }),
    { seed: SEED, numRuns: 300 },
  );
});

test('numbers that no header can hold are refused', (t) => {
  t.throws(() => sealed(Buffer.alloc(0), { index: -1, term: 1, address: 0, prevHash: 0 }), {
    instanceOf: RangeError,
  });
  t.throws(() => allocateFrame(-1), { instanceOf: RangeError });
  t.is(
    codeOf(() => allocateFrame(0x7fffffff)),
    'ENTRY_TOO_LARGE',
  );
});
