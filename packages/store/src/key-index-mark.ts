import { StoreError } from './errors.ts';
import { INT53_BYTES, readInt53, writeInt53 } from './int53.ts';
import type { KeyFileRange } from './key-index-file.ts';

/** "LMQX" */
export const KEY_MARK_MAGIC = 0x4c4d5158;

/** How far the key index on disk is complete, and which part of its newest file counts. */
export interface KeyIndexMark {
  /** Index of the last log entry all of whose keys are in, and its hash, by which another log is noticed. */
  readonly index: number;
  readonly hash: number;
  /** Number of the newest file, 0 for none, and of the oldest. */
  readonly newest: number;
  readonly oldest: number;
  /** What counts of the newest file. */
  readonly range: KeyFileRange;
}

const FIELDS = 9;

export function encodeKeyMark({ index, hash, newest, oldest, range }: KeyIndexMark): Buffer {
  const { entries, check, minTimestamp, maxTimestamp, lastAddress } = range;
  const payload = Buffer.alloc(FIELDS * INT53_BYTES);
  [index, hash, newest, oldest, entries, check >>> 0, minTimestamp, maxTimestamp, lastAddress].forEach(
    (value, i) => {
      writeInt53(payload, value, i * INT53_BYTES);
    },
  );
  return payload;
}

/** INDEX_CORRUPT for bytes that are no mark. */
export function decodeKeyMark(payload: Buffer): KeyIndexMark {
  if (payload.length !== FIELDS * INT53_BYTES) {
    throw new StoreError('INDEX_CORRUPT', 'the mark of the key index has a wrong length');
  }
  const field = (at: number): number => {
    const value = readInt53(payload, at * INT53_BYTES);
    if (value === null) throw new StoreError('INDEX_CORRUPT', 'the mark of the key index is no mark');
    return value;
  };
  const range = {
    entries: field(4),
    check: field(5) | 0,
    minTimestamp: field(6),
    maxTimestamp: field(7),
    lastAddress: field(8),
  };
  return { index: field(0), hash: field(1), newest: field(2), oldest: field(3), range };
}
