import { ElectionTimer } from './election-timer.ts';
import type { Message } from './message.ts';
import type { VoteResult } from './quorum.ts';
import type { Raft } from './raft.ts';
import type { RoleBehaviour } from './role-behaviour.ts';

/** Why an election is held, which decides who may vote in it and what it takes to win. */
export type Election =
  | { readonly type: 'ordinary' }
  /** The leader asked for it (thesis §3.10). */
  | { readonly type: 'transfer' }
  /**
   * The first one of a group. `lives` holds what the blank voters called themselves when they said that they are
   * empty. It takes every vote: a member that is blank because it lost its files cannot make up a majority that
   * decides anew what was decided before.
   */
  | { readonly type: 'bootstrap'; readonly lives: ReadonlyMap<string, number> };

/** Is in a new term, has voted for itself and asks for votes. */
export class Candidate implements RoleBehaviour {
  readonly role = 'candidate';
  readonly leaderInOffice = false;
  readonly #raft: Raft;
  readonly #election: Election;
  readonly #timer: ElectionTimer;
  readonly #votes = new Map<string, boolean>();

  constructor(raft: Raft, election: Election) {
    this.#raft = raft;
    this.#election = election;
    this.#timer = new ElectionTimer(raft.config.electionTimeoutTicks, raft.random);
  }

  /** Sends the requests. */
  start(): void {
    const { id: from, term, log, configuration } = this.#raft;
    const { lastIndex, lastTerm } = log;
    const transfer = this.#election.type === 'transfer';
    const bootstrap = this.#election.type === 'bootstrap';
    const end = { from, term, lastIndex, lastTerm };
    for (const to of configuration.voters) {
      if (to === from) continue;
      const life = this.#election.type === 'bootstrap' ? (this.#election.lives.get(to) ?? 0) : 0;
      this.#raft.send({ type: 'vote-request', ...end, to, transfer, bootstrap, life });
    }
    // The own vote is a promise like any other: it counts when it comes back, which is after it is durable.
    this.#raft.sendAfterSync({ type: 'vote-response', from, to: from, term, granted: true });
  }

  tick(): void {
    if (this.#timer.tick()) this.#raft.startElection();
  }

  step(message: Message): void {
    const raft = this.#raft;
    switch (message.type) {
      case 'append-request':
      case 'heartbeat-request':
      case 'snapshot-chunk':
        raft.becomeFollower(message.term, message.from);
        raft.step(message);
        return;
      case 'vote-response':
        this.#record(message.from, message.granted);
        return;
      case 'append-accepted':
      case 'append-rejected':
      case 'heartbeat-response':
      case 'pre-vote-request':
      case 'pre-vote-response':
      case 'vote-request':
      case 'timeout-now':
      case 'snapshot-answer':
      case 'repair-request':
      case 'repair-answer':
        return;
    }
  }

  persisted(): void {}

  configured(): void {}

  applied(): void {}

  connectionLost(): void {}

  checkInvariants(): void {}

  #record(voter: string, granted: boolean): void {
    const raft = this.#raft;
    // The first answer stands: a voter never changes its mind within a term.
    if (!this.#votes.has(voter)) this.#votes.set(voter, granted);
    switch (this.#result()) {
      case 'pending':
        return;
      case 'won':
        raft.becomeLeader();
        return;
      case 'lost':
        raft.becomeFollower(raft.term, null);
        return;
    }
  }

  #result(): VoteResult {
    const { configuration } = this.#raft;
    if (this.#election.type !== 'bootstrap') return configuration.voteResult((id) => this.#votes.get(id));
    const votes = configuration.voters.map((id) => this.#votes.get(id));
    if (votes.includes(false)) return 'lost';
    return votes.includes(undefined) ? 'pending' : 'won';
  }
}
