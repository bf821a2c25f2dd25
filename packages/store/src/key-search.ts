import type { KeyChain } from './key-chain.ts';
import type { KeyIndexFile } from './key-index-file.ts';
import type { KeyQuery } from './key-index.ts';

/** Seconds of an entry that stand for "that or beyond". */
export const SECONDS_MIN: number = -(2 ** 31);
export const SECONDS_MAX: number = 2 ** 31 - 1;

/** A query under way, from the newest file to the oldest. */
export interface KeySearch {
  readonly query: KeyQuery;
  readonly accept: (address: number) => boolean;
  readonly found: number[];
  stepsLeft: number;
  /** Candidate looked at last: a message may have several keys of one hash. */
  lastAddress: number;
}

/** Follows the chain of one slot, whose newest entry has that number counted from 1, and collects what is accepted. */
export function searchKeyFile(file: KeyIndexFile, newest: number, chain: KeyChain, search: KeySearch): void {
  const { query, accept, found } = search;
  for (let number = newest; number > 0 && search.stepsLeft > 0 && found.length < query.countMax;) {
    search.stepsLeft -= 1;
    const { hash, address, seconds, previous } = chain.at(number - 1);
    if (address < query.startAddress) return;
    number = previous;
    if (hash !== query.hash || address === search.lastAddress) continue;
    if (!mayLieWithin(file.baseTime, seconds, query)) continue;
    search.lastAddress = address;
    if (accept(address)) found.push(address);
  }
}

function mayLieWithin(baseTime: number, seconds: number, { begin, end }: KeyQuery): boolean {
  const from = baseTime + seconds * 1000;
  return (seconds === SECONDS_MIN || from <= end) && (seconds === SECONDS_MAX || from + 1000 > begin);
}
