import { Buffer } from 'node:buffer';
import test from 'ava';
import fc from 'fast-check';
import {
  asOneway,
  createRequest,
  createResponse,
  decodeCommand,
  encodeCommand,
  isOneway,
  isResponse,
  PROTOCOL_VERSION,
} from '../src/command.ts';
import type { RemotingCommand } from '../src/command.ts';
import { ProtocolError } from '../src/errors.ts';
import { FrameDecoder } from '../src/frame.ts';
import { decodeSendHeaderV2, decodeSendResponseHeader } from '../src/headers/send-message.ts';
import { RequestCode } from '../src/request-code.ts';
import { ResponseCode } from '../src/response-code.ts';
import { anyCommand } from './any-command.ts';
import {
  ERROR_BINARY,
  REQUEST_BINARY,
  REQUEST_JSON,
  RESPONSE_BINARY,
  RESPONSE_JSON,
  SEND_BINARY,
} from './wire-vectors.ts';

function decode(bytes: Buffer): RemotingCommand {
  const [frame] = new FrameDecoder({ frameBytesMax: 1_048_576 }).push(bytes);
  if (frame === undefined) throw new Error('The bytes are not a whole frame.');
  return decodeCommand(frame);
}

function jsonFrame(header: string): Buffer {
  const text = Buffer.from(header);
  const bytes = Buffer.alloc(8 + text.length);
  bytes.writeInt32BE(4 + text.length, 0);
  bytes.writeInt32BE(text.length, 4);
  bytes.set(text, 8);
  return bytes;
}

function binaryFrame(header: Buffer): Buffer {
  const bytes = Buffer.alloc(8 + header.length);
  bytes.writeInt32BE(4 + header.length, 0);
  bytes.writeUInt32BE(0x0100_0000 + header.length, 4);
  bytes.set(header, 8);
  return bytes;
}

function plain(ext: Readonly<Record<string, string>>): Record<string, string> {
  return { ...ext };
}

const ROUTE_REQUEST = createRequest(RequestCode.GET_ROUTEINFO_BY_TOPIC, { topic: 'T1' }, undefined, 7);
const SEND_ANSWER = { queueId: '2', msgId: 'C0A8010A00002A9F0000000000000000', queueOffset: '5' };

test('requests have the bytes of RocketMQ in both serializations', (t) => {
  t.is(encodeCommand(ROUTE_REQUEST).toString('hex'), REQUEST_JSON.toString('hex'));
  const binary = encodeCommand({ ...ROUTE_REQUEST, serializeType: 1 });
  t.is(binary.toString('hex'), REQUEST_BINARY.toString('hex'));
});

test('responses have the bytes of RocketMQ in both serializations', (t) => {
  const parts = { extFields: SEND_ANSWER };
  const json = createResponse({ opaque: 7, serializeType: 0 }, ResponseCode.SUCCESS, parts);
  t.is(encodeCommand(json).toString('hex'), RESPONSE_JSON.toString('hex'));
  const binary = createResponse({ opaque: 7, serializeType: 1 }, ResponseCode.SUCCESS, parts);
  t.is(encodeCommand(binary).toString('hex'), RESPONSE_BINARY.toString('hex'));
  const remark = { remark: 'No topic route info' };
  const refusal = createResponse({ opaque: 7, serializeType: 1 }, ResponseCode.TOPIC_NOT_EXIST, remark);
  t.is(encodeCommand(refusal).toString('hex'), ERROR_BINARY.toString('hex'));
});

