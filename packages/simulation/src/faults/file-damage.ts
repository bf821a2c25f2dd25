import type { MemoryDisk } from '@ledgermq/store';
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

/** Turns over some bits around a part of the file; returns where, null for an empty file. */
export function rot(
  disk: MemoryDisk,
  path: string,
  where: number,
  bits: number,
  random: SeededRandom,
): number | null {
  const content = disk.contentOf(path);
  if (content.length === 0) return null;
  const at = Math.floor(where * content.length);
  for (let bit = 0; bit < bits; bit += 1) {
    const place = Math.min(content.length - 1, at + random.nextInt(16));
    const byte = Buffer.of((content[place] ?? 0) ^ (1 << random.nextInt(8)));
    disk.corrupt(path, place, byte);
    content[place] = byte[0] ?? 0;
  }
  return at;
}

/** The file ends earlier, on the platter too; returns its new size. No process may have it open. */
export function cutShort(disk: MemoryDisk, path: string, where: number): number {
  const file = disk.open(path, 'read-write');
  const size = Math.floor(where * file.size());
  file.truncateNow(size);
  file.syncNow();
  file.close();
  return size;
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
