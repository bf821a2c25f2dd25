import { Candidate } from './candidate.ts';
import type { RaftConfig } from './config.ts';
import type { Configuration } from './configuration.ts';
import { invariant } from './errors.ts';
import { Follower } from './follower.ts';
import { Leader } from './leader.ts';
import type { Logger } from './logger.ts';
import type { Message, PreVoteRequest, VoteRequest } from './message.ts';
import type { Outbox } from './outbox.ts';
import type { RaftLog } from './raft-log.ts';
import type { Random } from './random.ts';
import type { RoleBehaviour } from './role-behaviour.ts';
import type { RoleChange } from './status.ts';
import type { HardState, Standing } from './storage.ts';

export interface RaftParts {
  readonly id: string;
  readonly config: RaftConfig;
  readonly configuration: Configuration;
  readonly log: RaftLog;
  readonly outbox: Outbox;
  readonly random: Random;
  readonly logger: Logger;
  readonly hardState: HardState;
  readonly voteFloor: number;
}

/**
 * Term, vote, known leader and role of one member, and the rules that hold in every role. Each change of role
 * goes through one of the four `becomeX`; what a role does is in its own class.
 *
 * Invariants: the term never decreases; within a term the vote, once given, never changes; term >= term of the
 * last entry.
 */
export class Raft {
  readonly id: string;
  readonly config: RaftConfig;
  readonly configuration: Configuration;
  readonly log: RaftLog;
  readonly random: Random;
  readonly logger: Logger;
  readonly #outbox: Outbox;
  readonly #voteFloor: number;
  readonly hardStanding: Standing;
  #term: number;
  #votedFor: string | null;
  #leader: string | null = null;
  #behaviour: Follower | Candidate | Leader;
  /** What the driver was last told to save. */
  #savedTerm: number;
  #savedVote: string | null;

  constructor(parts: RaftParts) {
    this.id = parts.id;
    this.config = parts.config;
    this.configuration = parts.configuration;
    this.log = parts.log;
    this.random = parts.random;
    this.logger = parts.logger;
    this.#outbox = parts.outbox;
    this.#voteFloor = parts.voteFloor;
    this.#term = parts.hardState.term;
    this.#votedFor = parts.hardState.votedFor;
    this.hardStanding = parts.hardState.standing;
    this.#savedTerm = this.#term;
    this.#savedVote = this.#votedFor;
    this.#behaviour = new Follower(this);
  }

  get term(): number {
    return this.#term;
  }

  get leader(): string | null {
    return this.#leader;
  }

  get behaviour(): RoleBehaviour {
    return this.#behaviour;
  }

  /** The leader's part, null in the other roles. */
  get leading(): Leader | null {
    return this.#behaviour.role === 'leader' ? this.#behaviour : null;
  }

