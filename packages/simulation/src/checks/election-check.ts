import type { Reporter } from './reporter.ts';

/**
 * - election-safety: at most one leader per term (paper §5.2).
 * - one-vote: a member gives one vote per term, whatever it has forgotten meanwhile (paper §5.2, Figure 2).
 */
export class ElectionCheck {
  readonly #group: string;
  readonly #reporter: Reporter;
  readonly #leaders: Map<number, string> = new Map();
  /** By member and term. */
  readonly #votes: Map<string, string> = new Map();

  constructor(group: string, reporter: Reporter) {
    this.#group = group;
    this.#reporter = reporter;
  }

  /** Returns whether this term's leader was not known before. */
  sawLeader(member: string, term: number): boolean {
    const known = this.#leaders.get(term);
    if (known === undefined) {
      this.#leaders.set(term, member);
      return true;
    }
    if (known !== member) {
      this.#reporter.report(
        'election-safety',
        `${this.#group}: ${known} and ${member} both lead in term ${term}`,
      );
    }
    return false;
  }

  /** A vote that was saved or that left the member. */
  sawVote(member: string, term: number, candidate: string): void {
    // A member that had lost its memory takes the leader it found for the one it voted for. That elects nobody: the term
    // has its leader, and no other can have one.
    if (this.#leaders.get(term) === candidate) return;
    const key = `${member} ${term}`;
    const known = this.#votes.get(key);
    if (known === undefined) this.#votes.set(key, candidate);
    else if (known !== candidate) {
      this.#reporter.report(
        'one-vote',
        `${this.#group}: ${member} votes for ${candidate} in term ${term}, in which it voted for ${known}`,
      );
    }
  }
}
