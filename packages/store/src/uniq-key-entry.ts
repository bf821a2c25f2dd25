import { createHash } from 'node:crypto';
import { WORD_CHECK_SEED, checkWords, extendCheck } from './word-check.ts';

/**
 * One remembered message, thirteen little-endian words in memory and in the ring file:
 *
 *   0 topicNumber   1..4 key   5 queueNumber   6 queueOffset low   7 high   8 address low   9 high
 *   10 storeTimestamp low   11 high   12 check over the entry's sequence number and words 0..11 (file only)
 */
export const ENTRY_WORDS = 13;
export const ENTRY_BYTES = 52;
export const KEY_WORD = 1;
export const KEY_WORDS = 4;
export const QUEUE_NUMBER_WORD = 5;
export const QUEUE_OFFSET_WORD = 6;
export const ADDRESS_WORD = 8;
export const STORE_TIMESTAMP_WORD = 10;
const CHECK_WORD = 12;

const HEX_KEY_BYTES = 32;
const NOT_HEX = 255;
const digits: Uint8Array = hexDigits();

/**
 * The four words that stand for a UNIQ_KEY: its value if it is 32 upper-case hex digits, as clients make it,
 * else the MD5 of its bytes.
 */
export function readKey(buffer: Buffer, at: number, length: number, key: Uint32Array): void {
  if (length === HEX_KEY_BYTES && readHex(buffer, at, key)) return;
  const digest = createHash('md5')
    .update(buffer.subarray(at, at + length))
    .digest();
  for (let word = 0; word < KEY_WORDS; word += 1) key[word] = digest.readUInt32BE(word * 4);
}

/** Hash of a topic and key, all bits mixed (the finalizer of MurmurHash3); a signed 32-bit number. */
export function hashKey(seed: number, topicNumber: number, words: Uint32Array, at: number): number {
  let hash = extendCheck(seed, topicNumber);
  for (let word = at; word < at + KEY_WORDS; word += 1) hash = extendCheck(hash, words[word] as number);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** Write the check of the entry that begins at a word. */
export function sealEntryWords(words: Uint32Array, at: number, sequence: number): void {
  words[at + CHECK_WORD] = entryCheck(words, at, sequence);
}

/** Whether the words are the entry of this sequence number, whole. */
export function isSealedEntry(words: Uint32Array, at: number, sequence: number): boolean {
  return words[at + CHECK_WORD] === entryCheck(words, at, sequence) >>> 0;
}

function entryCheck(words: Uint32Array, at: number, sequence: number): number {
  const seed = extendCheck(extendCheck(WORD_CHECK_SEED, sequence | 0), Math.floor(sequence / 2 ** 32));
  return checkWords(words, at, CHECK_WORD, seed);
}

function readHex(buffer: Buffer, at: number, key: Uint32Array): boolean {
  let bad = 0;
  for (let word = 0; word < KEY_WORDS; word += 1) {
    let value = 0;
    const end = at + word * 8 + 8;
    for (let place = end - 8; place < end; place += 1) {
      const digit = digits[buffer[place] as number] as number;
      bad |= digit;
      value = (value << 4) | digit;
    }
    key[word] = value;
  }
  return bad < 16;
}

function hexDigits(): Uint8Array {
  const table = new Uint8Array(256).fill(NOT_HEX);
  for (let digit = 0; digit < 16; digit += 1) table[digit.toString(16).toUpperCase().charCodeAt(0)] = digit;
  return table;
}
