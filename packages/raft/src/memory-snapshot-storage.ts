import { crc32 } from 'node:zlib';
import type { LogIndex } from './entry.ts';
import { RaftError } from './errors.ts';
import { sameSnapshot, type SnapshotStorage } from './snapshot-storage.ts';
import type { SnapshotMeta } from './storage.ts';

interface Kept {
  readonly meta: SnapshotMeta;
  readonly content: Buffer;
}

/** The reference implementation of SnapshotStorage. For tests and simulation; it keeps all that it was given. */
export class MemorySnapshotStorage implements SnapshotStorage {
  #kept: Kept[] = [];
  #incoming: { readonly meta: SnapshotMeta; readonly parts: Buffer[]; bytes: number } | null = null;

  list(): readonly SnapshotMeta[] {
    return this.#kept.map(({ meta }) => meta);
  }

  read(index: LogIndex, offset: number, bytes: number): Buffer {
    const found = this.#kept.find(({ meta }) => meta.position.index === index);
    if (found === undefined) throw new RaftError('SNAPSHOT_MISSING', `no snapshot ends at ${index}`);
    return found.content.subarray(offset, offset + bytes);
  }

  received(meta: SnapshotMeta): number {
    if (this.#incoming === null) return 0;
    if (sameSnapshot(this.#incoming.meta, meta)) return this.#incoming.bytes;
    this.#incoming = null;
    return 0;
  }

  write(meta: SnapshotMeta, offset: number, data: Buffer): void {
    const received = this.received(meta);
    if (offset !== received) {
      throw new RaftError('STORAGE_FAILED', `byte ${offset} was written after ${received} of a snapshot`);
    }
    this.#incoming ??= { meta, parts: [], bytes: 0 };
    this.#incoming.parts.push(Buffer.from(data));
    this.#incoming.bytes += data.length;
  }

  complete(meta: SnapshotMeta): Promise<void> {
    this.received(meta);
    const content = Buffer.concat(this.#incoming?.parts ?? []);
    this.#incoming = null;
    if (content.length !== meta.bytes || crc32(content) !== meta.crc) {
      const error = new RaftError(
        'SNAPSHOT_CORRUPT',
        `the snapshot of ${meta.position.index} has other bytes`,
      );
      return Promise.reject(error);
    }
    this.keep(meta, content);
    return Promise.resolve();
  }

  /** Adds a snapshot that was made here. */
  keep(meta: SnapshotMeta, content: Buffer): void {
    const others = this.#kept.filter((kept) => kept.meta.position.index !== meta.position.index);
    this.#kept = [...others, { meta, content }].sort(
      (one, other) => one.meta.position.index - other.meta.position.index,
    );
  }

  /** Lets go of the snapshots that end before `index`. */
  dropBefore(index: LogIndex): void {
    this.#kept = this.#kept.filter(({ meta }) => meta.position.index >= index);
  }

  /** Forgets what was not complete, as a power cut may. */
  crash(): void {
    this.#incoming = null;
  }
}
