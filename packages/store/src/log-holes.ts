import { join } from 'node:path';
import { decodeEntry } from '@ledgermq/raft';
import type { Entry, LogPosition, Logger } from '@ledgermq/raft';
import type { SegmentLogConfig } from './config.ts';
import type { Disk, DiskFile } from './disk.ts';
import { fartherReach } from './durable-mark.ts';
import type { DurableMark, LogReach } from './durable-mark.ts';
import { requireChain } from './entry-chain.ts';
import { StoreError } from './errors.ts';
import type { LogHole } from './log-survey.ts';
import { SEGMENT_HEADER_BYTES, encodeSegmentHeader, segmentBase, segmentFileName } from './segment-header.ts';
import type { SegmentHeader } from './segment-header.ts';
import { SetAside } from './set-aside.ts';
import type { StoreMetrics } from './store-metrics.ts';

export interface LogHolesParts {
  readonly disk: Disk;
  readonly directory: string;
  readonly config: SegmentLogConfig;
  readonly logger: Logger;
  readonly mark: DurableMark;
  readonly metrics: Pick<StoreMetrics, 'setAside' | 'holesFilled' | 'holesCut'>;
}

interface SegmentName {
  readonly name: string;
  readonly path: string;
  readonly base: number;
}

/**
 * The holes of a log, until the last one was filled or cut off. Writes into its files: whoever calls looks at them anew
 * afterwards.
 */
export class LogHoles {
  readonly #parts: LogHolesParts;
  readonly #aside: SetAside;
  /** Files of which the bytes of a hole are already kept: file name and offset. */
  readonly #kept = new Set<string>();
  #segments: SegmentName[] = [];
  #left: readonly LogHole[];

  constructor(parts: LogHolesParts, found: readonly LogHole[]) {
    this.#parts = parts;
    this.#left = found;
    this.#aside = new SetAside(parts.disk, parts.directory, { kind: 'log', metrics: parts.metrics });
  }

  /** In order. */
  get left(): readonly LogHole[] {
    return this.#left;
  }

  /** The log begins anew. */
  forget(): void {
    this.#left = [];
  }

  /**
   * Put entries into a hole: all that it lacks, or those at its end, since every entry proves the one before it. Synced
   * when it resolves. ENTRY_CHAIN_BROKEN if they do not fit, or there is no such hole: then nothing was written.
   */
  async fill(hole: LogHole, entries: readonly Entry[]): Promise<void> {
    const found = this.#find(hole);
    const first = this.#requireFit(hole, entries);
    const { disk, directory, metrics } = this.#parts;
    const files = new Map<number, DiskFile>();
    let previous: LogPosition | null = null;
    this.#segments = this.#listSegments();
    try {
      for (const entry of entries) {
        this.#write(files, hole, entry, previous);
        const { index, term, hash } = entry;
        previous = { index, term, hash, address: entry.address + entry.frame.length };
      }
      for (const file of files.values()) await file.sync();
    } finally {
      for (const file of files.values()) file.close();
    }
    await disk.syncDirectory(directory);
    const { index: beforeIndex, address: beforeAddress, prevHash: beforePrevHash } = first;
    const filled = beforeIndex === hole.afterIndex + 1;
    const rest = filled ? [] : [{ ...hole, beforeIndex, beforeAddress, beforePrevHash }];
    this.#left = this.#left.flatMap((one) => (one === found ? rest : [one]));
    if (filled) metrics.holesFilled.add(1);
  }

  /**
   * End the log before a hole; what lies behind it is set aside. `forgotten` is how far the log went, if entries behind
   * the hole may have been acknowledged; it becomes part of the mark before anything is moved.
   */
  async cut(hole: LogHole, forgotten: LogReach | null): Promise<void> {
    this.#find(hole);
    const { disk, directory, mark, logger, metrics } = this.#parts;
    const segments = this.#listSegments();
    const holder = segments.findLast(({ base }) => base < hole.afterAddress);
    const { range } = mark;
    const floor = forgotten === null ? range.floor : fartherReach(range.floor, forgotten);
    mark.write({ ...range, floor, tail: holder?.base ?? null });
    await mark.sync();
    for (const { name, base } of segments.toReversed()) {
      if (base >= hole.afterAddress) this.#aside.takeFile(name, 'damaged');
    }
    if (holder !== undefined) {
      const file = disk.open(holder.path, 'read-write');
      try {
        const at = hole.afterAddress - holder.base + SEGMENT_HEADER_BYTES;
        this.#aside.copyTailNow(file, holder.name, at, 'damaged');
        file.truncateNow(at);
        await file.sync();
      } finally {
        file.close();
      }
    }
    await disk.syncDirectory(directory);
    metrics.holesCut.add(1);
    logger.warn('the log was cut before a hole', { index: hole.afterIndex, floor: floor.index });
    this.#left = this.#left.filter(({ afterIndex }) => afterIndex < hole.afterIndex);
  }

