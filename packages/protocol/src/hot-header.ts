import { Buffer } from 'node:buffer';
import type { Frame } from './frame.ts';
import { bytesMatch, HeaderScanner, scanInteger, unescapeSeparators } from './header-scanner.ts';
import { peekEnds, peekStart } from './header-peek.ts';
import type { PeekedHeader } from './header-peek.ts';
import type { PullHeader } from './headers/pull-message.ts';
import type { SendHeader } from './headers/send-message.ts';
import { knownLanguage } from './language.ts';
import { NameCache } from './name-cache.ts';
import { RequestCode } from './request-code.ts';

/*
 * Parsing and writing JSON headers is the largest cost of a broker under load. The requests that make up that
 * load are scanned for their known fields here.
 */

/** A scanned request: the command's own fields, and the typed header under `header`. */
export interface HotRequest<Header> {
  readonly code: number;
  readonly opaque: number;
  /** The command's flag; a send header has a `flag` of its own. */
  readonly flag: number;
  readonly version: number;
  readonly language: string;
  readonly serializeType: 0;
  readonly header: Header;
}

const NAME_SLOTS = 1024;
/** Properties of 32 767 bytes, with room for what the limit check behind this is to see. */
const SCRATCH_BYTES = 65_536;

const scanner = new HeaderScanner();
const names = new NameCache(NAME_SLOTS);
const scratch: Buffer = Buffer.alloc(SCRATCH_BYTES);

/**
 * Code, opaque and flag of a frame at little cost, or null when the general parser has to look. The answer is
 * right for every valid header in which no key occurs twice; that the header is valid is not checked.
 */
export function peekRequest(frame: Frame): PeekedHeader | null {
  const { header } = frame;
  if (frame.serializeType === 1) {
    if (header.length < 13) return null;
    return { code: header.readInt16BE(0), opaque: header.readInt32BE(5), flag: header.readInt32BE(9) };
  }
  const peeked = peekEnds(header);
  if (peeked !== null) return peeked;
  if (!scanner.scan(header)) return null;
  return { code: scanner.code, opaque: scanner.opaque, flag: scanner.flag };
}

/**
 * The code of a frame with a JSON header, NaN when the general parser has to look. Cheaper than `peekRequest`, and enough
 * to choose a scan, which finds the rest.
 */
export function peekCode(frame: Frame): number {
  if (frame.serializeType !== 0) return Number.NaN;
  const code = peekStart(frame.header);
  if (!Number.isNaN(code)) return code;
  return scanner.scan(frame.header) ? scanner.code : Number.NaN;
}

const LETTER_A = 0x61;
const LETTER_COUNT = 14;
/** Field number plus one of each letter a to n; 0 when the letter did not occur. */
const letterFields = new Uint8Array(LETTER_COUNT);

/**
 * The header of SEND_MESSAGE_V2 (310) or SEND_BATCH_MESSAGE (320), equal to what `decodeSendHeaderV2` gives for
 * the parsed command; null when the request is another one or is not written in the ordinary way.
 *
 * The strings are copies and do not keep the frame's chunk in memory.
 */
