import type { Message, Standing } from '@ledgermq/raft';

/** What a member had promised before its files were damaged. */
export interface Promises {
  /** Last entry that it confirmed. */
  readonly lastIndex: number;
  readonly lastTerm: number;
  /** The last election it knew of, and whom it voted for in that. */
  readonly term: number;
  readonly votedFor: string | null;
}

type Request = Extract<Message, { type: 'vote-request' | 'pre-vote-request' }>;

/**
 * Reads all messages of a group while a damaged member is part of it. Whatever that member has forgotten, it must not help
 * anybody into office whose log lacks what it once confirmed, or for whom it cannot have been free, and must not be
 * counted while it is being repaired.
 */
export class PromiseWatch {
  /** What was seen that must not be. */
  readonly broken: string[] = [];
  readonly #victim: string;
  readonly #promises: Promises;
  readonly #standing: () => Standing | null;
  /** By type and sender, the last of each. */
  readonly #requests = new Map<string, Request>();

  /** `standing`: of the victim at this moment, null while it does not run. */
  constructor(victim: string, promises: Promises, standing: () => Standing | null) {
    this.#victim = victim;
    this.#promises = promises;
    this.#standing = standing;
  }

  see(message: Message): void {
    const { type, from, to } = message;
    if (type === 'vote-request' || type === 'pre-vote-request') {
      this.#requests.set(`${type} ${from} ${to}`, message);
      // Whoever is blank may ask whether there is a group: nobody votes for it but in the first election.
      if (from === this.#victim && type === 'vote-request') this.#checkLog(message, `${from} asks for votes`);
    }
    if (from !== this.#victim) return;
    if ((type === 'vote-response' || type === 'pre-vote-response') && message.granted) {
      const request = this.#requests.get(`${type.replace('response', 'request')} ${to} ${from}`);
      if (request !== undefined) this.#checkLog(request, `${from} is for ${to}`);
      if (type === 'vote-response') this.#checkVote(message.term, to);
    }
    if (type !== 'append-accepted' && type !== 'heartbeat-response') return;
    if (this.#standing() === 'repairing' && message.repairing !== true)
      this.broken.push(`${from} lets itself be counted while it is repaired`);
  }

  #checkLog({ lastIndex, lastTerm }: Request, what: string): void {
    const { lastIndex: index, lastTerm: term } = this.#promises;
    if (lastTerm > term || (lastTerm === term && lastIndex >= index)) return;
    this.broken.push(
      `${what} with a log that ends at ${lastIndex} of term ${lastTerm}, but ${index} of term ${term} is confirmed`,
    );
  }

  #checkVote(term: number, candidate: string): void {
    const { term: before, votedFor } = this.#promises;
    if (term > before || (term === before && (votedFor === null || votedFor === candidate))) return;
    this.broken.push(
      `a vote for ${candidate} in term ${term}, after one for ${votedFor ?? 'nobody'} in ${before}`,
    );
  }
}
