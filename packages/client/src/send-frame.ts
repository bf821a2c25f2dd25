import {
  encodeBatch,
  FRAME_PREFIX_BYTES,
  PROTOCOL_VERSION,
  RequestCode,
  writeFramePrefix,
} from '@ledgermq/protocol';
import type { OutgoingMessage } from './outgoing-message.ts';
import { AUTO_CREATE_TOPIC, DEFAULT_TOPIC_QUEUE_NUMS } from './route-cache.ts';

/** Header (as JSON text without its opaque) and body of a send, made once and used for every attempt. */
export interface SendFrame {
  readonly beforeOpaque: string;
  readonly afterOpaque: string;
  readonly body: Buffer;
}

const ONEWAY_FLAG = 2;

/** SEND_MESSAGE_V2 for one message, SEND_BATCH_MESSAGE for several to one queue. */
export function encodeSend(
  producerGroup: string,
  messages: readonly OutgoingMessage[],
  queueId: number,
  oneway: boolean = false,
): SendFrame {
  const first = messages[0];
  if (first === undefined) throw new RangeError('a send needs a message');
  const batch = messages.length > 1;
  const code = batch ? RequestCode.SEND_BATCH_MESSAGE : RequestCode.SEND_MESSAGE_V2;
  const properties = batch ? '' : `"i":${JSON.stringify(first.properties)},`;
  const flag = batch ? 0 : first.flag;
  return {
    beforeOpaque:
      `{"code":${code},"extFields":{"a":${JSON.stringify(producerGroup)},"b":"${first.topic}",` +
      `"c":"${AUTO_CREATE_TOPIC}","d":"${DEFAULT_TOPIC_QUEUE_NUMS}","e":"${queueId}","f":"${first.sysFlag}",` +
      `"g":"${first.bornTimestamp}","h":"${flag}",${properties}"j":"0","k":"false","m":"${batch}"},` +
      `"flag":${oneway ? ONEWAY_FLAG : 0},"language":"JAVA","opaque":`,
    afterOpaque: `,"serializeTypeCurrentRPC":"JSON","version":${PROTOCOL_VERSION}}`,
    body: batch ? encodeBatch(messages) : first.body,
  };
}

/** The whole frame for one attempt. */
export function frameOf(send: SendFrame, opaque: number): Buffer {
  const header = send.beforeOpaque + String(opaque) + send.afterOpaque;
  const headerBytes = Buffer.byteLength(header);
  const frame = Buffer.allocUnsafe(FRAME_PREFIX_BYTES + headerBytes + send.body.length);
  writeFramePrefix(frame, 0, 0, headerBytes, send.body.length);
  frame.write(header, FRAME_PREFIX_BYTES, headerBytes, 'utf8');
  send.body.copy(frame, FRAME_PREFIX_BYTES + headerBytes);
  return frame;
}
