import { ElectionTimer } from './election-timer.ts';
import type { Message } from './message.ts';
import type { Raft } from './raft.ts';
import type { RoleBehaviour } from './role-behaviour.ts';

/**
 * Asks for votes. As a pre-candidate it asks whether it would get them in the next term and changes nothing
 * (thesis §9.6); as a candidate it is in that term and has voted for itself.
 */
export class Candidate implements RoleBehaviour {
  readonly role: 'pre-candidate' | 'candidate';
  readonly leaderInOffice = false;
  readonly #raft: Raft;
  readonly #timer: ElectionTimer;
  readonly #votes = new Map<string, boolean>();

  constructor(raft: Raft, role: 'pre-candidate' | 'candidate') {
    this.#raft = raft;
    this.role = role;
    this.#timer = new ElectionTimer(raft.config.electionTimeoutTicks, raft.random);
  }

  /** Sends the requests. May end in the next role at once when this member is the only voter. */
  start(): void {
    const raft = this.#raft;
    const term = this.#electionTerm();
    const { lastIndex, lastTerm } = raft.log;
    for (const to of raft.configuration.voters) {
      if (to === raft.id) continue;
      const ask = { from: raft.id, to, term, lastIndex, lastTerm };
      if (this.role === 'pre-candidate') raft.send({ type: 'pre-vote-request', ...ask });
      else raft.send({ type: 'vote-request', ...ask, transfer: false, bootstrap: false, life: 0 });
    }
    if (this.role === 'candidate') {
      // The own vote is a promise like any other: it counts when it comes back, which is after it is durable.
      raft.sendAfterSync({ type: 'vote-response', from: raft.id, to: raft.id, term, granted: true });
    } else {
      this.#record(raft.id, true);
    }
  }

  tick(): void {
    if (this.#timer.tick()) this.#raft.startElection();
  }

  step(message: Message): void {
    const raft = this.#raft;
    switch (message.type) {
      case 'append-request':
      case 'heartbeat-request':
        raft.becomeFollower(message.term, message.from);
        raft.step(message);
        return;
      case 'pre-vote-response': {
        const term = message.granted ? this.#electionTerm() : raft.term;
        if (this.role === 'pre-candidate' && message.term === term)
          this.#record(message.from, message.granted);
        return;
      }
      case 'vote-response':
        if (this.role === 'candidate') this.#record(message.from, message.granted);
        return;
      case 'append-accepted':
      case 'append-rejected':
      case 'heartbeat-response':
      case 'pre-vote-request':
      case 'vote-request':
      case 'timeout-now':
      case 'snapshot-chunk':
      case 'snapshot-answer':
      case 'repair-request':
      case 'repair-answer':
        return;
    }
  }

  persisted(): void {}

  connectionLost(): void {}

  checkInvariants(): void {}

  #electionTerm(): number {
    return this.role === 'candidate' ? this.#raft.term : this.#raft.term + 1;
  }

  #record(voter: string, granted: boolean): void {
    const raft = this.#raft;
    // The first answer stands: a voter never changes its mind within a term.
    if (!this.#votes.has(voter)) this.#votes.set(voter, granted);
    const result = raft.configuration.voteResult((id) => this.#votes.get(id));
    switch (result) {
      case 'pending':
        return;
      case 'won':
        if (this.role === 'candidate') raft.becomeLeader();
        else raft.becomeCandidate();
        return;
      case 'lost':
        raft.becomeFollower(raft.term, null);
        return;
    }
  }
}
