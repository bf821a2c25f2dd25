import { join } from 'node:path/posix';
import type { Clock, TimerHandle } from '@ledgermq/raft';
import { folderUsage, setAsideFolder, type Disk, type FolderUsage } from '@ledgermq/store';
import { replicaFolder } from '../replication/replica-folder.ts';

/** Files of a replica by kind. */
export interface StoreUsage {
  readonly files: Readonly<Record<string, FolderUsage>>;
  readonly setAside: Readonly<Record<string, FolderUsage>>;
}

/** What was found is told again for so long. */
export const USAGE_AGE_MS = 5_000;
/** Nobody waits longer for a disk that is slow to tell: then what was found before is told. */
export const USAGE_WAIT_MS = 1_000;

const nothingKnown: StoreUsage = { files: {}, setAside: {} };

export interface StoreUsagePorts {
  readonly disk: Pick<Disk, 'listSizes'>;
  /** Of the replica. */
  readonly directory: string;
  readonly clock: Pick<Clock, 'monotonic' | 'setTimer' | 'clearTimer'>;
}

/** Knows what a replica has on disk; looks, off the event loop, when somebody asks, one look at a time. */
export class UsageWatch {
  readonly #ports: StoreUsagePorts;
  #found: StoreUsage = nothingKnown;
  #foundAt = -Infinity;
  #look: Promise<void> | null = null;

  constructor(ports: StoreUsagePorts) {
    this.#ports = ports;
  }

  /** What is known; nothing at all if the first look takes too long. Never rejects for what the disk does. */
  async latest(): Promise<StoreUsage> {
    const { clock } = this.#ports;
    if (clock.monotonic() - this.#foundAt < USAGE_AGE_MS) return this.#found;
    this.#look ??= this.#lookAround().finally(() => {
      this.#look = null;
    });
    let timer: TimerHandle | null = null;
    const waited = new Promise<void>((resolve) => {
      timer = clock.setTimer(USAGE_WAIT_MS, resolve);
    });
    await Promise.race([this.#look, waited]);
    if (timer !== null) clock.clearTimer(timer);
    return this.#found;
  }

  async #lookAround(): Promise<void> {
    const { log, snapshots, derived, keyIndex } = replicaFolder;
    const found = {
      files: {
        log: await this.#used(log),
        snapshots: await this.#used(snapshots),
        derived: await this.#used(derived),
        'key-index': await this.#used(keyIndex),
      },
      setAside: {
        log: await this.#kept(log),
        snapshots: await this.#kept(snapshots),
        derived: await this.#kept(derived),
        'key-index': await this.#kept(keyIndex),
        'hard-state': await this.#kept(''),
      },
    };
    this.#found = found;
    this.#foundAt = this.#ports.clock.monotonic();
  }

  #used(folder: string): Promise<FolderUsage> {
    const { disk, directory } = this.#ports;
    return folderUsage(disk, join(directory, folder), [setAsideFolder]);
  }

  #kept(folder: string): Promise<FolderUsage> {
    const { disk, directory } = this.#ports;
    return folderUsage(disk, join(directory, folder, setAsideFolder));
  }
}