export function scanSendHeaderV2(frame: Frame): HotRequest<SendHeader> | null {
  const { header } = frame;
  if (frame.serializeType !== 0 || !scanner.scan(header)) return null;
  if (scanner.code !== RequestCode.SEND_MESSAGE_V2 && scanner.code !== RequestCode.SEND_BATCH_MESSAGE)
    return null;
  if (!indexLetters(header)) return null;
  const producerGroup = nameField(header, letterField(0));
  const topic = nameField(header, letterField(1));
  const defaultTopic = nameField(header, letterField(2));
  const defaultTopicQueueNums = int32Field(header, letterField(3));
  const queueId = int32Field(header, letterField(4));
  const sysFlag = int32Field(header, letterField(5));
  const bornTimestamp = integerField(header, letterField(6));
  const flag = int32Field(header, letterField(7));
  const properties = propertiesField(header, letterField(8));
  const reconsumeTimes = optionalInt32(header, letterField(9)) ?? 0;
  const unitMode = optionalBoolean(header, letterField(10));
  const maxReconsumeTimes = optionalInt32(header, letterField(11));
  const batch = optionalBoolean(header, letterField(12));
  const brokerName = optionalName(header, letterField(13));
  if (producerGroup === null || topic === null || defaultTopic === null) return null;
  if (properties === null || unitMode === null || batch === null || brokerName === null) return null;
  // One NaN makes the sum NaN.
  const sum = defaultTopicQueueNums + queueId + sysFlag + bornTimestamp + flag + reconsumeTimes;
  if (Number.isNaN(sum + (maxReconsumeTimes ?? 0))) return null;
  // `| 0` changes no value: it tells the engine that these never are the NaN above and need no box.
  return hotRequest(header, {
    producerGroup,
    topic,
    defaultTopic,
    defaultTopicQueueNums: defaultTopicQueueNums | 0,
    queueId: queueId | 0,
    sysFlag: sysFlag | 0,
    bornTimestamp,
    flag: flag | 0,
    properties,
    reconsumeTimes: reconsumeTimes | 0,
    unitMode,
    maxReconsumeTimes,
    batch,
    brokerName: brokerName === '' ? null : brokerName,
  });
}

const PULL_FIELD_NAMES = [
  'consumerGroup',
  'topic',
  'queueId',
  'queueOffset',
  'maxMsgNums',
  'sysFlag',
  'commitOffset',
  'suspendTimeoutMillis',
  'subscription',
  'subVersion',
  'expressionType',
  'maxMsgBytes',
  'bname',
] as const;
const PULL_KEYS: readonly Buffer[] = PULL_FIELD_NAMES.map((name) => Buffer.from(name, 'latin1'));
/** Field number plus one, in the order of PULL_FIELD_NAMES; 0 when the field did not occur. */
const pullFields = new Uint8Array(PULL_FIELD_NAMES.length);

/**
 * The header of PULL_MESSAGE (11) or LITE_PULL_MESSAGE (361), equal to what `decodePullHeader` gives for the
 * parsed command; null when the request is another one or is not written in the ordinary way.
 */
export function scanPullHeader(frame: Frame): HotRequest<PullHeader> | null {
  const { header } = frame;
  if (frame.serializeType !== 0 || !scanner.scan(header)) return null;
  if (scanner.code !== RequestCode.PULL_MESSAGE && scanner.code !== RequestCode.LITE_PULL_MESSAGE)
    return null;
  if (!indexPullFields(header)) return null;
  const consumerGroup = nameField(header, pullField(0));
  const topic = nameField(header, pullField(1));
  const queueId = int32Field(header, pullField(2));
  const queueOffset = integerField(header, pullField(3));
  const maxMsgNums = int32Field(header, pullField(4));
  const sysFlag = int32Field(header, pullField(5));
  const commitOffset = integerField(header, pullField(6));
  const suspendTimeoutMillis = integerField(header, pullField(7));
  const subscription = optionalName(header, pullField(8));
  const subVersion = integerField(header, pullField(9));
  const expressionType = optionalName(header, pullField(10));
  const maxMsgBytes = optionalInt32(header, pullField(11));
  const brokerName = optionalName(header, pullField(12));
  if (consumerGroup === null || topic === null) return null;
  if (subscription === null || expressionType === null || brokerName === null) return null;
  const sum = queueId + queueOffset + maxMsgNums + sysFlag + commitOffset + suspendTimeoutMillis + subVersion;
  if (Number.isNaN(sum + (maxMsgBytes ?? 0))) return null;
  return hotRequest(header, {
    consumerGroup,
    topic,
    queueId: queueId | 0,
    queueOffset,
    maxMsgNums: maxMsgNums | 0,
    sysFlag: sysFlag | 0,
    commitOffset,
    suspendTimeoutMillis,
    subscription: subscription === '' ? null : subscription,
    subVersion,
    expressionType: expressionType === '' ? null : expressionType,
    maxMsgBytes,
    brokerName: brokerName === '' ? null : brokerName,
  });
}