test('the worked frames decode to what they say', (t) => {
  for (const bytes of [REQUEST_JSON, REQUEST_BINARY]) {
    const command = decode(bytes);
    t.is(command.code, 105);
    t.is(command.opaque, 7);
    t.is(command.version, 479);
    t.is(command.language, 'JAVA');
    t.is(command.remark, null);
    t.deepEqual(plain(command.extFields), { topic: 'T1' });
    t.false(isResponse(command));
  }
  for (const bytes of [RESPONSE_JSON, RESPONSE_BINARY]) {
    const command = decode(bytes);
    t.true(isResponse(command));
    t.deepEqual(plain(command.extFields), SEND_ANSWER);
    const header = decodeSendResponseHeader(command.extFields);
    t.is(header.queueOffset, 5);
    t.is(header.queueId, 2);
  }
  const refusal = decode(ERROR_BINARY);
  t.is(refusal.code, ResponseCode.TOPIC_NOT_EXIST);
  t.is(refusal.remark, 'No topic route info');
});

test('the worked send decodes to its header and encodes to its bytes', (t) => {
  const command = decode(SEND_BINARY);
  t.is(command.code, RequestCode.SEND_MESSAGE_V2);
  t.is(command.opaque, 8);
  t.is(command.body.toString(), 'hi');
  t.deepEqual(decodeSendHeaderV2(command.extFields), {
    producerGroup: 'PG',
    topic: 'T1',
    defaultTopic: 'TBW102',
    defaultTopicQueueNums: 4,
    queueId: 0,
    sysFlag: 0,
    bornTimestamp: 1_700_000_000_000,
    flag: 0,
    properties: 'TAGS\u0001A',
    reconsumeTimes: 0,
    unitMode: false,
    maxReconsumeTimes: null,
    batch: false,
    brokerName: null,
  });
  t.deepEqual(encodeCommand(command), SEND_BINARY);
});

test('any command survives both serializations', (t) => {
  fc.assert(
    fc.property(anyCommand(), (command) => {
      t.deepEqual(decode(encodeCommand(command)), command);
    }),
    { seed: 12_001, numRuns: 500 },
  );
});

test('a JSON header may be in any order, lack fields and hold unknown ones', (t) => {
  const command = decode(
    jsonFrame('{"version":317, "x":{"y":[1]}, "extFields":null,"remark":null, "code":34}'),
  );
  t.is(command.code, 34);
  t.is(command.version, 317);
  t.is(command.opaque, 0);
  t.is(command.flag, 0);
  t.is(command.remark, null);
  t.is(command.language, 'JAVA');
  t.deepEqual(plain(command.extFields), {});
  t.is(decode(jsonFrame('{"code":1,"remark":""}')).remark, null);
});

test('bare numbers and booleans in extFields become text, nulls vanish', (t) => {
  const ext = '{"a":12,"b":true,"c":null,"d":"x","e":1700000000000}';
  const command = decode(jsonFrame(`{"code":310,"extFields":${ext}}`));
  t.deepEqual(plain(command.extFields), { a: '12', b: 'true', d: 'x', e: '1700000000000' });
});

test('a language that nobody defined reads as OTHER', (t) => {
  t.is(decode(jsonFrame('{"code":1,"language":"COBOL"}')).language, 'OTHER');
  t.is(decode(jsonFrame('{"code":1,"language":null}')).language, 'OTHER');
  t.is(decode(jsonFrame('{"code":1,"language":"GO"}')).language, 'GO');
  const header = Buffer.from('00690001df00000007000000000000000000000000', 'hex');
  header.writeUInt8(127, 2);
  t.is(decode(binaryFrame(header)).language, 'OTHER');
});

test('JSON headers that say nothing usable are refused', (t) => {
  const headers = [
    '',
    '{',
    'null',
    '[]',
    '5',
    '{}',
    '{"code":null}',
    '{"code":1.5}',
    '{"code":"x"}',
    '{"code":2147483648}',
    '{"code":1,"opaque":9007199254740993}',
    '{"code":1,"flag":[]}',
    '{"code":1,"remark":5}',
    '{"code":1,"extFields":[]}',
    '{"code":1,"extFields":"a"}',
    `{"code":1,"extFields":{${Array.from({ length: 1025 }, (_, i) => `"${i}":""`).join(',')}}}`,
  ];
  for (const header of headers) {
    const error = t.throws(
      () => decode(jsonFrame(header)),
      { instanceOf: ProtocolError },
      header.slice(0, 60),
    );
    t.is(error.code, 'HEADER_UNREADABLE');
  }
});

