import { ProtocolError } from '../errors.ts';
import {
  newExtFields,
  putOptional,
  readInt,
  readLong,
  readOptionalBoolean,
  readOptionalInt,
  readOptionalText,
  readText,
} from '../field.ts';
import type { ExtFields } from '../field.ts';
import { RequestCode } from '../request-code.ts';

/**
 * Header of SEND_MESSAGE (10), SEND_MESSAGE_V2 (310), SEND_BATCH_MESSAGE (320) and the two reply requests (324,
 * 325). The codes differ only in how the fields are named: in full, or by one letter each.
 */
export interface SendHeader {
  readonly producerGroup: string;
  readonly topic: string;
  /** The topic from which a missing one inherits its configuration, normally TBW102. */
  readonly defaultTopic: string;
  readonly defaultTopicQueueNums: number;
  /** Negative: the broker chooses a queue. */
  readonly queueId: number;
  /** `SysFlag` bits. */
  readonly sysFlag: number;
  /** Milliseconds since 1970 by the producer's clock. */
  readonly bornTimestamp: number;
  /** The user's own flag, kept as it is. */
  readonly flag: number;
  /** Encoded properties (see `decodeProperties`); empty when there are none. */
  readonly properties: string;
  readonly reconsumeTimes: number;
  readonly unitMode: boolean;
  readonly maxReconsumeTimes: number | null;
  /** The body holds several messages. */
  readonly batch: boolean;
  /** The broker name the client believes it talks to. */
  readonly brokerName: string | null;
}

type SendFieldNames = Readonly<Record<keyof SendHeader, string>>;

const LONG_NAMES: SendFieldNames = {
  producerGroup: 'producerGroup',
  topic: 'topic',
  defaultTopic: 'defaultTopic',
  defaultTopicQueueNums: 'defaultTopicQueueNums',
  queueId: 'queueId',
  sysFlag: 'sysFlag',
  bornTimestamp: 'bornTimestamp',
  flag: 'flag',
  properties: 'properties',
  reconsumeTimes: 'reconsumeTimes',
  unitMode: 'unitMode',
  maxReconsumeTimes: 'maxReconsumeTimes',
  batch: 'batch',
  brokerName: 'bname',
};

const LETTERS: SendFieldNames = {
  producerGroup: 'a',
  topic: 'b',
  defaultTopic: 'c',
  defaultTopicQueueNums: 'd',
  queueId: 'e',
  sysFlag: 'f',
  bornTimestamp: 'g',
  flag: 'h',
  properties: 'i',
  reconsumeTimes: 'j',
  unitMode: 'k',
  maxReconsumeTimes: 'l',
  batch: 'm',
  brokerName: 'n',
};

/** Reads the header of a send request by its code. */
export function decodeSendHeader(code: number, ext: ExtFields): SendHeader {
  switch (code) {
    case RequestCode.SEND_MESSAGE:
    case RequestCode.SEND_REPLY_MESSAGE:
      return decodeSendHeaderV1(ext);
    case RequestCode.SEND_MESSAGE_V2:
    case RequestCode.SEND_BATCH_MESSAGE:
    case RequestCode.SEND_REPLY_MESSAGE_V2:
      return decodeSendHeaderV2(ext);
    default:
      throw new ProtocolError('HEADER_INVALID', `The request code ${code} does not send a message.`);
  }
}

/** Fields named in full. */
export function decodeSendHeaderV1(ext: ExtFields): SendHeader {
  return decode(ext, LONG_NAMES);
}

/** Fields named by one letter each. */
export function decodeSendHeaderV2(ext: ExtFields): SendHeader {
  return decode(ext, LETTERS);
}

export function encodeSendHeaderV1(header: SendHeader): Record<string, string> {
  return encode(header, LONG_NAMES);
}

export function encodeSendHeaderV2(header: SendHeader): Record<string, string> {
  return encode(header, LETTERS);
}

