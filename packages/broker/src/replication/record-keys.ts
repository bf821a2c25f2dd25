const PAIR_END = 0x02;
const SPACE = 0x20;
const UNIQ_KEY: Buffer = Buffer.from('UNIQ_KEY\u0001');
const KEYS: Buffer = Buffer.from('KEYS\u0001');
/** Keys of one message beyond this many are not indexed. */
export const KEYS_PER_MESSAGE_MAX = 1_024;

/**
 * The keys by which a record is found, as places in its properties: first its UNIQ_KEY, then the words of KEYS. One object is
 * used for all records. Rules of the properties as in `RecordProperties`.
 */
export class RecordKeys {
  /** Keys of the record scanned last; the first is the UNIQ_KEY if `hasUniqKey`. */
  count = 0;
  hasUniqKey = false;
  readonly #places = new Int32Array(KEYS_PER_MESSAGE_MAX);
  readonly #lengths = new Int32Array(KEYS_PER_MESSAGE_MAX);

  /** Where a key starts in the buffer scanned. */
  at(number: number): number {
    return this.#places[number] ?? 0;
  }

  bytes(number: number): number {
    return this.#lengths[number] ?? 0;
  }

  scan(buffer: Buffer, at: number, bytes: number): void {
    this.count = 0;
    this.hasUniqKey = false;
    let keysAt = 0;
    let keysEnd = 0;
    const end = at + bytes;
    let start = at;
    while (start < end) {
      const first = buffer[start];
      let stop = buffer.indexOf(PAIR_END, start);
      if (stop < 0 || stop > end) stop = end;
      if (first === 0x55 && hasName(buffer, start, stop, UNIQ_KEY)) {
        this.count = 0;
        this.#add(start + UNIQ_KEY.length, stop);
        this.hasUniqKey = true;
      } else if (first === 0x4b && hasName(buffer, start, stop, KEYS)) {
        keysAt = start + KEYS.length;
        keysEnd = stop;
      }
      start = stop + 1;
    }
    for (let word = keysAt; word < keysEnd;) {
      let stop = word;
      while (stop < keysEnd && buffer[stop] !== SPACE) stop += 1;
      if (stop > word) this.#add(word, stop);
      word = stop + 1;
    }
  }

  /** Whether the record scanned last in `buffer` has this key: as UNIQ_KEY, or, unless only that is asked for, as any. */
  includes(buffer: Buffer, key: Buffer, uniqKeyOnly: boolean): boolean {
    const end = uniqKeyOnly ? Number(this.hasUniqKey) : this.count;
    for (let number = 0; number < end; number += 1) {
      const at = this.at(number);
      if (
        this.bytes(number) === key.length &&
        buffer.compare(key, 0, key.length, at, at + key.length) === 0
      ) {
        return true;
      }
    }
    return false;
  }

  #add(at: number, end: number): void {
    if (this.count === KEYS_PER_MESSAGE_MAX) return;
    this.#places[this.count] = at;
    this.#lengths[this.count] = end - at;
    this.count += 1;
  }
}

/** True when a pair begins with this name and something follows. */
function hasName(buffer: Buffer, start: number, stop: number, name: Buffer): boolean {
  if (stop - start <= name.length) return false;
  for (let i = 0; i < name.length; i += 1) {
    if (buffer[start + i] !== name[i]) return false;
  }
  return true;
}
