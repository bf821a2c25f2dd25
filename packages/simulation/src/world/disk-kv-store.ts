import { join } from 'node:path/posix';
import type { KvStore } from '@ledgermq/namesrv';
import type { Disk } from '@ledgermq/store';

const FOLDER = '/data';

/** The key-value file of a name server on a simulated disk: written beside, synced and renamed. */
export class DiskKvStore implements KvStore {
  readonly #disk: Disk;
  readonly #path: string = join(FOLDER, 'kvConfig.json');

  constructor(disk: Disk) {
    this.#disk = disk;
    disk.mkdir(FOLDER);
  }

  load(now: number): { readonly value: unknown; readonly setAside: string | null } {
    if (!this.#disk.exists(this.#path)) return { value: {}, setAside: null };
    const file = this.#disk.open(this.#path, 'read');
    const text = Buffer.alloc(file.size());
    file.read(text, 0);
    file.close();
    try {
      return { value: JSON.parse(text.toString()), setAside: null };
    } catch {
      const aside = `${this.#path}.unreadable-${now}`;
      this.#disk.rename(this.#path, aside);
      return { value: {}, setAside: aside };
    }
  }

  save(value: unknown): void {
    const fresh = `${this.#path}.new`;
    const file = this.#disk.open(fresh, 'read-write-create');
    file.truncateNow(0);
    file.write(Buffer.from(JSON.stringify(value)), 0);
    file.syncNow();
    file.close();
    this.#disk.rename(fresh, this.#path);
    this.#disk.syncDirectoryNow(FOLDER);
  }
}
