import { invariant } from './errors.ts';
import { Inflights } from './inflights.ts';

/**
 * - `probe`: the leader does not know where the follower's log stands. One append at a time, repeated only after
 *   an answer to a heartbeat.
 * - `replicate`: the logs agree up to `match`. Appends are pipelined: `next` moves when a message leaves.
 * - `snapshot`: the log does not hold what the follower needs. Nothing is sent until a snapshot is installed there.
 *
 * ```
 *              accepted
 *     probe --------------> replicate
 *     ^ ^ |                   |   ^
 *     | | +--- compacted      |   | installed
 *     | |          |          |   |
 *     | |          v          |   |
 *     | +----- snapshot ------|---+
 *     |  failed               |
 *     +-----------------------+
 *      rejected, connection lost
 * ```
 */
export type ProgressState = 'probe' | 'replicate' | 'snapshot';

/**
 * One follower as its leader sees it.
 *
 * Invariant: 0 <= match < next. Only in `replicate` is anything in flight.
 */
export class Progress {
  readonly #inflights: Inflights;
  #state: ProgressState = 'probe';
  #match = 0;
  #next: number;
  #probeSent = false;
  #nudged = false;
  #active = false;
  #remembers: boolean;
  #commitSent = 0;
  #ackedRound = 0;
  /** Entry that is being fetched from the log; it counts only while it is the next one. 0 for none. */
  #fetching = 0;
  /** Entry that was fetched; the same. */
  #fetched = 0;
  /** Newest heartbeat round that had left when the last append did. */
  #sentInRound = 0;

  /** `remembers`: what to believe until the follower tells. */
  constructor(
    next: number,
    inflightMessagesMax: number,
    inflightBytesMax: number,
    remembers: boolean = true,
  ) {
    this.#next = next;
    this.#remembers = remembers;
    this.#inflights = new Inflights(inflightMessagesMax, inflightBytesMax);
  }

  get state(): ProgressState {
    return this.#state;
  }

  /** Highest index that the follower has confirmed to hold durably. */
  get match(): number {
    return this.#match;
  }

  /** Index of the next entry to send. */
  get next(): number {
    return this.#next;
  }

  /** True if the follower said anything since the last quorum check. */
  get active(): boolean {
    return this.#active;
  }

  /** False for a follower that lost its memory, or may be new, and so gives no votes. */
  get remembers(): boolean {
    return this.#remembers;
  }

  /** Newest heartbeat round that the follower answered. */
  get ackedRound(): number {
    return this.#ackedRound;
  }

  /** Whether the next entry was fetched from the log. */
  get fetched(): boolean {
    return this.#fetched === this.#next;
  }