function hotRequest<Header>(source: Buffer, header: Header): HotRequest<Header> {
  return {
    code: scanner.code,
    opaque: scanner.opaque,
    flag: scanner.flag,
    version: scanner.version,
    language:
      scanner.languageAt < 0
        ? 'JAVA'
        : knownLanguage(names.get(source, scanner.languageAt, scanner.languageEnd)),
    serializeType: 0,
    header,
  };
}

/** False when a letter occurs twice. Fields with other names are none of a send's and are passed over. */
function indexLetters(header: Buffer): boolean {
  letterFields.fill(0);
  for (let field = 0; field < scanner.fieldCount; field += 1) {
    const keyAt = scanner.keyAt(field);
    const letter = (header[keyAt] ?? 0) - LETTER_A;
    if (scanner.keyEnd(field) - keyAt !== 1 || letter < 0 || letter >= LETTER_COUNT) continue;
    if (letterFields[letter] !== 0) return false;
    letterFields[letter] = field + 1;
  }
  return true;
}

/** By the letter's position in the alphabet. */
function letterField(letter: number): number {
  return (letterFields[letter] ?? 0) - 1;
}

/** False when a field of a pull occurs twice. */
function indexPullFields(header: Buffer): boolean {
  pullFields.fill(0);
  for (let field = 0; field < scanner.fieldCount; field += 1) {
    const keyAt = scanner.keyAt(field);
    const keyBytes = scanner.keyEnd(field) - keyAt;
    for (let i = 0; i < PULL_KEYS.length; i += 1) {
      const key = PULL_KEYS[i];
      if (key === undefined || key.length !== keyBytes || !bytesMatch(header, keyAt, key)) continue;
      if (pullFields[i] !== 0) return false;
      pullFields[i] = field + 1;
      break;
    }
  }
  return true;
}

function pullField(index: number): number {
  return (pullFields[index] ?? 0) - 1;
}

/** Null when the field is missing or holds escapes. */
function nameField(header: Buffer, field: number): string | null {
  return field < 0 ? null : optionalName(header, field);
}

/** Empty when the field is missing, null when it holds escapes. */
function optionalName(header: Buffer, field: number): string | null {
  if (field < 0) return '';
  if (scanner.valueEscaped(field)) return null;
  return names.get(header, scanner.valueAt(field), scanner.valueEnd(field));
}

/** NaN when the field is missing or needs a closer look. */
function integerField(header: Buffer, field: number): number {
  return field < 0 ? Number.NaN : scanInteger(header, scanner.valueAt(field), scanner.valueEnd(field));
}

function int32Field(header: Buffer, field: number): number {
  const value = integerField(header, field);
  return (value | 0) === value ? value : Number.NaN;
}

function optionalInt32(header: Buffer, field: number): number | null {
  return field < 0 ? null : int32Field(header, field);
}

const TRUE: Buffer = Buffer.from('true', 'latin1');
const FALSE: Buffer = Buffer.from('false', 'latin1');

/** False when the field is missing; null for any text but `true` and `false`. */
function optionalBoolean(header: Buffer, field: number): boolean | null {
  if (field < 0) return false;
  const at = scanner.valueAt(field);
  const bytes = scanner.valueEnd(field) - at;
  if (bytes === TRUE.length && bytesMatch(header, at, TRUE)) return true;
  return bytes === FALSE.length && bytesMatch(header, at, FALSE) ? false : null;
}

/** Null when the text is too long for the scratch buffer. */
function propertiesField(header: Buffer, field: number): string | null {
  if (field < 0) return '';
  const at = scanner.valueAt(field);
  const end = scanner.valueEnd(field);
  if (!scanner.valueEscaped(field)) return header.toString('latin1', at, end);
  if (end - at > SCRATCH_BYTES) return null;
  return scratch.toString('latin1', 0, unescapeSeparators(header, at, end, scratch));
}
