/** Something that is counted; it only grows. */
export interface Counter {
  add(amount: number): void;
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
}

const nothing: Counter & Distribution = Object.freeze({ add: () => undefined, observe: () => undefined });

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
});
