import type { LogPosition } from '@ledgermq/raft';
import type { Segment } from './segment.ts';

/** The segments of a log in order: each begins where the one before it ends. May be empty. */
export class SegmentList {
  #start: LogPosition;
  readonly #segments: Segment[];

  /** @param start position before the first entry held, which is also the start of the first segment. */
  constructor(start: LogPosition, segments: Segment[]) {
    this.#start = start;
    this.#segments = segments;
  }

  get start(): LogPosition {
    return this.#start;
  }

  all(): readonly Segment[] {
    return this.#segments;
  }

  last(): Segment | undefined {
    return this.#segments.at(-1);
  }

  push(segment: Segment): void {
    this.#segments.push(segment);
  }

  pop(): void {
    this.#segments.pop();
  }

  /** The segment that holds entry `index`; undefined outside of the log. */
  ofIndex(index: number): Segment | undefined {
    const found = this.#findLast((segment) => segment.start.index < index);
    return found !== undefined && index <= found.lastIndex ? found : undefined;
  }

  /** The segment that holds the byte at `address`; undefined outside of the log. */
  ofAddress(address: number): Segment | undefined {
    const found = this.#findLast((segment) => segment.start.address <= address);
    return found !== undefined && address < found.end ? found : undefined;
  }

  /** Take out the segments whose entries all lie before `index`, but never the last segment. */
  dropBefore(index: number): Segment[] {
    let count = 0;
    while (count < this.#segments.length - 1 && (this.#segments[count]?.lastIndex ?? index) < index)
      count += 1;
    const dropped = this.#segments.splice(0, count);
    this.#start = this.#segments[0]?.start ?? this.#start;
    return dropped;
  }

  /** Take out everything; the log goes on behind `start`. */
  restart(start: LogPosition): Segment[] {
    this.#start = start;
    return this.#segments.splice(0);
  }

  /** Keep exact places for at most `countMax` entries of sealed segments, the newest first. */
  thin(countMax: number, sparseIntervalBytes: number): void {
    let count = 0;
    for (let at = this.#segments.length - 1; at >= 0; at -= 1) {
      const segment = this.#segments[at];
      if (segment === undefined || segment.denseCount === 0) continue;
      count += segment.denseCount;
      if (count > countMax && !segment.isActive) segment.thin(sparseIntervalBytes);
    }
  }

  checkInvariants(last: LogPosition): void {
    let at = this.#start;
    for (const segment of this.#segments) {
      if (segment.start.address !== at.address || segment.start.index !== at.index) {
        throw new Error(`${segment.name} does not begin at ${at.address}`);
      }
      if (segment.start.hash !== at.hash || segment.start.term !== at.term) {
        throw new Error(`${segment.name} does not continue the hash chain`);
      }
      if (segment.isDirty && segment !== this.last())
        throw new Error(`${segment.name} is sealed but not synced`);
      at = segment.positionAt(segment.lastIndex);
    }
    if (at.index !== last.index || at.address !== last.address || at.hash !== last.hash) {
      throw new Error(`the segments end at ${at.index}, the log at ${last.index}`);
    }
  }

  #findLast(matches: (segment: Segment) => boolean): Segment | undefined {
    let low = -1;
    let high = this.#segments.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      const segment = this.#segments[middle];
      if (segment !== undefined && matches(segment)) low = middle;
      else high = middle - 1;
    }
    return this.#segments[low];
  }
}
