import type { SetAsideReason } from './set-aside.ts';

/** What a file of a replica belongs to. */
export type StoreFileKind = 'log' | 'hard-state' | 'snapshots' | 'derived' | 'key-index';

/** Something that is counted; it only grows. */
export interface Counter {
  add(amount: number): void;
}

/** Events that are rare and each worth a look; those of which all words are equal are counted together. */
export interface EventCounter<Words extends readonly string[]> {
  add(...words: Words): void;
}

/** Something of which each case has a size; how often which sizes come is what matters. */
export interface Distribution {
  observe(value: number): void;
}

/**
 * What a store tells of its work while it works: plain additions, a few per batch. How much of something there is at present
 * (lags, files, bytes) is asked for when somebody looks. Names of lengths of time end in Ms, of sizes in Bytes.
 */
export interface StoreMetrics {
  /** Monotonic, ms: for measuring lengths. Any constant where nobody looks at them. */
  now(): number;

  /** Frames appended to the log, and the time that each call took on the caller's thread. */
  readonly appendedBytes: Counter;
  readonly appendedEntries: Counter;
  readonly appendMs: Distribution;
  /** Each sync of the log, from its call until it was durable. */
  readonly logSyncMs: Distribution;

  /** Entries brought to the machine, and the time that each call took. */
  readonly appliedEntries: Counter;
  readonly applyMs: Distribution;

  /** Byte reads that the newest part of the log in memory could answer, and those it could not. */
  readonly tailHits: Counter;
  readonly tailHitBytes: Counter;
  readonly tailMisses: Counter;
  /** Of the latter: pieces of the log that were in memory since an earlier read, and pieces and bytes read from files. */
  readonly coldHits: Counter;
  readonly coldMisses: Counter;
  readonly coldReadBytes: Counter;

  /** Each checkpoint of derived state: all of it, and the part during which nothing else can happen. */
  readonly checkpointMs: Distribution;
  readonly checkpointPauseMs: Distribution;

  /** Each snapshot taken: its time and its size. */
  readonly snapshotMs: Distribution;
  readonly snapshotBytes: Distribution;

  /** Each file, or part of one, that was moved or copied to a folder `set-aside`. */
  readonly setAside: EventCounter<[kind: StoreFileKind, reason: SetAsideReason]>;
  /** Each time that files turned out not to be as they were written; a torn end is none. In the log, once for each segment. */
  readonly damageFound: EventCounter<[kind: StoreFileKind]>;
  /** Damaged parts of the log with good entries behind them: found, filled from other members, or cut with all behind. */
  readonly holesFound: Counter;
  readonly holesFilled: Counter;
  readonly holesCut: Counter;
}

const nothing: Counter & Distribution & EventCounter<readonly string[]> = Object.freeze({
  add: () => undefined,
  observe: () => undefined,
});

/** For a store that nobody looks at. */
export const noStoreMetrics: StoreMetrics = Object.freeze({
  now: () => 0,
  appendedBytes: nothing,
  appendedEntries: nothing,
  appendMs: nothing,
  logSyncMs: nothing,
  appliedEntries: nothing,
  applyMs: nothing,
  tailHits: nothing,
  tailHitBytes: nothing,
  tailMisses: nothing,
  coldHits: nothing,
  coldMisses: nothing,
  coldReadBytes: nothing,
  checkpointMs: nothing,
  checkpointPauseMs: nothing,
  snapshotMs: nothing,
  snapshotBytes: nothing,
  setAside: nothing,
  damageFound: nothing,
  holesFound: nothing,
  holesFilled: nothing,
  holesCut: nothing,
});
