import { join } from 'node:path';
import type { Entry } from '@ledgermq/raft';
import type { SegmentLogConfig } from '../src/config.ts';
import { MemoryDisk } from '../src/memory-disk.ts';
import type { SegmentLog } from '../src/segment-log.ts';
import { allEntries, appendMore, logDirectory, openLog, seededRandom, tinyLimits } from './log-fixture.ts';

export const FRAME_BYTES: number = 148;
export const HEADER_BYTES: number = 64;
export const asideFolder: string = join(logDirectory, 'set-aside');
export const markPath: string = join(logDirectory, 'durable-mark');

/** One segment of entries of 148 bytes each; the mark stands at `marked`; the process is dead. */
export async function storedLog(
  count: number,
  marked: number,
  settings: Partial<SegmentLogConfig> = { ...tinyLimits, segmentBytes: 100_000 },
): Promise<{ disk: MemoryDisk; entries: Entry[] }> {
  const disk = new MemoryDisk();
  const log = openLog(disk, settings);
  const entries = appendMore(log, count, FRAME_BYTES - 48);
  log.markCommitted(marked);
  await log.sync();
  await log.settled();
  if (log.markedIndex !== marked) throw new Error('the mark was not written');
  disk.crash('kill', seededRandom(1));
  return { disk, entries };
}

export function offsetOf(index: number): number {
  return HEADER_BYTES + (index - 1) * FRAME_BYTES;
}

export function truncate(disk: MemoryDisk, path: string, size: number): void {
  const file = disk.open(path, 'read-write');
  file.truncateNow(size);
  file.syncNow();
  file.close();
}

/** Open a damaged log: what it found must stay on disk, in place or aside, and the file named must be right. */
export function openDamaged(disk: MemoryDisk, settings: Partial<SegmentLogConfig> = tinyLimits): SegmentLog {
  const log = openLog(disk.process(), settings);
  if (log.recovery.damage === null) throw new Error('no damage was found');
  return log;
}

export function flip(disk: MemoryDisk, path: string, at: number, mask: number = 0x01): void {
  disk.corrupt(path, at, Buffer.from([(disk.contentOf(path)[at] ?? 0) ^ mask]));
}

/** Fill every hole of a log with what another member has, the last entries first if `piece` is less than all. */
export async function fillHoles(
  log: SegmentLog,
  entries: readonly Entry[],
  piece: number = Infinity,
): Promise<void> {
  for (let hole = log.holes[0]; hole !== undefined; hole = log.holes[0]) {
    const missing = entries.slice(hole.afterIndex, hole.beforeIndex - 1);
    await log.fillHole(hole, missing.slice(-Math.min(piece, missing.length)));
  }
}

export function requireEntries(log: SegmentLog, entries: readonly Entry[]): void {
  const found = allEntries(log);
  if (found.length !== entries.length) throw new Error(`${found.length} entries, not ${entries.length}`);
  found.forEach((entry, at) => {
    if (!entry.frame.equals(entries[at]?.frame ?? Buffer.alloc(0)))
      throw new Error(`entry ${entry.index} differs`);
  });
  log.checkInvariants();
}

/** Several segments, all synced, the mark at the end; returns the segment paths. */
export async function segmentedLog(): Promise<{
  disk: MemoryDisk;
  segments: string[];
  count: number;
  entries: Entry[];
}> {
  const count = 40;
  const { disk, entries } = await storedLog(count, count, { ...tinyLimits, segmentBytes: 1000 });
  const names = disk.list(logDirectory).filter((name) => name.endsWith('.log'));
  return { disk, segments: names.map((name) => join(logDirectory, name)), count, entries };
}
