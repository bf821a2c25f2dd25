import { Buffer } from 'node:buffer';
import test from 'ava';
import fc from 'fast-check';
import { createRequest, encodeSendHeaderV2 } from '@ledgermq/protocol';
import type { Frame } from '@ledgermq/protocol';
import { FaceFixture, pullFields, sendHeader } from './face-fixture.ts';
import { RecordingConnection, framesOf } from './recording-connection.ts';

const KNOWN_CODES = [
  10, 11, 14, 15, 17, 21, 26, 28, 29, 30, 31, 32, 33, 34, 35, 36, 38, 41, 42, 310, 320, 351, 361,
];

function withTopic(): FaceFixture {
  const fixture = new FaceFixture();
  fixture.group.addTopic('T');
  fixture.group.addGroup('g');
  return fixture;
}

test('an unknown request code is answered with 3', (t) => {
  for (const code of [13, 22, 9999, -1]) {
    const answer = withTopic().ask(code);
    t.is(answer.code, 3);
    t.is(answer.remark, ` request type ${code} not supported`);
  }
});

test('an unknown one-way request is not answered', (t) => {
  const fixture = withTopic();
  fixture.request(9999, {}, undefined, { flag: 2 });
  t.deepEqual(fixture.connection.written, []);
});

test('a response is never answered', (t) => {
  const fixture = withTopic();
  fixture.request(0, {}, undefined, { flag: 1 });
  fixture.request(310, encodeSendHeaderV2(sendHeader()), Buffer.from('a'), { flag: 1 });
  t.deepEqual(fixture.connection.written, []);
  t.deepEqual(fixture.group.proposals, []);
});

test('an error inside a handler is the answer of that request only', (t) => {
  const fixture = withTopic();
  fixture.group.queues.bounds = () => {
    throw new RangeError('something broke');
  };
  const answer = fixture.ask(30, { topic: 'T', queueId: '0' });
  t.is(answer.code, 1);
  t.regex(answer.remark ?? '', /something broke/);
  t.false(fixture.connection.closed);
  t.is(fixture.send().code, 0);
});

test('an error inside the way back of a proposal is answered too', (t) => {
  const fixture = withTopic();
  fixture.group.store = () => ({
    type: 'stored',
    queueId: 0,
    queueOffset: 0,
    physicalOffset: -1,
    duplicate: false,
  });
  const answer = fixture.send();
  t.is(answer.code, 1);
  t.regex(answer.remark ?? '', /MESSAGE_ID_INVALID/);
});

test('a header that cannot be read closes its connection, and nothing is thrown', (t) => {
  const fixture = withTopic();
  const frame: Frame = { serializeType: 0, header: Buffer.from('{"code":'), body: Buffer.alloc(0) };
  t.notThrows(() => fixture.face.onFrames([frame], fixture.connection));
  t.true(fixture.connection.closed);
});

test('an unreadable header with a legible number is answered', (t) => {
  const fixture = withTopic();
  const header = Buffer.alloc(21);
  header.writeInt16BE(30, 0);
  header.writeInt32BE(77, 5);
  header.writeInt32BE(0, 9);
  header.writeInt32BE(-5, 13);
  fixture.face.onFrames([{ serializeType: 1, header, body: Buffer.alloc(0) }], fixture.connection);
  t.is(fixture.connection.answer(77)?.code, 1);
  t.false(fixture.connection.closed);
});

test('frames behind an unreadable one are not executed', (t) => {
  const fixture = withTopic();
  const broken: Frame = { serializeType: 0, header: Buffer.from('?'), body: Buffer.alloc(0) };
  const send = framesOf(createRequest(310, encodeSendHeaderV2(sendHeader()), Buffer.from('a'), 1));
  fixture.face.onFrames([broken, ...send], fixture.connection);
  t.deepEqual(fixture.group.proposals, []);
});

/** Every request that was not one-way and whose connection lives must be answered, held or waiting. */
function feed(fixture: FaceFixture, frames: readonly Frame[]): RecordingConnection {
  const connection = new RecordingConnection();
  fixture.face.onFrames(frames, connection);
  fixture.clock.advance(30_000);
  fixture.face.onClose(connection);
  return connection;
}

test('any bytes as header and body are answered or end the connection, and never throw', (t) => {
  const fixture = withTopic();
  fc.assert(
    fc.property(
      fc.constantFrom<0 | 1>(0, 1),
      fc.uint8Array({ maxLength: 200 }),
      fc.uint8Array({ maxLength: 200 }),
      (serializeType, header, body) => {
        feed(fixture, [{ serializeType, header: Buffer.from(header), body: Buffer.from(body) }]);
      },
    ),
    { seed: 310_310, numRuns: 1_000 },
  );
  t.is(fixture.send().code, 0);
});

test('any fields and any body of a known request are answered exactly once', (t) => {
  const fixture = withTopic();
  const names = [
    'a',
    'b',
    'c',
    'd',
    'e',
    'f',
    'g',
    'h',
    'i',
    'm',
    ...Object.keys(pullFields()),
    'offset',
    'group',
  ];
  const values = fc.oneof(
    fc.constantFrom(
      '',
      '0',
      '-1',
      '4294967296',
      '9223372036854775807',
      'true',
      'T',
      '%RETRY%g',
      '\u0001\u0002',
    ),
    fc.string({ maxLength: 20 }),
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...KNOWN_CODES),
      fc.dictionary(fc.constantFrom(...names), values),
      fc.oneof(
        fc.uint8Array({ maxLength: 100 }),
        fc.json().map((text) => Buffer.from(text)),
      ),
      fc.constantFrom<0 | 1>(0, 1),
      (code, fields, body, serializeType) => {
        const request = { ...createRequest(code, fields, Buffer.from(body), 5), serializeType };
        const connection = feed(fixture, framesOf(request));
        t.is(
          connection.written.filter((command) => command.opaque === 5 && (command.flag & 1) === 1).length,
          1,
        );
        t.false(connection.closed);
      },
    ),
    { seed: 11_361, numRuns: 1_500 },
  );
  t.is(fixture.face.status().heldPulls, 0);
  t.is(fixture.face.status().parkedRequests, 0);
});

test('a valid request with one byte changed never throws', (t) => {
  const fixture = withTopic();
  const [frame] = framesOf(createRequest(310, encodeSendHeaderV2(sendHeader()), Buffer.from('hello'), 9));
  for (let at = 0; at < (frame?.header.length ?? 0); at += 1) {
    const header = Buffer.from(frame?.header ?? []);
    header[at] = (header[at] ?? 0) ^ 0x15;
    t.notThrows(() => feed(fixture, [{ serializeType: 0, header, body: frame?.body ?? Buffer.alloc(0) }]));
  }
});