test('binary headers with lengths that disagree are refused', (t) => {
  const good = REQUEST_BINARY.subarray(8);
  t.is(decode(binaryFrame(good)).code, 105);
  const faults: ((header: Buffer) => Buffer)[] = [
    (header) => header.subarray(0, 20),
    (header) => header.subarray(0, header.length - 1),
    (header) => Buffer.concat([header, Buffer.from([0])]),
    (header) => (header.writeInt32BE(-1, 13), header),
    (header) => (header.writeInt32BE(1_000, 13), header),
    (header) => (header.writeInt32BE(12, 17), header),
    (header) => (header.writeInt32BE(-1, 17), header),
    (header) => (header.writeInt16BE(-1, 21), header),
    (header) => (header.writeInt16BE(100, 21), header),
    (header) => (header.writeInt32BE(3, 28), header),
    (header) => (header.writeInt32BE(1, 28), header),
    (header) => (header.writeInt32BE(-1, 28), header),
  ];
  for (const [i, fault] of faults.entries()) {
    const bytes = binaryFrame(fault(Buffer.from(good)));
    const error = t.throws(() => decode(bytes), { instanceOf: ProtocolError }, `fault ${i}`);
    t.is(error.code, 'HEADER_UNREADABLE');
  }
});

test('of a field that occurs twice in a binary header the last value counts', (t) => {
  const field = Buffer.from('0005746f706963000000025432', 'hex');
  const header = Buffer.concat([REQUEST_BINARY.subarray(8), field]);
  header.writeInt32BE(26, 17);
  t.deepEqual(plain(decode(binaryFrame(header)).extFields), { topic: 'T2' });
});

test('numbers outside their wire range are refused instead of truncated', (t) => {
  const refused: RemotingCommand[] = [
    { ...ROUTE_REQUEST, code: RequestCode.POP_MESSAGE, serializeType: 1 },
    { ...ROUTE_REQUEST, version: 40_000, serializeType: 1 },
    { ...ROUTE_REQUEST, opaque: 2 ** 31 },
    { ...ROUTE_REQUEST, opaque: 2 ** 31, serializeType: 1 },
    { ...ROUTE_REQUEST, code: 1.5 },
    { ...ROUTE_REQUEST, extFields: { ['k'.repeat(40_000)]: '' }, serializeType: 1 },
    { ...ROUTE_REQUEST, extFields: { k: 'v'.repeat(0x1000000) } },
  ];
  for (const command of refused) {
    t.is(t.throws(() => encodeCommand(command), { instanceOf: ProtocolError }).code, 'COMMAND_UNENCODABLE');
  }
  t.is(decode(encodeCommand({ ...ROUTE_REQUEST, code: RequestCode.POP_MESSAGE })).code, 200_050);
});

test('a response answers in the serialization and with the opaque of its request', (t) => {
  for (const serializeType of [0, 1] as const) {
    const response = createResponse({ opaque: -5, serializeType }, ResponseCode.SYSTEM_ERROR, {
      remark: 'no',
    });
    t.is(response.opaque, -5);
    t.is(response.serializeType, serializeType);
    t.is(response.version, PROTOCOL_VERSION);
    t.true(isResponse(response));
    t.false(isOneway(response));
  }
  t.true(isOneway(asOneway(ROUTE_REQUEST)));
  t.false(isOneway(ROUTE_REQUEST));
});

test('extFields are written even when there are none', (t) => {
  const bytes = encodeCommand(createResponse({ opaque: 1, serializeType: 0 }, ResponseCode.SUCCESS));
  t.true(bytes.includes('"extFields":{}'));
});
