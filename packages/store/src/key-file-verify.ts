import { crc32 } from 'node:zlib';
import type { KeyEntry } from './key-chain.ts';
import { StoreError } from './errors.ts';
import { WORD_RANGE } from './int53.ts';
import { KEY_ENTRY_BYTES, KEY_ENTRY_WORDS, emptyKeyRange, extendKeyCheck } from './key-index-file.ts';
import type { KeyFileRange, KeyIndexFile } from './key-index-file.ts';

const READ_ENTRIES = 8192;

/** What a verification says of one file of the key index. */
export interface KeyFileVerdict {
  readonly file: string;
  readonly entries: number;
  /** Null if the file is good. */
  readonly fault: string | null;
}

/** The entries of a file, oldest first. INDEX_CORRUPT, at the latest behind the last one, unless they check out. */
export function* readKeyEntries(
  file: KeyIndexFile,
  range: Pick<KeyFileRange, 'entries' | 'check'>,
): Generator<KeyEntry, void, undefined> {
  if (range.entries > file.size.entriesMax) throw file.corrupt('is too small', 0);
  const words = new Uint32Array(Math.min(READ_ENTRIES, range.entries) * KEY_ENTRY_WORDS);
  let check = emptyKeyRange.check;
  for (let first = 0; first < range.entries; first += READ_ENTRIES) {
    const count = Math.min(READ_ENTRIES, range.entries - first);
    file.readEntries(first, Buffer.from(words.buffer, 0, count * KEY_ENTRY_BYTES));
    for (let at = 0; at < count * KEY_ENTRY_WORDS; at += KEY_ENTRY_WORDS) {
      check = extendKeyCheck(check, words, at);
      yield {
        hash: words[at] as number,
        address: (words[at + 2] as number) * WORD_RANGE + (words[at + 1] as number),
        seconds: (words[at + 3] as number) | 0,
        previous: words[at + 4] as number,
      };
    }
  }
  if (check !== range.check) throw file.corrupt('holds entries that do not check out', 0);
}

/**
 * Reads a file from end to end: entries against their check, chains and slots against the entries. `range`: what counts of a
 * file that is not full; null for a full one.
 */
export function verifyKeyFile(file: KeyIndexFile, range: KeyFileRange | null): KeyFileVerdict {
  try {
    const end = range === null ? file.readEnd() : null;
    const { entries, check } = end ?? range ?? emptyKeyRange;
    const slots = new Uint32Array(file.size.slots);
    let number = 0;
    for (const { hash, previous } of readKeyEntries(file, { entries, check })) {
      const slot = hash % slots.length;
      if (slots[slot] !== previous) throw file.corrupt(`has a broken chain at entry ${number}`, 0);
      number += 1;
      slots[slot] = number;
    }
    if (end !== null) {
      const stored = file.readSlots();
      if (crc32(stored) !== end.slotsCrc || !stored.equals(Buffer.from(slots.buffer))) {
        throw file.corrupt('has slots that do not fit to its entries', 0);
      }
    }
    return { file: file.path, entries, fault: null };
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'INDEX_CORRUPT') throw error;
    return { file: file.path, entries: 0, fault: error.message };
  }
}
