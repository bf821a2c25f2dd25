import { Buffer } from 'node:buffer';
import test from 'ava';
import fc from 'fast-check';
import { createResponse, decodeCommand, encodeCommand } from '../src/command.ts';
import { FrameDecoder } from '../src/frame.ts';
import type { Frame } from '../src/frame.ts';
import { decodeSendResponseHeader, encodeSendResponseHeader } from '../src/headers/send-message.ts';
import { sendResponseTemplate } from '../src/send-response-template.ts';
import { scanSendResponse } from '../src/send-response-scan.ts';
import { anyCommand } from './any-command.ts';
import { anyInt32, anyLong } from './any-send-header.ts';

function cut(bytes: Buffer): Frame {
  const [frame] = new FrameDecoder({ frameBytesMax: 4_194_304 }).push(bytes);
  if (frame === undefined) throw new Error('The bytes are not a whole frame.');
  return frame;
}

function jsonFrame(header: string): Frame {
  return { serializeType: 0, header: Buffer.from(header), body: Buffer.alloc(0) };
}

/** What the general parser makes of it, or null when the answer needs more than the three fields. */
function parsed(frame: Frame): ReturnType<typeof scanSendResponse> {
  const command = decodeCommand(frame);
  const { msgId, queueId, queueOffset, queueOffsets } = decodeSendResponseHeader(command.extFields);
  return command.code === 0 && queueOffsets === null ? { msgId, queueId, queueOffset } : null;
}

const REQUEST = { opaque: 7, serializeType: 0 } as const;
const HEX_ID = fc.stringMatching(/^[0-9A-F]{32}$/);

test('the answer of a broker is scanned', (t) => {
  fc.assert(
    fc.property(
      HEX_ID,
      anyInt32(),
      fc.nat(),
      fc.option(HEX_ID),
      (msgId, queueId, queueOffset, transactionId) => {
        const frame = cut(sendResponseTemplate(REQUEST, { msgId, queueId, queueOffset, transactionId }));
        t.deepEqual(scanSendResponse(frame), { msgId, queueId, queueOffset });
        t.deepEqual(scanSendResponse(frame), parsed(frame));
      },
    ),
    { seed: 20_240_611, numRuns: 500 },
  );
});

test('a scan is null or agrees with the general parser', (t) => {
  const anyHeader = fc.record({
    msgId: fc.string({ minLength: 1 }),
    queueId: anyInt32(),
    queueOffset: anyLong(),
    transactionId: fc.option(fc.string()),
    batchUniqId: fc.option(fc.string()),
    recallHandle: fc.constant(null),
    msgRegion: fc.option(fc.string()),
    traceOn: fc.option(fc.boolean()),
    queueOffsets: fc.option(fc.array(fc.nat(), { minLength: 1, maxLength: 3 })),
  });
  const anyCode = fc.constantFrom(0, 0, 0, 1, 10);
  fc.assert(
    fc.property(
      anyHeader,
      anyCode,
      fc.constantFrom(0 as const, 1 as const),
      (header, code, serializeType) => {
        const extFields = encodeSendResponseHeader(header);
        const frame = cut(encodeCommand(createResponse({ opaque: 7, serializeType }, code, { extFields })));
        const scanned = scanSendResponse(frame);
        if (scanned !== null) t.deepEqual(scanned, parsed(frame));
      },
    ),
    { seed: 20_240_612, numRuns: 1000 },
  );
  t.pass();
});

test('any other command is left to the general parser or read as it does', (t) => {
  fc.assert(
    fc.property(anyCommand(), (command) => {
      const frame = cut(encodeCommand(command));
      const scanned = scanSendResponse(frame);
      if (scanned !== null) t.deepEqual(scanned, parsed(frame));
    }),
    { seed: 20_240_613, numRuns: 300 },
  );
  t.pass();
});

test('missing, doubled, empty and odd fields are left to the general parser', (t) => {
  const answer = (fields: string): Frame =>
    jsonFrame(`{"code":0,"extFields":{${fields}},"flag":1,"opaque":1}`);
  t.deepEqual(scanSendResponse(answer('"msgId":"A","queueId":"1","queueOffset":"2"')), {
    msgId: 'A',
    queueId: 1,
    queueOffset: 2,
  });
  for (const fields of [
    '"queueId":"1","queueOffset":"2"',
    '"msgId":"A","queueOffset":"2"',
    '"msgId":"A","queueId":"1"',
    '"msgId":"","queueId":"1","queueOffset":"2"',
    '"msgId":"A","queueId":"x","queueOffset":"2"',
    '"msgId":"A","queueId":"2147483648","queueOffset":"2"',
    '"msgId":"A","queueId":"1","queueOffset":"9007199254740993"',
    '"msgId":"A","msgId":"B","queueId":"1","queueOffset":"2"',
    '"msgId":"A","queueId":"1","queueId":"1","queueOffset":"2"',
    '"msgId":"A","queueId":"1","queueOffset":"2","queueOffset":"3"',
    '"msgId":"A\\u0001","queueId":"1","queueOffset":"2"',
    '"msgId":"A","queueId":"1","queueOffset":"2","queueOffsets":"2,5"',
  ]) {
    t.is(scanSendResponse(answer(fields)), null, fields);
  }
});
