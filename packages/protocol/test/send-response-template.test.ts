import { Buffer } from 'node:buffer';
import test from 'ava';
import fc from 'fast-check';
import { createResponse, decodeCommand, encodeCommand } from '../src/command.ts';
import { FrameDecoder } from '../src/frame.ts';
import { encodeSendResponseHeader } from '../src/headers/send-message.ts';
import { sendResponseTemplate } from '../src/send-response-template.ts';
import type { SendReply } from '../src/send-response-template.ts';

function generally(opaque: number, serializeType: 0 | 1, reply: SendReply): Buffer {
  const extFields = encodeSendResponseHeader({
    msgId: reply.msgId,
    queueId: reply.queueId,
    queueOffset: reply.queueOffset,
    transactionId: reply.transactionId,
    batchUniqId: null,
    recallHandle: null,
    msgRegion: 'DefaultRegion',
    traceOn: true,
    queueOffsets: reply.queueOffsets ?? null,
  });
  return encodeCommand(createResponse({ opaque, serializeType }, 0, { extFields }));
}

test('the template reads the same as the general encoder, for any id', (t) => {
  const text = fc.oneof(fc.stringMatching(/^[0-9A-F]{32}$/), fc.string({ unit: 'binary', maxLength: 20 }));
  const reply = fc.record({
    msgId: text,
    queueId: fc.nat(),
    queueOffset: fc.maxSafeNat(),
    transactionId: fc.option(text),
    queueOffsets: fc.option(fc.array(fc.maxSafeNat(), { minLength: 1, maxLength: 4 })),
  });
  const property = fc.property(
    fc.integer(),
    fc.constantFrom<0 | 1>(0, 0, 1),
    reply,
    (opaque, serializeType, parts) => {
      const frames = new FrameDecoder({ frameBytesMax: 65_536 });
      const [fast, general] = frames.push(
        Buffer.concat([
          sendResponseTemplate({ opaque, serializeType }, parts),
          generally(opaque, serializeType, parts),
        ]),
      );
      if (fast === undefined || general === undefined) throw new Error('A reply is not a whole frame.');
      t.deepEqual(decodeCommand(fast), decodeCommand(general));
      t.is(frames.bufferedBytes, 0);
    },
  );
  fc.assert(property, { seed: 15_001, numRuns: 500 });
});

test('an ordinary reply has exactly the general bytes', (t) => {
  const reply = {
    msgId: 'C0A8010A00002A9F0000000000000000',
    queueId: 2,
    queueOffset: 5,
    transactionId: 'ABC',
  };
  t.deepEqual(sendResponseTemplate({ opaque: 7, serializeType: 0 }, reply), generally(7, 0, reply));
});
