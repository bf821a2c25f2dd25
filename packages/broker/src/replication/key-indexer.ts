import type { Clock, LogIndex, Logger, TimerHandle } from '@ledgermq/raft';
import {
  KeyIndex,
  setAsideFolder,
  StoreError,
  type Disk,
  type KeyIndexConfig,
  type KeyIndexPosition,
  type KeyQuery,
  type SegmentLog,
  type StoreMetrics,
} from '@ledgermq/store';
import { visitKeys } from './entry-keys.ts';

export interface KeyIndexerConfig {
  /** Whether messages can be found by key (RocketMQ: messageIndexEnable). */
  readonly enabled: boolean;
  /** Bytes of log indexed in one turn of the event loop. */
  readonly sliceBytes: number;
  /** Time between two such turns, ms; messages wait so long at least before they are indexed. */
  readonly sliceMs: number;
  /** Time after which what was indexed is made durable, ms. */
  readonly checkpointMs: number;
  /** Bytes of log that are indexed for a query first, so that it finds what was sent just before. */
  readonly queryCatchUpBytes: number;
  /** Of these, bytes indexed in one turn of the event loop, whatever the number of queries that wait. */
  readonly querySliceBytes: number;
  /** Pause before the index is tried again after the disk was full, ms. */
  readonly retryMs: number;
  readonly files: Partial<KeyIndexConfig>;
}

export const keyIndexerDefaults: KeyIndexerConfig = Object.freeze({
  enabled: true,
  sliceBytes: 1024 * 1024,
  sliceMs: 10,
  checkpointMs: 5_000,
  queryCatchUpBytes: 8 * 1024 * 1024,
  querySliceBytes: 256 * 1024,
  retryMs: 10_000,
  files: {},
});

const NO_INDEX = 'there is none';
const MARK_MISSING = 'its mark is missing';
/** Keys after which a checkpoint is written whatever the time. */
const CHECKPOINT_ENTRIES = 262_144;

export interface KeyIndexerPorts {
  readonly disk: Disk;
  /** Folder of the index alone. */
  readonly directory: string;
  readonly log: Pick<SegmentLog, 'entries' | 'firstIndex' | 'startAddress' | 'positionAt' | 'syncedUpTo'>;
  /** Index of the entry that the machine applied last. */
  readonly appliedIndex: () => LogIndex;
  readonly clock: Pick<Clock, 'setTimer' | 'clearTimer' | 'immediate'>;
  readonly logger: Logger;
  /** The disk failed: what is on it is no longer known to be whole. */
  readonly onFatal: (error: Error) => void;
  readonly metrics: StoreMetrics;
}

/** A query that waits for what was applied before it. */
interface Waiter {
  readonly upTo: LogIndex;
  /** What is left of its `queryCatchUpBytes`. */
  bytesLeft: number;
  readonly ready: () => void;
}

/**
 * Keeps the key index behind the applied entries: it reads them from the log, some in each turn, after those who sent them were
 * answered. The same work makes an index that is missing or doubtful anew, from the first entry of the log.
 */
export class KeyIndexer {
  readonly #config: KeyIndexerConfig;
  readonly #ports: KeyIndexerPorts;
  /** Null while the disk is full, and if there is to be none. */
  #index: KeyIndex | null = null;
  #timer: TimerHandle | null = null;
  #checkpointTimer: TimerHandle | null = null;
  #retryTimer: TimerHandle | null = null;
  /** Checkpoints and removals, one after the other. */
  #work: Promise<void> = Promise.resolve();
  #droppedBefore = -1;
  /** As many as requests that the connections have in flight, at most. */
  #waiters: Waiter[] = [];
  #catchingUp = false;
  #stopped = false;

  constructor(config: KeyIndexerConfig, ports: KeyIndexerPorts) {
    this.#config = config;
    this.#ports = ports;
  }

