import type { Clock } from '@ledgermq/raft';
import type { SetAsideReason, StoreFileKind, StoreMetrics } from '@ledgermq/store';
import { Buckets, EventTally, Tally } from './tallies.ts';

/** Of work on the event loop. */
const SHORT_MS: readonly number[] = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250];
/** Of syncs. */
const DISK_MS: readonly number[] = [0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000];
/** Of work in the background. */
const LONG_MS: readonly number[] = [10, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000];
const MIB = 1024 * 1024;
const SIZES: readonly number[] = [0.0625, 0.25, 1, 4, 16, 64, 256, 1_024, 4_096].map((size) => size * MIB);

/** All of them; the compiler asks for those that are missing. */
const kinds = Object.keys({
  log: true,
  'hard-state': true,
  snapshots: true,
  derived: true,
  'key-index': true,
} satisfies Record<StoreFileKind, true>) as StoreFileKind[];
const reasons = Object.keys({
  torn: true,
  conflict: true,
  foreign: true,
  refused: true,
  replaced: true,
  damaged: true,
} satisfies Record<SetAsideReason, true>) as SetAsideReason[];

/** What the store of one replica has told since it was opened. */
export class StoreTallies implements StoreMetrics {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly appendedBytes: Tally = new Tally();
  readonly appendedEntries: Tally = new Tally();
  readonly appendMs: Buckets = new Buckets(SHORT_MS);
  readonly logSyncMs: Buckets = new Buckets(DISK_MS);
  readonly appliedEntries: Tally = new Tally();
  readonly applyMs: Buckets = new Buckets(SHORT_MS);
  readonly tailHits: Tally = new Tally();
  readonly tailHitBytes: Tally = new Tally();
  readonly tailMisses: Tally = new Tally();
  readonly coldHits: Tally = new Tally();
  readonly coldMisses: Tally = new Tally();
  readonly coldReadBytes: Tally = new Tally();
  readonly checkpointMs: Buckets = new Buckets(LONG_MS);
  readonly checkpointPauseMs: Buckets = new Buckets(SHORT_MS);
  readonly snapshotMs: Buckets = new Buckets(LONG_MS);
  readonly snapshotBytes: Buckets = new Buckets(SIZES);
  readonly setAside: EventTally<[StoreFileKind, SetAsideReason]> = new EventTally(
    kinds.flatMap((kind) => reasons.map((reason): [StoreFileKind, SetAsideReason] => [kind, reason])),
  );
  readonly damageFound: EventTally<[StoreFileKind]> = new EventTally(
    kinds.map((kind): [StoreFileKind] => [kind]),
  );
  readonly holesFound: Tally = new Tally();
  readonly holesFilled: Tally = new Tally();
  readonly holesCut: Tally = new Tally();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.monotonic();
  }
}
