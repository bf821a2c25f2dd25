import { join } from 'node:path';
import type { LogPosition, Logger } from '@ledgermq/raft';
import type { SegmentLogConfig } from './config.ts';
import { lockFileName } from './directory-lock.ts';
import type { Disk } from './disk.ts';
import { DurableMark, durableMarkFileName, isOwnedBy, noPosition } from './durable-mark.ts';
import { StoreError } from './errors.ts';
import { hardStateFileName } from './hard-state-file.ts';
import type { FoundSegment } from './log-survey.ts';
import { SEGMENT_HEADER_BYTES, decodeSegmentHeader, segmentBase } from './segment-header.ts';
import { SetAside, setAsideFolder } from './set-aside.ts';
import type { StoreMetrics } from './store-metrics.ts';
import { suspectsFileName } from './suspects.ts';
import { findEntryBehind } from './tail-scan.ts';

export interface LogDirectoryOptions {
  readonly disk: Disk;
  readonly directory: string;
  readonly logger: Logger;
  readonly config: Pick<SegmentLogConfig, 'readChunkBytes'>;
  /** See `MarkedRange`. */
  readonly owner: number;
  readonly metrics: Pick<StoreMetrics, 'setAside'>;
}

/** The directory of a log as a start finds it: which files belong to the log, and what its mark says. */
export class LogDirectory {
  readonly aside: SetAside;
  /** Paths of what was moved out of the way. */
  readonly setAside: string[] = [];
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #logger: Logger;
  readonly #readChunkBytes: number;
  readonly #owner: number;

  constructor({ disk, directory, logger, config, owner, metrics }: LogDirectoryOptions) {
    this.#disk = disk;
    this.#owner = owner;
    this.#directory = directory;
    this.#logger = logger;
    this.#readChunkBytes = config.readChunkBytes;
    this.aside = new SetAside(disk, directory, { kind: 'log', metrics });
    // Made now, so that setting aside does not depend on space for a folder when the disk is full.
    disk.mkdir(join(directory, setAsideFolder));
  }

  /** The segment files in order; everything that is not of this log goes aside. */
  findSegments(): FoundSegment[] {
    const { disk, directory } = { disk: this.#disk, directory: this.#directory };
    const found: FoundSegment[] = [];
    for (const name of disk.list(directory)) {
      const base = segmentBase(name);
      if (base !== null) this.#findSegment(name, base, found);
      else if (!isOwnName(name)) this.noteAside(this.aside.takeFile(name, 'foreign'), 'an unknown file');
    }
    return found;
  }

  #findSegment(name: string, base: number, found: FoundSegment[]): void {
    const segment = this.lookAt(name, base);
    if (isOwnedBy(segment.header?.owner ?? 0, this.#owner)) found.push(segment);
    else this.noteAside(this.aside.takeFile(name, 'foreign'), 'a segment of another log');
  }

  lookAt(name: string, base: number): FoundSegment {
    const path = join(this.#directory, name);
    const file = this.#disk.open(path, 'read');
    try {
      const bytes = Buffer.alloc(SEGMENT_HEADER_BYTES);
      const header = file.read(bytes, 0) < bytes.length ? null : decodeSegmentHeader(bytes);
      return { name, path, base, header, fileBytes: file.size() };
    } finally {
      file.close();
    }
  }

  /** What a reset of the log has left behind goes aside. */
  ofThisGeneration(found: readonly FoundSegment[], mark: DurableMark): FoundSegment[] {
    const isLeftover = ({ header }: FoundSegment): boolean =>
      header !== null && header.generation < mark.range.generation;
    for (const segment of found.filter(isLeftover)) {
      this.noteAside(this.aside.takeFile(segment.name, 'replaced'), 'a segment of an earlier generation');
    }
    return found.filter((segment) => !isLeftover(segment));
  }

  /**
   * The mark is durable before the first segment exists, so a log without a readable mark is damaged. It is made anew
   * from the segments; how far the log once went is forgotten then.
   */
  openMark(found: readonly FoundSegment[]): DurableMark {
    const { disk, directory, owner } = { disk: this.#disk, directory: this.#directory, owner: this.#owner };
    let mark: DurableMark | null = null;
    let cause = 'is missing';
    try {
      mark = DurableMark.open(disk, directory, owner);
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'STATE_INVALID') throw error;
      cause = 'is damaged';
      this.noteAside(this.aside.takeFile(durableMarkFileName, 'damaged'), 'a damaged durable mark');
    }
    const generation = found.reduce((most, { header }) => Math.max(most, header?.generation ?? 0), 0);
    if (mark !== null && mark.range.generation >= generation) return mark;
    if (mark === null && cause === 'is missing' && found.length === 0) {
      return DurableMark.create(disk, directory, noPosition, { generation: 0, inDoubt: false, owner });
    }
    if (mark !== null) {
      // Of a time before the log began anew: the newer slot has decayed.
      cause = 'is older than the segments';
      mark.close();
      this.noteAside(this.aside.takeFile(durableMarkFileName, 'damaged'), 'an old durable mark');
    }
    this.#logger.error('the durable mark is made anew from the segments', { cause });
    const start = this.#firstStart(found, generation);
    return DurableMark.create(disk, directory, start, { generation, inDoubt: true, owner });
  }

  /** Where the log begins, as far as its segments tell; those before are set aside. */
  #firstStart(found: readonly FoundSegment[], generation: number): LogPosition {
    const [first] = found;
    if (generation === 0 && first?.base === 0) return noPosition;
    const known = found.find(
      ({ header, base }) => header?.generation === generation && header.start.address === base,
    );
    for (const segment of found) {
      if (segment === known) break;
      this.noteAside(this.aside.takeFile(segment.name, 'damaged'), 'a segment of unknown place');
    }
    return known?.header?.start ?? noPosition;
  }

  /** A last segment whose header never became whole holds nothing that was ever promised. */
  dropTornHeader(found: FoundSegment[], mark: DurableMark): void {
    const last = found.at(-1);
    if (last === undefined || last.header !== null || last.base < mark.range.upTo.address) return;
    if (last.base === mark.range.tail || this.entryBehind(last.path, last.base, 0) !== null) return;
    this.noteAside(this.aside.takeFile(last.name, 'torn'), 'a segment without a whole header');
    this.#disk.syncDirectoryNow(this.#directory);
    found.pop();
  }

  entryBehind(path: string, base: number, offset: number): number | null {
    const file = this.#disk.open(path, 'read');
    try {
      return findEntryBehind(file, { base }, offset, 0, this.#readChunkBytes)?.index ?? null;
    } finally {
      file.close();
    }
  }

  noteAside(path: string, what: string): void {
    this.setAside.push(path);
    this.#logger.warn('set aside', { what, path });
  }
}

function isOwnName(name: string): boolean {
  return (
    name === setAsideFolder ||
    name === lockFileName ||
    name.startsWith(`${lockFileName}.`) ||
    [durableMarkFileName, hardStateFileName, suspectsFileName].includes(name.replace(/\.new$/, ''))
  );
}
