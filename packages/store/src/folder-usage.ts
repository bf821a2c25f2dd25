import { join } from 'node:path/posix';
import type { Disk } from './disk.ts';
import { StoreError } from './errors.ts';

export interface FolderUsage {
  readonly files: number;
  readonly bytes: number;
}

/** Files counted at most, so that a look at a folder ends soon whatever is in it. */
const FILES_MAX = 10_000;

/**
 * Files of a folder and of the folders in it, and the sum of their sizes; nothing for a folder that is missing. What comes
 * and goes meanwhile may be counted or not. `skip`: names of folders that are left out.
 */
export function folderUsage(disk: Disk, folder: string, skip: readonly string[] = []): FolderUsage {
  let files = 0;
  let bytes = 0;
  const waiting = [folder];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const name of namesIn(disk, next) ?? []) {
      const path = join(next, name);
      if (namesIn(disk, path) !== null) {
        if (!skip.includes(name)) waiting.push(path);
        continue;
      }
      const size = sizeOf(disk, path);
      if (size === null) continue;
      files += 1;
      bytes += size;
      if (files >= FILES_MAX) return { files, bytes };
    }
  }
  return { files, bytes };
}

/** Null for what is no folder. */
function namesIn(disk: Disk, folder: string): string[] | null {
  return whatever(() => disk.list(folder));
}

function sizeOf(disk: Disk, path: string): number | null {
  return whatever(() => {
    const file = disk.open(path, 'read');
    try {
      return file.size();
    } finally {
      file.close();
    }
  });
}

function whatever<T>(look: () => T): T | null {
  try {
    return look();
  } catch (error) {
    if (error instanceof StoreError) return null;
    throw error;
  }
}
