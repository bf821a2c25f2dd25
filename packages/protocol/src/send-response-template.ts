import { Buffer } from 'node:buffer';
import { createResponse, encodeCommand, PROTOCOL_VERSION } from './command.ts';
import { FRAME_PREFIX_BYTES, writeFramePrefix } from './frame.ts';
import type { SerializeType } from './frame.ts';
import { DEFAULT_REGION, encodeSendResponseHeader } from './headers/send-message.ts';
import { ResponseCode } from './response-code.ts';

/** What differs from one successful send to the next. */
export interface SendReply {
  /** offsetMsgId, or several joined by commas. */
  readonly msgId: string;
  readonly queueId: number;
  readonly queueOffset: number;
  readonly transactionId: string | null;
  /** One per message of a batch; see `SendResponseHeader`. */
  readonly queueOffsets?: readonly number[] | null;
}

const START = `{"code":0,"extFields":{"MSG_REGION":"${DEFAULT_REGION}","TRACE_ON":"true","msgId":"`;
const FINISH = `,"serializeTypeCurrentRPC":"JSON","version":${PROTOCOL_VERSION}}`;

/** Text that JSON writes as it is and that has one byte per character. */
const PLAIN = /^[ !#-[\]-~]*$/;

/**
 * The whole frame of the answer to a stored send: code 0, the reply's fields, MSG_REGION and TRACE_ON.
 *
 * Reads the same as the command that `createResponse` and `encodeSendResponseHeader` make, at a fraction of the
 * cost: the text is put together and written once. A request in binary form, or an id with characters that JSON
 * escapes, takes that general way.
 */
export function sendResponseTemplate(
  request: { readonly opaque: number; readonly serializeType: SerializeType },
  reply: SendReply,
): Buffer {
  const { msgId, transactionId } = reply;
  const plain = PLAIN.test(msgId) && (transactionId === null || PLAIN.test(transactionId));
  if (request.serializeType !== 0 || !plain) return encodeGenerally(request, reply);
  let text = `${START}${msgId}","queueId":"${reply.queueId}","queueOffset":"${reply.queueOffset}"`;
  if (reply.queueOffsets !== undefined && reply.queueOffsets !== null) {
    text += `,"queueOffsets":"${reply.queueOffsets.join(',')}"`;
  }
  if (transactionId !== null) text += `,"transactionId":"${transactionId}"`;
  text += `},"flag":1,"language":"JAVA","opaque":${request.opaque}${FINISH}`;
  const frame = Buffer.allocUnsafe(FRAME_PREFIX_BYTES + text.length);
  writeFramePrefix(frame, 0, 0, text.length, 0);
  frame.write(text, FRAME_PREFIX_BYTES, 'latin1');
  return frame;
}

function encodeGenerally(
  request: { readonly opaque: number; readonly serializeType: SerializeType },
  reply: SendReply,
): Buffer {
  const extFields = encodeSendResponseHeader({
    msgId: reply.msgId,
    queueId: reply.queueId,
    queueOffset: reply.queueOffset,
    transactionId: reply.transactionId,
    batchUniqId: null,
    recallHandle: null,
    msgRegion: DEFAULT_REGION,
    traceOn: true,
    queueOffsets: reply.queueOffsets ?? null,
  });
  return encodeCommand(createResponse(request, ResponseCode.SUCCESS, { extFields }));
}
