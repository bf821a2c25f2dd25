import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import { ProtocolError } from './errors.ts';
import { decodeHostAddress, HOST_V4_BYTES, HOST_V6_BYTES } from './host-address.ts';
import type { HostAddress } from './host-address.ts';
import { readInt64, writeInt64 } from './int64.ts';
import { PROPERTIES_BYTES_MAX, STORED_TOPIC_BYTES_MAX, SysFlag } from './message.ts';

/*
 * The stored record, which is also the record in the body of a pull response:
 *   0 int32 total size        4 int32 magic              8 int32 crc32(body) & 0x7fffffff
 *  12 int32 queueId          16 int32 flag              20 int64 queueOffset
 *  28 int64 physicalOffset   36 int32 sysFlag           40 int64 bornTimestamp
 *  48 bornHost (8 or 20)        int64 storeTimestamp       storeHost (8 or 20)
 *     int32 reconsumeTimes      int64 preparedTransactionOffset
 *     int32 body bytes, body    uint8 (V2: int16) topic bytes, topic    int16 properties bytes, properties
 */
export const RECORD_MAGIC_V1: number = 0xdaa320a7 | 0;
/** Two-byte topic length, for topics of more than 127 bytes. */
export const RECORD_MAGIC_V2: number = 0xdaa320ab | 0;

const MAGIC_AT = 4;
const BODY_CRC_AT = 8;
const QUEUE_ID_AT = 12;
const FLAG_AT = 16;
const QUEUE_OFFSET_AT = 20;
const PHYSICAL_OFFSET_AT = 28;
const SYS_FLAG_AT = 36;
const BORN_TIMESTAMP_AT = 40;
const BORN_HOST_AT = 48;
/** After the store host: reconsumeTimes and preparedTransactionOffset. */
const TRANSACTION_BYTES = 12;
const CRC_MASK = 0x7fffffff;
const V1_TOPIC_BYTES_MAX = 127;
const HOST_BITS: number = SysFlag.BORN_HOST_V6 | SysFlag.STORE_HOST_V6;

/** Size of a V1 record with two IPv4 hosts and empty topic, body and properties. */
export const RECORD_BYTES_MIN = 91;

/** What a record is written from. Buffers are copied as they are; strings are written as UTF-8. */
export interface RecordSpec {
  readonly queueId: number;
  readonly flag: number;
  readonly queueOffset: number;
  readonly physicalOffset: number;
  /** The two address family bits are set by the writer, from the hosts. */
  readonly sysFlag: number;
  readonly bornTimestamp: number;
  readonly bornHost: HostAddress;
  readonly storeTimestamp: number;
  readonly storeHost: HostAddress;
  readonly reconsumeTimes: number;
  readonly preparedTransactionOffset: number;
  readonly body: Buffer;
  readonly topic: string | Buffer;
  /** Encoded properties. */
  readonly properties: string | Buffer;
}

/** A record as it was read; `body` and `properties` are views on the source. */
export interface MessageRecord extends RecordSpec {
  readonly totalSize: number;
  readonly version: 1 | 2;
  readonly bodyCrc: number;
  readonly topic: string;
  readonly properties: Buffer;
}

/** Where the parts of variable length lie in their buffer. */
export interface RecordParts {
  readonly topicAt: number;
  readonly topicBytes: number;
  readonly bodyAt: number;
  readonly bodyBytes: number;
  readonly propertiesAt: number;
  readonly propertiesBytes: number;
}

/** Bytes that `writeRecord` will write. Throws RECORD_INVALID when topic or properties are too long. */
export function recordSize(spec: RecordSpec): number {
  const topicBytes = utf8Bytes(spec.topic);
  const propertiesBytes = utf8Bytes(spec.properties);
  checkLengths(topicBytes, propertiesBytes);
  return sizeOf(
    spec.bornHost.bytes.length,
    spec.storeHost.bytes.length,
    spec.body.length,
    topicBytes,
    propertiesBytes,
  );
}

/**
 * Writes one record into `target` at `at` and returns its size. V2 is chosen for topics of more than 127 bytes.
 *
 * Throws RECORD_INVALID, with nothing written, when a part is too long or `target` has too little room.
 */
