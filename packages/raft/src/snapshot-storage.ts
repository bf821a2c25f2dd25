import type { LogIndex } from './entry.ts';
import type { SnapshotMeta } from './storage.ts';

/**
 * Snapshots of one replica: those it keeps, and at most one that it is receiving. The state machine makes and reads
 * them; here they are bytes.
 *
 * Two metas name the same snapshot when position, size and checksum are equal.
 */
export interface SnapshotStorage {
  /** Complete snapshots, the oldest first. */
  list(): readonly SnapshotMeta[];

  /**
   * Up to `bytes` bytes of the complete snapshot that ends at `index`, from `offset` on; fewer at its end.
   * Synchronous, so callers ask for little at a time. Throws `SNAPSHOT_MISSING`.
   */
  read(index: LogIndex, offset: number, bytes: number): Buffer;

  /**
   * How many bytes of the incoming snapshot `meta` are here, so that a transfer goes on where it stopped; 0 when there are
   * none. The part of another incoming snapshot is given up.
   */
  received(meta: SnapshotMeta): number;

  /**
   * Adds `data` to the incoming snapshot at `offset`, which is `received(meta)`. To the page cache only. Throws `DISK_FULL`,
   * after which nothing of `data` is kept and the same write may be tried again, or `STORAGE_FAILED`, which is final.
   */
  write(meta: SnapshotMeta, offset: number, data: Buffer): void;

  /**
   * Makes the incoming snapshot a complete one. When it resolves, the content has the size and the checksum of
   * `meta`, and both it and its name are durable. Rejects with `SNAPSHOT_CORRUPT` when the content differs: then nothing of it
   * counts as received any more. Rejects with `STORAGE_FAILED` when the disk failed.
   */
  complete(meta: SnapshotMeta): Promise<void>;
}

/** Whether both name the same content of the same state. */
export function sameSnapshot(one: SnapshotMeta, other: SnapshotMeta): boolean {
  return (
    one.position.index === other.position.index &&
    one.position.term === other.position.term &&
    one.position.address === other.position.address &&
    one.position.hash === other.position.hash &&
    one.bytes === other.bytes &&
    one.crc === other.crc
  );
}
