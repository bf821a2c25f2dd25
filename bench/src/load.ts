import type { LatencySummary } from './latencies.ts';

/** What one measured load gave. */
export interface LoadResult {
  readonly messagesPerSecond: number;
  readonly acknowledged: number;
  readonly failed: number;
  readonly latency: LatencySummary;
}