export function writeRecord(target: Buffer, at: number, spec: RecordSpec): number {
  const { body, bornHost, storeHost } = spec;
  const topicBytes = utf8Bytes(spec.topic);
  const propertiesBytes = utf8Bytes(spec.properties);
  checkLengths(topicBytes, propertiesBytes);
  const bornBytes = bornHost.bytes.length;
  const storeBytes = storeHost.bytes.length;
  const size = sizeOf(bornBytes, storeBytes, body.length, topicBytes, propertiesBytes);
  if (at + size > target.length) {
    throw new ProtocolError('RECORD_INVALID', `A record of ${size} bytes does not fit its buffer.`);
  }
  const long = topicBytes > V1_TOPIC_BYTES_MAX;
  target.writeInt32BE(size, at);
  target.writeInt32BE(long ? RECORD_MAGIC_V2 : RECORD_MAGIC_V1, at + MAGIC_AT);
  target.writeInt32BE(crc32(body) & CRC_MASK, at + BODY_CRC_AT);
  target.writeInt32BE(spec.queueId, at + QUEUE_ID_AT);
  target.writeInt32BE(spec.flag, at + FLAG_AT);
  writeInt64(target, at + QUEUE_OFFSET_AT, spec.queueOffset);
  writeInt64(target, at + PHYSICAL_OFFSET_AT, spec.physicalOffset);
  target.writeInt32BE(sysFlagFor(spec.sysFlag, bornBytes, storeBytes), at + SYS_FLAG_AT);
  writeInt64(target, at + BORN_TIMESTAMP_AT, spec.bornTimestamp);
  let end = putHost(target, at + BORN_HOST_AT, bornHost.bytes);
  writeInt64(target, end, spec.storeTimestamp);
  end = putHost(target, end + 8, storeHost.bytes);
  target.writeInt32BE(spec.reconsumeTimes, end);
  writeInt64(target, end + 4, spec.preparedTransactionOffset);
  end += TRANSACTION_BYTES;
  target.writeInt32BE(body.length, end);
  target.set(body, end + 4);
  end += 4 + body.length;
  end = long ? target.writeInt16BE(topicBytes, end) : target.writeUInt8(topicBytes, end);
  end += put(target, end, spec.topic, topicBytes);
  end = target.writeInt16BE(propertiesBytes, end);
  put(target, end, spec.properties, propertiesBytes);
  return size;
}

/**
 * Reads the record at `at` and checks magic, all lengths against the total size, and the body's CRC on request.
 *
 * Throws RECORD_INVALID. `body` and `properties` are views on `source`.
 */
export function readRecord(
  source: Buffer,
  at: number,
  options: { readonly verifyBody?: boolean } = {},
): MessageRecord {
  const parts = locateRecord(source, at);
  const sysFlag = source.readInt32BE(at + SYS_FLAG_AT);
  const bornBytes = (sysFlag & SysFlag.BORN_HOST_V6) === 0 ? HOST_V4_BYTES : HOST_V6_BYTES;
  const storeBytes = (sysFlag & SysFlag.STORE_HOST_V6) === 0 ? HOST_V4_BYTES : HOST_V6_BYTES;
  const storeTimestampAt = at + BORN_HOST_AT + bornBytes;
  const reconsumeAt = storeTimestampAt + 8 + storeBytes;
  const body = source.subarray(parts.bodyAt, parts.bodyAt + parts.bodyBytes);
  const bodyCrc = source.readInt32BE(at + BODY_CRC_AT);
  if (options.verifyBody === true && (crc32(body) & CRC_MASK) !== bodyCrc) {
    throw new ProtocolError('RECORD_INVALID', 'The body of a record does not match its checksum.', {
      field: 'bodyCrc',
    });
  }
  return {
    totalSize: recordTotalSize(source, at),
    version: source.readInt32BE(at + MAGIC_AT) === RECORD_MAGIC_V1 ? 1 : 2,
    bodyCrc,
    queueId: recordQueueId(source, at),
    flag: source.readInt32BE(at + FLAG_AT),
    queueOffset: recordQueueOffset(source, at),
    physicalOffset: recordPhysicalOffset(source, at),
    sysFlag,
    bornTimestamp: recordBornTimestamp(source, at),
    bornHost: readHost(source, at + BORN_HOST_AT, bornBytes),
    storeTimestamp: recordStoreTimestamp(source, at),
    storeHost: readHost(source, storeTimestampAt + 8, storeBytes),
    reconsumeTimes: source.readInt32BE(reconsumeAt),
    preparedTransactionOffset: long(source, reconsumeAt + 4, 'preparedTransactionOffset'),
    body,
    topic: source.toString('utf8', parts.topicAt, parts.topicAt + parts.topicBytes),
    properties: source.subarray(parts.propertiesAt, parts.propertiesAt + parts.propertiesBytes),
  };
}

