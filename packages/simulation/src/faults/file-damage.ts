import { durableMarkFileName, readDurableMark, type MemoryDisk } from '@ledgermq/store';
import type { SeededRandom } from '../world/seeded-random.ts';
import type { DamagedFile } from './fault.ts';

/** The file of a replica to damage; null when there is none of that sort yet. */
export function fileToDamage(
  disk: MemoryDisk,
  directory: string,
  file: DamagedFile,
  where: number,
): string | null {
  const log = `${directory}/log`;
  const segments = namesIn(disk, log).filter((name) => name.endsWith('.log'));
  switch (file) {
    case 'segment-last':
      return pathOf(log, segments.at(-1));
    case 'segment-sealed': {
      const sealed = segments.slice(0, -1);
      return pathOf(log, sealed[Math.floor(where * sealed.length)]);
    }
    case 'durable-mark':
      return existing(disk, `${log}/durable-mark`);
    case 'hard-state':
      return existing(disk, `${directory}/hard-state`);
    case 'derived': {
      const derived = `${directory}/derived`;
      const files = namesIn(disk, derived).filter((name) => sizeOf(disk, `${derived}/${name}`) > 0);
      return pathOf(derived, files[Math.floor(where * files.length)]);
    }
  }
}

/** Where in a file damage begins. */
export interface DamagePlace {
  /** Byte offset. */
  readonly at: number;
  /** The file is the last segment of a log, and the place lies beyond its durable mark: it may look like a torn end. */
  readonly beyondMark: boolean;
}

/** Rotten bits lie this close together. */
const ROT_BYTES = 16;
/** Header of a segment file; log addresses begin behind it. */
const SEGMENT_HEADER_BYTES = 64;
const SEGMENT_NAME = /\/(\d{20})\.log$/;
/** Of damage to the last segment, the part that strikes what a member knows to have. */
const MARKED_SHARE = 0.8;

/** The place at a part `where` (0..1) of the file; in a last segment most of the range stands for what is marked as durable. */
export function placeIn(
  disk: MemoryDisk,
  directory: string,
  path: string,
  isLast: boolean,
  where: number,
): DamagePlace {
  const size = disk.contentOf(path).length;
  const base = SEGMENT_NAME.exec(path)?.[1];
  if (!isLast || base === undefined) return { at: Math.floor(where * size), beyondMark: false };
  const mark = disk.platterOf(`${directory}/log/${durableMarkFileName}`);
  const upTo = (mark === null ? null : readDurableMark(mark))?.upTo.address ?? 0;
  const marked = upTo <= Number(base) ? 0 : Math.min(size, upTo - Number(base) + SEGMENT_HEADER_BYTES);
  const share = marked === 0 ? 0 : marked === size ? 1 : MARKED_SHARE;
  if (where < share) {
    const at = Math.floor((where / share) * Math.max(0, marked - ROT_BYTES));
    return { at, beyondMark: false };
  }
  return { at: marked + Math.floor(((where - share) / (1 - share)) * (size - marked)), beyondMark: true };
}

/** Whether the last entry of the log that is durable begins behind what rots at a byte of its last segment. */
export function hasEntryBehind(
  log: { readonly durableIndex: number; positionAt(index: number): { readonly address: number } | null },
  path: string,
  at: number,
): boolean {
  const base = SEGMENT_NAME.exec(path)?.[1];
  const start = log.positionAt(log.durableIndex - 1)?.address;
  if (base === undefined || start === undefined) return false;
  return start - Number(base) + SEGMENT_HEADER_BYTES >= at + ROT_BYTES;
}

/** Turns over some bits from a byte on; false for an empty file. */
export function rot(disk: MemoryDisk, path: string, at: number, bits: number, random: SeededRandom): boolean {
  const content = disk.contentOf(path);
  if (content.length === 0) return false;
  for (let bit = 0; bit < bits; bit += 1) {
    const place = Math.min(content.length - 1, at + random.nextInt(ROT_BYTES));
    const byte = Buffer.of((content[place] ?? 0) ^ (1 << random.nextInt(8)));
    disk.corrupt(path, place, byte);
    content[place] = byte[0] ?? 0;
  }
  return true;
}

/** The file ends earlier, on the platter too. No process may have it open. */
export function cutShort(disk: MemoryDisk, path: string, size: number): void {
  const file = disk.open(path, 'read-write');
  file.truncateNow(Math.min(size, file.size()));
  file.syncNow();
  file.close();
}

function namesIn(disk: MemoryDisk, directory: string): string[] {
  return disk.exists(directory) ? disk.list(directory) : [];
}

function sizeOf(disk: MemoryDisk, path: string): number {
  // A folder has no content.
  try {
    return disk.contentOf(path).length;
  } catch {
    return 0;
  }
}

function existing(disk: MemoryDisk, path: string): string | null {
  return disk.exists(path) ? path : null;
}

function pathOf(directory: string, name: string | undefined): string | null {
  return name === undefined ? null : `${directory}/${name}`;
}
