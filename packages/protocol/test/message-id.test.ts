import test from 'ava';
import fc from 'fast-check';
import { ProtocolError } from '../src/errors.ts';
import { createOffsetMsgId, parseOffsetMsgId, UniqKeyGenerator } from '../src/message-id.ts';

test('ids are those of RocketMQ', (t) => {
  const vectors: [string, number, number, string][] = [
    ['192.168.1.10', 10_911, 1234, 'C0A8010A00002A9F00000000000004D2'],
    ['192.168.1.20', 10_911, 0, 'C0A8011400002A9F0000000000000000'],
    ['192.168.1.20', 10_911, 48, 'C0A8011400002A9F0000000000000030'],
    ['2001:db8::20', 10_911, 199, '20010DB800000000000000000000002000002A9F00000000000000C7'],
  ];
  for (const [host, port, offset, id] of vectors) {
    t.is(createOffsetMsgId(host, port, offset), id);
    t.deepEqual(parseOffsetMsgId(id), { host, port, offset });
    t.deepEqual(parseOffsetMsgId(id.toLowerCase()), { host, port, offset });
  }
});

test('any offset survives', (t) => {
  fc.assert(
    fc.property(fc.ipV4(), fc.integer({ min: 0, max: 65_535 }), fc.maxSafeNat(), (host, port, offset) => {
      t.deepEqual(parseOffsetMsgId(createOffsetMsgId(host, port, offset)), { host, port, offset });
    }),
    { seed: 19_001 },
  );
});

test('text that is no id is refused', (t) => {
  const texts = [
    '',
    'C0A8010A00002A9F00000000000004D',
    'C0A8010A00002A9F00000000000004D2C0',
    'G0A8010A00002A9F00000000000004D2',
    'C0A8010AFFFFFFFF00000000000004D2',
    'C0A8010A00002A9FFFFFFFFFFFFFFFFF',
    'C0A8010A00002A9F7FFFFFFFFFFFFFFF',
    '支'.repeat(32),
  ];
  for (const text of texts) {
    t.is(
      t.throws(() => parseOffsetMsgId(text), { instanceOf: ProtocolError }).code,
      'MESSAGE_ID_INVALID',
      text,
    );
  }
});

test('offsets and hosts that no id can carry are refused', (t) => {
  for (const offset of [-1, 1.5, 2 ** 53]) {
    const error = t.throws(() => createOffsetMsgId('127.0.0.1', 1, offset), { instanceOf: ProtocolError });
    t.is(error.code, 'MESSAGE_ID_INVALID');
  }
  for (const [host, port] of [
    ['localhost', 1],
    ['127.0.0.1', 65_536],
    ['127.0.0.1', -1],
  ] as const) {
    const error = t.throws(() => createOffsetMsgId(host, port, 0), { instanceOf: ProtocolError });
    t.is(error.code, 'ADDRESS_INVALID');
  }
});

test('a unique key is made of ip, pid, loader hash, time in the month and counter', (t) => {
  let now = Date.UTC(2023, 10, 1) + 0x12d687;
  const keys = new UniqKeyGenerator({
    ip: '192.168.1.10',
    pid: 0x1a2b,
    loaderHash: 0x18b4aac2,
    now: () => now,
  });
  t.is(keys.next(), 'C0A8010A1A2B18B4AAC20012D6870000');
  t.is(keys.next(), 'C0A8010A1A2B18B4AAC20012D6870001');
  now = Date.UTC(2023, 11, 1);
  t.is(keys.next(), 'C0A8010A1A2B18B4AAC2000000000002');
  // A clock that is set back into the month before must not give a negative time.
  now = Date.UTC(2023, 10, 30, 23, 59, 59);
  t.regex(keys.next(), /^C0A8010A1A2B18B4AAC2[0-9A-F]{8}0003$/);
});

test('keys of one millisecond differ until the counter comes round', (t) => {
  const keys = new UniqKeyGenerator({ ip: '2001:db8::10', pid: 70_000, loaderHash: -1, now: () => 0 });
  const seen = new Set<string>();
  for (let i = 0; i < 65_536; i += 1) seen.add(keys.next());
  t.is(seen.size, 65_536);
  t.true([...seen].every((key) => key.length === 56));
  t.true(seen.has(keys.next()));
});

test('a generator needs a numeric address', (t) => {
  const parts = { ip: 'host', pid: 1, loaderHash: 1, now: () => 0 };
  t.is(t.throws(() => new UniqKeyGenerator(parts), { instanceOf: ProtocolError }).code, 'ADDRESS_INVALID');
});
