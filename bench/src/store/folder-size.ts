import { readdirSync, statSync, type Stats } from 'node:fs';
import { join } from 'node:path';

/** Lengths of all files below a folder. */
export function folderBytes(path: string): number {
  return sum(path, ({ size }) => size);
}

/** Space that they take, without their holes. */
export function allocatedBytes(path: string): number {
  return sum(path, ({ blocks }) => blocks * 512);
}

function sum(path: string, bytesOf: (stats: Stats) => number): number {
  let bytes = 0;
  for (const entry of readdirSync(path, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += bytesOf(statSync(join(entry.parentPath, entry.name)));
  }
  return bytes;
}
