import { join } from 'node:path/posix';
import type { Disk } from './disk.ts';
import type { KeyIndexConfig } from './key-index-config.ts';
import { KEY_HEADER_BYTES, KeyIndexFile } from './key-index-file.ts';

/** The settings with which the files of a key index were made, from the first good header; null without one. */
export function readKeyFileSize(
  disk: Disk,
  directory: string,
): Pick<KeyIndexConfig, 'slotsPerFile' | 'entriesPerFile'> | null {
  if (!disk.exists(directory)) return null;
  for (const name of disk.list(directory)) {
    if (KeyIndexFile.numberOf(name) === null) continue;
    const file = disk.open(join(directory, name), 'read');
    try {
      const header = Buffer.alloc(KEY_HEADER_BYTES);
      file.read(header, 0);
      const size = KeyIndexFile.sizeIn(header);
      if (size !== null) return { slotsPerFile: size.slots, entriesPerFile: size.entriesMax };
    } finally {
      file.close();
    }
  }
  return null;
}