  /** True if no entries may be sent until the follower answers, or until the log was read. */
  get paused(): boolean {
    if (this.#fetching === this.#next) return true;
    switch (this.#state) {
      case 'probe':
        return this.#probeSent;
      case 'replicate':
        return this.#inflights.full;
      case 'snapshot':
        return true;
    }
  }

  /**
   * Whether an append should leave now, given the leader's last and commit index. Entries go whenever the window
   * is open. A moved commit index rides on them, and travels alone only when nothing is under way.
   */
  appendDue(lastIndex: number, commitIndex: number): boolean {
    if (this.#state === 'snapshot') return false;
    if (this.#nudged) return true;
    if (this.paused) return false;
    if (this.#next <= lastIndex) return true;
    return this.#state === 'replicate' && this.#inflights.count === 0 && commitIndex > this.#commitSent;
  }

  /**
   * An append left after heartbeat `round`; it ends at `lastIndex` (next - 1 if it is empty) and carries
   * `commitIndex`.
   */
  sent(lastIndex: number, entryCount: number, bytes: number, commitIndex: number, round: number): void {
    invariant(lastIndex === this.#next - 1 + entryCount, 'an append does not start at the next index');
    this.#nudged = false;
    this.#sentInRound = round;
    this.#commitSent = Math.max(this.#commitSent, Math.min(commitIndex, lastIndex));
    if (this.#state === 'probe') {
      this.#probeSent = true;
    } else if (entryCount > 0) {
      this.#next = lastIndex + 1;
      this.#inflights.add(lastIndex, bytes);
    }
  }

  /** The next entry has to be read from the log; nothing is sent until `entryFetched`. */
  awaitsEntry(): void {
    this.#fetching = this.#next;
    this.#fetched = 0;
  }

  /** The entry `index` was read. It matters only if it is still the one that is waited for. */
  entryFetched(index: number): void {
    if (index !== this.#fetching) return;
    this.#fetching = 0;
    this.#fetched = index;
  }

  /** The follower holds everything up to `index` durably. Returns whether `match` moved. */
  accepted(index: number): boolean {
    const moved = index > this.#match;
    if (moved) this.#match = index;
    this.#next = Math.max(this.#next, index + 1);
    if (this.#state === 'replicate') {
      this.#inflights.freeTo(index);
    } else {
      this.#state = 'replicate';
      this.#probeSent = false;
    }
    return moved;
  }

  /**
   * Like `accepted`, for a follower that needs a snapshot and still does: the log does not hold what follows `index`.
   */
  acceptedBehindLog(index: number): boolean {
    const moved = index > this.#match;
    if (moved) this.#match = index;
    this.#next = Math.max(this.#next, index + 1);
    return moved;
  }

  /**
   * The follower has no entry that fits `prevIndex`; the logs can agree up to `agreeIndex` at most. Returns false
   * for an answer to a message that does not matter any more.
   *
   * `match` may go down: a follower whose log was damaged comes back with less than it confirmed, and must get
   * it again. Thinking too little of a follower is always safe.
   */
  rejected(prevIndex: number, agreeIndex: number): boolean {
    if (this.#state === 'snapshot') return false;
    if (this.#state === 'probe' ? prevIndex !== this.#next - 1 : prevIndex < this.#match) return false;
    const agree = Math.min(agreeIndex, prevIndex - 1);
    this.#match = Math.max(0, Math.min(this.#match, agree));
    this.#next = Math.max(agree, this.#match) + 1;
    this.#enter('probe');
    return true;
  }

  /**
   * What was under way is lost; start again after the last confirmed entry. A snapshot is another matter: whoever
   * sends it goes on after a reconnect, or gives up with `snapshotFailed`.
   */
  connectionLost(): void {
    this.#active = false;
    this.#ackedRound = 0;
    if (this.#state === 'snapshot') return;
    this.#next = this.#match + 1;
    this.#enter('probe');
  }

  /** A snapshot is needed; nothing else is sent until it is installed or failed. */
  needsSnapshot(): void {
    this.#enter('snapshot');
  }

  /** The snapshot was not installed; tried again after the next sign of life, `round` being the newest heartbeat. */
  snapshotFailed(round: number): void {
    if (this.#state !== 'snapshot') return;
    this.#next = this.#match + 1;
    this.blocked(round);
  }

  /**
   * An answer to heartbeat `round` came. If the follower lacks entries then the append that carried them, or its
   * answer, may be lost: let one append out whatever the window says, so that the follower shows where it stands.
   * A heartbeat that left before the last append tells nothing about it.
   */
  heartbeatAnswered(round: number, lastIndex: number): void {
    this.#ackedRound = Math.max(this.#ackedRound, round);
    if (round <= this.#sentInRound) return;
    this.#probeSent = false;
    if (this.#match < lastIndex) this.#nudged = true;
  }

  /**
   * Nothing can be sent: what the follower needs is not in the log, and it may be gone. Tried again after its next
   * sign of life, `round` being the newest heartbeat sent.
   */
  blocked(round: number): void {
    this.#enter('probe');
    this.#sentInRound = round;
    this.#probeSent = true;
  }

  markActive(): void {
    this.#active = true;
  }

  /** Lets one append out whatever the window says, so that the follower shows where it stands. */
  nudge(): void {
    this.#nudged = true;
  }

  /**
   * The follower told whether it remembers. One that does not any more has lost what it confirmed: nothing is known
   * about its log, so it is probed anew.
   */
  setRemembers(remembers: boolean): void {
    if (this.#remembers && !remembers) {
      this.#match = 0;
      if (this.#state !== 'snapshot') this.#enter('probe');
      this.#nudged = true;
    }
    this.#remembers = remembers;
  }

  /** Starts a new interval of the quorum check. */
  clearActive(): void {
    this.#active = false;
  }

  checkInvariants(lastIndex: number): void {
    invariant(this.#match >= 0 && this.#match < this.#next, 'progress: match is not below next');
    invariant(this.#next <= lastIndex + 1, 'progress: next is beyond the end of the log');
    invariant(
      this.#state === 'replicate' || this.#inflights.count === 0,
      'progress: something is in flight outside of replicate',
    );
    this.#inflights.checkInvariants();
  }

  #enter(state: ProgressState): void {
    this.#state = state;
    this.#probeSent = false;
    this.#nudged = false;
    this.#inflights.clear();
  }
}
