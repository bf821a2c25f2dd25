import type { Entry, LogIndex } from './entry.ts';
import { invariant } from './errors.ts';
import type { Message } from './message.ts';
import type { LogStorage } from './storage.ts';
import type { SyncWatch } from './sync-watch.ts';

export interface SyncListener {
  /** A sync covered everything up to (`index`, `term`), the last entry appended before it; `waiting` may leave. */
  onDurable(index: LogIndex, term: number, waiting: readonly Message[]): void;
  /** A sync failed; the lane is dead. */
  onFailure(error: unknown): void;
}

/**
 * Syncs of one log, one at a time (group commit): while one runs, what is appended and what must wait for it
 * gathers for the next.
 *
 * Invariant: durableIndex names entries that are on disk now; an append that cuts lowers it.
 */
export class SyncLane {
  readonly #log: LogStorage;
  readonly #listener: SyncListener;
  readonly #watch: SyncWatch;
  #running: Promise<void> | null = null;
  /** Last index that the running sync covers and that was not cut since it began. */
  #coveredEnd: LogIndex = 0;
  /** Messages that wait for the running sync. */
  #waiting: Message[] = [];
  /** Last entry appended since the last sync began. */
  #pending: Entry | null = null;
  /** Messages that wait for the sync after the running one. */
  #pendingWaiting: Message[] = [];
  #durableIndex: LogIndex;
  #dead = false;
  #syncs = 0;

  /** What `log` holds now must be durable. */
  constructor(log: LogStorage, watch: SyncWatch, listener: SyncListener) {
    this.#log = log;
    this.#watch = watch;
    this.#listener = listener;
    this.#durableIndex = log.lastPosition().index;
  }

  get durableIndex(): LogIndex {
    return this.#durableIndex;
  }

  /** Syncs that succeeded. */
  get syncs(): number {
    return this.#syncs;
  }

  /** True when everything appended is durable. */
  get clean(): boolean {
    return this.#running === null && this.#pending === null;
  }

  /** The log was given `entries`. */
  appended(entries: readonly [Entry, ...Entry[]]): void {
    this.cut(entries[0].index);
    this.#pending = entries.at(-1) ?? null;
  }

  /** The log holds `from` and what followed no more. */
  cut(from: LogIndex): void {
    this.#durableIndex = Math.min(this.#durableIndex, from - 1);
    this.#coveredEnd = Math.min(this.#coveredEnd, from - 1);
  }

  /** Keeps messages until everything appended so far is durable. */
  wait(messages: readonly Message[]): void {
    const target = this.#pending === null ? this.#waiting : this.#pendingWaiting;
    for (const message of messages) target.push(message);
  }

  /** Starts a sync if there is something to sync and none runs. */
  start(): void {
    if (this.#running !== null || this.#pending === null || this.#dead) return;
    const covered = this.#pending;
    this.#coveredEnd = covered.index;
    this.#waiting = this.#pendingWaiting;
    this.#pending = null;
    this.#pendingWaiting = [];
    this.#running = this.#run(covered);
  }

  /** Resolves when no sync runs. */
  async idle(): Promise<void> {
    while (this.#running !== null && !this.#dead) await this.#running;
  }

  /** Syncs what is left and resolves when no sync runs. */
  async finish(): Promise<void> {
    await this.idle();
    this.start();
    await this.idle();
  }

  /** The log was emptied and begins behind `index`, durably. Nothing may be left to sync. */
  reset(index: LogIndex): void {
    invariant(this.clean, 'a log was emptied that still had something to sync');
    this.#durableIndex = index;
  }

  async #run(covered: Entry): Promise<void> {
    this.#watch.begin();
    try {
      await this.#log.sync();
    } catch (error) {
      this.#dead = true;
      this.#running = null;
      this.#listener.onFailure(error);
      return;
    }
    this.#watch.end();
    const waiting = this.#waiting;
    this.#running = null;
    this.#waiting = [];
    this.#syncs++;
    this.#durableIndex = Math.max(this.#durableIndex, this.#coveredEnd);
    this.#listener.onDurable(covered.index, covered.term, waiting);
  }
}