  #find(hole: LogHole): LogHole {
    const found = this.#left.find(
      ({ afterIndex, beforeIndex }) => afterIndex === hole.afterIndex && beforeIndex === hole.beforeIndex,
    );
    if (found === undefined) throw new StoreError('ENTRY_CHAIN_BROKEN', 'the log has no such hole');
    return found;
  }

  #requireFit(hole: LogHole, entries: readonly Entry[]): Entry {
    const [first] = entries;
    const last = entries.at(-1);
    if (first === undefined || last === undefined || first.index <= hole.afterIndex) throw misfit(hole);
    const { index, address, prevHash: hash } = first;
    requireChain({ index: index - 1, term: 0, address, hash }, entries);
    const reachesEnd =
      last.index === hole.beforeIndex - 1 &&
      last.hash === hole.beforePrevHash &&
      last.address + last.frame.length === hole.beforeAddress;
    const touchesBegin = index === hole.afterIndex + 1;
    if (!reachesEnd || (touchesBegin && (hash !== hole.afterHash || address !== hole.afterAddress)))
      throw misfit(hole);
    for (const entry of entries) {
      const checked = decodeEntry(entry.frame, 0, { verifyBody: true });
      if (checked.hash !== entry.hash || checked.index !== entry.index) throw misfit(hole);
    }
    const { upTo } = this.#parts.mark.range;
    const marked = entries[upTo.index - index];
    if (marked !== undefined && marked.hash !== upTo.hash) throw misfit(hole);
    return first;
  }

  /** Into the file where it belongs, which stays open in `files`. */
  #write(files: Map<number, DiskFile>, hole: LogHole, entry: Entry, previous: LogPosition | null): void {
    const { disk, config, mark } = this.#parts;
    let holder = this.#segments.findLast(({ base }) => base <= entry.address);
    const { start, generation, owner } = mark.range;
    if (holder === undefined) {
      // The first segment is gone; where the log begins is known.
      this.#create(files, { start, generation, owner });
      holder = this.#segments.findLast(({ base }) => base <= entry.address);
      if (holder === undefined) throw misfit(hole);
    }
    const at = entry.address - holder.base + SEGMENT_HEADER_BYTES;
    if (previous !== null && at >= config.segmentBytes && this.#isBehindFile(files, holder, at)) {
      // Its segment is gone altogether.
      this.#create(files, { start: previous, generation, owner }).write(entry.frame, SEGMENT_HEADER_BYTES);
      return;
    }
    const file = files.get(holder.base) ?? disk.open(holder.path, 'read-write');
    if (!files.has(holder.base)) {
      files.set(holder.base, file);
      this.#keepDamaged(hole, file, holder);
    }
    file.write(entry.frame, at);
  }

  #create(files: Map<number, DiskFile>, header: SegmentHeader): DiskFile {
    const { disk, directory } = this.#parts;
    const file = disk.open(join(directory, segmentFileName(header.start.address)), 'create');
    files.set(header.start.address, file);
    file.write(encodeSegmentHeader(header), 0);
    this.#segments = this.#listSegments();
    return file;
  }

  #isBehindFile(files: Map<number, DiskFile>, holder: SegmentName, at: number): boolean {
    const open = files.get(holder.base);
    if (open !== undefined) return open.size() <= at;
    const file = this.#parts.disk.open(holder.path, 'read');
    try {
      return file.size() <= at;
    } finally {
      file.close();
    }
  }

  /** Once for each file that a hole touches, before the first write into it. */
  #keepDamaged(hole: LogHole, file: DiskFile, { name, base }: SegmentName): void {
    const from = Math.max(hole.afterAddress, base) - base + SEGMENT_HEADER_BYTES;
    if (this.#kept.has(`${name} ${from}`)) return;
    this.#kept.add(`${name} ${from}`);
    const end = hole.beforeAddress - base + SEGMENT_HEADER_BYTES;
    if (file.size() > from) this.#aside.copyTailNow(file, name, from, 'damaged', end - from);
  }

  #listSegments(): SegmentName[] {
    const { disk, directory } = this.#parts;
    const found: SegmentName[] = [];
    for (const name of disk.list(directory)) {
      const base = segmentBase(name);
      if (base !== null) found.push({ name, path: join(directory, name), base });
    }
    return found;
  }
}

function misfit(hole: LogHole): StoreError {
  const text = `the entries do not fit between ${hole.afterIndex} and ${hole.beforeIndex}`;
  return new StoreError('ENTRY_CHAIN_BROKEN', text, { index: hole.afterIndex + 1 });
}
