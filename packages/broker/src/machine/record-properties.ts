import { javaStringHash } from '@ledgermq/protocol';

const PAIR_END = 0x02;
const TAGS: Buffer = Buffer.from('TAGS\u0001');
const UNIQ_KEY: Buffer = Buffer.from('UNIQ_KEY\u0001');
const DEDUP: Buffer = Buffer.from('DEDUP\u0001');
const FALSE: Buffer = Buffer.from('false');

/**
 * The three properties of a record that decide how it is applied, found in one pass over the bytes and without
 * making strings. One object is used for all records: each `scan` replaces what the last one found.
 *
 * Layout: `name 0x01 value 0x02` repeated; the last 0x02 may be missing, pieces without a name or a value are
 * ignored, and of equal names the last one counts.
 */
export class RecordProperties {
  /** Hash of the tag as Java computes it, signed 32 bits; 0 without a tag. */
  tagsCode = 0;
  /** Where the value of UNIQ_KEY starts. */
  uniqKeyAt = 0;
  /** 0 when the record has no UNIQ_KEY. */
  uniqKeyBytes = 0;
  /** The sender wants this message stored even if its id is known. */
  optedOut = false;

  scan(buffer: Buffer, at: number, bytes: number): void {
    this.tagsCode = 0;
    this.uniqKeyAt = 0;
    this.uniqKeyBytes = 0;
    this.optedOut = false;
    const end = at + bytes;
    let start = at;
    while (start < end) {
      let stop = start;
      while (stop < end && buffer[stop] !== PAIR_END) stop += 1;
      this.#take(buffer, start, stop);
      start = stop + 1;
    }
  }

  #take(buffer: Buffer, start: number, stop: number): void {
    switch (buffer[start]) {
      case 0x54: // T
        if (startsWith(buffer, start, stop, TAGS)) {
          this.tagsCode = hashTags(buffer, start + TAGS.length, stop);
        }
        break;
      case 0x55: // U
        if (startsWith(buffer, start, stop, UNIQ_KEY)) {
          this.uniqKeyAt = start + UNIQ_KEY.length;
          this.uniqKeyBytes = stop - this.uniqKeyAt;
        }
        break;
      case 0x44: // D
        if (startsWith(buffer, start, stop, DEDUP)) {
          const valueAt = start + DEDUP.length;
          this.optedOut = stop - valueAt === FALSE.length && startsWith(buffer, valueAt, stop + 1, FALSE);
        }
        break;
      default:
        break;
    }
  }
}

/** True when the bytes begin with `prefix` and something follows it before `stop`. */
function startsWith(buffer: Buffer, start: number, stop: number, prefix: Buffer): boolean {
  if (stop - start <= prefix.length) return false;
  for (let i = 0; i < prefix.length; i += 1) {
    if (buffer[start + i] !== prefix[i]) return false;
  }
  return true;
}

function hashTags(buffer: Buffer, at: number, end: number): number {
  let hash = 0;
  for (let i = at; i < end; i += 1) {
    const byte = buffer[i] ?? 0;
    // Java hashes UTF-16 units, which equal the bytes only for ASCII.
    if (byte >= 0x80) return javaStringHash(buffer.toString('utf8', at, end));
    hash = (Math.imul(hash, 31) + byte) | 0;
  }
  return hash;
}
