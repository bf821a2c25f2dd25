import {
  createOffsetMsgId,
  decodeProperties,
  encodeHostAddress,
  encodeProperties,
  readRecord,
  recordSize,
  writeRecord,
  type MessageRecord,
} from '@ledgermq/protocol';

export interface NewMessage {
  readonly topic: string;
  readonly queueId: number;
  readonly body: Buffer;
  /** Encoded. */
  readonly properties: string;
  readonly flag?: number;
  readonly sysFlag?: number;
  readonly reconsumeTimes?: number;
}

export interface StoredPlace {
  readonly queueOffset: number;
  readonly offsetMsgId: string;
  /** It was there already, under the same UNIQ_KEY. */
  readonly duplicate: boolean;
}

const STORE_HOST = encodeHostAddress('127.0.0.1', 10_911);
const BORN_HOST = encodeHostAddress('127.0.0.2', 50_000);

/** What all replicas of a fake broker group share: queues of records, ids, and offsets of consumer groups. */
export class FakeStorage {
  readonly offsets: Map<string, number> = new Map();
  readonly #queues: Map<string, Buffer[]> = new Map();
  readonly #minOffsets: Map<string, number> = new Map();
  readonly #byKey: Map<string, StoredPlace> = new Map();
  readonly #byPhysicalOffset: Map<number, MessageRecord> = new Map();
  #physicalOffset = 1000;

  append(message: NewMessage, now: number = Date.now()): StoredPlace {
    const uniqKey = decodeProperties(message.properties).get('UNIQ_KEY');
    const key = uniqKey === undefined ? null : `${message.topic} ${uniqKey}`;
    const before = key === null ? undefined : this.#byKey.get(key);
    if (before !== undefined) return { ...before, duplicate: true };
    const records = this.records(message.topic, message.queueId);
    const queueOffset = this.maxOffset(message.topic, message.queueId);
    const physicalOffset = this.#physicalOffset;
    const spec = {
      ...message,
      flag: message.flag ?? 0,
      sysFlag: message.sysFlag ?? 0,
      reconsumeTimes: message.reconsumeTimes ?? 0,
      queueOffset,
      physicalOffset,
      bornTimestamp: now,
      bornHost: BORN_HOST,
      storeTimestamp: now,
      storeHost: STORE_HOST,
      preparedTransactionOffset: 0,
    };
    const record = Buffer.alloc(recordSize(spec));
    writeRecord(record, 0, spec);
    records.push(record);
    this.#physicalOffset += record.length;
    this.#byPhysicalOffset.set(physicalOffset, readRecord(record, 0));
    const offsetMsgId = createOffsetMsgId('127.0.0.1', 10_911, physicalOffset);
    const place = { queueOffset, offsetMsgId, duplicate: false };
    if (key !== null) this.#byKey.set(key, place);
    return place;
  }

  /** Stores the message again for its group, one attempt later; false when there is no such message. */
  sendBack(physicalOffset: number, group: string): boolean {
    const record = this.#byPhysicalOffset.get(physicalOffset);
    if (record === undefined) return false;
    const properties = decodeProperties(record.properties);
    if (!properties.has('RETRY_TOPIC')) properties.set('RETRY_TOPIC', record.topic);
    // The retry is another record under the same UNIQ_KEY, in another topic.
    this.#byKey.delete(`%RETRY%${group} ${properties.get('UNIQ_KEY')}`);
    this.append({
      topic: `%RETRY%${group}`,
      queueId: 0,
      body: record.body,
      properties: encodeProperties(properties),
      sysFlag: record.sysFlag,
      reconsumeTimes: record.reconsumeTimes + 1,
    });
    return true;
  }

  records(topic: string, queueId: number): Buffer[] {
    const key = `${topic}@${queueId}`;
    const records = this.#queues.get(key) ?? [];
    this.#queues.set(key, records);
    return records;
  }

  bodies(topic: string, queueId: number): string[] {
    return this.records(topic, queueId).map((record) => readRecord(record, 0).body.toString());
  }

  minOffset(topic: string, queueId: number): number {
    return this.#minOffsets.get(`${topic}@${queueId}`) ?? 0;
  }

  maxOffset(topic: string, queueId: number): number {
    return this.minOffset(topic, queueId) + this.records(topic, queueId).length;
  }

  /** Forgets everything before `offset`. */
  trim(topic: string, queueId: number, offset: number): void {
    this.records(topic, queueId).splice(0, offset - this.minOffset(topic, queueId));
    this.#minOffsets.set(`${topic}@${queueId}`, offset);
  }

  read(topic: string, queueId: number, offset: number, count: number): Buffer[] {
    const from = offset - this.minOffset(topic, queueId);
    return this.records(topic, queueId).slice(from, from + count);
  }
}
