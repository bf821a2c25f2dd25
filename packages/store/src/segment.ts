import { join } from 'node:path';
import { ENTRY_HEADER_BYTES } from '@ledgermq/raft';
import type { Entry, LogPosition } from '@ledgermq/raft';
import type { Disk, DiskFile } from './disk.ts';
import { EntryTable, SparsePlaces } from './entry-table.ts';
import type { KnownPlace } from './entry-table.ts';
import { StoreError } from './errors.ts';
import { FileWindow } from './file-window.ts';
import { readFrameHeader } from './frame-header.ts';
import type { FrameHeader } from './frame-header.ts';
import type { OpenFiles } from './open-files.ts';
import { SEGMENT_HEADER_BYTES, encodeSegmentHeader, segmentFileName } from './segment-header.ts';
import type { SegmentHeader } from './segment-header.ts';

/** Header walks read this much at a time; more would be wasted on large entries. */
const WALK_CHUNK_BYTES = 16 * 1024;
/** One for all walks: each ends before another can begin, and keeps nothing of what it saw. */
const walkBuffer = Buffer.allocUnsafeSlow(WALK_CHUNK_BYTES);

/** One file of the log and the places of its entries. Knows nothing of its neighbours. */
export class Segment {
  readonly name: string;
  readonly path: string;
  /** Position before the first entry; its address is the base of the segment. */
  readonly start: LogPosition;
  readonly #files: OpenFiles;
  /** Open while entries are appended here; a sync must go through the handle that wrote. */
  #writer: DiskFile | null = null;
  #end: number;
  #lastIndex: number;
  /** Exact places, or null when only a few points are known. */
  #table: EntryTable | null = null;
  #sparse: SparsePlaces;
  /** Where the last walk ended: readers go forward. */
  #walked: { readonly number: number; readonly place: number } = { number: 0, place: 0 };
  #writtenBytes = 0;
  #syncedBytes = 0;

  private constructor(directory: string, start: LogPosition, files: OpenFiles, sparse: SparsePlaces) {
    this.name = segmentFileName(start.address);
    this.path = join(directory, this.name);
    this.start = start;
    this.#files = files;
    this.#sparse = sparse;
    this.#end = start.address;
    this.#lastIndex = start.index;
  }

  /** A new file with its header, in the page cache. A file left by a failure is the caller's to move away. */
  static create(disk: Disk, directory: string, header: SegmentHeader, files: OpenFiles): Segment {
    const { start } = header;
    const segment = new Segment(directory, start, files, new SparsePlaces(1));
    segment.#table = new EntryTable();
    segment.#writer = disk.open(segment.path, 'create');
    try {
      segment.#writer.write(encodeSegmentHeader(header), 0);
    } catch (error) {
      segment.close();
      throw error;
    }
    segment.#writtenBytes = SEGMENT_HEADER_BYTES;
    return segment;
  }

  /** A segment that was completed earlier; `end` is the start of its successor. Its places are not known yet. */
  static sealed(
    directory: string,
    start: LogPosition,
    end: LogPosition,
    files: OpenFiles,
    sparseIntervalBytes: number,
  ): Segment {
    const segment = new Segment(directory, start, files, new SparsePlaces(sparseIntervalBytes));
    segment.#end = end.address;
    segment.#lastIndex = end.index;
    return segment;
  }

  /**
   * A segment of a log with holes. `start` is the position before the first entry that is known; `known` tells where the
   * entries lie before which there is damage.
   */
  static damaged(
    directory: string,
    start: LogPosition,
    end: LogPosition,
    files: OpenFiles,
    known: readonly KnownPlace[],
  ): Segment {
    const segment = new Segment(directory, start, files, new SparsePlaces(Infinity, known));
    segment.#end = end.address;
    segment.#lastIndex = end.index;
    return segment;
  }

  /** The last segment of a log that is opened; its entries are added by `recall` as the scan meets them. */
  static active(disk: Disk, directory: string, start: LogPosition, files: OpenFiles): Segment {
    const segment = new Segment(directory, start, files, new SparsePlaces(1));
    segment.#table = new EntryTable();
    segment.#writer = disk.open(segment.path, 'read-write');
    return segment;
  }

  /** Log address behind the last entry. */
  get end(): number {
    return this.#end;
  }

  get lastIndex(): number {
    return this.#lastIndex;
  }

  /** Whether appends may go on here. */
  get isActive(): boolean {
    return this.#writer !== null;
  }

  /** Whether some bytes still wait for a sync. */
  get isDirty(): boolean {
    return this.#syncedBytes < this.#writtenBytes;
  }

  /** Entries whose place is held exactly. */
  get denseCount(): number {
    return this.#table?.count ?? 0;
  }

