import type { Clock } from './clock.ts';
import type { RaftConfig } from './config.ts';

export type SyncWatchConfig = Pick<
  RaftConfig,
  'slowSyncMs' | 'slowSyncCount' | 'hangingSyncMs' | 'handOverRetryMsMax'
>;

/** Measures how long syncs take. A disk that is about to fail often becomes slow first. */
export class SyncWatch {
  readonly #config: SyncWatchConfig;
  readonly #clock: Clock;
  #startedAt: number | null = null;
  #endedAt = 0;
  #lastMs = 0;
  #longestMs = 0;
  #slowInRow = 0;

  constructor(config: SyncWatchConfig, clock: Clock) {
    this.#config = config;
    this.#clock = clock;
  }

  /** Length of the last sync that ended. */
  get lastMs(): number {
    return this.#lastMs;
  }

  get longestMs(): number {
    return this.#longestMs;
  }

  /** `slowSyncCount` syncs in a row, or more, took longer than `slowSyncMs` each. */
  get slow(): boolean {
    return this.#slowInRow >= this.#config.slowSyncCount;
  }

  /** The sync that runs takes longer than `hangingSyncMs`. */
  get hanging(): boolean {
    return this.#startedAt !== null && this.#clock.monotonic() - this.#startedAt > this.#config.hangingSyncMs;
  }

  /**
   * Whether this member should not be offered the leadership: it would give it away again. What was seen of the disk counts
   * for `handOverRetryMsMax`, since a disk that nobody writes to shows nothing new.
   */
  get unfit(): boolean {
    if (this.hanging) return true;
    return this.slow && this.#clock.monotonic() - this.#endedAt < this.#config.handOverRetryMsMax;
  }

  begin(): void {
    this.#startedAt = this.#clock.monotonic();
  }

  end(): void {
    if (this.#startedAt === null) return;
    this.#endedAt = this.#clock.monotonic();
    this.#lastMs = this.#endedAt - this.#startedAt;
    this.#startedAt = null;
    if (this.#lastMs > this.#longestMs) this.#longestMs = this.#lastMs;
    if (this.#lastMs > this.#config.slowSyncMs) this.#slowInRow++;
    else this.#slowInRow = 0;
  }

  /** This process stood still for `ms`: a sync that ran meanwhile may have ended long ago. */
  discount(ms: number): void {
    if (this.#startedAt !== null) this.#startedAt = Math.min(this.#startedAt + ms, this.#clock.monotonic());
  }

  /** Counts slow syncs from here on. */
  forget(): void {
    this.#slowInRow = 0;
  }
}
