import { join } from 'node:path';
import type { FaultyDisk, FaultyDiskOptions } from '../src/faulty-disk.ts';
import type { FaultyInode } from '../src/faulty-file.ts';
import { FaultyNodeDisk } from '../src/faulty-node-disk.ts';
import { MemoryDisk } from '../src/memory-disk.ts';
import { NodeDisk } from '../src/node-disk.ts';
import { temporaryDirectory } from './log-fixture.ts';

export interface FaultyFixture {
  readonly disk: FaultyDisk<FaultyInode>;
  /** An empty directory that exists. */
  readonly directory: string;
  readonly dispose: () => void;
}

export type FaultyFactory = (options?: FaultyDiskOptions) => FaultyFixture;

export function faultyMemoryFixture(options: FaultyDiskOptions = {}): FaultyFixture {
  const disk = new MemoryDisk(options);
  disk.mkdir('/work');
  return { disk, directory: '/work', dispose: (): void => undefined };
}

/** Real files. */
export function faultyNodeFixture(options: FaultyDiskOptions = {}): FaultyFixture {
  const base = new NodeDisk();
  const { path, remove } = temporaryDirectory();
  const root = join(path, 'root');
  base.mkdir(root);
  const disk = new FaultyNodeDisk({ ...options, base, root, attic: join(path, 'attic') });
  return {
    disk,
    directory: root,
    dispose: (): void => {
      void disk.close().finally(remove);
    },
  };
}