  /** Opens the index, or begins it anew if it does not fit to the log. */
  start(): void {
    if (!this.#config.enabled) return;
    this.#guard(() => {
      this.#index = this.#open();
    });
    this.advance();
  }

  /** Entries were applied. Cheap: called after each turn that applied some. */
  advance(): void {
    if (this.#timer !== null || this.#index === null || this.#stopped) return;
    if (this.#index.completeTo.index >= this.#ports.appliedIndex()) return;
    this.#timer = this.#ports.clock.setTimer(this.#config.sliceMs, () => {
      this.#timer = null;
      this.#guard(() => {
        this.#slice(this.#config.sliceBytes);
      });
      this.advance();
    });
  }

  /** The log begins later than before: files that speak only of what is gone go too. */
  logDropped(): void {
    if (this.#index !== null && !this.#stopped) this.#dropIfDue(this.#index);
  }

  /** How far the index is complete; null while there is none. */
  get completeTo(): LogIndex | null {
    return this.#index?.completeTo.index ?? null;
  }

  /** See `KeyIndex.last`. */
  get last(): { readonly timestamp: number; readonly address: number } {
    return this.#index?.last ?? { timestamp: 0, address: 0 };
  }

  /**
   * Calls `ready` once, when the index has what was applied before this call or can get no nearer to it; at once if it has.
   * Queries that wait share the work, one slice in each turn of the event loop.
   */
  catchUp(ready: () => void): void {
    const upTo = this.#ports.appliedIndex();
    if (this.#reaches(upTo)) {
      ready();
      return;
    }
    this.#waiters.push({ upTo, bytesLeft: this.#config.queryCatchUpBytes, ready });
    this.#catchUpSoon();
  }

  /** See `KeyIndex.query`; null while there is no index. */
  query(query: Omit<KeyQuery, 'startAddress'>, accept: (address: number) => boolean): number[] | null {
    return this.#guard(() => {
      if (this.#index === null || this.#stopped) return null;
      return this.#index.query({ ...query, startAddress: this.#ports.log.startAddress() }, accept);
    });
  }

  /** Indexes nothing more, and makes durable what there is. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    const { clock } = this.#ports;
    for (const timer of [this.#timer, this.#checkpointTimer, this.#retryTimer]) {
      if (timer !== null) clock.clearTimer(timer);
    }
    for (const { ready } of this.#waiters.splice(0)) ready();
    await this.#work;
    // Without it the next start only has more of the log to index.
    await this.#index?.checkpoint((index) => this.#ports.log.syncedUpTo(index)).catch(() => undefined);
    await this.#index?.close();
  }

  /** Nothing is to come that `upTo` could wait for. */
  #reaches(upTo: LogIndex): boolean {
    return this.#index === null || this.#stopped || this.#index.completeTo.index >= upTo;
  }

  #catchUpSoon(): void {
    if (this.#catchingUp) return;
    this.#catchingUp = true;
    this.#ports.clock.immediate(() => {
      this.#catchingUp = false;
      this.#catchUpTurn();
    });
  }

  #catchUpTurn(): void {
    if (this.#waiters.length === 0) return;
    const taken = this.#guard(() => this.#slice(this.#config.querySliceBytes)) ?? 0;
    const done: Waiter[] = [];
    const left: Waiter[] = [];
    for (const waiter of this.#waiters) {
      waiter.bytesLeft -= taken;
      const ends = taken === 0 || waiter.bytesLeft <= 0 || this.#reaches(waiter.upTo);
      (ends ? done : left).push(waiter);
    }
    this.#waiters = left;
    if (this.#waiters.length > 0) this.#catchUpSoon();
    for (const { ready } of done) ready();
  }

  #open(): KeyIndex {
    const { disk, directory, log, logger, metrics } = this.#ports;
    const { files } = this.#config;
    let reason = NO_INDEX;
    let before: 'doubtful' | 'gone' = 'doubtful';
    disk.mkdir(directory);
    if (disk.list(directory).some((name) => name !== setAsideFolder)) reason = MARK_MISSING;
    try {
      const index = KeyIndex.open(disk, directory, files);
      if (index !== null) {
        const { completeTo } = index;
        if (log.positionAt(completeTo.index)?.hash === completeTo.hash) return index;
        reason = `it is complete up to ${completeTo.index}, which the log does not hold`;
        if (completeTo.index < log.firstIndex() - 1) before = 'gone';
        this.#work = this.#work.then(() => index.close());
      }
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'INDEX_CORRUPT') throw error;
      reason = error.message;
      metrics.damageFound.add('key-index');
    }
    if (reason === MARK_MISSING) metrics.damageFound.add('key-index');
    const tell = reason === NO_INDEX || before === 'gone' ? 'info' : 'warn';
    logger[tell]('the key index is built from the log', { reason, from: log.firstIndex() });
    return this.#begin(before);
  }

  #begin(before: 'doubtful' | 'gone'): KeyIndex {
    const { disk, directory, metrics } = this.#ports;
    return KeyIndex.begin(disk, directory, this.#config.files, this.#startOfLog(), before, metrics);
  }

  #startOfLog(): KeyIndexPosition {
    const index = this.#ports.log.firstIndex() - 1;
    return { index, hash: this.#ports.log.positionAt(index)?.hash ?? 0 };
  }

  /** Indexes up to so many bytes of log, one entry at least; returns how many. */
  #slice(bytesMax: number): number {
    const { log, appliedIndex } = this.#ports;
    if (this.#index === null) return 0;
    if (this.#index.completeTo.index < log.firstIndex() - 1) this.#beginAgain('gone');
    const index = this.#index;
    let from = index.completeTo.index + 1;
    const to = appliedIndex() + 1;
    let left = bytesMax;
    while (from < to && left > 0) {
      const entries = log.entries(from, to, left);
      if (entries.length === 0) break;
      for (const entry of entries) {
        visitKeys(entry, (hash, address, storeTimestamp) => {
          index.add(hash, address, storeTimestamp);
        });
        index.complete({ index: entry.index, hash: entry.hash });
        left -= entry.frame.length;
      }
      from = index.completeTo.index + 1;
    }
    this.#dropIfDue(index);
    this.#checkpointIfDue(index);
    return bytesMax - left;
  }

  #dropIfDue(index: KeyIndex): void {
    const address = this.#ports.log.startAddress();
    if (address === this.#droppedBefore) return;
    this.#droppedBefore = address;
    this.#run(index, () => index.dropBefore(address, (upTo) => this.#ports.log.syncedUpTo(upTo)));
  }

  #checkpointIfDue(index: KeyIndex): void {
    if (index.completeTo.index === index.markedIndex) return;
    if (index.entriesSinceCheckpoint >= CHECKPOINT_ENTRIES) {
      this.#checkpoint(index);
      return;
    }
    this.#checkpointTimer ??= this.#ports.clock.setTimer(this.#config.checkpointMs, () => {
      this.#checkpointTimer = null;
      if (this.#index !== null) this.#checkpoint(this.#index);
    });
  }

  #checkpoint(index: KeyIndex): void {
    this.#run(index, () => index.checkpoint((upTo) => this.#ports.log.syncedUpTo(upTo)));
  }

  /** After what runs already; what fails is not lost, the log still has it. */
  #run(index: KeyIndex, work: () => Promise<void>): void {
    this.#work = this.#work
      .then(async () => {
        if (this.#index === index && !this.#stopped) await work();
      })
      .catch((error: unknown) => {
        if (this.#index === index && !this.#stopped) this.#failed(error);
      });
  }

  #guard<T>(work: () => T): T | null {
    try {
      return work();
    } catch (error) {
      this.#failed(error);
      return null;
    }
  }

  #failed(error: unknown): void {
    const { logger, onFatal, metrics } = this.#ports;
    const code = error instanceof StoreError ? error.code : null;
    if (code === 'INDEX_CORRUPT') {
      metrics.damageFound.add('key-index');
      logger.warn('the key index is damaged, it is set aside and built again', { error: String(error) });
      this.#guard(() => {
        this.#beginAgain('doubtful');
      });
      this.advance();
    } else if (code === 'DISK_FULL') {
      logger.warn('the key index waits for room on the disk', { error: String(error) });
      this.#openLater();
    } else if (code === 'LOG_CORRUPT' || code === 'LOG_COMPACTED') {
      // The log says so itself; what cannot be read cannot be found either.
      logger.warn('the key index cannot go on', { error: String(error) });
      this.#openLater();
    } else {
      onFatal(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #beginAgain(before: 'doubtful' | 'gone'): void {
    this.#close();
    const begun = this.#begin(before);
    this.#index = begun;
    this.#droppedBefore = -1;
    this.#run(begun, () => begun.tidy());
  }

  #openLater(): void {
    this.#close();
    this.#retryTimer ??= this.#ports.clock.setTimer(this.#config.retryMs, () => {
      this.#retryTimer = null;
      if (!this.#stopped && this.#index === null) this.start();
    });
  }

  #close(): void {
    const closing = this.#index;
    this.#index = null;
    if (closing === null) return;
    // It takes nothing more from this moment on; its files are released after what runs.
    const closed = closing.close().catch(() => undefined);
    this.#work = this.#work.then(() => closed);
  }
}
