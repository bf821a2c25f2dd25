import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, readSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const CHUNK_BYTES = 1024 * 1024;

/** Writes dirty pages out and empties the page cache; false if this user may not. */
export function dropPageCache(): boolean {
  try {
    execFileSync('sync');
    writeFileSync('/proc/sys/vm/drop_caches', '1');
    return true;
  } catch {
    return false;
  }
}

/** The segment files of all logs below a folder, in the order of their addresses. */
export function segmentFiles(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => /(^|\/)\d{20}\.log$/.test(name))
    .sort()
    .map((name) => join(directory, name));
}

/** Bytes per second of reading the files front to back, nothing else being done with them. */
export function sequentialRate(files: readonly string[]): number {
  const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  const startedAt = performance.now();
  let bytes = 0;
  for (const path of files) {
    const fd = openSync(path, 'r');
    try {
      const { size } = statSync(path);
      for (let at = 0; at < size;) {
        const read = readSync(fd, chunk, 0, CHUNK_BYTES, at);
        if (read === 0) break;
        at += read;
        bytes += read;
      }
    } finally {
      closeSync(fd);
    }
  }
  return bytes / ((performance.now() - startedAt) / 1000);
}
