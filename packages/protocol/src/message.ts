import { Buffer } from 'node:buffer';
import { ProtocolError } from './errors.ts';

/** Property names that RocketMQ defines. User properties live in the same map under other names. */
export const MessageProperty = {
  KEYS: 'KEYS',
  TAGS: 'TAGS',
  WAIT_STORE_MSG_OK: 'WAIT',
  DELAY_TIME_LEVEL: 'DELAY',
  RETRY_TOPIC: 'RETRY_TOPIC',
  REAL_TOPIC: 'REAL_TOPIC',
  REAL_QUEUE_ID: 'REAL_QID',
  TRANSACTION_PREPARED: 'TRAN_MSG',
  PRODUCER_GROUP: 'PGROUP',
  MIN_OFFSET: 'MIN_OFFSET',
  MAX_OFFSET: 'MAX_OFFSET',
  BUYER_ID: 'BUYER_ID',
  ORIGIN_MESSAGE_ID: 'ORIGIN_MESSAGE_ID',
  TRANSFER_FLAG: 'TRANSFER_FLAG',
  CORRECTION_FLAG: 'CORRECTION_FLAG',
  MQ2_FLAG: 'MQ2_FLAG',
  RECONSUME_TIME: 'RECONSUME_TIME',
  MSG_REGION: 'MSG_REGION',
  TRACE_SWITCH: 'TRACE_ON',
  UNIQ_CLIENT_MESSAGE_ID_KEYIDX: 'UNIQ_KEY',
  EXTEND_UNIQ_INFO: 'EXTEND_UNIQ_INFO',
  MAX_RECONSUME_TIMES: 'MAX_RECONSUME_TIMES',
  CONSUME_START_TIMESTAMP: 'CONSUME_START_TIME',
  INNER_NUM: 'INNER_NUM',
  INNER_BASE: 'INNER_BASE',
  DUP_INFO: 'DUP_INFO',
  CHECK_IMMUNITY_TIME_IN_SECONDS: 'CHECK_IMMUNITY_TIME_IN_SECONDS',
  TRANSACTION_PREPARED_QUEUE_OFFSET: 'TRAN_PREPARED_QUEUE_OFFSET',
  TRANSACTION_ID: '__transactionId__',
  TRANSACTION_CHECK_TIMES: 'TRANSACTION_CHECK_TIMES',
  INSTANCE_ID: 'INSTANCE_ID',
  CORRELATION_ID: 'CORRELATION_ID',
  MESSAGE_REPLY_TO_CLIENT: 'REPLY_TO_CLIENT',
  MESSAGE_TTL: 'TTL',
  REPLY_MESSAGE_ARRIVE_TIME: 'ARRIVE_TIME',
  PUSH_REPLY_TIME: 'PUSH_REPLY_TIME',
  CLUSTER: 'CLUSTER',
  MESSAGE_TYPE: 'MSG_TYPE',
  POP_CK: 'POP_CK',
  POP_CK_OFFSET: 'POP_CK_OFFSET',
  FIRST_POP_TIME: '1ST_POP_TIME',
  SHARDING_KEY: '__SHARDINGKEY',
  FORWARD_QUEUE_ID: 'PROPERTY_FORWARD_QUEUE_ID',
  REDIRECT: 'REDIRECT',
  INNER_MULTI_DISPATCH: 'INNER_MULTI_DISPATCH',
  INNER_MULTI_QUEUE_OFFSET: 'INNER_MULTI_QUEUE_OFFSET',
  TRACE_CONTEXT: 'TRACE_CONTEXT',
  TIMER_DELAY_SEC: 'TIMER_DELAY_SEC',
  TIMER_DELIVER_MS: 'TIMER_DELIVER_MS',
  TIMER_DELAY_MS: 'TIMER_DELAY_MS',
  TIMER_IN_MS: 'TIMER_IN_MS',
  TIMER_OUT_MS: 'TIMER_OUT_MS',
  TIMER_ENQUEUE_MS: 'TIMER_ENQUEUE_MS',
  TIMER_DEQUEUE_MS: 'TIMER_DEQUEUE_MS',
  TIMER_ROLL_TIMES: 'TIMER_ROLL_TIMES',
  TIMER_DEL_UNIQKEY: 'TIMER_DEL_UNIQKEY',
  TIMER_DELAY_LEVEL: 'TIMER_DELAY_LEVEL',
  CRC32: '__CRC32#',
  BORN_HOST: '__BORNHOST',
  BORN_TIMESTAMP: 'BORN_TIMESTAMP',
  DLQ_ORIGIN_TOPIC: 'DLQ_ORIGIN_TOPIC',
  DLQ_ORIGIN_MESSAGE_ID: 'DLQ_ORIGIN_MESSAGE_ID',
} as const;

/** Names with this prefix never leave the process that set them. */
export const TRANSIENT_PROPERTY_PREFIX = '__RMQ.TRANSIENT.';

/** Bits of the sysFlag of a message. */
export const SysFlag = {
  COMPRESSED: 0x1,
  MULTI_TAGS: 0x2,
  /** Mask of the two transaction bits; no bit is an ordinary message. */
  TRANSACTION_MASK: 0xc,
  TRANSACTION_PREPARED: 0x4,
  TRANSACTION_COMMIT: 0x8,
  TRANSACTION_ROLLBACK: 0xc,
  BORN_HOST_V6: 0x10,
  STORE_HOST_V6: 0x20,
  NEED_UNWRAP: 0x40,
  INNER_BATCH: 0x80,
  /** Mask of the compression type; none of its bits with COMPRESSED set means zlib. */
  COMPRESSION_MASK: 0x700,
  COMPRESSION_LZ4: 0x100,
  COMPRESSION_ZSTD: 0x200,
  COMPRESSION_ZLIB: 0x300,
} as const;

