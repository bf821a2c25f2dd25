import { decodeEntry, type Entry } from '@ledgermq/raft';
import type { MemoryDisk } from '@ledgermq/store';
import type { MirrorEntry } from './log-mirror.ts';

/** As much of a memory disk as is needed to see what a loss of power would leave. */
export type Platter = Pick<MemoryDisk, 'platterOf' | 'platterFiles'>;

/** Bytes of the header of a segment file; entries follow at their log address minus that of the segment. */
const SEGMENT_HEADER_BYTES = 64;
const SEGMENT_NAME = /(\d{20})\.log$/;

/** The log of one member as it is on its platter: what was not synced is not there. */
export class PlatterLog {
  readonly #disk: () => Platter;
  readonly #directory: string;
  /** The segment found last: most questions are about the end of the log. */
  #lastPath = '';
  #lastBase = 0;

  /** `directory` is that of the segments; the disk may be replaced by an empty one. */
  constructor(disk: () => Platter, directory: string) {
    this.#disk = disk;
    this.#directory = directory;
  }

  /** Whether the whole entry is there, undamaged. */
  holds({ start, end, hash }: MirrorEntry): boolean {
    if (this.#lastBase <= start && this.#read(start, end)?.hash === hash) return true;
    return this.#find(start) && this.#read(start, end)?.hash === hash;
  }

  /** A cut log goes on in a new segment, so of several that begin at or before an address the last one counts. */
  #find(start: number): boolean {
    let base = -1;
    for (const path of this.#disk().platterFiles(this.#directory)) {
      const found = SEGMENT_NAME.exec(path);
      const at = found === null ? -1 : Number(found[1]);
      if (at > start || at <= base) continue;
      base = at;
      this.#lastPath = path;
      this.#lastBase = at;
    }
    return base >= 0;
  }

  #read(start: number, end: number): Entry | null {
    const bytes = this.#lastPath === '' ? null : this.#disk().platterOf(this.#lastPath);
    const at = start - this.#lastBase + SEGMENT_HEADER_BYTES;
    if (bytes === null || end - start + at > bytes.length) return null;
    try {
      const entry = decodeEntry(bytes.subarray(at, at + end - start), 0, { verifyBody: true });
      return entry.address === start ? entry : null;
    } catch {
      return null;
    }
  }
}
