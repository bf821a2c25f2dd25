import type { Clock, TimerHandle } from './clock.ts';
import type { RaftConfig } from './config.ts';
import type { Entry, LogIndex } from './entry.ts';
import { errorCode } from './error-code.ts';
import { invariant } from './errors.ts';
import type { Logger } from './logger.ts';
import type { Message } from './message.ts';
import type { LogStorage } from './storage.ts';
import { SyncLane } from './sync-lane.ts';
import type { SyncWatch } from './sync-watch.ts';

export interface LogWriterListener {
  /** With `asyncFlush`: everything up to (`index`, `term`) was written, which counts as durable there. */
  onWritten(index: LogIndex, term: number): void;
  /** A sync covered everything up to (`index`, `term`). */
  onDurable(index: LogIndex, term: number): void;
  /** What these messages promise is on disk: they may leave. */
  deliver(messages: readonly Message[]): void;
  /** The disk failed; nothing is written any more. */
  onFailure(error: unknown): void;
}

export interface LogWriterParts {
  readonly log: LogStorage;
  readonly config: Pick<RaftConfig, 'asyncFlush' | 'diskFullRetryMs'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly watch: SyncWatch;
  readonly listener: LogWriterListener;
}

/**
 * Brings entries to the disk in the order in which the core handed them out, and lets messages go that wait for it.
 *
 * An append may find the disk full. Then nothing of it was written, and the core has promised nothing about it: it
 * confirms entries only after they were reported durable. So the entries are held here, what is handed out later
 * queues behind them, messages that depend on them wait too, and the same append is tried again every
 * `diskFullRetryMs`. To the core this looks like a very slow disk. What is held is bounded, because the driver
 * takes no appends of a leader and no proposals while the disk is full.
 *
 * Invariant: while entries are held none is written but the held ones, the oldest first.
 */
export class LogWriter {
  readonly #parts: LogWriterParts;
  readonly #lane: SyncLane;
  #held: Entry[] = [];
  /** Messages that wait for the held entries to be durable. */
  #heldWaiting: Message[] = [];
  #paused = false;
  #full = false;
  #halted = false;
  #retryTimer: TimerHandle | null = null;
  #entriesAppended = 0;
  #fullCount = 0;