/** Bytes of an encoded properties text: its length is an int16. */
export const PROPERTIES_BYTES_MAX = 32_767;
/** Bytes of a body that brokers accept and clients send. */
export const MESSAGE_BODY_BYTES_MAX = 4_194_304;
export const TOPIC_LENGTH_MAX = 127;
/** Bytes of a stored topic: retry topics carry a whole group name. */
export const STORED_TOPIC_BYTES_MAX = 255;
export const GROUP_LENGTH_MAX = 255;

const NAME_END = '\u0001';
const VALUE_END = '\u0002';

/**
 * Reads `name 0x01 value 0x02 ...`.
 *
 * A piece without a name, without a value or without the separator is skipped, the last 0x02 may be missing and
 * of a name that occurs twice the last value counts, all as Java does it.
 */
export function decodeProperties(encoded: string | Buffer): Map<string, string> {
  const text = typeof encoded === 'string' ? encoded : encoded.toString('utf8');
  const properties = new Map<string, string>();
  let at = 0;
  let nameEnd = -1;
  while (at < text.length) {
    let end = text.indexOf(VALUE_END, at);
    if (end < 0) end = text.length;
    // Searched for only when passed, so that a text without separators costs no quadratic time.
    if (nameEnd < at) nameEnd = text.indexOf(NAME_END, at);
    if (nameEnd < 0) break;
    if (nameEnd > at && nameEnd < end - 1)
      properties.set(text.slice(at, nameEnd), text.slice(nameEnd + 1, end));
    at = end + 1;
  }
  return properties;
}

/**
 * Writes properties in the order of the map, each pair closed by 0x02. Empty values are left out, because no
 * reader sees them.
 *
 * Throws PROPERTIES_INVALID for an empty name, for a name or value that contains a separator, and for a text of
 * more than PROPERTIES_BYTES_MAX bytes.
 */
export function encodeProperties(properties: ReadonlyMap<string, string>): string {
  let text = '';
  for (const [name, value] of properties) {
    if (name === '' || hasSeparator(name)) {
      throw new ProtocolError('PROPERTIES_INVALID', 'A property name is empty or holds a separator.', {
        field: name,
      });
    }
    if (hasSeparator(value)) {
      throw new ProtocolError('PROPERTIES_INVALID', `The property ${name} holds a separator.`, {
        field: name,
      });
    }
    if (value !== '') text += name + NAME_END + value + VALUE_END;
  }
  const bytes = Buffer.byteLength(text);
  if (bytes > PROPERTIES_BYTES_MAX) {
    throw new ProtocolError(
      'PROPERTIES_INVALID',
      `Properties of ${bytes} bytes exceed the limit of ${PROPERTIES_BYTES_MAX}.`,
    );
  }
  return text;
}

function hasSeparator(text: string): boolean {
  return text.includes(NAME_END) || text.includes(VALUE_END);
}

/** Java's String.hashCode: over UTF-16 code units, as a signed int32. */
export function javaStringHash(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return hash;
}

/** The hash by which brokers filter tags; 0 without a tag. */
export function tagsCode(tags: string | null | undefined): number {
  return tags === null || tags === undefined ? 0 : javaStringHash(tags);
}

/** `tagsCode` of UTF-8 bytes inside a record; ASCII, the usual case, needs no string. */
export function tagsCodeOfBytes(source: Buffer, at: number, bytes: number): number {
  let hash = 0;
  const end = at + bytes;
  for (let i = at; i < end; i += 1) {
    const byte = source[i] ?? 0;
    if (byte > 0x7f) return javaStringHash(source.toString('utf8', at, end));
    hash = (Math.imul(hash, 31) + byte) | 0;
  }
  return hash;
}

const NAME_PATTERN = /^[%|a-zA-Z0-9_-]+$/;

/** The name that was found valid last: most messages of a process go to few topics. */
let validTopic = '';

/** Throws TOPIC_INVALID unless the name has 1 to 127 characters of RocketMQ's set. */
export function validateTopic(name: string): void {
  if (name === validTopic && name !== '') return;
  if (name.length > TOPIC_LENGTH_MAX) {
    throw new ProtocolError('TOPIC_INVALID', `A topic name is longer than ${TOPIC_LENGTH_MAX} characters.`);
  }
  if (!NAME_PATTERN.test(name)) {
    throw new ProtocolError(
      'TOPIC_INVALID',
      'A topic name is empty or holds other characters than letters, digits, %, |, - and _.',
    );
  }
  validTopic = name;
}

/** Throws GROUP_INVALID unless the name has 1 to 255 characters of RocketMQ's set. */
export function validateGroup(name: string): void {
  if (name.length > GROUP_LENGTH_MAX) {
    throw new ProtocolError('GROUP_INVALID', `A group name is longer than ${GROUP_LENGTH_MAX} characters.`);
  }
  if (!NAME_PATTERN.test(name)) {
    throw new ProtocolError(
      'GROUP_INVALID',
      'A group name is empty or holds other characters than letters, digits, %, |, - and _.',
    );
  }
}
