import type { HardState, Message } from '@ledgermq/raft';
import type { Reporter } from './reporter.ts';

/**
 * vote-durable: a member says nothing in a term, and gives no vote, that it would not remember after a loss of power
 * (paper, Figure 2: updated on stable storage before responding).
 */
export class VoteDurabilityCheck {
  readonly #group: string;
  readonly #reporter: Reporter;

  constructor(group: string, reporter: Reporter) {
    this.#group = group;
    this.#reporter = reporter;
  }

  /** `saved` is what the sender has saved. Returns for whom the message is a vote; null for none. */
  sent(message: Message, saved: HardState, isDurable: () => boolean): string | null {
    const { type, from, term } = message;
    // A pre-vote speaks of a term that has not begun.
    if (type === 'pre-vote-request' || type === 'pre-vote-response') return null;
    if (term > saved.term)
      this.#fail(`${from} sends ${type} of term ${term}, and has saved term ${saved.term}`);
    const vote = voteOf(message);
    if (vote === null) return null;
    if (saved.term === term && saved.votedFor !== vote)
      this.#fail(`${from} votes for ${vote} in term ${term}, and has saved ${saved.votedFor ?? 'no vote'}`);
    if (!isDurable()) this.#fail(`${from} votes for ${vote} in term ${term}, which is not on its platter`);
    return vote;
  }

  #fail(what: string): void {
    this.#reporter.report('vote-durable', `${this.#group}: ${what}`);
  }
}

function voteOf(message: Message): string | null {
  if (message.type === 'vote-request') return message.from;
  return message.type === 'vote-response' && message.granted ? message.to : null;
}