/** All records of a buffer that holds nothing else, such as the body of a pull response. */
export function readRecords(
  source: Buffer,
  options: { readonly verifyBody?: boolean } = {},
): MessageRecord[] {
  const records: MessageRecord[] = [];
  for (let at = 0; at < source.length;) {
    const record = readRecord(source, at, options);
    records.push(record);
    at += record.totalSize;
  }
  return records;
}

/**
 * Finds the parts of variable length and checks that they fill the record exactly.
 *
 * Throws RECORD_INVALID for another magic, a size that does not fit the source, or lengths that disagree.
 */
export function locateRecord(source: Buffer, at: number): RecordParts {
  if (at < 0 || source.length - at < RECORD_BYTES_MIN) throw invalid('A record is cut off.');
  const size = source.readInt32BE(at);
  if (size < RECORD_BYTES_MIN || size > source.length - at) {
    throw invalid(`A record of ${size} bytes does not fit its buffer.`);
  }
  const magic = source.readInt32BE(at + MAGIC_AT);
  if (magic !== RECORD_MAGIC_V1 && magic !== RECORD_MAGIC_V2)
    throw invalid('The magic of a record is wrong.');
  const topicLengthBytes = magic === RECORD_MAGIC_V1 ? 1 : 2;
  const end = at + size;
  const bodyAt = bodyLengthAt(source, at) + 4;
  const bodyBytes = bodyAt <= end ? source.readInt32BE(bodyAt - 4) : -1;
  const topicAt = bodyAt + bodyBytes + topicLengthBytes;
  if (bodyBytes < 0 || topicAt > end) throw invalid('The body of a record exceeds it.');
  const topicBytes = topicLengthBytes === 1 ? source.readInt8(topicAt - 1) : source.readInt16BE(topicAt - 2);
  const propertiesAt = topicAt + topicBytes + 2;
  if (topicBytes < 0 || propertiesAt > end) throw invalid('The topic of a record exceeds it.');
  const propertiesBytes = source.readInt16BE(propertiesAt - 2);
  if (propertiesBytes < 0 || propertiesAt + propertiesBytes !== end) {
    throw invalid('The properties of a record do not end with it.');
  }
  return { topicAt, topicBytes, bodyAt, bodyBytes, propertiesAt, propertiesBytes };
}

/*
 * Accessors of fixed positions. They check nothing, so `at` must be the start of a record that was written by
 * `writeRecord` or accepted by `locateRecord`.
 */

export function recordTotalSize(source: Buffer, at: number): number {
  return source.readInt32BE(at);
}

export function recordQueueId(source: Buffer, at: number): number {
  return source.readInt32BE(at + QUEUE_ID_AT);
}

export function recordQueueOffset(source: Buffer, at: number): number {
  return long(source, at + QUEUE_OFFSET_AT, 'queueOffset');
}

export function recordPhysicalOffset(source: Buffer, at: number): number {
  return long(source, at + PHYSICAL_OFFSET_AT, 'physicalOffset');
}

export function recordSysFlag(source: Buffer, at: number): number {
  return source.readInt32BE(at + SYS_FLAG_AT);
}

export function recordBornTimestamp(source: Buffer, at: number): number {
  return long(source, at + BORN_TIMESTAMP_AT, 'bornTimestamp');
}

export function recordStoreTimestamp(source: Buffer, at: number): number {
  const v6 = (source.readInt32BE(at + SYS_FLAG_AT) & SysFlag.BORN_HOST_V6) !== 0;
  return long(source, at + BORN_HOST_AT + (v6 ? HOST_V6_BYTES : HOST_V4_BYTES), 'storeTimestamp');
}

/** Fills in the two fields that are decided after the record was written; no checksum covers them. */
export function patchOffsets(target: Buffer, at: number, queueOffset: number, physicalOffset: number): void {
  writeInt64(target, at + QUEUE_OFFSET_AT, queueOffset);
  writeInt64(target, at + PHYSICAL_OFFSET_AT, physicalOffset);
}

const NAME_END = 0x01;
const VALUE_END = 0x02;

