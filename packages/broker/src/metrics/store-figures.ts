import type { StoreUsage } from './store-usage.ts';

/** What there is in the store of one replica at this moment. */
export interface StoreFigures extends StoreUsage {
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
  /** Memory that pieces of older log take. */
  readonly coldCacheBytes: number;
}
