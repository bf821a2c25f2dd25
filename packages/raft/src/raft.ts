import { Candidate, type Election } from './candidate.ts';
import type { RaftConfig } from './config.ts';
import { Configuration } from './configuration.ts';
import { decodeConfiguration, sameConfiguration, type ConfigurationState } from './configuration-state.ts';
import { entryBody, EntryKind, type Entry } from './entry.ts';
import { invariant } from './errors.ts';
import { Follower } from './follower.ts';
import { Leader } from './leader.ts';
import { LeaseGuard } from './lease-guard.ts';
import type { Logger } from './logger.ts';
import type { Message, PreVoteResponse } from './message.ts';
import type { Outbox } from './outbox.ts';
import { PreCandidate } from './pre-candidate.ts';
import type { RaftLog } from './raft-log.ts';
import type { Random } from './random.ts';
import { ReadIndex } from './read-index.ts';
import type { RoleBehaviour } from './role-behaviour.ts';
import { StandingState } from './standing-state.ts';
import type { RoleChange } from './status.ts';
import type { HardState, SnapshotMeta, Standing, VoteFloor } from './storage.ts';
import { answerToEarlierTerm } from './term-rules.ts';
import { Voter } from './voter.ts';

/** A life is called by a number below this. */
const LIVES = 0x7fff_ffff;

export interface RaftParts {
  readonly id: string;
  readonly config: RaftConfig;
  readonly configuration: Configuration;
  readonly log: RaftLog;
  readonly outbox: Outbox;
  readonly random: Random;
  readonly logger: Logger;
  readonly hardState: HardState;
  readonly voteFloor: VoteFloor;
}

/**
 * Term, vote, known leader, configuration and role of one member, and the rules that hold in every role. Each
 * change of role goes through one of the four `becomeX`; what a role does is in its own class.
 *
 * Invariants: the term never decreases; within a term the vote, once given, never changes; term >= term of the
 * last entry.
 */
export class Raft {
  readonly id: string;
  readonly config: RaftConfig;
  readonly log: RaftLog;
  readonly random: Random;
  readonly logger: Logger;
  readonly reads: ReadIndex;
  readonly voter: Voter;
  readonly #outbox: Outbox;
  readonly #standing: StandingState;
  readonly #lease: LeaseGuard;
  #configuration: Configuration;
  #configurationChanged = false;
  #term: number;
  #votedFor: string | null;
  #leader: string | null = null;
  #behaviour: Follower | PreCandidate | Candidate | Leader;
  /** What the driver was last told to save. */
  #saved: { readonly term: number; readonly votedFor: string | null; readonly standing: Standing };