/**
 * Finds the value of a property in encoded properties without making strings; null when it is absent or empty.
 *
 * `name` is in UTF-8. Agrees with `decodeProperties`: of a name that occurs twice the last value counts.
 */
export function findProperty(
  source: Buffer,
  propertiesAt: number,
  propertiesBytes: number,
  name: Buffer,
): { readonly at: number; readonly bytes: number } | null {
  const end = propertiesAt + propertiesBytes;
  const nameBytes = name.length;
  let valueAt = -1;
  let valueEnd = -1;
  for (let at = propertiesAt; at < end;) {
    let matched = 0;
    while (matched < nameBytes && at + matched < end && source[at + matched] === name[matched]) matched += 1;
    const from = at + nameBytes + 1;
    const hit = matched === nameBytes && from <= end && source[from - 1] === NAME_END;
    // The matched bytes hold no separator, so that the end of the pair lies behind them.
    at += matched;
    while (at < end && source[at] !== VALUE_END) at += 1;
    if (hit && nameBytes > 0 && at > from) {
      valueAt = from;
      valueEnd = at;
    }
    at += 1;
  }
  return valueAt < 0 ? null : { at: valueAt, bytes: valueEnd - valueAt };
}

function bodyLengthAt(source: Buffer, at: number): number {
  const sysFlag = source.readInt32BE(at + SYS_FLAG_AT);
  let length = BORN_HOST_AT + HOST_V4_BYTES + 8 + HOST_V4_BYTES + TRANSACTION_BYTES;
  if ((sysFlag & SysFlag.BORN_HOST_V6) !== 0) length += HOST_V6_BYTES - HOST_V4_BYTES;
  if ((sysFlag & SysFlag.STORE_HOST_V6) !== 0) length += HOST_V6_BYTES - HOST_V4_BYTES;
  return at + length;
}

function sizeOf(
  bornBytes: number,
  storeBytes: number,
  bodyBytes: number,
  topicBytes: number,
  propertiesBytes: number,
): number {
  const hosts = bornBytes + storeBytes - 2 * HOST_V4_BYTES;
  const longTopic = topicBytes > V1_TOPIC_BYTES_MAX ? 1 : 0;
  return RECORD_BYTES_MIN + hosts + longTopic + bodyBytes + topicBytes + propertiesBytes;
}

function checkLengths(topicBytes: number, propertiesBytes: number): void {
  if (topicBytes > STORED_TOPIC_BYTES_MAX) throw invalid(`A topic of ${topicBytes} bytes cannot be stored.`);
  if (propertiesBytes > PROPERTIES_BYTES_MAX) {
    throw invalid(`Properties of ${propertiesBytes} bytes cannot be stored.`);
  }
}

function sysFlagFor(sysFlag: number, bornBytes: number, storeBytes: number): number {
  const born = bornBytes === HOST_V6_BYTES ? SysFlag.BORN_HOST_V6 : 0;
  const store = storeBytes === HOST_V6_BYTES ? SysFlag.STORE_HOST_V6 : 0;
  return (sysFlag & ~HOST_BITS) | born | store;
}

function utf8Bytes(part: string | Buffer): number {
  return typeof part === 'string' ? Buffer.byteLength(part) : part.length;
}

function put(target: Buffer, at: number, part: string | Buffer, bytes: number): number {
  if (typeof part === 'string') return target.write(part, at, bytes, 'utf8');
  target.set(part, at);
  return bytes;
}

/** Byte by byte, as a call into `set` costs more than eight stores. Returns the end. */
function putHost(target: Buffer, at: number, host: Buffer): number {
  for (let i = 0; i < host.length; i += 1) target[at + i] = host[i] ?? 0;
  return at + host.length;
}

function readHost(source: Buffer, at: number, length: 8 | 20): HostAddress {
  try {
    return decodeHostAddress(source, at, length);
  } catch (cause) {
    throw new ProtocolError('RECORD_INVALID', 'A host address of a record is not valid.', { cause });
  }
}

function long(source: Buffer, at: number, field: string): number {
  const value = readInt64(source, at);
  if (Number.isNaN(value)) {
    throw new ProtocolError('RECORD_INVALID', `The ${field} of a record is out of range.`, { field });
  }
  return value;
}

function invalid(message: string): ProtocolError {
  return new ProtocolError('RECORD_INVALID', message);
}
