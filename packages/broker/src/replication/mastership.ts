import type { RaftDriver } from '@ledgermq/raft';
import type { Leadership, LeadershipPort } from '../group-port.ts';

type Consensus = Pick<RaftDriver, 'role' | 'term' | 'leader' | 'leaseValid' | 'readIndex'>;

/** A leader is the master only once it has applied an entry of its own term: before, its state may be behind. */
export class Mastership implements LeadershipPort {
  readonly #consensus: Consensus;
  /** The term in which this replica has applied an entry of its own as leader, so that it may open. */
  #openTerm = -1;

  constructor(consensus: Consensus) {
    this.#consensus = consensus;
  }

  current(): Leadership {
    const { role, term, leader } = this.#consensus;
    if (role !== 'leader') return { leading: false, leader, term };
    return this.#openTerm === term ? { leading: true, leader, term } : { leading: false, leader: null, term };
  }

  readsAreCurrent(): boolean {
    return this.current().leading && this.#consensus.leaseValid;
  }

  confirm(done: (confirmed: boolean) => void): void {
    if (!this.current().leading) {
      done(false);
      return;
    }
    this.#consensus.readIndex((result) => done(result.type === 'current' && this.current().leading));
  }

  /** Entries up to one of `appliedTerm` were applied. Returns whether that makes this replica the master. */
  opens(appliedTerm: number): boolean {
    const { role, term } = this.#consensus;
    if (role !== 'leader' || this.#openTerm === term || appliedTerm !== term) return false;
    this.#openTerm = term;
    return true;
  }
}
