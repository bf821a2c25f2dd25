import type { Message } from '@ledgermq/raft';

/** The end of the log for which somebody asks votes. */
export interface Candidacy {
  /** The term that begins if it succeeds. */
  readonly term: number;
  readonly lastIndex: number;
  readonly lastTerm: number;
}

/** Who asked for votes with which log, so that the answers can be judged. */
export class Candidacies {
  /** By candidate: the latest of each kind of request, and its term. */
  readonly #asked: Map<string, Candidacy> = new Map();

  /** Takes every message that leaves a member. Returns what a granted vote or pre-vote is for; null for anything else. */
  sent(message: Message): Candidacy | null {
    switch (message.type) {
      case 'pre-vote-request':
      case 'vote-request': {
        const { from, type, term, lastIndex, lastTerm } = message;
        this.#asked.set(`${type} ${from}`, { term, lastIndex, lastTerm });
        return null;
      }
      case 'pre-vote-response':
      case 'vote-response': {
        if (!message.granted || message.from === message.to) return null;
        const kind = message.type === 'vote-response' ? 'vote-request' : 'pre-vote-request';
        const asked = this.#asked.get(`${kind} ${message.to}`);
        return asked?.term === message.term ? asked : null;
      }
      default:
        return null;
    }
  }
}
