import { join } from 'node:path';
import type { Logger } from '@ledgermq/raft';
import type { Disk } from './disk.ts';
import type { Segment } from './segment.ts';
import type { SegmentList } from './segment-list.ts';
import type { SetAside } from './set-aside.ts';

/**
 * Trims, prunes and removes off the event loop, one piece of work after the other. Nothing that the log
 * promises depends on it: what a crash interrupts, the next start finds and finishes.
 */
export class SegmentCleaner {
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #segments: SegmentList;
  readonly #aside: SetAside;
  readonly #conflictKeepBytesMax: number;
  readonly #logger: Logger;
  /** The end of the work so far; never rejects. */
  #work: Promise<void> = Promise.resolve();

  constructor(options: {
    readonly disk: Disk;
    readonly directory: string;
    readonly segments: SegmentList;
    readonly aside: SetAside;
    readonly conflictKeepBytesMax: number;
    readonly logger: Logger;
  }) {
    this.#disk = options.disk;
    this.#directory = options.directory;
    this.#segments = options.segments;
    this.#aside = options.aside;
    this.#conflictKeepBytesMax = options.conflictKeepBytesMax;
    this.#logger = options.logger;
  }

  /** Cut the excess off a segment's file; a copy is kept aside if it is small enough. */
  trimLater(segment: Segment): void {
    this.#later('trim a segment', async () => {
      // It may have been moved aside or removed in the meantime.
      if (!this.#segments.all().includes(segment)) return;
      const file = this.#disk.open(join(this.#directory, segment.name), 'read-write');
      try {
        const excess = file.size() - segment.fileBytes;
        if (excess <= 0) return;
        if (excess <= this.#conflictKeepBytesMax) {
          await this.#aside.copyRange(segment.name, segment.fileBytes, excess, 'conflict');
        }
        if (this.#segments.all().includes(segment)) await file.truncate(segment.fileBytes);
      } finally {
        file.close();
      }
    });
    this.pruneLater();
  }

  /** Bring the pieces kept aside back under their limit. */
  pruneLater(): void {
    this.#later('prune what was set aside', () => this.#aside.prune(this.#conflictKeepBytesMax));
  }

  removeLater(paths: readonly string[]): void {
    if (paths.length > 0) this.#later('remove dropped segments', () => this.remove(paths));
  }

  /** Remove files; durable when it resolves. */
  async remove(paths: readonly string[]): Promise<void> {
    for (const path of paths) await this.#disk.remove(path);
    await this.#disk.syncDirectory(this.#directory);
  }

  /** Resolves when all the work asked for so far has ended. */
  settled(): Promise<void> {
    return this.#work;
  }

  #later(what: string, work: () => Promise<void>): void {
    this.#work = this.#work.then(work).catch((error: unknown) => {
      const cause = error instanceof Error ? error.message : String(error);
      this.#logger.warn(`could not ${what}`, { directory: this.#directory, cause });
    });
  }
}
