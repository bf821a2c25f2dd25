import test from 'ava';
import fc from 'fast-check';
import { ProtocolError } from '../../src/errors.ts';
import {
  decodeSendHeader,
  decodeSendHeaderV1,
  decodeSendHeaderV2,
  decodeSendResponseHeader,
  encodeSendHeaderV1,
  encodeSendHeaderV2,
  encodeSendResponseHeader,
} from '../../src/headers/send-message.ts';
import type { SendHeader } from '../../src/headers/send-message.ts';
import { RequestCode } from '../../src/request-code.ts';
import { anySendHeader } from '../any-send-header.ts';

const HEADER: SendHeader = {
  producerGroup: 'PG',
  topic: 'T1',
  defaultTopic: 'TBW102',
  defaultTopicQueueNums: 4,
  queueId: -1,
  sysFlag: 4,
  bornTimestamp: 1_700_000_000_000,
  flag: 7,
  properties: 'TAGS\u0001A\u0002',
  reconsumeTimes: 2,
  unitMode: true,
  maxReconsumeTimes: 16,
  batch: false,
  brokerName: 'broker-a',
};

test('the fields of V2 are single letters in the order of V1', (t) => {
  t.deepEqual(
    { ...encodeSendHeaderV2(HEADER) },
    {
      a: 'PG',
      b: 'T1',
      c: 'TBW102',
      d: '4',
      e: '-1',
      f: '4',
      g: '1700000000000',
      h: '7',
      i: 'TAGS\u0001A\u0002',
      j: '2',
      k: 'true',
      l: '16',
      m: 'false',
      n: 'broker-a',
    },
  );
  t.deepEqual(Object.keys(encodeSendHeaderV1(HEADER)), [
    'producerGroup',
    'topic',
    'defaultTopic',
    'defaultTopicQueueNums',
    'queueId',
    'sysFlag',
    'bornTimestamp',
    'flag',
    'properties',
    'reconsumeTimes',
    'unitMode',
    'maxReconsumeTimes',
    'batch',
    'bname',
  ]);
});

test('any header survives V1 and V2', (t) => {
  fc.assert(
    fc.property(anySendHeader(), (header) => {
      t.deepEqual(decodeSendHeaderV1(encodeSendHeaderV1(header)), header);
      t.deepEqual(decodeSendHeaderV2(encodeSendHeaderV2(header)), header);
    }),
    { seed: 13_001 },
  );
});

test('the code decides how the fields are named', (t) => {
  const { SEND_MESSAGE, SEND_MESSAGE_V2, SEND_BATCH_MESSAGE, SEND_REPLY_MESSAGE, SEND_REPLY_MESSAGE_V2 } =
    RequestCode;
  for (const code of [SEND_MESSAGE, SEND_REPLY_MESSAGE]) {
    t.deepEqual(decodeSendHeader(code, encodeSendHeaderV1(HEADER)), HEADER);
  }
  for (const code of [SEND_MESSAGE_V2, SEND_BATCH_MESSAGE, SEND_REPLY_MESSAGE_V2]) {
    t.deepEqual(decodeSendHeader(code, encodeSendHeaderV2(HEADER)), HEADER);
  }
  const error = t.throws(() => decodeSendHeader(RequestCode.PULL_MESSAGE, {}), { instanceOf: ProtocolError });
  t.is(error.code, 'HEADER_INVALID');
});

test('a required field that is missing or no number is named', (t) => {
  for (const letter of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
    const ext = encodeSendHeaderV2(HEADER);
    delete ext[letter];
    const error = t.throws(() => decodeSendHeaderV2(ext), { instanceOf: ProtocolError });
    t.is(error.code, 'HEADER_INVALID');
    t.is(error.field, letter);
  }
  for (const text of ['', 'x', '1.5', '2147483648', '0x10', ' 1']) {
    const ext = { ...encodeSendHeaderV1(HEADER), queueId: text };
    t.is(t.throws(() => decodeSendHeaderV1(ext), { instanceOf: ProtocolError }).field, 'queueId');
  }
});

test('optional fields have the defaults of RocketMQ', (t) => {
  const { a, b, c, d, e, f, g, h } = encodeSendHeaderV2(HEADER) as Record<string, string> & {
    [letter in 'a' | 'b' | 'c' | 'd' | 'e' | 'f' | 'g' | 'h']: string;
  };
  const header = decodeSendHeaderV2({ a, b, c, d, e, f, g, h });
  t.is(header.properties, '');
  t.is(header.reconsumeTimes, 0);
  t.false(header.unitMode);
  t.false(header.batch);
  t.is(header.maxReconsumeTimes, null);
  t.is(header.brokerName, null);
});

test('a time beyond the safe integers is clamped', (t) => {
  const ext = { ...encodeSendHeaderV2(HEADER), g: '9223372036854775807' };
  t.is(decodeSendHeaderV2(ext).bornTimestamp, Number.MAX_SAFE_INTEGER);
});

test('the response survives with and without its optional fields', (t) => {
  const small = {
    msgId: 'C0A8010A00002A9F0000000000000000',
    queueId: 2,
    queueOffset: 5,
    transactionId: null,
    batchUniqId: null,
    recallHandle: null,
    msgRegion: null,
    traceOn: null,
    queueOffsets: null,
  };
  const large = {
    ...small,
    transactionId: 'id',
    batchUniqId: 'batch',
    recallHandle: 'handle',
    msgRegion: 'DefaultRegion',
    traceOn: true,
    queueOffsets: [5, 9, 10],
  };
  t.deepEqual(decodeSendResponseHeader(encodeSendResponseHeader(small)), small);
  t.deepEqual(decodeSendResponseHeader(encodeSendResponseHeader(large)), large);
  t.is(encodeSendResponseHeader(large)['queueOffsets'], '5,9,10');
});

test('queue offsets that are no list are refused', (t) => {
  for (const queueOffsets of ['1,', ',', 'a', '1,-2', '99999999999999999']) {
    const ext = { msgId: 'm', queueId: '0', queueOffset: '0', queueOffsets };
    t.is(t.throws(() => decodeSendResponseHeader(ext), { instanceOf: ProtocolError }).field, 'queueOffsets');
  }
});
