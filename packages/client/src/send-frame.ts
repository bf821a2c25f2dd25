import {
  encodeBatch,
  FRAME_PREFIX_BYTES,
  PROTOCOL_VERSION,
  RequestCode,
  writeFramePrefix,
} from '@ledgermq/protocol';
import type { OutgoingMessage } from './outgoing-message.ts';
import { AUTO_CREATE_TOPIC, DEFAULT_TOPIC_QUEUE_NUMS } from './route-cache.ts';

/** What one attempt adds to the messages. */
export interface SendAddress {
  readonly producerGroup: string;
  readonly queueId: number;
  readonly opaque: number;
  /** No answer is wanted. */
  readonly oneway: boolean;
}

const ONEWAY_FLAG = 2;

/** The frame of SEND_MESSAGE_V2 for one message. */
export function encodeSingle(to: SendAddress, message: OutgoingMessage): Buffer {
  const { topic, sysFlag, bornTimestamp, flag, properties } = message;
  const header =
    `{"code":${RequestCode.SEND_MESSAGE_V2},"extFields":{"a":"${to.producerGroup}","b":"${topic}",` +
    `"c":"${AUTO_CREATE_TOPIC}","d":"${DEFAULT_TOPIC_QUEUE_NUMS}","e":"${to.queueId}","f":"${sysFlag}",` +
    `"g":"${bornTimestamp}","h":"${flag}","i":${JSON.stringify(properties)},"j":"0","k":"false","m":"false"},` +
    tailOf(to);
  return frameOf(header, message.body);
}

/** The frame of SEND_BATCH_MESSAGE for several messages to one queue. */
export function encodeMany(to: SendAddress, messages: readonly OutgoingMessage[]): Buffer {
  const first = messages[0];
  if (first === undefined) throw new RangeError('a send needs a message');
  const header =
    `{"code":${RequestCode.SEND_BATCH_MESSAGE},"extFields":{"a":"${to.producerGroup}","b":"${first.topic}",` +
    `"c":"${AUTO_CREATE_TOPIC}","d":"${DEFAULT_TOPIC_QUEUE_NUMS}","e":"${to.queueId}","f":"${first.sysFlag}",` +
    `"g":"${first.bornTimestamp}","h":"0","j":"0","k":"false","m":"true"},` +
    tailOf(to);
  return frameOf(header, encodeBatch(messages));
}

function tailOf({ oneway, opaque }: SendAddress): string {
  return (
    `"flag":${oneway ? ONEWAY_FLAG : 0},"language":"JAVA","opaque":${opaque},` +
    `"serializeTypeCurrentRPC":"JSON","version":${PROTOCOL_VERSION}}`
  );
}

function frameOf(header: string, body: Buffer): Buffer {
  const headerBytes = Buffer.byteLength(header);
  const frame = Buffer.allocUnsafe(FRAME_PREFIX_BYTES + headerBytes + body.length);
  writeFramePrefix(frame, 0, 0, headerBytes, body.length);
  frame.write(header, FRAME_PREFIX_BYTES, headerBytes, 'utf8');
  frame.set(body, FRAME_PREFIX_BYTES + headerBytes);
  return frame;
}