  /** Bytes of the file up to the last entry. */
  get fileBytes(): number {
    return this.offsetOf(this.#end);
  }

  offsetOf(address: number): number {
    return address - this.start.address + SEGMENT_HEADER_BYTES;
  }

  file(): DiskFile {
    return this.#writer ?? this.#files.get(this.path);
  }

  /** Write entries that continue this segment; `parts` are their frames, in whatever pieces. */
  append(entries: readonly Entry[], parts: readonly Buffer[]): void {
    const writer = this.#requireWriter();
    writer.writeParts(parts, this.fileBytes);
    for (const entry of entries) this.recall(entry);
    this.#writtenBytes = this.fileBytes;
  }

  /** Take note of an entry that is already in the file. */
  recall(entry: Entry): void {
    this.#table?.push(entry.address - this.start.address, entry.term, entry.hash);
    this.#end = entry.address + entry.frame.length;
    this.#lastIndex = entry.index;
  }

  /**
   * Take back the newest entries and whatever a failed write left behind them. Synced at once, since bytes that
   * came back after a crash would look like entries. Only for the few bytes of the last append.
   */
  takeBack(disk: Disk, position: LogPosition): void {
    const writer = this.#writer ?? disk.open(this.path, 'read-write');
    this.#writer = writer;
    this.forgetFrom(position);
    writer.truncateNow(this.fileBytes);
    writer.syncNow();
    this.#writtenBytes = this.fileBytes;
    this.#syncedBytes = this.fileBytes;
  }

  /** End the segment at `position`. The bytes behind it stay in the file until someone trims it. */
  forgetFrom(position: LogPosition): void {
    const count = position.index - this.start.index;
    this.#table?.cut(count);
    this.#sparse.cut(count);
    if (this.#walked.number >= count) this.#walked = { number: 0, place: 0 };
    this.#end = position.address;
    this.#lastIndex = position.index;
  }

  /** No more appends. The caller has synced. */
  seal(): void {
    this.#writer?.close();
    this.#writer = null;
  }

  async sync(): Promise<void> {
    const bytes = this.#writtenBytes;
    if (bytes <= this.#syncedBytes) return;
    await this.#requireWriter().sync();
    // Only the newest append can be taken back, and no sync began within it: `bytes` still stand.
    this.#syncedBytes = Math.max(this.#syncedBytes, bytes);
  }

  syncNow(): void {
    this.#requireWriter().syncNow();
    this.#syncedBytes = this.#writtenBytes;
  }

  /** Give up the exact places, but remember one for every `intervalBytes`. */
  thin(intervalBytes: number): void {
    const table = this.#table;
    if (table === null) return;
    const sparse = new SparsePlaces(intervalBytes);
    for (let number = 0; number < table.count; number += 1) sparse.learn(number, table.place(number));
    this.#sparse = sparse;
    this.#table = null;
    this.#walked = { number: 0, place: 0 };
  }

  /** Address of the entry `index`, which must be in this segment (its end, for lastIndex + 1). */
  addressOf(index: number): number {
    if (index === this.#lastIndex + 1) return this.#end;
    const number = index - this.start.index - 1;
    if (this.#table !== null) return this.start.address + this.#table.place(number);
    return this.#walkTo(index).address;
  }

  /** Position after the entry `index`, which must be in this segment or be the one before it. */
  positionAt(index: number): LogPosition {
    if (index === this.start.index) return this.start;
    const number = index - this.start.index - 1;
    if (this.#table !== null) {
      const address = this.addressOf(index + 1);
      return { index, term: this.#table.term(number), address, hash: this.#table.hash(number) };
    }
    const header = this.#walkTo(index);
    return { index, term: header.term, address: header.address + header.length, hash: header.hash };
  }

  /** Index and address of the entry that holds the byte at `address`, which must be in this segment. */
  entryAt(address: number): { readonly index: number; readonly address: number; readonly length: number } {
    const place = address - this.start.address;
    if (this.#table !== null) {
      const number = this.#table.lastAt(place);
      const index = this.start.index + 1 + number;
      const from = this.start.address + this.#table.place(number);
      return { index, address: from, length: this.addressOf(index + 1) - from };
    }
    const from = this.#knownBefore(place);
    const window = new FileWindow(this.file(), WALK_CHUNK_BYTES, walkBuffer);
    let at = this.start.address + from.place;
    for (let number = from.number; ; number += 1) {
      const header = this.#headerAt(window, number, at);
      if (at + header.length > address) {
        this.#walked = { number, place: at - this.start.address };
        return { index: header.index, address: at, length: header.length };
      }
      at += header.length;
    }
  }

  /** The place of the entry `index`, which must be in this segment, or the last known one before it; no file is read. */
  knownPlaceOf(index: number): { readonly index: number; readonly address: number } {
    const number = index - this.start.index - 1;
    if (this.#table !== null) return { index, address: this.start.address + this.#table.place(number) };
    const near = this.#sparse.nearest(number);
    const walked = this.#walked;
    const known = walked.number <= number && walked.number > near.number ? walked : near;
    return { index: this.start.index + 1 + known.number, address: this.start.address + known.place };
  }

  /**
   * The last entry known to start at or before `address`, which must be in this segment; no file is read. Unless it is
   * `exact`, a walk over the headers leads from there to the entry that holds the byte.
   */
  knownEntryBefore(address: number): {
    readonly index: number;
    readonly address: number;
    readonly exact: boolean;
  } {
    const place = address - this.start.address;
    let known: KnownPlace;
    if (this.#table === null) {
      known = this.#knownBefore(place);
    } else {
      const number = this.#table.lastAt(place);
      known = { number, place: this.#table.place(number) };
    }
    const exact = this.#table !== null || known.place === place;
    return { index: this.start.index + 1 + known.number, address: this.start.address + known.place, exact };
  }

  /**
   * Address behind the last entry that ends at most `bytesMax` after `address`, where entry `index` starts, and
   * that is before `indexEnd`; at least that entry. Null if the places are not known exactly.
   */
  runEnd(index: number, indexEnd: number, bytesMax: number): number | null {
    if (this.#table === null) return null;
    const from = this.addressOf(index);
    const limit = this.addressOf(Math.min(indexEnd, this.#lastIndex + 1));
    if (limit - from <= bytesMax) return limit;
    const last = this.start.index + 1 + this.#table.lastAt(from + bytesMax - this.start.address);
    return this.addressOf(Math.max(last, index + 1));
  }

  /** Remember that entry `index` starts at `address`: the next reader probably goes on there. */
  noteReader(index: number, address: number): void {
    if (this.#table !== null || index > this.#lastIndex) return;
    const number = index - this.start.index - 1;
    this.#walked = { number, place: address - this.start.address };
    this.#sparse.learn(number, address - this.start.address);
  }

  /** Read bytes by log address; the range must lie inside. Returns how many the file had. */
  readAt(address: number, target: Buffer): number {
    return this.file().read(target, this.offsetOf(address));
  }

  /** The same off the event loop. */
  readLaterAt(address: number, target: Buffer): Promise<number> {
    return this.file().readLater(target, this.offsetOf(address));
  }

  corrupt(address: number, index: number, what: string): StoreError {
    const offset = this.offsetOf(address);
    const text = `${what} in ${this.name} at byte ${offset}, where entry ${index} should be`;
    return new StoreError('LOG_CORRUPT', text, { file: this.path, offset, index });
  }

  close(): void {
    this.seal();
    this.#files.close(this.path);
  }

  /** The known place from which a walk to `place` is shortest. */
  #knownBefore(place: number): KnownPlace {
    const walked = this.#walked;
    const near = this.#sparse.before(place);
    return walked.place <= place && walked.number > near.number ? walked : near;
  }

  /** Find an entry by walking headers from the nearest known place. */
  #walkTo(index: number): FrameHeader {
    const number = index - this.start.index - 1;
    const near = this.#sparse.nearest(number);
    const walked = this.#walked;
    const from = walked.number <= number && walked.number > near.number ? walked : near;
    const window = new FileWindow(this.file(), WALK_CHUNK_BYTES, walkBuffer);
    let address = this.start.address + from.place;
    for (let at = from.number; ; at += 1) {
      const header = this.#headerAt(window, at, address);
      if (at === number) {
        this.#walked = { number, place: address - this.start.address };
        return header;
      }
      address += header.length;
    }
  }

  /** The header of entry `number` of this segment at `address`: LOG_CORRUPT unless it is that. */
  #headerAt(window: FileWindow, number: number, address: number): FrameHeader {
    const expected = this.start.index + 1 + number;
    const header = readFrameHeader(window.view(this.offsetOf(address), ENTRY_HEADER_BYTES), 0);
    if (header === null || header.index !== expected || header.address !== address) {
      throw this.corrupt(address, expected, 'an invalid entry header');
    }
    if (address + header.length > this.#end) throw this.corrupt(address, expected, 'an overlong entry');
    this.#sparse.learn(number, address - this.start.address);
    return header;
  }

  #requireWriter(): DiskFile {
    if (this.#writer === null) throw new StoreError('LOG_CLOSED', `${this.name} takes no more entries`);
    return this.#writer;
  }
}
