import {
  MessageProperty,
  MESSAGE_BODY_BYTES_MAX,
  PROPERTIES_BYTES_MAX,
  SysFlag,
  validateTopic,
} from '@ledgermq/protocol';
import { deflateSync } from 'node:zlib';
import { MQClientException } from './errors.ts';
import type { MessageQueue } from './message-queue.ts';

/** What a caller hands to `send`. */
export interface MessageInit {
  readonly topic: string;
  readonly body: Buffer | Uint8Array | string;
  /** One tag, by which consumers may filter. */
  readonly tags?: string;
  /** Business keys by which messages can be found later. */
  readonly keys?: string | readonly string[];
  readonly properties?: Readonly<Record<string, string>>;
  /** Fixes the queue. */
  readonly messageQueue?: MessageQueue;
  /** Equal keys go to the same queue, as long as the number of queues stays the same. */
  readonly shardingKey?: string;
  /** An int32 of the caller's own. */
  readonly flag?: number;
}

/** A message ready to be sent: everything encoded once, whatever the number of attempts. */
export interface OutgoingMessage {
  readonly topic: string;
  readonly body: Buffer;
  /** Encoded properties, UNIQ_KEY among them. */
  readonly properties: string;
  readonly uniqKey: string;
  readonly flag: number;
  readonly sysFlag: number;
  readonly bornTimestamp: number;
}

export interface EncodeOptions {
  readonly maxMessageSize: number;
  /** Bodies longer than this are compressed; 0 = never. */
  readonly compressOver: number;
}

const ZLIB_LEVEL = 5;
/** Of one UTF-16 code unit; short properties need not be measured. */
const UTF8_BYTES_MAX = 3;
/** Names that the protocol uses itself; a user property of that name would be misread. */
const RESERVED: ReadonlySet<string> = new Set<string>(Object.values(MessageProperty));

/**
 * Validates and encodes. The UNIQ_KEY is given here, so that all attempts carry the same one.
 *
 * @throws MQClientException ERR_MQ_BAD_MESSAGE.
 */
export function encodeMessage(
  message: MessageInit,
  uniqKey: string,
  now: number,
  options: EncodeOptions,
): OutgoingMessage {
  try {
    validateTopic(message.topic);
  } catch (error) {
    throw badMessage(error instanceof Error ? error.message : String(error));
  }
  let body = toBuffer(message.body);
  if (body.length === 0) throw badMessage('the body is empty');
  if (body.length > Math.min(options.maxMessageSize, MESSAGE_BODY_BYTES_MAX)) {
    throw badMessage(`the body has ${body.length} bytes, more than ${options.maxMessageSize}`);
  }
  let sysFlag = 0;
  if (options.compressOver > 0 && body.length > options.compressOver) {
    body = deflateSync(body, { level: ZLIB_LEVEL });
    sysFlag = SysFlag.COMPRESSED;
  }
  const properties = encodeMessageProperties(message, uniqKey);
  if (
    properties.length * UTF8_BYTES_MAX > PROPERTIES_BYTES_MAX &&
    Buffer.byteLength(properties) > PROPERTIES_BYTES_MAX
  ) {
    throw badMessage(`the properties have more than ${PROPERTIES_BYTES_MAX} bytes`);
  }
  return {
    topic: message.topic,
    body,
    properties,
    uniqKey,
    flag: message.flag ?? 0,
    sysFlag,
    bornTimestamp: now,
  };
}

function toBuffer(body: Buffer | Uint8Array | string): Buffer {
  if (typeof body === 'string') return Buffer.from(body);
  if (Buffer.isBuffer(body)) return body;
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  throw badMessage('the body is neither bytes nor text');
}

function encodeMessageProperties(message: MessageInit, uniqKey: string): string {
  let encoded = `UNIQ_KEY\u0001${uniqKey}\u0002WAIT\u0001true\u0002`;
  if (message.tags !== undefined && message.tags !== '') encoded += property('TAGS', message.tags);
  if (message.keys !== undefined && message.keys.length > 0) {
    encoded += property('KEYS', typeof message.keys === 'string' ? message.keys : message.keys.join(' '));
  }
  if (message.shardingKey !== undefined) encoded += property('__SHARDINGKEY', message.shardingKey);
  if (message.properties !== undefined) {
    for (const [name, value] of Object.entries(message.properties)) {
      if (name === '' || RESERVED.has(name)) throw badMessage(`the property name "${name}" is reserved`);
      if (value === '') throw badMessage(`the property ${name} is empty, which the protocol cannot carry`);
      encoded += property(name, value);
    }
  }
  return encoded;
}

const SEPARATORS = /[\u0001\u0002]/;

function property(name: string, value: string): string {
  if (SEPARATORS.test(value) || SEPARATORS.test(name)) {
    throw badMessage(`${name} contains a separator character (U+0001 or U+0002)`);
  }
  return `${name}\u0001${value}\u0002`;
}

function badMessage(why: string): MQClientException {
  return new MQClientException('ERR_MQ_BAD_MESSAGE', why, { outcome: 'rejected' });
}
