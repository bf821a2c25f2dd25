import type { Entry } from './entry.ts';
import { invariant } from './errors.ts';

/** Dropped places at the front of the array before it is moved together. */
const COMPACT_AT = 1_024;

/**
 * The newest entries of the log, without a gap up to its end, kept in memory. All that are not yet durable are
 * among them; durable ones stay while the bytes allow.
 *
 * Invariant: entries are consecutive, `firstIndex` is the index of the first, or the index that the next
 * appended entry must have when there are none. `bytes` is the sum of their frames.
 */
export class RecentEntries {
  #entries: Entry[] = [];
  #head = 0;
  #firstIndex: number;
  #bytes = 0;

  constructor(firstIndex: number) {
    this.#firstIndex = firstIndex;
  }

  get firstIndex(): number {
    return this.#firstIndex;
  }

  get count(): number {
    return this.#entries.length - this.#head;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The entry at `index`, undefined if it is not held here. */
  at(index: number): Entry | undefined {
    return index < this.#firstIndex ? undefined : this.#entries[this.#head + index - this.#firstIndex];
  }

  append(entry: Entry): void {
    invariant(entry.index === this.#firstIndex + this.count, 'an entry does not touch the end of the log');
    this.#entries.push(entry);
    this.#bytes += entry.frame.length;
  }

  /** Drops `index` and everything after it; an index before the first leaves it empty at that index. */
  truncateFrom(index: number): void {
    if (index <= this.#firstIndex) {
      this.#entries = [];
      this.#head = 0;
      this.#firstIndex = index;
      this.#bytes = 0;
      return;
    }
    const keep = this.#head + index - this.#firstIndex;
    for (let i = keep; i < this.#entries.length; i++) this.#bytes -= (this.#entries[i] as Entry).frame.length;
    this.#entries.length = Math.min(keep, this.#entries.length);
  }

  /** Drops the oldest entries up to `indexMax` until the rest has at most `bytesMax` bytes. */
  evict(indexMax: number, bytesMax: number): void {
    while (this.count > 0 && this.#bytes > bytesMax && this.#firstIndex <= indexMax) {
      this.#bytes -= (this.#entries[this.#head] as Entry).frame.length;
      this.#head++;
      this.#firstIndex++;
    }
    // The places before the head still hold their frames, so this must not be put off for long.
    if (this.#head >= COMPACT_AT || this.#head * 2 > this.#entries.length) {
      this.#entries.splice(0, this.#head);
      this.#head = 0;
    }
  }

  /**
   * Entries from `from` (held here) up to, not including, `to`, within the limits, at least one when the range
   * is not empty.
   */
  range(from: number, to: number, entriesMax: number, bytesMax: number): Entry[] {
    const start = this.#head + from - this.#firstIndex;
    const end = Math.min(this.#head + to - this.#firstIndex, this.#entries.length, start + entriesMax);
    let bytes = 0;
    let at = start;
    while (at < end) {
      bytes += (this.#entries[at] as Entry).frame.length;
      if (bytes > bytesMax && at > start) break;
      at++;
    }
    return this.#entries.slice(start, at);
  }
}
