import type { Message } from '@ledgermq/raft';
import type { Reporter } from './reporter.ts';

/**
 * pre-vote: nobody raises its term to campaign unless a majority said that it would vote for it (thesis §9.6), so that a
 * member which comes back from isolation disturbs nobody. A transfer of leadership needs no leave.
 */
export class PreVoteCheck {
  readonly #group: string;
  readonly #reporter: Reporter;
  readonly #isQuorum: (candidate: string, agrees: (voter: string) => boolean) => boolean;
  /** By candidate: the term asked for, and who agreed. */
  readonly #granted: Map<string, { term: number; readonly by: Set<string> }> = new Map();

  /** `isQuorum`: by the configuration of the candidate at this moment. */
  constructor(
    group: string,
    reporter: Reporter,
    isQuorum: (candidate: string, agrees: (voter: string) => boolean) => boolean,
  ) {
    this.#group = group;
    this.#reporter = reporter;
    this.#isQuorum = isQuorum;
  }

  sent(message: Message): void {
    if (message.type === 'pre-vote-response' && message.granted) {
      const known = this.#granted.get(message.to);
      if (known?.term === message.term) known.by.add(message.from);
      else if (known === undefined || known.term < message.term)
        this.#granted.set(message.to, { term: message.term, by: new Set([message.from]) });
      return;
    }
    if (message.type !== 'vote-request' || message.transfer) return;
    const granted = this.#granted.get(message.from);
    const agreed: ReadonlySet<string> = granted?.term === message.term ? granted.by : new Set();
    if (this.#isQuorum(message.from, (voter) => voter === message.from || agreed.has(voter))) return;
    this.#reporter.report(
      'pre-vote',
      `${this.#group}: ${message.from} campaigns in term ${message.term} with the leave of ${agreed.size} others`,
    );
  }
}
