import type { Clock, TimerHandle } from '@ledgermq/raft';
import type { ClientConnection } from '../exchange.ts';

/** A pull of older messages that has to wait because sends come first. */
export interface PacedPull {
  readonly connection: ClientConnection;
  /** What it will read. */
  readonly bytes: number;
  /** Runs the pull again, its bytes counted. Called at most once. */
  resume(): void;
}

export interface ColdPaceOptions {
  /** Bytes of older log that pulls may take in a second while sends press. */
  readonly coldReadBytesPerSecond: number;
  /** So many messages sent in a second, and more, press. */
  readonly coldReadYieldsAt: number;
  readonly coldPullsMax: number;
}

/** How often it is looked whether sends press. */
const SAMPLE_MS = 100;
/** What was not used is kept for this long; more would let a burst of reads stop the sends after a quiet moment. */
const BURST_MS = 20;
/** A pull that would have to wait longer is refused: clients give up after 30 s, and the reading would be for nobody. */
const WAIT_MS_MAX = 10_000;
/** Resumed in one turn of the event loop, also when nothing presses any more: all of those that wait would stop it. */
const RESUMED_BYTES_MAX = 4 * 1024 * 1024;

/**
 * Keeps consumers of old messages from slowing the sends: while many messages come in, pulls that the tail of the
 * log cannot serve share a number of bytes per second, first come first served. Without such pressure they are as fast as
 * disk and processor allow. One for all replicas of a process, since they share its event loop.
 *
 * Reads are paid afterwards: whoever finds the account not in debt takes what it needs, however much that is.
 */
export class ColdPace {
  readonly #clock: Clock;
  readonly #sent: () => number;
  readonly #options: ColdPaceOptions;
  #waiting: PacedPull[] = [];
  #waitingBytes = 0;
  #balance = 0;
  #countedAt: number;
  #sampledAt: number;
  #sampledSent: number;
  #pressing = false;
  #timer: TimerHandle | null = null;

  /** `sent`: messages that were sent to this process so far. */
  constructor(clock: Clock, sent: () => number, options: ColdPaceOptions) {
    this.#clock = clock;
    this.#sent = sent;
    this.#options = options;
    this.#countedAt = clock.monotonic();
    this.#sampledAt = this.#countedAt;
    this.#sampledSent = sent();
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Whether so many bytes may be read now; then they are counted. */
  take(bytes: number): boolean {
    this.#count();
    if (this.#waiting.length > 0 || !this.#free) return false;
    this.#spend(bytes);
    return true;
  }

  /** After `take` said no. False when too many wait already. */
  wait(pull: PacedPull): boolean {
    const bytesMax = (this.#options.coldReadBytesPerSecond * WAIT_MS_MAX) / 1000;
    if (this.#waiting.length >= this.#options.coldPullsMax) return false;
    if (this.#waiting.length > 0 && this.#waitingBytes + pull.bytes > bytesMax) return false;
    this.#waiting.push(pull);
    this.#waitingBytes += pull.bytes;
    this.#schedule();
    return true;
  }

  /** Forgets its pulls. */
  connectionClosed(connection: ClientConnection): void {
    if (this.#waiting.length === 0) return;
    this.#keep(this.#waiting.filter((pull) => pull.connection !== connection));
  }

  /** Forgets everything unanswered. */
  stop(): void {
    this.#keep([]);
  }

  get #free(): boolean {
    return !this.#pressing || this.#balance > 0;
  }

  #keep(waiting: PacedPull[]): void {
    this.#waiting = waiting;
    this.#waitingBytes = waiting.reduce((sum, { bytes }) => sum + bytes, 0);
    if (waiting.length > 0 || this.#timer === null) return;
    this.#clock.clearTimer(this.#timer);
    this.#timer = null;
  }

  #spend(bytes: number): void {
    if (this.#pressing) this.#balance -= bytes;
  }

  #count(): void {
    const now = this.#clock.monotonic();
    const { coldReadBytesPerSecond, coldReadYieldsAt } = this.#options;
    const burst = (coldReadBytesPerSecond * BURST_MS) / 1000;
    const earned = ((now - this.#countedAt) * coldReadBytesPerSecond) / 1000;
    this.#balance = Math.min(burst, this.#balance + earned);
    this.#countedAt = now;
    if (now - this.#sampledAt < SAMPLE_MS) return;
    const sent = this.#sent();
    this.#pressing = (sent - this.#sampledSent) * 1000 >= coldReadYieldsAt * (now - this.#sampledAt);
    this.#sampledAt = now;
    this.#sampledSent = sent;
  }

  #schedule(): void {
    if (this.#timer !== null) return;
    const debtMs = this.#free ? 0 : (-this.#balance * 1000) / this.#options.coldReadBytesPerSecond;
    this.#timer = this.#clock.setTimer(Math.min(SAMPLE_MS, Math.max(1, Math.ceil(debtMs))), () => {
      this.#timer = null;
      this.#serve();
    });
  }

  #serve(): void {
    this.#count();
    const served: PacedPull[] = [];
    let bytes = 0;
    for (const pull of this.#waiting) {
      if (!this.#free || bytes >= RESUMED_BYTES_MAX) break;
      this.#spend(pull.bytes);
      bytes += pull.bytes;
      served.push(pull);
    }
    this.#keep(this.#waiting.slice(served.length));
    if (this.#waiting.length > 0) this.#schedule();
    for (const pull of served) pull.resume();
  }
}
