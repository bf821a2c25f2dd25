import type { Entry } from '@ledgermq/raft';
import { requireSound } from './cold-block.ts';
import type { ColdReader } from './cold-reader.ts';
import { requireEntry } from './entry-check.ts';
import type { EntryPlace } from './entry-check.ts';
import { readFrameHeader } from './frame-header.ts';
import type { Segment } from './segment.ts';
import type { SegmentList } from './segment-list.ts';

/** Whole entries by their index, from the blocks that consumers read too: for followers that are behind. */
export class ColdEntries {
  readonly #segments: SegmentList;
  readonly #cold: ColdReader;

  constructor(segments: SegmentList, cold: ColdReader) {
    this.#segments = segments;
    this.#cold = cold;
  }

  /**
   * Entries from `from` up to but not including `to`, which the log must hold, as far as blocks are in memory and
   * `bytesMax` allows; the first one at any size. Frames share the memory of the blocks. LOG_CORRUPT if one of
   * them is known to be damaged.
   */
  inMemory(from: number, to: number, bytesMax: number): Entry[] {
    const entries: Entry[] = [];
    let place = this.#find(from);
    let bytes = 0;
    while (place !== null && place.index < to) {
      const entry = this.#entryAt(place, entries.at(-1));
      if (entry === null) break;
      bytes += entry.frame.length;
      if (entries.length > 0 && bytes > bytesMax) break;
      entries.push(entry);
      place = { index: place.index + 1, address: place.address + entry.frame.length };
    }
    // Who goes on asks for the term of this one first, and for its neighbour then.
    const last = entries.at(-1);
    if (last !== undefined) this.#segments.ofIndex(last.index)?.noteReader(last.index, last.address);
    return entries;
  }

  /** As `LogStorage.fetchEntry`: block by block from the last known place before the entry. */
  fetch(index: number, done: (error: Error | null) => void): void {
    const segment = this.#segments.ofIndex(index);
    if (segment === undefined) {
      done(null);
      return;
    }
    this.#fetchFrom(segment, segment.knownPlaceOf(index), index, done);
  }

  #fetchFrom(segment: Segment, place: EntryPlace, index: number, done: (error: Error | null) => void): void {
    this.#cold.fetch([place.address], (error) => {
      const block = error === null ? this.#cold.blockAt(place.address) : null;
      // The walk need not begin again at the first place: its blocks may be gone by then.
      if (block !== null) segment.noteReader(place.index, place.address);
      // Without a block the log has moved on, or its damage is the reader's to find.
      if (block === null || block.nextIndex > index || block.end >= segment.end) done(error);
      else this.#fetchFrom(segment, { index: block.nextIndex, address: block.end }, index, done);
    });
  }

  /** Where an entry lies, as far as headers in memory tell. */
  #find(index: number): EntryPlace | null {
    const segment = this.#segments.ofIndex(index);
    if (segment === undefined) return null;
    let place = segment.knownPlaceOf(index);
    while (place.index < index) {
      const block = this.#cold.blockAt(place.address);
      if (block === null) return null;
      if (block.nextIndex <= index) {
        place = { index: block.nextIndex, address: block.end };
        continue;
      }
      const header = readFrameHeader(block.bytes, place.address - block.start);
      if (header === null) return null;
      place = { index: place.index + 1, address: place.address + header.length };
    }
    return place;
  }

  #entryAt(place: EntryPlace, previous: Entry | undefined): Entry | null {
    const segment = this.#segments.ofIndex(place.index);
    const block = this.#cold.blockAt(place.address);
    if (segment === undefined || block === null) return null;
    // Checked when the block was read; what failed then is among its faults.
    requireSound(block, place.address, 1);
    return requireEntry(segment, block.bytes, block.start, place, false, previous);
  }
}
