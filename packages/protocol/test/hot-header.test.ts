import { Buffer } from 'node:buffer';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import fc from 'fast-check';
import { createRequest, createResponse, decodeCommand, encodeCommand } from '../src/command.ts';
import type { RemotingCommand } from '../src/command.ts';
import { ProtocolError } from '../src/errors.ts';
import { FrameDecoder } from '../src/frame.ts';
import type { Frame } from '../src/frame.ts';
import { decodePullHeader, encodePullHeader } from '../src/headers/pull-message.ts';
import type { PullHeader } from '../src/headers/pull-message.ts';
import { decodeSendHeaderV2, encodeSendHeaderV2 } from '../src/headers/send-message.ts';
import { peekCode, peekRequest, scanPullHeader, scanSendHeaderV2 } from '../src/hot-header.ts';
import { anyCommand } from './any-command.ts';
import { anyInt32, anyLong, anyName, anySendHeader } from './any-send-header.ts';
import { REQUEST_BINARY, REQUEST_JSON, RESPONSE_JSON, SEND_BINARY } from './wire-vectors.ts';

function frameOf(command: RemotingCommand): Frame {
  return cut(encodeCommand(command));
}

function cut(bytes: Buffer): Frame {
  const [frame] = new FrameDecoder({ frameBytesMax: 4_194_304 }).push(bytes);
  if (frame === undefined) throw new Error('The bytes are not a whole frame.');
  return frame;
}

function jsonFrame(header: string): Frame {
  return { serializeType: 0, header: Buffer.from(header), body: Buffer.alloc(0) };
}

/** As a Java producer writes it: its own class loader's order of letters, control characters escaped. */
const JAVA_SEND =
  '{"code":310,"extFields":{"a":"PG","b":"TopicTest","c":"TBW102","d":"4","e":"2","f":"0","g":"1700000000000",' +
  '"h":"0","i":"UNIQ_KEY\\u0001C0A8010A1A2B18B4AAC20012D6870001\\u0002WAIT\\u0001true\\u0002TAGS\\u0001TagA",' +
  '"j":"0","k":"false","m":"false","n":"broker-a"},"flag":0,"language":"JAVA","opaque":17,' +
  '"serializeTypeCurrentRPC":"JSON","version":479}';

const JAVA_PULL =
  '{"code":11,"extFields":{"queueId":"1","maxMsgNums":"32","sysFlag":"3","suspendTimeoutMillis":"15000",' +
  '"commitOffset":"5","topic":"TopicTest","queueOffset":"7","expressionType":"TAG","subVersion":"1700000000000",' +
  '"consumerGroup":"CG","subscription":"TagA || TagB","bname":"broker-a","maxMsgBytes":"2147483647"},"flag":0,' +
  '"language":"JAVA","opaque":9,"serializeTypeCurrentRPC":"JSON","version":479}';

test("a Java producer's header is scanned", (t) => {
  t.deepEqual(scanSendHeaderV2(jsonFrame(JAVA_SEND)), {
    code: 310,
    opaque: 17,
    flag: 0,
    version: 479,
    language: 'JAVA',
    serializeType: 0,
    header: {
      producerGroup: 'PG',
      topic: 'TopicTest',
      defaultTopic: 'TBW102',
      defaultTopicQueueNums: 4,
      queueId: 2,
      sysFlag: 0,
      bornTimestamp: 1_700_000_000_000,
      flag: 0,
      properties: 'UNIQ_KEY\u0001C0A8010A1A2B18B4AAC20012D6870001\u0002WAIT\u0001true\u0002TAGS\u0001TagA',
      reconsumeTimes: 0,
      unitMode: false,
      maxReconsumeTimes: null,
      batch: false,
      brokerName: 'broker-a',
    },
  });
});

test("a Java consumer's header is scanned", (t) => {
  const scanned = scanPullHeader(jsonFrame(JAVA_PULL));
  t.is(scanned?.opaque, 9);
  t.deepEqual(scanned?.header, decodePullHeader(decodeCommand(jsonFrame(JAVA_PULL)).extFields));
  t.is(scanned?.header.subscription, 'TagA || TagB');
  t.is(scanned?.header.maxMsgBytes, 2_147_483_647);
});

