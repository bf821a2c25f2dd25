import type { LogIndex } from './entry.ts';
import type { Standing } from './storage.ts';

/** Election timeouts for which a member that lost its memory keeps out of elections at least. */
const REPAIR_TIMEOUTS = 4;

/**
 * How far this member can rely on its memory, and how it gets from one standing to the next:
 *
 * ```
 *           hears a leader               holds what the leader of the
 *   blank -----------------> repairing -----------------------------------> full
 *     |                                  term asked for, and has waited      ^
 *     +----------------------------------------------------------------------+
 *        votes in the first election of a group
 * ```
 *
 * A member that lost its files may have confirmed entries and given votes that it does not know of. The entries come
 * back with what the leader asks for: once it knows of the loss nothing is committed with the help of the lost
 * memory, and so its commit index of any later moment covers what was. That index is of the leader's own term, which covers
 * the leaders before it. An entry of that term alone would not do: the member may have lost later ones of the same term.
 * The wait covers the votes: an election or a leader that counted on them is over by then.
 */
export class StandingState {
  readonly #waitTicks: number;
  #standing: Standing;
  #ticks = 0;
  /** What the leader of this term asked for: null until it did. */
  #target: { readonly term: number; readonly index: LogIndex } | null = null;

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

  /** A leader sent entries, a heartbeat or a snapshot. */
  leaderHeard(): void {
    if (this.#standing === 'blank') this.#standing = 'repairing';
  }

  /**
   * The leader of `term` knows that this member lost its memory, and had committed up to `index` when it said so. What it
   * says after the wait moves the goal no more: under load the member would run after it for ever.
   */
  asked(term: number, index: LogIndex): void {
    if (this.#standing !== 'repairing') return;
    const target = this.#target?.term === term ? this.#target : null;
    if (target !== null && (this.#waited || index <= target.index)) return;
    this.#target = { term, index };
  }

  /** The member votes in the first election of its group. */
  bootstrapped(): void {
    this.#standing = 'full';
  }

  /** Whether holding everything up to `index`, committed and durable, completes the repair in `currentTerm`. */
  repairedBy(index: LogIndex, currentTerm: number): boolean {
    if (this.#standing !== 'repairing' || !this.#waited) return false;
    if (this.#target?.term !== currentTerm || index < this.#target.index) return false;
    this.#standing = 'full';
    return true;
  }

  get #waited(): boolean {
    return this.#ticks >= this.#waitTicks;
  }
}