  constructor(parts: RaftParts) {
    const { config, log, hardState, voteFloor } = parts;
    this.id = parts.id;
    this.config = config;
    this.log = log;
    this.random = parts.random;
    this.logger = parts.logger;
    this.reads = new ReadIndex(config.pendingReadsMax);
    this.#outbox = parts.outbox;
    this.#configuration = parts.configuration;
    this.#term = hardState.term;
    this.#votedFor = hardState.votedFor;
    this.#saved = hardState;
    // Whoever has entries is not new, whatever else it lost.
    const standing = hardState.standing === 'blank' && log.lastIndex > 0 ? 'repairing' : hardState.standing;
    this.#standing = new StandingState(standing, config.electionTimeoutTicks);
    this.#lease = new LeaseGuard(config.leaseReads ? config.electionTimeoutTicks : 0, hardState.term > 0);
    const life = standing === 'blank' ? 1 + this.random.nextInt(LIVES) : 0;
    this.voter = new Voter(this, this.#standing, this.#lease, { voteFloor, life });
    this.#behaviour = new Follower(this);
  }

  get term(): number {
    return this.#term;
  }

  get votedFor(): string | null {
    return this.#votedFor;
  }

  get leader(): string | null {
    return this.#leader;
  }

  /** As of the last entry handed out for applying. */
  get configuration(): Configuration {
    return this.#configuration;
  }

  get standing(): Standing {
    return this.#standing.current;
  }

  get behaviour(): RoleBehaviour {
    return this.#behaviour;
  }

  /** The leader's part, null in the other roles. */
  get leading(): Leader | null {
    return this.#behaviour.role === 'leader' ? this.#behaviour : null;
  }

  get roleState(): RoleChange {
    return { role: this.#behaviour.role, term: this.#term, leader: this.#leader };
  }

  get outboxFull(): boolean {
    return this.#outbox.full;
  }

  /** One tick passed. */
  tick(): void {
    this.#lease.tick();
    this.#standing.tick();
    this.#tryRepaired();
    this.#behaviour.tick();
  }

  /**
   * Takes one message. The sender need not be in the configuration: this member may not have applied the one that
   * it is in.
   */
  step(message: Message): void {
    if (message.to !== this.id) return;
    if (message.type === 'pre-vote-response') this.#learnCommit(message);
    if (message.term > this.#term && !this.#enterLaterTerm(message)) return;
    if (message.term < this.#term) {
      const answer = answerToEarlierTerm(message, this.#term, this.voter.memory);
      if (answer !== null) this.send(answer);
      return;
    }
    if (message.type === 'vote-request') this.voter.onVoteRequest(message);
    else if (message.type === 'pre-vote-request') this.voter.onPreVoteRequest(message);
    else this.#behaviour.step(message);
  }

  /** Asks the others whether an election would succeed. Does nothing if this member must not lead now. */
  startElection(): void {
    if (this.#behaviour.role === 'leader' || this.#lease.holds || !this.voter.mayCampaign) return;
    this.becomePreCandidate();
  }

  /** Entries were handed out for applying; a membership entry takes effect now. */
  applied(entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (entry.kind === EntryKind.Membership) this.#configure(decodeConfiguration(entryBody(entry)));
    }
    this.#behaviour.applied();
  }

  /** The leader of the current term, heard just now, counts on this member. */
  leaderHeard(): void {
    this.#lease.leaderHeard();
    this.#standing.leaderHeard();
  }

  /** See HeartbeatRequest.repairTo. */
  repairAsked(index: number): void {
    this.#standing.asked(this.#term, index);
  }

  /** See RaftNode.installSnapshot. */
  installSnapshot(meta: SnapshotMeta, from: string, term: number): 'install' | 'known' | 'stale' {
    const { index, term: entryTerm, hash } = meta.position;
    const { log } = this;
    if (
      term !== this.#term ||
      from !== this.#leader ||
      this.#behaviour.role !== 'follower' ||
      log.installing
    ) {
      return 'stale';
    }
    if (log.holds(index, entryTerm, hash)) log.commitTo(index);
    // What is not durable yet must not be called installed; the leader finds out by appends when it is.
    if (index <= log.commitIndex) return index <= log.durableIndex ? 'known' : 'stale';
    log.beginInstall();
    return 'install';
  }

  /** See RaftNode.snapshotInstalled. */
  snapshotInstalled(meta: SnapshotMeta): void {
    invariant(this.#behaviour.role === 'follower', 'only a follower installs a snapshot');
    this.log.restart(meta.position);
    this.#configure(meta.configuration);
    this.logger.info('snapshot installed', { index: meta.position.index, term: meta.position.term });
    if (this.#behaviour.role === 'follower') this.#behaviour.snapshotInstalled(meta.position.index);
  }

  send(message: Message): void {
    this.#outbox.add(message);
  }

  sendAfterSync(message: Message): void {
    this.#outbox.addAfterSync(message);
  }

  /** Gives the vote of this term to `candidate`. */
  castVote(candidate: string): void {
    this.#votedFor = candidate;
    if (this.standing === 'blank') this.#standing.bootstrapped();
    if (this.#behaviour.role === 'follower') this.#behaviour.postponeElection();
    else this.becomeFollower(this.#term, null);
  }

  setLeader(leader: string | null): void {
    if (this.#leader === leader) return;
    this.#leader = leader;
    this.logger.info('leader changed', { term: this.#term, leader });
  }

  becomeFollower(term: number, leader: string | null): void {
    if (this.#behaviour.role === 'leader') this.reads.abandon();
    this.#enterTerm(term, null);
    this.#leader = leader;
    this.#behaviour = new Follower(this);
    this.#logRole();
  }

  becomePreCandidate(): void {
    this.#leader = null;
    const candidate = new PreCandidate(this);
    this.#behaviour = candidate;
    this.#logRole();
    candidate.start();
  }

  becomeCandidate(election: Election): void {
    const from = this.#behaviour.role;
    invariant(
      from === 'pre-candidate' || (from === 'follower' && election.type === 'transfer'),
      'only a pre-candidate, or who was asked by the leader, may become a candidate',
    );
    this.#enterTerm(this.#term + 1, this.id);
    this.#leader = null;
    if (election.type === 'bootstrap') this.#standing.bootstrapped();
    invariant(this.standing === 'full', 'a candidate may have forgotten a vote');
    const candidate = new Candidate(this, election);
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

  /** What to save, null if the last one handed out still holds. */
  takeHardState(): HardState | null {
    if (!this.hardStateChanged) return null;
    const commit = Math.min(this.log.commitIndex, this.log.durableIndex);
    const state = { term: this.#term, votedFor: this.#votedFor, commit, standing: this.standing };
    this.#saved = state;
    return state;
  }

  get hardStateChanged(): boolean {
    const { term, votedFor, standing } = this.#saved;
    return this.#term !== term || this.#votedFor !== votedFor || this.standing !== standing;
  }

  get configurationChanged(): boolean {
    return this.#configurationChanged;
  }

  /** The configuration if it changed since the last call. */
  takeConfiguration(): ConfigurationState | null {
    if (!this.#configurationChanged) return null;
    this.#configurationChanged = false;
    return this.#configuration.state;
  }

  checkInvariants(): void {
    invariant(this.#term >= this.log.lastTerm, 'an entry is of a later term than its holder');
    const { term, votedFor } = this.#saved;
    invariant(this.#term >= term, 'the term went back');
    const moved = this.#term === term && votedFor !== null && this.#votedFor !== votedFor;
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
        if (!message.transfer && this.voter.otherInOffice(message.from)) {
          this.logger.info('vote request ignored, a leader is in office', { candidate: message.from });
          return false;
        }
        this.becomeFollower(message.term, null);
        return true;
      case 'append-request':
      case 'heartbeat-request':
      case 'snapshot-chunk':
      case 'timeout-now':
        this.becomeFollower(message.term, message.from);
        return true;
      case 'repair-request':
      case 'repair-answer':
        return false;
      case 'snapshot-answer':
      case 'vote-response':
      case 'append-accepted':
      case 'append-rejected':
      case 'heartbeat-response':
        this.becomeFollower(message.term, null);
        return true;
    }
  }

  /** What is committed anywhere is so in every term; the entry must be the same one. */
  #learnCommit({ commit = 0, commitTerm = 0 }: PreVoteResponse): void {
    const { role } = this.#behaviour;
    if (role === 'leader' || role === 'candidate' || !this.log.matches(commit, commitTerm)) return;
    this.log.commitTo(commit);
    // It asked the members of a configuration that is over.
    if (role === 'pre-candidate' && this.log.membershipUnapplied) this.becomeFollower(this.#term, null);
  }

  #tryRepaired(): void {
    if (this.#leader === null || this.standing !== 'repairing') return;
    const { commitIndex, durableIndex } = this.log;
    if (!this.#standing.repairedBy(Math.min(commitIndex, durableIndex), this.#term)) return;
    // In an earlier life it may have voted in this very term.
    this.#votedFor ??= this.#leader;
    this.logger.info('repaired, votes again', { term: this.#term, commitIndex });
  }

  #configure(state: ConfigurationState): void {
    if (sameConfiguration(state, this.#configuration.state)) return;
    this.#configuration = new Configuration(state);
    this.#configurationChanged = true;
    const { voters, votersOutgoing, learners } = state;
    const outgoing = votersOutgoing.length === 0 ? {} : { outgoing: votersOutgoing.join(' ') };
    this.logger.info('configuration changed', {
      voters: voters.join(' '),
      ...outgoing,
      learners: learners.join(' '),
    });
    this.#behaviour.configured();
  }

  #enterTerm(term: number, vote: string | null): void {
    invariant(term >= this.#term, `the term would go back from ${this.#term} to ${term}`);
    if (term === this.#term) return;
    this.#term = term;
    this.#votedFor = vote;
  }

  #logRole(): void {
    const { role, term, leader } = this.roleState;
    this.logger.info(`became ${role}`, { term, leader });
  }
}
