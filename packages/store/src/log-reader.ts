import { ENTRY_HEADER_BYTES } from '@ledgermq/raft';
import type { Entry, LogPosition } from '@ledgermq/raft';
import { ColdEntries } from './cold-entries.ts';
import { ColdReader } from './cold-reader.ts';
import type { SegmentLogConfig } from './config.ts';
import { requireEntry } from './entry-check.ts';
import { StoreError } from './errors.ts';
import { readFrameHeader } from './frame-header.ts';
import type { Segment } from './segment.ts';
import type { SegmentList } from './segment-list.ts';
import type { StoreMetrics } from './store-metrics.ts';
import type { TailCache } from './tail-cache.ts';

/** Each up to the largest entry a broker makes (256 KiB). */
const VERIFIED_ENTRIES_MAX = 16;

/**
 * Reads of the log: from the tail cache where it holds the range, otherwise by positioned reads of segment
 * files. Everything returned is a copy. Entries read from a file are checked whole: header, body and chain.
 */
export class LogReader {
  readonly #segments: SegmentList;
  readonly #cache: TailCache;
  readonly #config: SegmentLogConfig;
  /** What consumers read that is not in the tail cache any more. */
  readonly cold: ColdReader;
  readonly #coldEntries: ColdEntries;
  readonly #metrics: StoreMetrics;
  /** Entries read from files and found good, the newest last; byte reads mostly go on where the last one was. */
  #verified: Entry[] = [];

  constructor(segments: SegmentList, cache: TailCache, config: SegmentLogConfig, metrics: StoreMetrics) {
    this.#segments = segments;
    this.#cache = cache;
    this.#config = config;
    this.cold = new ColdReader(segments, config, () => cache.start(), metrics);
    this.#coldEntries = new ColdEntries(segments, this.cold);
    this.#metrics = metrics;
  }

  /** Log address from which on the tail cache has everything. */
  get tailAddress(): number {
    return this.#cache.start();
  }

  positionAt(index: number): LogPosition | null {
    if (index === this.#segments.start.index) return this.#segments.start;
    return this.#segments.ofIndex(index)?.positionAt(index) ?? null;
  }

  /** As `LogStorage.entries`; `to` is at most last + 1. */
  entries(from: number, to: number, bytesMax: number): Entry[] {
    const first = this.#segments.start.index + 1;
    const last = this.#segments.last()?.lastIndex ?? first - 1;
    if (from < first)
      throw outside('LOG_COMPACTED', `entry ${from} is before the first one held, ${first}`, from);
    if (from > last + 1)
      throw outside('LOG_UNAVAILABLE', `entry ${from} is after the last one, ${last}`, from);
    const entries: Entry[] = [];
    let bytesLeft = bytesMax;
    for (let index = from; index < to; index = (entries.at(-1)?.index ?? index) + 1) {
      const segment = this.#segments.ofIndex(index);
      if (segment === undefined) break;
      const before = entries.length;
      this.#readRun(segment, index, to, bytesLeft, entries);
      for (let at = before; at < entries.length; at += 1) bytesLeft -= entries[at]?.frame.length ?? 0;
      if (entries.length === before) break;
    }
    return entries;
  }

  /** As `LogStorage.entriesInMemory`; `to` is at most last + 1. */
  entriesInMemory(from: number, to: number, bytesMax: number): Entry[] {
    const segment = this.#segments.ofIndex(from);
    if (segment === undefined || from >= to) return this.entries(from, to, bytesMax);
    const { index, address } = segment.knownPlaceOf(from);
    if (index === from && address >= this.#cache.start()) return this.entries(from, to, bytesMax);
    return this.#coldEntries.inMemory(from, to, bytesMax);
  }

  /** As `LogStorage.fetchEntry`. */
  fetchEntry(index: number, done: (error: Error | null) => void): void {
    this.#coldEntries.fetch(index, done);
  }

  /**
   * Fill `target` from a log address on. What comes from a file is checked with the whole entry that it is a part of:
   * bytes that decayed are LOG_CORRUPT, and are never given out.
   */
  read(address: number, bytes: number, target: Buffer): Buffer {
    if (this.#cache.holds(address, bytes)) {
      this.#cache.copy(address, bytes, target, 0);
      this.#metrics.tailHits.add(1);
      this.#metrics.tailHitBytes.add(bytes);
      return target;
    }
    this.#metrics.tailMisses.add(1);
    if (address < this.#segments.start.address) {
      throw outside('LOG_COMPACTED', `address ${address} is before the start of the log`);
    }
    for (let done = 0; done < bytes;) {
      const copied = this.#copyHeld(address + done, target.subarray(done, bytes));
      if (copied > 0) {
        done += copied;
        continue;
      }
      const entry = this.#verifiedEntryAt(address + done);
      const from = address + done - entry.address;
      done += entry.frame.copy(target, done, from, Math.min(entry.frame.length, from + bytes - done));
    }
    return target;
  }

  /** Whether `read` of this range, which must lie within one entry, touches no file. LOG_CORRUPT if it is known to be bad. */
  inMemory(address: number, bytes: number): boolean {
    return this.#cache.holds(address, bytes) || this.cold.holds(address, bytes);
  }

  /** Everything from `address` on was cut, or the log begins anew there: what was read before is not there any more. */
  forgetFrom(address: number): void {
    this.#verified = [];
    this.cold.keep(0, address);
  }

  /** What lies before `address` was dropped. */
  forgetBefore(address: number): void {
    this.#verified = this.#verified.filter((entry) => entry.address >= address);
    this.cold.keep(address, Number.MAX_SAFE_INTEGER);
  }

  /** Copy what memory has from `address` on; returns how many bytes of `target` that were. */
  #copyHeld(address: number, target: Buffer): number {
    if (!this.#cache.holds(address, target.length)) return this.cold.copy(address, target);
    this.#cache.copy(address, target.length, target, 0);
    return target.length;
  }

  #verifiedEntryAt(address: number): Entry {
    const held = this.#verified.find(
      (entry) => entry.address <= address && address < entry.address + entry.frame.length,
    );
    if (held !== undefined) {
      this.#metrics.coldHits.add(1);
      return held;
    }
    this.#metrics.coldMisses.add(1);
    const segment = this.#segments.ofAddress(address);
    if (segment === undefined) throw outside('LOG_UNAVAILABLE', `address ${address} is after the end`);
    const place = segment.entryAt(address);
    const frame = this.#readRaw(place.address, place.length, Buffer.allocUnsafe(place.length));
    const entry = requireEntry(segment, frame, place.address, place, true, undefined);
    this.#verified.push(entry);
    if (this.#verified.length > VERIFIED_ENTRIES_MAX) this.#verified.shift();
    return entry;
  }

  /** As `read`, but unchecked: for callers that check. */
  #readRaw(address: number, bytes: number, target: Buffer): Buffer {
    if (target.length < bytes) throw new RangeError(`${bytes} bytes do not fit into ${target.length}`);
    if (this.#cache.holds(address, bytes)) {
      this.#cache.copy(address, bytes, target, 0);
      return target;
    }
    if (address < this.#segments.start.address) {
      throw outside('LOG_COMPACTED', `address ${address} is before the start of the log`);
    }
    for (let done = 0; done < bytes;) {
      const segment = this.#segments.ofAddress(address + done);
      if (segment === undefined)
        throw outside('LOG_UNAVAILABLE', `address ${address + done} is after the end`);
      const part = Math.min(bytes - done, segment.end - address - done);
      if (segment.readAt(address + done, target.subarray(done, done + part)) < part) {
        throw segment.corrupt(address + done, segment.lastIndex, 'a file that is too short');
      }
      this.#metrics.coldReadBytes.add(part);
      done += part;
    }
    return target;
  }

