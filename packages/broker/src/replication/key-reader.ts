import { locateRecord, recordStoreTimestamp } from '@ledgermq/protocol';
import { hashKeyOfTopic, hashTopic } from '@ledgermq/store';
import type { KeyLookup, KeyLookupResult, KeyReader, RecordReader } from '../group-port.ts';
import type { KeyIndexer } from './key-indexer.ts';
import { RecordKeys } from './record-keys.ts';

/** Finds messages by key: candidates come from the key index, and only the records themselves decide. */
export class IndexedKeyReader implements KeyReader {
  readonly #indexer: Pick<KeyIndexer, 'query' | 'last' | 'catchUp'>;
  readonly #records: RecordReader;
  readonly #keys: RecordKeys = new RecordKeys();

  constructor(indexer: Pick<KeyIndexer, 'query' | 'last' | 'catchUp'>, records: RecordReader) {
    this.#indexer = indexer;
    this.#records = records;
  }

  findByKey(lookup: KeyLookup, done: (found: KeyLookupResult | null) => void): void {
    this.#indexer.catchUp(() => done(this.#find(lookup)));
  }

  #find(lookup: KeyLookup): KeyLookupResult | null {
    const { begin, end, countMax, bytesMax } = lookup;
    const [topic, key] = [Buffer.from(lookup.topic), Buffer.from(lookup.key)];
    const hash = hashKeyOfTopic(hashTopic(topic, 0, topic.length), key, 0, key.length);
    const records: Buffer[] = [];
    let bytes = 0;
    const found = this.#indexer.query({ hash, begin, end, countMax }, (address) => {
      const record = this.#records.readRecord(address);
      if (record === null || !this.#matches(record, topic, key, lookup)) return false;
      if (records.length > 0 && bytes + record.length > bytesMax) return false;
      bytes += record.length;
      records.push(record);
      return true;
    });
    if (found === null) return null;
    const { timestamp, address } = this.#indexer.last;
    return { records: records.reverse(), lastTimestamp: timestamp, lastPhysicalOffset: address };
  }

  #matches(record: Buffer, topic: Buffer, key: Buffer, { begin, end, uniqKeyOnly }: KeyLookup): boolean {
    const { topicAt, topicBytes, propertiesAt, propertiesBytes } = locateRecord(record, 0);
    const storeTimestamp = recordStoreTimestamp(record, 0);
    if (storeTimestamp < begin || storeTimestamp > end) return false;
    if (!record.subarray(topicAt, topicAt + topicBytes).equals(topic)) return false;
    this.#keys.scan(record, propertiesAt, propertiesBytes);
    return this.#keys.includes(record, key, uniqKeyOnly);
  }
}
