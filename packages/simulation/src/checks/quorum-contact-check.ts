import { isQuorum } from './quorums.ts';
import type { Reporter } from './reporter.ts';

/** A pause between two steps of a member counts as this much at most: it may have had no time to notice anything. */
const STEP_MS_MAX = 100;
/** Whoever sent something within this time is in contact. */
const RECENT_MS = 1_000;

interface Leading {
  term: number;
  /** Time that it ran without a majority having sent anything to it. */
  aloneMs: number;
  lastStepMs: number;
}

/** check-quorum: a leader that no majority talks to steps down after a bounded time of its own (thesis §6.2). */
export class QuorumContactCheck {
  readonly #group: string;
  readonly #reporter: Reporter;
  readonly #boundMs: number;
  /** When one member last sent something to another, by "from>to". */
  readonly #sentMs: Map<string, number> = new Map();
  readonly #leading: Map<string, Leading> = new Map();

  /** `boundMs` covers the election time-out on the slowest clock, and what was under way. */
  constructor(group: string, reporter: Reporter, boundMs: number) {
    this.#group = group;
    this.#reporter = reporter;
    this.#boundMs = boundMs;
  }

  sent(from: string, to: string, nowMs: number): void {
    this.#sentMs.set(`${from}>${to}`, nowMs);
  }

  /** A step of a member that leads in `term`; null: it does not lead. `halves`: the voters, see `halvesOf`. */
  saw(member: string, term: number | null, halves: readonly (readonly string[])[], nowMs: number): void {
    if (term === null) {
      this.#leading.delete(member);
      return;
    }
    const leading = this.#leading.get(member);
    if (leading?.term !== term) {
      this.#leading.set(member, { term, aloneMs: 0, lastStepMs: nowMs });
      return;
    }
    const since = Math.min(nowMs - leading.lastStepMs, STEP_MS_MAX);
    leading.lastStepMs = nowMs;
    const talks = (voter: string): boolean =>
      voter === member || (this.#sentMs.get(`${voter}>${member}`) ?? -Infinity) > nowMs - RECENT_MS;
    leading.aloneMs = isQuorum(halves, talks) ? 0 : leading.aloneMs + since;
    if (leading.aloneMs <= this.#boundMs) return;
    this.#reporter.report(
      'check-quorum',
      `${this.#group}: ${member} leads in term ${term} after ${Math.round(leading.aloneMs)} ms without a majority`,
    );
    leading.aloneMs = 0;
  }
}
