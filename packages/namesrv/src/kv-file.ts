import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { KvStore } from './kv-store.ts';

/**
 * The one thing a name server keeps over a restart. Written beside and renamed, so that a crash leaves the old or the
 * new text and never half of one. A file that cannot be read is set aside, not overwritten.
 */
export class KvFile implements KvStore {
  readonly #path: string;

  constructor(dataDir: string) {
    this.#path = join(dataDir, 'kvConfig.json');
    mkdirSync(dataDir, { recursive: true });
  }

  load(now: number): { readonly value: unknown; readonly setAside: string | null } {
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { value: {}, setAside: null };
      throw error;
    }
    try {
      return { value: JSON.parse(text), setAside: null };
    } catch {
      const aside = `${this.#path}.unreadable-${now}`;
      renameSync(this.#path, aside);
      return { value: {}, setAside: aside };
    }
  }

  save(value: unknown): void {
    const fresh = `${this.#path}.new`;
    const file = openSync(fresh, 'w');
    try {
      writeSync(file, JSON.stringify(value, null, 2));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(fresh, this.#path);
    const directory = openSync(dirname(this.#path), 'r');
    try {
      fsyncSync(directory);
    } finally {
      closeSync(directory);
    }
  }
}
