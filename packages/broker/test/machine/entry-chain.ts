import { Buffer } from 'node:buffer';
import { encodeHostAddress, encodeProperties, recordSize, writeRecord } from '@ledgermq/protocol';
import { ENTRY_HEADER_BYTES, EntryKind, allocateFrame, sealEntry, type Entry } from '@ledgermq/raft';
import { encodeCommandBatch, type Command } from '../../src/machine/command.ts';
import { RECORDS_AT } from '../../src/machine/entry-body.ts';

const HOST = encodeHostAddress('127.0.0.1', 10911);
export const STORED_AT = 1_700_000_000_000;

/** What a test wants to say about a message; the rest is the same for all. */
export interface TestMessage {
  readonly topic: string;
  readonly queueId?: number;
  readonly uniqKey?: string;
  readonly tags?: string;
  readonly body?: string | Buffer;
  readonly storeTimestamp?: number;
  readonly properties?: Readonly<Record<string, string>>;
}

/** The stored record of a message, its two offset fields 0 as the master leaves them. */
export function recordOf(message: TestMessage): Buffer {
  const { topic, queueId = 0, uniqKey, tags, body = 'body', storeTimestamp = STORED_AT } = message;
  const properties = new Map(Object.entries(message.properties ?? {}));
  if (tags !== undefined) properties.set('TAGS', tags);
  if (uniqKey !== undefined) properties.set('UNIQ_KEY', uniqKey);
  const spec = {
    queueId,
    flag: 0,
    queueOffset: 0,
    physicalOffset: 0,
    sysFlag: 0,
    bornTimestamp: STORED_AT,
    bornHost: HOST,
    storeTimestamp,
    storeHost: HOST,
    reconsumeTimes: 0,
    preparedTransactionOffset: 0,
    body: Buffer.from(body),
    topic,
    properties: encodeProperties(properties),
  };
  const record = Buffer.alloc(recordSize(spec));
  writeRecord(record, 0, spec);
  return record;
}

/** A log that grows entry by entry, each at the address behind the last one. */
export class EntryChain {
  readonly entries: Entry[] = [];
  #address = 0;
  #hash = 0;

  get end(): number {
    return this.#address;
  }

  data(messages: readonly TestMessage[], commands: readonly Command[] = [], term = 1): Entry {
    const tail = commands.length === 0 ? Buffer.alloc(0) : encodeCommandBatch(commands);
    return this.raw(messages.map(recordOf), tail, term);
  }

  /** A data entry of any bytes. */
  raw(records: readonly Uint8Array[], tail: Uint8Array = Buffer.alloc(0), term = 1): Entry {
    const bytes = Buffer.concat(records);
    const length = Buffer.alloc(RECORDS_AT);
    length.writeUInt32BE(bytes.length);
    return this.body(Buffer.concat([length, bytes, tail]), term);
  }

  body(body: Buffer, term = 1): Entry {
    return this.#add(EntryKind.Data, body, term);
  }

  noOp(term = 1): Entry {
    return this.#add(EntryKind.NoOp, Buffer.alloc(0), term);
  }

  /** As a log answers: entries from `from` up to `to`, exclusive. */
  read(from: number, to: number): Entry[] {
    return this.entries.filter(({ index }) => index >= from && index < to);
  }

  #add(kind: EntryKind, body: Buffer, term: number): Entry {
    const frame = allocateFrame(body.length);
    body.copy(frame, ENTRY_HEADER_BYTES);
    const index = this.entries.length + 1;
    const entry = sealEntry(frame, { index, term, kind, address: this.#address, prevHash: this.#hash });
    this.#address += frame.length;
    this.#hash = entry.hash;
    this.entries.push(entry);
    return entry;
  }
}
