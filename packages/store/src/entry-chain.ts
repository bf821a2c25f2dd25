import type { Entry, LogPosition } from '@ledgermq/raft';
import { StoreError } from './errors.ts';

/** Throws ENTRY_CHAIN_BROKEN unless each entry continues the one before it, the first one `before`. */
export function requireChain(before: LogPosition, entries: readonly Entry[]): void {
  let { index, term, address, hash } = before;
  for (const entry of entries) {
    if (
      entry.index !== index + 1 ||
      entry.term < term ||
      entry.address !== address ||
      entry.prevHash !== hash
    ) {
      const text = `entry ${entry.index} does not follow entry ${index}`;
      throw new StoreError('ENTRY_CHAIN_BROKEN', text, { index: entry.index });
    }
    index = entry.index;
    term = entry.term;
    address += entry.frame.length;
    hash = entry.hash;
  }
}