  constructor(parts: LogWriterParts) {
    this.#parts = parts;
    this.#lane = new SyncLane(parts.log, parts.watch, {
      onDurable: (index, term, waiting) => {
        // The next sync goes first: the disk works while the rest is done.
        if (!parts.config.asyncFlush && !this.#halted) this.#lane.start();
        parts.listener.onDurable(index, term);
        parts.listener.deliver(waiting);
      },
      onFailure: (error) => parts.listener.onFailure(error),
    });
  }

  get durableIndex(): LogIndex {
    return this.#lane.durableIndex;
  }

  get syncs(): number {
    return this.#lane.syncs;
  }

  get entriesAppended(): number {
    return this.#entriesAppended;
  }

  /** True from an append that found no room until one succeeds. */
  get diskFull(): boolean {
    return this.#full;
  }

  /** Times that the disk became full. */
  get fullCount(): number {
    return this.#fullCount;
  }

  /** Writes entries to the page cache. Throws what the log throws, which is final. */
  append(entries: readonly Entry[]): void {
    if (entries.length === 0) return;
    if (this.#held.length > 0 || this.#paused) this.#hold(entries);
    else this.#write(entries);
  }

  /** Lets `messages` go once all that was appended is durable, and gets it there. */
  release(last: Entry | undefined, messages: readonly Message[]): void {
    if (this.#held.length > 0) {
      for (const message of messages) this.#heldWaiting.push(message);
      return;
    }
    const { config, listener } = this.#parts;
    if (config.asyncFlush) {
      if (last !== undefined) listener.onWritten(last.index, last.term);
      listener.deliver(messages);
      return;
    }
    if (this.#lane.clean) listener.deliver(messages);
    else this.#lane.wait(messages);
    this.#lane.start();
  }

  /** Starts a sync if there is something to sync and none runs. */
  sync(): void {
    this.#lane.start();
  }

  /** Tries what is held for want of room before its time. */
  retryNow(): void {
    if (this.#retryTimer === null || this.#paused) return;
    this.#clearTimer();
    this.#retry();
  }

  /** Holds what is appended from now on; resolves when everything before is durable. */
  async pause(): Promise<void> {
    this.#paused = true;
    await this.#lane.finish();
  }

  /** Writes what was held. Throws what the log throws. */
  resume(): void {
    this.#paused = false;
    // A full disk is tried again when its time comes.
    if (!this.#full) this.#writeHeld();
  }

  /**
   * The log was emptied and begins behind `index`, durably. What was held belonged to the old log; the messages that
   * waited for it may leave, since whatever they promised about terms and votes is on disk. Ends a pause.
   */
  reset(index: LogIndex): void {
    this.#clearTimer();
    this.#lane.reset(index);
    this.#paused = false;
    this.#full = false;
    this.#held = [];
    const waiting = this.#heldWaiting;
    this.#heldWaiting = [];
    this.#parts.listener.deliver(waiting);
  }

  /** Nothing is written or synced after this unless `finish` is called. */
  halt(): void {
    this.#halted = true;
    this.#clearTimer();
  }

  /** Resolves when no sync runs. */
  idle(): Promise<void> {
    return this.#lane.idle();
  }

  /** Syncs what was written and resolves when no sync runs. */
  finish(): Promise<void> {
    return this.#lane.finish();
  }

  #write(entries: readonly Entry[]): void {
    try {
      this.#parts.log.append(entries);
    } catch (error) {
      if (errorCode(error) !== 'DISK_FULL') throw error;
      // Entries that the append was to replace are gone all the same.
      this.#lane.cut((entries[0] as Entry).index);
      this.#hold(entries);
      this.#becameFull();
      if (this.#retryTimer === null) this.#armRetry();
      return;
    }
    if (this.#full) this.#becameFree();
    this.#entriesAppended += entries.length;
    this.#lane.appended(entries as readonly [Entry, ...Entry[]]);
  }

  /** The core never replaces entries before it was told what became of them, so these follow the held ones. */
  #hold(entries: readonly Entry[]): void {
    const last = this.#held.at(-1);
    const follows = last === undefined || entries[0]?.index === last.index + 1;
    invariant(follows, 'entries were handed out anew before the old ones were reported');
    for (const entry of entries) this.#held.push(entry);
  }

  /** What finds no room again is held again, with the messages. */
  #writeHeld(): void {
    const entries = this.#held;
    const waiting = this.#heldWaiting;
    this.#held = [];
    this.#heldWaiting = [];
    if (entries.length > 0) this.#write(entries);
    this.release(entries.at(-1), waiting);
  }

  #armRetry(): void {
    const { clock, config } = this.#parts;
    this.#retryTimer = clock.setTimer(config.diskFullRetryMs, () => this.#retry());
  }

  #retry(): void {
    this.#retryTimer = null;
    if (this.#paused) {
      this.#armRetry();
      return;
    }
    try {
      this.#writeHeld();
    } catch (error) {
      this.#parts.listener.onFailure(error);
    }
  }

  #becameFull(): void {
    if (this.#full) return;
    this.#full = true;
    this.#fullCount++;
    this.#parts.logger.error('the disk is full, the log waits for room', {
      end: this.#parts.log.lastPosition().index,
    });
  }

  #becameFree(): void {
    this.#full = false;
    this.#parts.logger.info('the disk has room again, the log goes on', {
      end: this.#parts.log.lastPosition().index,
    });
  }

  #clearTimer(): void {
    if (this.#retryTimer !== null) this.#parts.clock.clearTimer(this.#retryTimer);
    this.#retryTimer = null;
  }
}
