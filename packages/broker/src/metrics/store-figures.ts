import type { FolderUsage } from '@ledgermq/store';

/** What there is in the store of one replica at this moment. */
export interface StoreFigures {
  /** Bytes of log held. */
  readonly logBytes: number;
  /** Bytes at the end of the log that no sync has covered yet. */
  readonly flushBehindBytes: number;
  /** Bytes at the end of the log that consumers cannot see yet. */
  readonly dispatchBehindBytes: number;
  /** Entries committed and not yet applied. */
  readonly applyLagEntries: number;
  /** Entries applied and not yet in the queue index on disk: what a restart would apply again. */
  readonly queueIndexLagEntries: number;
  /** Entries applied and not yet in the key index. */
  readonly keyIndexLagEntries: number;
  /** By kind of file. */
  readonly files: Readonly<Record<string, FolderUsage>>;
  readonly setAside: Readonly<Record<string, FolderUsage>>;
}