function decode(ext: ExtFields, names: SendFieldNames): SendHeader {
  return {
    producerGroup: readText(ext, names.producerGroup),
    topic: readText(ext, names.topic),
    defaultTopic: readText(ext, names.defaultTopic),
    defaultTopicQueueNums: readInt(ext, names.defaultTopicQueueNums),
    queueId: readInt(ext, names.queueId),
    sysFlag: readInt(ext, names.sysFlag),
    bornTimestamp: readLong(ext, names.bornTimestamp),
    flag: readInt(ext, names.flag),
    properties: readOptionalText(ext, names.properties) ?? '',
    reconsumeTimes: readOptionalInt(ext, names.reconsumeTimes) ?? 0,
    unitMode: readOptionalBoolean(ext, names.unitMode) ?? false,
    maxReconsumeTimes: readOptionalInt(ext, names.maxReconsumeTimes),
    batch: readOptionalBoolean(ext, names.batch) ?? false,
    brokerName: readOptionalText(ext, names.brokerName),
  };
}

function encode(header: SendHeader, names: SendFieldNames): Record<string, string> {
  const ext = newExtFields();
  ext[names.producerGroup] = header.producerGroup;
  ext[names.topic] = header.topic;
  ext[names.defaultTopic] = header.defaultTopic;
  ext[names.defaultTopicQueueNums] = String(header.defaultTopicQueueNums);
  ext[names.queueId] = String(header.queueId);
  ext[names.sysFlag] = String(header.sysFlag);
  ext[names.bornTimestamp] = String(header.bornTimestamp);
  ext[names.flag] = String(header.flag);
  if (header.properties !== '') ext[names.properties] = header.properties;
  ext[names.reconsumeTimes] = String(header.reconsumeTimes);
  ext[names.unitMode] = String(header.unitMode);
  putOptional(ext, names.maxReconsumeTimes, header.maxReconsumeTimes);
  ext[names.batch] = String(header.batch);
  putOptional(ext, names.brokerName, header.brokerName);
  return ext;
}

/** The region that a broker reports when none is configured. */
export const DEFAULT_REGION = 'DefaultRegion';

/** Answer to every send; the codes 10, 11 and 12 carry it too, since the message is stored then. */
export interface SendResponseHeader {
  /** offsetMsgId, or those of a batch joined by commas. */
  readonly msgId: string;
  readonly queueId: number;
  /** Of the first message of a batch. */
  readonly queueOffset: number;
  /** The message's UNIQ_KEY. */
  readonly transactionId: string | null;
  readonly batchUniqId: string | null;
  readonly recallHandle: string | null;
  readonly msgRegion: string | null;
  readonly traceOn: boolean | null;
  /**
   * One queue offset per message of a batch, for batches whose messages were partly stored before by an earlier
   * attempt. An extension that other clients ignore.
   */
  readonly queueOffsets: readonly number[] | null;
}

export function decodeSendResponseHeader(ext: ExtFields): SendResponseHeader {
  const offsets = readOptionalText(ext, 'queueOffsets');
  return {
    msgId: readText(ext, 'msgId'),
    queueId: readInt(ext, 'queueId'),
    queueOffset: readLong(ext, 'queueOffset'),
    transactionId: readOptionalText(ext, 'transactionId'),
    batchUniqId: readOptionalText(ext, 'batchUniqId'),
    recallHandle: readOptionalText(ext, 'recallHandle'),
    msgRegion: readOptionalText(ext, 'MSG_REGION'),
    traceOn: readOptionalBoolean(ext, 'TRACE_ON'),
    queueOffsets: offsets === null ? null : readOffsets(offsets),
  };
}

export function encodeSendResponseHeader(header: SendResponseHeader): Record<string, string> {
  const ext = newExtFields();
  putOptional(ext, 'MSG_REGION', header.msgRegion);
  putOptional(ext, 'TRACE_ON', header.traceOn);
  putOptional(ext, 'batchUniqId', header.batchUniqId);
  ext['msgId'] = header.msgId;
  ext['queueId'] = String(header.queueId);
  ext['queueOffset'] = String(header.queueOffset);
  putOptional(ext, 'queueOffsets', header.queueOffsets === null ? null : header.queueOffsets.join(','));
  putOptional(ext, 'recallHandle', header.recallHandle);
  putOptional(ext, 'transactionId', header.transactionId);
  return ext;
}

function readOffsets(text: string): readonly number[] {
  return text.split(',').map((part) => {
    const offset = Number(part);
    if (!/^\d{1,16}$/.test(part) || !Number.isSafeInteger(offset)) {
      throw new ProtocolError('HEADER_INVALID', 'queueOffsets is not a list of queue offsets.', {
        field: 'queueOffsets',
      });
    }
    return offset;
  });
}
