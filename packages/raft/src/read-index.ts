import type { ConfirmedRead } from './message.ts';

interface PendingRead {
  readonly id: number;
  readonly index: number;
  /** Heartbeat round whose answers confirm the read. */
  readonly round: number;
}

/**
 * Reads that must see everything committed before they were asked for (thesis §6.4). A read takes the commit index
 * when a heartbeat round begins after it was asked for; it is confirmed when a quorum answered that round, which
 * shows that no later leader had been elected when the round began.
 *
 * Invariant: of each id exactly one of confirmed or lost is handed out. Rounds and indexes ascend.
 */
export class ReadIndex {
  readonly #pendingMax: number;
  #nextId = 1;
  /** Asked for, and no round began since. */
  #asked: number[] = [];
  #pending: PendingRead[] = [];
  #confirmed: ConfirmedRead[] = [];
  #lost: number[] = [];

  constructor(pendingMax: number) {
    this.#pendingMax = pendingMax;
  }

  /** Reads that are neither confirmed nor lost. */
  get pendingCount(): number {
    return this.#asked.length + this.#pending.length;
  }

  get full(): boolean {
    return this.pendingCount >= this.#pendingMax;
  }

  /** Whether a read waits for a round to begin. */
  get waiting(): boolean {
    return this.#asked.length > 0;
  }

  get hasResults(): boolean {
    return this.#confirmed.length > 0 || this.#lost.length > 0;
  }

  /** Takes a read; only while not `full`. Returns its id. */
  ask(): number {
    const id = this.#nextId++;
    this.#asked.push(id);
    return id;
  }

  /** Takes a read that needs no round. Returns its id. */
  askConfirmed(index: number): number {
    const id = this.#nextId++;
    this.#confirmed.push({ id, index });
    return id;
  }

  /** Heartbeat `round` begins now; `index` is the commit index. */
  roundBegins(round: number, index: number): void {
    if (this.#asked.length === 0) return;
    for (const id of this.#asked) this.#pending.push({ id, index, round });
    this.#asked = [];
  }

  /** A quorum answered `round`, and so every round before it. */
  answered(round: number): void {
    let count = 0;
    while (count < this.#pending.length && (this.#pending[count] as PendingRead).round <= round) count++;
    if (count === 0) return;
    for (const { id, index } of this.#pending.splice(0, count)) this.#confirmed.push({ id, index });
  }

  /** The leader is in office no more; what waits will not be confirmed. */
  abandon(): void {
    for (const { id } of this.#pending) this.#lost.push(id);
    this.#lost.push(...this.#asked);
    this.#pending = [];
    this.#asked = [];
  }

  take(): { readonly reads: readonly ConfirmedRead[]; readonly readsLost: readonly number[] } {
    const taken = { reads: this.#confirmed, readsLost: this.#lost };
    if (taken.reads.length > 0) this.#confirmed = [];
    if (taken.readsLost.length > 0) this.#lost = [];
    return taken;
  }
}
