import {
  decodeProperties,
  findProperty,
  locateRecord,
  readRecord,
  recordBornTimestamp,
  recordPhysicalOffset,
  recordQueueId,
  recordQueueOffset,
  recordStoreTimestamp,
  recordSysFlag,
  recordTotalSize,
  SysFlag,
  type HostAddress,
  type RecordParts,
} from '@ledgermq/protocol';
import { inflateSync } from 'node:zlib';
import { MQClientException } from './errors.ts';

/** Producers limit bodies to 4 MiB before they compress them; some are configured to send more. */
const INFLATED_BODY_BYTES_MAX = 33_554_432;

const TAGS: Buffer = Buffer.from('TAGS');
const KEYS: Buffer = Buffer.from('KEYS');
const UNIQ_KEY: Buffer = Buffer.from('UNIQ_KEY');
const RETRY_TOPIC: Buffer = Buffer.from('RETRY_TOPIC');
/** Fixed position of the physical offset in a record. */
const PHYSICAL_OFFSET_AT = 28;
const FLAG_AT = 16;
/** reconsumeTimes, preparedTransactionOffset and the body's length lie between the store host and the body. */
const RECONSUME_TIMES_BEFORE_BODY = 16;

/**
 * A stored message as a consumer gets it. It is a view on the pull response it came in: fields are decoded when they
 * are asked for, and whoever keeps `body` keeps that whole response (256 KiB or less as a rule) in memory.
 */
export class MessageExt {
  readonly brokerName: string;
  /** Position in its queue. */
  readonly queueOffset: number;
  readonly #source: Buffer;
  readonly #at: number;
  readonly #parts: RecordParts;
  #topic: string | null;
  #body: Buffer | null = null;
  #properties: ReadonlyMap<string, string> | null = null;

  /**
   * The record at `at`. `topic` is that of the queue it was pulled from, or null for a retry queue, whose messages
   * carry the topic they were first sent to as a property.
   *
   * @throws ProtocolError RECORD_INVALID when it is not a whole record.
   */
  constructor(source: Buffer, at: number, brokerName: string, topic: string | null) {
    this.#parts = locateRecord(source, at);
    this.#source = source;
    this.#at = at;
    this.#topic = topic;
    this.brokerName = brokerName;
    this.queueOffset = recordQueueOffset(source, at);
  }

  /** The topic it was sent to, for redelivered messages too. */
  get topic(): string {
    if (this.#topic === null) {
      const { topicAt, topicBytes } = this.#parts;
      this.#topic =
        this.#property(RETRY_TOPIC) ?? this.#source.toString('utf8', topicAt, topicAt + topicBytes);
    }
    return this.#topic;
  }

  /**
   * The body as it was sent, decompressed when the producer compressed it.
   *
   * @throws MQClientException ERR_MQ_BAD_BODY when it cannot be decompressed.
   */
  get body(): Buffer {
    if (this.#body === null) {
      const { bodyAt, bodyBytes } = this.#parts;
      const stored = this.#source.subarray(bodyAt, bodyAt + bodyBytes);
      this.#body = (this.sysFlag & SysFlag.COMPRESSED) === 0 ? stored : inflateBody(stored, this.sysFlag);
    }
    return this.#body;
  }

  get tags(): string | undefined {
    return this.#property(TAGS);
  }

  /** Business keys, separated by spaces. */
  get keys(): string | undefined {
    return this.#property(KEYS);
  }

  /** All properties, those of the protocol included. */
  get properties(): ReadonlyMap<string, string> {
    if (this.#properties === null) {
      const { propertiesAt, propertiesBytes } = this.#parts;
      this.#properties = decodeProperties(
        this.#source.subarray(propertiesAt, propertiesAt + propertiesBytes),
      );
    }
    return this.#properties;
  }

  /** The producer's id (UNIQ_KEY), which stays the same over redeliveries; the broker's id when there is none. */
  get msgId(): string {
    return this.#property(UNIQ_KEY) ?? this.offsetMsgId;
  }

  /** The broker's id: store host and physical offset as upper-case hex. */
  get offsetMsgId(): string {
    const source = this.#source;
    const end = this.#parts.bodyAt - RECONSUME_TIMES_BEFORE_BODY;
    const hostBytes = (this.sysFlag & SysFlag.STORE_HOST_V6) === 0 ? 8 : 20;
    const offsetAt = this.#at + PHYSICAL_OFFSET_AT;
    const id = source.toString('hex', end - hostBytes, end) + source.toString('hex', offsetAt, offsetAt + 8);
    return id.toUpperCase();
  }

  get queueId(): number {
    return recordQueueId(this.#source, this.#at);
  }

  /** The broker group's own number for the message, by which it finds it. */
  get commitLogOffset(): number {
    return recordPhysicalOffset(this.#source, this.#at);
  }

  /** The producer's clock, ms since 1970. */
  get bornTimestamp(): number {
    return recordBornTimestamp(this.#source, this.#at);
  }

  /** The broker's clock, ms since 1970. */
  get storeTimestamp(): number {
    return recordStoreTimestamp(this.#source, this.#at);
  }

  /** `ip:port` of the producer. */
  get bornHost(): string {
    return hostText(readRecord(this.#source, this.#at).bornHost);
  }

  /** `ip:port` of the broker. */
  get storeHost(): string {
    return hostText(readRecord(this.#source, this.#at).storeHost);
  }

  /** How often it was sent back to the broker; 0 at the first delivery. */
  get reconsumeTimes(): number {
    return this.#source.readInt32BE(this.#parts.bodyAt - RECONSUME_TIMES_BEFORE_BODY);
  }

  /** `SysFlag` bits. */
  get sysFlag(): number {
    return recordSysFlag(this.#source, this.#at);
  }

  /** The producer's own int32. */
  get flag(): number {
    return this.#source.readInt32BE(this.#at + FLAG_AT);
  }

  /** Bytes of the whole stored record. */
  get storeSize(): number {
    return recordTotalSize(this.#source, this.#at);
  }

  #property(name: Buffer): string | undefined {
    const { propertiesAt, propertiesBytes } = this.#parts;
    const found = findProperty(this.#source, propertiesAt, propertiesBytes, name);
    return found === null ? undefined : this.#source.toString('utf8', found.at, found.at + found.bytes);
  }
}

function inflateBody(stored: Buffer, sysFlag: number): Buffer {
  const compression = sysFlag & SysFlag.COMPRESSION_MASK;
  if (compression !== 0 && compression !== SysFlag.COMPRESSION_ZLIB) {
    throw badBody(`the body is compressed by a method other than zlib (sysFlag ${sysFlag})`);
  }
  try {
    return inflateSync(stored, { maxOutputLength: INFLATED_BODY_BYTES_MAX });
  } catch (cause) {
    throw badBody('the body cannot be decompressed', cause);
  }
}

function badBody(message: string, cause?: unknown): MQClientException {
  return new MQClientException('ERR_MQ_BAD_BODY', message, { outcome: 'rejected', cause });
}

function hostText({ host, port }: HostAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