  get standing(): RoleChange {
    return { role: this.#behaviour.role, term: this.#term, leader: this.#leader };
  }

  get outboxFull(): boolean {
    return this.#outbox.full;
  }

  /** Takes one message from a member of the group. Anything else is ignored, whatever term it names. */
  step(message: Message): void {
    if (message.to !== this.id || !this.configuration.isMember(message.from)) return;
    if (message.term > this.#term && !this.#enterLaterTerm(message)) return;
    if (message.term < this.#term) {
      this.#answerEarlierTerm(message);
      return;
    }
    if (message.type === 'vote-request' || message.type === 'pre-vote-request') this.#onVoteRequest(message);
    else this.#behaviour.step(message);
  }

  /** Asks the others whether an election would succeed. Does nothing if this member must not lead. */
  startElection(): void {
    if (this.#behaviour.role === 'leader' || this.log.lastIndex < this.#voteFloor) return;
    this.becomePreCandidate();
  }

  send(message: Message): void {
    this.#outbox.add(message);
  }

  sendAfterSync(message: Message): void {
    this.#outbox.addAfterSync(message);
  }

  setLeader(leader: string | null): void {
    if (this.#leader === leader) return;
    this.#leader = leader;
    this.logger.info('leader changed', { term: this.#term, leader });
  }

  becomeFollower(term: number, leader: string | null): void {
    this.#enterTerm(term, null);
    this.#leader = leader;
    this.#behaviour = new Follower(this);
    this.#logRole();
  }

  becomePreCandidate(): void {
    this.#leader = null;
    const candidate = new Candidate(this, 'pre-candidate');
    this.#behaviour = candidate;
    this.#logRole();
    candidate.start();
  }

  becomeCandidate(): void {
    invariant(this.#behaviour.role === 'pre-candidate', 'only a pre-candidate may become a candidate');
    this.#enterTerm(this.#term + 1, this.id);
    const candidate = new Candidate(this, 'candidate');
    this.#behaviour = candidate;
    this.#logRole();
    candidate.start();
  }

  becomeLeader(): void {
    invariant(this.#behaviour.role === 'candidate', 'only a candidate may become the leader');
    this.#leader = this.id;
    const leader = new Leader(this);
    this.#behaviour = leader;
    this.#logRole();
    leader.start();
  }

  /** The term or vote to save, null if the last one handed out still holds. */
  takeHardState(): HardState | null {
    if (!this.hardStateChanged) return null;
    this.#savedTerm = this.#term;
    this.#savedVote = this.#votedFor;
    const commit = Math.min(this.log.commitIndex, this.log.durableIndex);
    return { term: this.#term, votedFor: this.#votedFor, commit, standing: this.hardStanding };
  }

  get hardStateChanged(): boolean {
    return this.#term !== this.#savedTerm || this.#votedFor !== this.#savedVote;
  }

  checkInvariants(): void {
    invariant(this.#term >= this.log.lastTerm, 'an entry is of a later term than its holder');
    invariant(this.#term >= this.#savedTerm, 'the term went back');
    const moved =
      this.#term === this.#savedTerm && this.#savedVote !== null && this.#votedFor !== this.#savedVote;
    invariant(!moved, 'a vote changed within its term');
    const leads = this.#behaviour.role === 'leader';
    invariant(leads === (this.#leader === this.id), 'the leader does not know itself');
    invariant(!leads || this.#votedFor === this.id, 'a leader did not vote for itself');
    this.log.checkInvariants();
    this.#behaviour.checkInvariants();
  }

  /** Follows a later term if the message makes it known that it began. False: the message must be ignored. */
  #enterLaterTerm(message: Message): boolean {
    switch (message.type) {
      case 'pre-vote-request':
        return true;
      case 'pre-vote-response':
        if (!message.granted) this.becomeFollower(message.term, null);
        return true;
      case 'vote-request':
        if (this.#otherInOffice(message.from)) {
          this.logger.info('vote request ignored, a leader is in office', { candidate: message.from });
          return false;
        }
        this.becomeFollower(message.term, null);
        return true;
      case 'append-request':
      case 'heartbeat-request':
      case 'snapshot-chunk':
        this.becomeFollower(message.term, message.from);
        return true;
      case 'repair-request':
      case 'repair-answer':
        return false;
      case 'timeout-now':
      case 'snapshot-answer':
      case 'vote-response':
      case 'append-accepted':
      case 'append-rejected':
      case 'heartbeat-response':
        this.becomeFollower(message.term, null);
        return true;
    }
  }

  /** Tells those who ask in an earlier term that it is over, so that a deposed leader steps down. */
  #answerEarlierTerm(message: Message): void {
    const envelope = { from: this.id, to: message.from, term: this.#term };
    switch (message.type) {
      case 'pre-vote-request':
        this.send({
          ...envelope,
          type: 'pre-vote-response',
          granted: false,
          blank: false,
          empty: this.log.lastIndex === 0,
          life: 0,
        });
        return;
      case 'vote-request':
        this.send({ ...envelope, type: 'vote-response', granted: false });
        return;
      case 'append-request':
      case 'heartbeat-request':
      case 'snapshot-chunk':
        // Round 0 was never sent, so this answers nothing; only its term counts.
        this.send({ ...envelope, type: 'heartbeat-response', round: 0 });
        return;
      case 'pre-vote-response':
      case 'vote-response':
      case 'append-accepted':
      case 'append-rejected':
      case 'heartbeat-response':
      case 'timeout-now':
      case 'snapshot-answer':
      case 'repair-request':
      case 'repair-answer':
        return;
    }
  }

  #onVoteRequest(message: PreVoteRequest | VoteRequest): void {
    const { from: to, lastIndex, lastTerm } = message;
    const granted = this.#mayVoteFor(message);
    this.logger.info(`${message.type} ${granted ? 'granted' : 'refused'}`, {
      candidate: to,
      term: message.term,
      lastIndex,
      lastTerm,
    });
    if (message.type === 'pre-vote-request') {
      const term = granted ? message.term : this.#term;
      const empty = this.log.lastIndex === 0;
      this.send({
        type: 'pre-vote-response',
        from: this.id,
        to,
        term,
        granted,
        blank: false,
        empty,
        life: 0,
      });
      return;
    }
    const response = { type: 'vote-response', from: this.id, to, term: this.#term, granted } as const;
    if (!granted) {
      this.send(response);
      return;
    }
    this.#votedFor = to;
    if (this.#behaviour.role === 'follower') this.#behaviour.postponeElection();
    else this.becomeFollower(this.#term, null);
    this.sendAfterSync(response);
  }

  #mayVoteFor(message: PreVoteRequest | VoteRequest): boolean {
    const preVote = message.type === 'pre-vote-request';
    if (preVote && this.#otherInOffice(message.from)) return false;
    const free = this.#votedFor === null && this.#leader === null;
    const mayInTerm = (preVote && message.term > this.#term) || this.#votedFor === message.from || free;
    return (
      mayInTerm &&
      message.lastIndex >= this.#voteFloor &&
      this.log.isUpToDate(message.lastIndex, message.lastTerm)
    );
  }

  /** A leader that asks for votes itself is in office no more. */
  #otherInOffice(candidate: string): boolean {
    return this.#behaviour.leaderInOffice && this.#leader !== candidate;
  }

  #enterTerm(term: number, vote: string | null): void {
    invariant(term >= this.#term, `the term would go back from ${this.#term} to ${term}`);
    if (term === this.#term) return;
    this.#term = term;
    this.#votedFor = vote;
  }

  #logRole(): void {
    const { role, term, leader } = this.standing;
    this.logger.info(`became ${role}`, { term, leader });
  }
}
