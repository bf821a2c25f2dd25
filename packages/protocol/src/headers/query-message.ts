import { newExtFields, readInt, readLong, readOptionalBoolean, readText } from '../field.ts';
import type { ExtFields } from '../field.ts';

/** QUERY_MESSAGE (12): messages of a topic by key. */
export interface QueryMessageHeader {
  readonly topic: string;
  readonly key: string;
  readonly maxNum: number;
  /** Store times in ms since 1970, both included. */
  readonly beginTimestamp: number;
  readonly endTimestamp: number;
  /** The key is a UNIQ_KEY. Clients say so in a field that their header class does not declare. */
  readonly uniqueKey: boolean;
}

const UNIQUE_KEY_QUERY = '_UNIQUE_KEY_QUERY';

export function decodeQueryMessageHeader(ext: ExtFields): QueryMessageHeader {
  return {
    topic: readText(ext, 'topic'),
    key: readText(ext, 'key'),
    maxNum: readInt(ext, 'maxNum'),
    beginTimestamp: readLong(ext, 'beginTimestamp'),
    endTimestamp: readLong(ext, 'endTimestamp'),
    uniqueKey: readOptionalBoolean(ext, UNIQUE_KEY_QUERY) ?? false,
  };
}

export function encodeQueryMessageHeader(header: QueryMessageHeader): Record<string, string> {
  const ext = newExtFields();
  ext['topic'] = header.topic;
  ext['key'] = header.key;
  ext['maxNum'] = String(header.maxNum);
  ext['beginTimestamp'] = String(header.beginTimestamp);
  ext['endTimestamp'] = String(header.endTimestamp);
  ext[UNIQUE_KEY_QUERY] = String(header.uniqueKey);
  return ext;
}

/** The answer to 12: how far the broker's key index had come. */
export interface QueryMessageResponseHeader {
  /** Store time in ms of the message indexed last. */
  readonly indexLastUpdateTimestamp: number;
  /** Its byte address in the log. */
  readonly indexLastUpdatePhyoffset: number;
}

export function decodeQueryMessageResponseHeader(ext: ExtFields): QueryMessageResponseHeader {
  return {
    indexLastUpdateTimestamp: readLong(ext, 'indexLastUpdateTimestamp'),
    indexLastUpdatePhyoffset: readLong(ext, 'indexLastUpdatePhyoffset'),
  };
}

export function encodeQueryMessageResponseHeader(header: QueryMessageResponseHeader): Record<string, string> {
  const ext = newExtFields();
  ext['indexLastUpdateTimestamp'] = String(header.indexLastUpdateTimestamp);
  ext['indexLastUpdatePhyoffset'] = String(header.indexLastUpdatePhyoffset);
  return ext;
}
