import { join } from 'node:path/posix';
import type { Disk, NameSize } from './disk.ts';
import { StoreError } from './errors.ts';

export interface FolderUsage {
  readonly files: number;
  readonly bytes: number;
}

/** Names looked at in one go, so that a look at a folder ends soon whatever is in it. */
export const USAGE_NAMES_MAX = 10_000;

/**
 * Files of a folder and of the folders in it, and the sum of their sizes; nothing for a folder that is missing. What comes
 * and goes meanwhile may be counted or not. Off the event loop, one file after the other. `skip`: names of folders that are
 * left out.
 */
export async function folderUsage(
  disk: Pick<Disk, 'listSizes'>,
  folder: string,
  skip: readonly string[] = [],
): Promise<FolderUsage> {
  let files = 0;
  let bytes = 0;
  let left = USAGE_NAMES_MAX;
  const waiting = [folder];
  for (let next = waiting.pop(); next !== undefined && left > 0; next = waiting.pop()) {
    const names = await sizesIn(disk, next, left);
    left -= names.length;
    for (const { name, bytes: size } of names) {
      if (size !== null) {
        files += 1;
        bytes += size;
      } else if (!skip.includes(name)) waiting.push(join(next, name));
    }
  }
  return { files, bytes };
}

async function sizesIn(disk: Pick<Disk, 'listSizes'>, folder: string, countMax: number): Promise<NameSize[]> {
  try {
    return await disk.listSizes(folder, countMax);
  } catch (error) {
    if (error instanceof StoreError) return [];
    throw error;
  }
}