/** Scans must be null or agree with the general parser, which must not refuse what they accept. */
function agree(t: ExecutionContext, frame: Frame): { send: boolean; pull: boolean } {
  const send = scanSendHeaderV2(frame);
  const pull = scanPullHeader(frame);
  const hot = send ?? pull;
  if (hot !== null) {
    const command = decodeCommand(frame);
    t.deepEqual(
      [hot.code, hot.opaque, hot.flag, hot.version, hot.language, hot.serializeType],
      [command.code, command.opaque, command.flag, command.version, command.language, command.serializeType],
    );
    if (send !== null) t.deepEqual(send.header, decodeSendHeaderV2(command.extFields));
    if (pull !== null) t.deepEqual(pull.header, decodePullHeader(command.extFields));
  }
  return { send: send !== null, pull: pull !== null };
}

function isOrdinary(command: RemotingCommand): boolean {
  const texts = Object.values(command.extFields).join('');
  return command.remark === null && /^[\u0001\u0002 !#-[\]-~]*$/.test(texts);
}

test('a scanned send equals the parsed one, and ordinary ones are scanned', (t) => {
  let scanned = 0;
  const property = fc.property(
    anySendHeader(),
    fc.constantFrom(310, 320),
    fc.integer(),
    fc.boolean(),
    (header, code, opaque, oneway) => {
      const request = createRequest(code, encodeSendHeaderV2(header), Buffer.from('body'), opaque);
      const command = { ...request, flag: oneway ? 2 : 0 };
      const { send } = agree(t, frameOf(command));
      if (send) scanned += 1;
      const names = [header.producerGroup, header.topic, header.defaultTopic, header.brokerName ?? ''];
      const clean = names.every((name) => !/[\u0001\u0002]/.test(name));
      if (isOrdinary(command) && clean && Math.abs(header.bornTimestamp) < 1e15) t.true(send);
    },
  );
  fc.assert(property, { seed: 14_001, numRuns: 500 });
  t.true(scanned > 50);
});

function anyPullHeader(): fc.Arbitrary<PullHeader> {
  return fc.record({
    consumerGroup: anyName(),
    topic: anyName(),
    queueId: anyInt32(),
    queueOffset: anyLong(),
    maxMsgNums: anyInt32(),
    sysFlag: anyInt32(),
    commitOffset: anyLong(),
    suspendTimeoutMillis: anyLong(),
    subscription: fc.option(fc.oneof(anyName(), fc.constantFrom('*', 'TagA || TagB'))),
    subVersion: anyLong(),
    expressionType: fc.option(fc.constantFrom('TAG', 'SQL92')),
    maxMsgBytes: fc.option(anyInt32()),
    brokerName: fc.option(anyName()),
  });
}

test('a scanned pull equals the parsed one', (t) => {
  let scanned = 0;
  const property = fc.property(anyPullHeader(), fc.constantFrom(11, 361), (header, code) => {
    if (agree(t, frameOf(createRequest(code, encodePullHeader(header)))).pull) scanned += 1;
  });
  fc.assert(property, { seed: 14_002, numRuns: 500 });
  t.true(scanned > 50);
});

/** Bytes that matter to a JSON reader, so that mutations hit its decisions. */
const TELLING = [...'"\\{}[]:,0-+1.eE \t\n\u0001ua\u007f\u0080\u00ff'].map((char) => char.charCodeAt(0));

test('mutated headers never make a scan disagree with the parser', (t) => {
  let scanned = 0;
  const mutation = fc.tuple(fc.nat(), fc.constantFrom(0, 1, 2, 3), fc.constantFrom(...TELLING), fc.nat());
  const property = fc.property(
    fc.constantFrom(JAVA_SEND, JAVA_PULL),
    fc.array(mutation, { minLength: 1, maxLength: 3 }),
    (text, mutations) => {
      let header = Buffer.from(text);
      for (const [where, kind, byte, other] of mutations) {
        const at = where % header.length;
        const from = other % header.length;
        if (kind === 0) header[at] = byte;
        else if (kind === 1) header = Buffer.concat([header.subarray(0, at), header.subarray(at + 1)]);
        else if (kind === 2) {
          header = Buffer.concat([header.subarray(0, at), Buffer.from([byte]), header.subarray(at)]);
        } else {
          // Copy a piece elsewhere: doubled members, values in the wrong place.
          const piece = header.subarray(from, from + (byte % 40));
          header = Buffer.concat([header.subarray(0, at), piece, header.subarray(at)]);
        }
        if (header.length === 0) return;
      }
      const { send, pull } = agree(t, { serializeType: 0, header, body: Buffer.alloc(0) });
      if (send || pull) scanned += 1;
    },
  );
  fc.assert(property, { seed: 14_003, numRuns: 5_000 });
  t.true(scanned > 100);
});

test('what is unusual is left to the general parser', (t) => {
  const unusual = [
    JAVA_SEND.replace('"a":"PG"', '"a":"PG","a":"PG2"'),
    JAVA_SEND.replace('"code":310', '"code":310,"code":310'),
    JAVA_SEND.replace('"flag":0', '"flag":0,"unknown":1'),
    JAVA_SEND.replace('"d":"4"', '"d":4'),
    JAVA_SEND.replace('"d":"4"', '"d":"+4"'),
    JAVA_SEND.replace('"d":"4"', '"d":""'),
    JAVA_SEND.replace('"d":"4"', '"d":"4294967296"'),
    JAVA_SEND.replace('"d":"4",', ''),
    JAVA_SEND.replace('"g":"1700000000000"', '"g":"9223372036854775807"'),
    JAVA_SEND.replace('"k":"false"', '"k":"TRUE"'),
    JAVA_SEND.replace('"k":"false"', '"k":null'),
    JAVA_SEND.replace('"k":"false"', '"k":{"x":"y"}'),
    JAVA_SEND.replace('TagA', 'Tag\\n'),
    JAVA_SEND.replace('TagA', 'Tag\\"A'),
    JAVA_SEND.replace('TagA', 'Tag\\u0041'),
    JAVA_SEND.replace('TagA', '支付'),
    JAVA_SEND.replace('"PG"', '"P\\u0001G"'),
    JAVA_SEND.replace('"code":310', '"code": 310'),
    JAVA_SEND.replace('"opaque":17', '"opaque":017'),
    JAVA_SEND.replace('"opaque":17', '"opaque":1.7'),
    JAVA_SEND.replace('"opaque":17', '"opaque":99999999999'),
    JAVA_SEND.replace('"code":310', '"code":10'),
    `${JAVA_SEND} `,
    JAVA_SEND.slice(0, -1),
    '',
    '{}',
    '[]',
  ];
  for (const header of unusual) {
    t.is(scanSendHeaderV2(jsonFrame(header)), null, header);
    t.is(scanPullHeader(jsonFrame(header)), null, header);
  }
  t.is(scanSendHeaderV2(cut(SEND_BINARY)), null);
  t.is(scanSendHeaderV2(jsonFrame(JAVA_PULL)), null);
  t.is(scanPullHeader(jsonFrame(JAVA_SEND)), null);
});

test('any order of members and an empty remark, as other clients write them, are scanned', (t) => {
  const header =
    '{"version":317,"remark":"","extFields":{"n":"","m":"true","h":"0","g":"1","f":"0","e":"-1","d":"8","c":"C",' +
    '"b":"B","a":"A","lo":"false"},"opaque":-3,"language":"GO","flag":0,"code":320}';
  const scanned = scanSendHeaderV2(jsonFrame(header));
  t.is(scanned?.opaque, -3);
  t.is(scanned?.language, 'GO');
  t.deepEqual(scanned?.header, decodeSendHeaderV2(decodeCommand(jsonFrame(header)).extFields));
});

test('scanned text outlives the bytes it came from', (t) => {
  const frame = jsonFrame(JAVA_SEND);
  const scanned = scanSendHeaderV2(frame);
  const before = structuredClone(scanned);
  frame.header.fill(0);
  scanSendHeaderV2(jsonFrame(JAVA_SEND.replaceAll('TopicTest', 'TopicBest').replaceAll('TagA', 'TagB')));
  t.deepEqual(scanned, before);
});

test('peeking agrees with the parser on every command', (t) => {
  fc.assert(
    fc.property(anyCommand(), (command) => {
      const peeked = peekRequest(frameOf(command));
      if (peeked === null) {
        // Only escaped quotes defeat it, and of all text only the remark lies on its way.
        t.is(command.serializeType, 0);
        t.true(command.remark?.includes('"'));
        return;
      }
      t.deepEqual(peeked, { code: command.code, opaque: command.opaque, flag: command.flag });
    }),
    { seed: 14_004, numRuns: 1_000 },
  );
});

test('peeking is not misled by text that looks like members', (t) => {
  const ext = { a: '","flag":5,"opaque":6,"x":"', opaque: '8', flag: '9', 'x","opaque': '1' };
  for (const remark of [null, '","opaque":1,"flag":2', 'a\\', 'plain']) {
    const command = { ...createResponse({ opaque: 77, serializeType: 0 }, 0, { extFields: ext }), remark };
    const peeked = peekRequest(frameOf(command));
    if (peeked !== null) t.deepEqual(peeked, { code: 0, opaque: 77, flag: 1 });
  }
});

test('peeking reads the worked frames and other orders of members', (t) => {
  t.deepEqual(peekRequest(cut(REQUEST_JSON)), { code: 105, opaque: 7, flag: 0 });
  t.deepEqual(peekRequest(cut(REQUEST_BINARY)), { code: 105, opaque: 7, flag: 0 });
  t.deepEqual(peekRequest(cut(RESPONSE_JSON)), { code: 0, opaque: 7, flag: 1 });
  t.deepEqual(peekRequest(jsonFrame('{"opaque":5,"flag":2,"code":34}')), { code: 34, opaque: 5, flag: 2 });
  t.is(peekRequest(jsonFrame('{"flag":2}')), null);
  t.is(peekRequest(jsonFrame('')), null);
  t.is(peekRequest({ serializeType: 1, header: Buffer.alloc(12), body: Buffer.alloc(0) }), null);
});

test('peeking at mutated headers gives the parsed numbers or what only a broken header shows', (t) => {
  const property = fc.property(fc.nat(), fc.constantFrom(...TELLING), (where, byte) => {
    const header = Buffer.from(JAVA_SEND);
    header[where % header.length] = byte;
    const frame: Frame = { serializeType: 0, header, body: Buffer.alloc(0) };
    const peeked = peekRequest(frame);
    let command: RemotingCommand;
    try {
      command = decodeCommand(frame);
    } catch (error) {
      t.true(error instanceof ProtocolError);
      return;
    }
    if (peeked !== null) {
      t.deepEqual(peeked, { code: command.code, opaque: command.opaque, flag: command.flag });
    }
  });
  fc.assert(property, { seed: 14_005, numRuns: 3_000 });
});

test('the code alone is that of the command', (t) => {
  fc.assert(
    fc.property(anyCommand(), (command) => {
      const code = peekCode(frameOf(command));
      if (!Number.isNaN(code)) t.is(code, command.code);
    }),
    { seed: 20_240_614 },
  );
  t.is(peekCode(jsonFrame(JAVA_SEND)), 310);
  t.is(peekCode(jsonFrame('{"opaque":1,"code":11,"flag":0}')), 11);
  for (const header of ['{"code":1.5,"flag":0}', '{"code":', '', '{"flag":0}']) {
    t.true(Number.isNaN(peekCode(jsonFrame(header))), header);
  }
});
