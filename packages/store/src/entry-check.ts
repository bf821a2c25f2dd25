import { RaftError, decodeEntry } from '@ledgermq/raft';
import type { Entry } from '@ledgermq/raft';
import type { Segment } from './segment.ts';

export interface EntryPlace {
  readonly index: number;
  /** Log address of its first byte. */
  readonly address: number;
}

/**
 * The entry of a segment that should be at a place; LOG_CORRUPT unless it is that one. `buffer` holds what lies at log
 * address `bufferAddress`. `previous` is the entry before it, where it is at hand: then the chain is checked too.
 */
export function requireEntry(
  segment: Segment,
  buffer: Buffer,
  bufferAddress: number,
  { index, address }: EntryPlace,
  verifyBody: boolean,
  previous: Entry | undefined,
): Entry {
  let entry: Entry;
  try {
    entry = decodeEntry(buffer, address - bufferAddress, { verifyBody });
  } catch (error) {
    if (error instanceof RaftError) throw segment.corrupt(address, index, error.message);
    throw error;
  }
  const prevHash =
    index === segment.start.index + 1 ? segment.start.hash : (previous?.hash ?? entry.prevHash);
  if (entry.index !== index || entry.address !== address || entry.prevHash !== prevHash) {
    throw segment.corrupt(address, index, 'an entry that does not belong there');
  }
  return entry;
}
