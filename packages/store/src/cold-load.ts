import { ENTRY_HEADER_BYTES } from '@ledgermq/raft';
import type { Entry } from '@ledgermq/raft';
import type { BlockFault, ColdBlock, ColdRun } from './cold-block.ts';
import { requireEntry } from './entry-check.ts';
import type { EntryPlace } from './entry-check.ts';
import { StoreError } from './errors.ts';
import { readFrameHeader } from './frame-header.ts';
import type { Segment } from './segment.ts';

export interface ColdLoadOptions {
  readonly segment: Segment;
  /** Log address of the first cell. */
  readonly key: number;
  readonly cells: number;
  readonly cellBytes: number;
  /** Read at a time while looking for the first entry. */
  readonly chunkBytes: number;
  /** Window of the first block; see `ColdBlock`. */
  readonly window: number;
  readonly ahead: boolean;
}

/** How far a segment reached when it was read. */
interface Extent {
  /** Log address behind the last byte read. */
  readonly to: number;
  readonly segmentEnd: number;
  readonly sealed: boolean;
}

/** One read of a few cells of a segment on its way into the cache. */
export class ColdLoad {
  readonly segment: Segment;
  readonly key: number;
  readonly cells: number;
  readonly ahead: boolean;
  /** Nobody wants the outcome any more, since the log was cut or dropped there. */
  stale = false;
  readonly #options: ColdLoadOptions;

  constructor(options: ColdLoadOptions) {
    this.#options = options;
    this.segment = options.segment;
    this.key = options.key;
    this.cells = options.cells;
    this.ahead = options.ahead;
  }

  /** Log address behind the last cell. */
  get end(): number {
    return this.key + this.cells * this.#options.cellBytes;
  }

  /**
   * Read and verify. `first`: where the first entry begins, if that is known. Null if the load became stale. LOG_CORRUPT
   * if no entry can be found where the cells begin; damage further on is in the blocks.
   */
  async run(first: EntryPlace | null): Promise<ColdRun | null> {
    const { segment } = this;
    const place = first ?? (await this.#findFirst());
    if (place === null) return null;
    let extent = this.#extentTo(this.end);
    let bytes = await this.#read(place, extent.to);
    if (bytes === null) return null;
    // An entry longer than all of that comes whole, with the cell that it ends in.
    const end = place.address + (readFrameHeader(bytes, 0)?.length ?? 0);
    if (end > extent.to && end <= segment.end) {
      extent = this.#extentTo(this.#cellEnd(end));
      bytes = await this.#read(place, extent.to);
      if (bytes === null) return null;
    }
    return this.#split(place, bytes, extent);
  }

  /** What can be read up to `limit` now; an active segment may grow while it is read. */
  #extentTo(limit: number): Extent {
    const { segment } = this;
    return { to: Math.min(limit, segment.end), segmentEnd: segment.end, sealed: !segment.isActive };
  }

  /** The entry that holds the first byte of the first cell. */
  async #findFirst(): Promise<EntryPlace | null> {
    const { segment, key } = this;
    const { chunkBytes } = this.#options;
    const known = segment.knownEntryBefore(key);
    if (known.exact) return known;
    let { index, address } = known;
    let chunk: Buffer = Buffer.alloc(0);
    let chunkAddress = address;
    for (;;) {
      let header = readFrameHeader(chunk, address - chunkAddress);
      if (header === null) {
        const read = await this.#read({ index, address }, Math.min(address + chunkBytes, segment.end));
        if (read === null) return null;
        chunk = read;
        chunkAddress = address;
        header = readFrameHeader(chunk, 0);
        segment.noteReader(index, address);
      }
      if (header === null || header.index !== index || header.address !== address) {
        throw segment.corrupt(address, index, 'an invalid entry header');
      }
      if (address + header.length > segment.end) throw segment.corrupt(address, index, 'an overlong entry');
      if (address + header.length > key) return { index, address };
      address += header.length;
      index += 1;
    }
  }

  /** Null if the load became stale meanwhile. */
  async #read({ index, address }: EntryPlace, to: number): Promise<Buffer | null> {
    const target = Buffer.allocUnsafeSlow(Math.max(0, to - address));
    const bytes = await this.segment.readLaterAt(address, target);
    if (this.stale) return null;
    if (bytes < target.length) throw this.segment.corrupt(address, index, 'a file that is too short');
    return target;
  }

  /** Log address behind the cell in which an entry that ends at `address` ends. */
  #cellEnd(address: number): number {
    const { cellBytes } = this.#options;
    const base = this.segment.start.address;
    return base + Math.ceil((address - base) / cellBytes) * cellBytes;
  }

  #split(first: EntryPlace, bytes: Buffer, { to, segmentEnd, sealed }: Extent): ColdRun {
    const { cellBytes, window, ahead } = this.#options;
    const blocks: ColdBlock[] = [];
    const walk = new EntryWalk(this.segment, first, bytes, segmentEnd);
    for (let key = this.key; key < to; key += cellBytes) {
      const start = walk.place.address;
      const limit = Math.min(key + cellBytes, to);
      const faults = walk.upTo(limit);
      blocks.push({
        key,
        start,
        end: walk.place.address,
        nextIndex: walk.place.index,
        bytes: bytes.subarray(start - first.address, walk.place.address - first.address),
        faults,
        complete: walk.broken || limit === key + cellBytes || sealed,
        window: blocks.length === 0 ? window : 0,
        used: false,
      });
      // Behind a broken header nobody knows where entries begin.
      if (walk.broken) break;
    }
    if (!walk.broken) this.segment.noteReader(walk.place.index, walk.place.address);
    return { blocks, bytes: bytes.length, ahead, used: false };
  }
}

/** Goes over entries that lie back to back and checks each of them. */
class EntryWalk {
  readonly #segment: Segment;
  readonly #bytes: Buffer;
  readonly #start: number;
  readonly #segmentEnd: number;
  #previous: Entry | undefined = undefined;
  place: EntryPlace;
  /** A header was met that cannot be believed. */
  broken = false;

  constructor(segment: Segment, first: EntryPlace, bytes: Buffer, segmentEnd: number) {
    this.#segment = segment;
    this.#bytes = bytes;
    this.#start = first.address;
    this.#segmentEnd = segmentEnd;
    this.place = first;
  }

  /** Go on to the first entry that does not end at or before `limit`; returns the damaged ones on the way. */
  upTo(limit: number): BlockFault[] {
    const faults: BlockFault[] = [];
    while (!this.broken && this.place.address < limit) {
      const { index, address } = this.place;
      // A part of a header at the end of a cell: the entry ends in a later one.
      if (address + ENTRY_HEADER_BYTES > limit && limit < this.#segmentEnd) break;
      const header = readFrameHeader(this.#bytes, address - this.#start);
      const length = header?.index === index && header.address === address ? header.length : null;
      if (length !== null && address + length > limit && address + length <= this.#segmentEnd) break;
      try {
        this.#previous = requireEntry(
          this.#segment,
          this.#bytes,
          this.#start,
          this.place,
          true,
          this.#previous,
        );
        this.place = { index: index + 1, address: address + this.#previous.frame.length };
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        this.#previous = undefined;
        if (length === null || address + length > limit) {
          this.broken = true;
          faults.push({ from: address, to: limit, error });
        } else {
          this.place = { index: index + 1, address: address + length };
          faults.push({ from: address, to: address + length, error });
        }
      }
    }
    return faults;
  }
}