  /** Add entries of one segment, as far as one read gives them. The first one of all is read at any size. */
  #readRun(segment: Segment, index: number, to: number, bytesLeft: number, entries: Entry[]): void {
    const start = segment.addressOf(index);
    // Cold runs are read in pieces, so that a wide range does not ask for a buffer of its size.
    const warm = start >= this.#cache.start();
    const bytesMax = Math.max(0, warm ? bytesLeft : Math.min(bytesLeft, this.#config.readChunkBytes));
    const exactEnd = segment.runEnd(index, to, bytesMax);
    const end =
      exactEnd ?? Math.max(this.#frameEnd(segment, start, index), Math.min(start + bytesMax, segment.end));
    const buffer = this.#readRaw(start, end - start, Buffer.allocUnsafeSlow(end - start));
    const indexEnd = Math.min(to, segment.lastIndex + 1);
    let address = start;
    let next = index;
    for (; next < indexEnd && address < end; next += 1) {
      // An end that is not exact may lie within a frame; then the next run begins with that frame.
      if (exactEnd === null && !holdsFrame(buffer, address - start)) break;
      const entry = requireEntry(segment, buffer, start, { index: next, address }, !warm, entries.at(-1));
      if (entries.length > 0 && address + entry.frame.length > start + bytesLeft) break;
      entries.push(entry);
      address += entry.frame.length;
    }
    segment.noteReader(next, address);
  }

  #frameEnd(segment: Segment, address: number, index: number): number {
    const header = Buffer.allocUnsafe(ENTRY_HEADER_BYTES);
    const bytes = segment.readAt(address, header);
    const length = readFrameHeader(header.subarray(0, bytes), 0)?.length;
    if (length === undefined || address + length > segment.end) {
      throw segment.corrupt(address, index, 'an invalid entry header');
    }
    return address + length;
  }
}

function holdsFrame(buffer: Buffer, at: number): boolean {
  const header = readFrameHeader(buffer, at);
  return header !== null && at + header.length <= buffer.length;
}

function outside(code: 'LOG_COMPACTED' | 'LOG_UNAVAILABLE', text: string, index?: number): StoreError {
  return new StoreError(code, text, index === undefined ? {} : { index });
}
