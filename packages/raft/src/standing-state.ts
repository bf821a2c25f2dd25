import type { Standing } from './storage.ts';

/** Election timeouts for which a member that lost its memory keeps out of elections at least. */
const REPAIR_TIMEOUTS = 4;

/**
 * How far this member can rely on its memory, and how it gets from one standing to the next:
 *
 * ```
 *           hears a leader               holds a committed entry of the
 *   blank -----------------> repairing ----------------------------------> full
 *     |                                  leader's own term, and has waited   ^
 *     +----------------------------------------------------------------------+
 *        votes in the first election of a group
 * ```
 *
 * A member that lost its files may have confirmed entries and given votes that it does not know of. The committed
 * entry of the current term brings back the entries: it has everything committed before. The wait covers the votes:
 * an election or a leader that counted on them is over by then.
 */
export class StandingState {
  readonly #waitTicks: number;
  #standing: Standing;
  #ticks = 0;
  /** Term of the last leader heard in this life, -1 for none. */
  #heardTerm = -1;

  constructor(standing: Standing, electionTimeoutTicks: number) {
    this.#standing = standing;
    this.#waitTicks = REPAIR_TIMEOUTS * electionTimeoutTicks;
  }

  get current(): Standing {
    return this.#standing;
  }

  tick(): void {
    if (this.#standing === 'repairing' && this.#ticks < this.#waitTicks) this.#ticks++;
  }

  /** The leader of `term` sent entries, a heartbeat or a snapshot. */
  leaderHeard(term: number): void {
    this.#heardTerm = term;
    if (this.#standing === 'blank') this.#standing = 'repairing';
  }

  /** The member votes in the first election of its group. */
  bootstrapped(): void {
    this.#standing = 'full';
  }

  /** Whether an entry of `term` that is committed and durable here completes the repair. */
  repairedBy(term: number | null, currentTerm: number): boolean {
    const waited = this.#ticks >= this.#waitTicks;
    if (this.#standing !== 'repairing' || !waited) return false;
    if (term !== currentTerm || this.#heardTerm !== currentTerm) return false;
    this.#standing = 'full';
    return true;
  }
}
