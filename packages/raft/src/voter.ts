import type { LeaseGuard } from './lease-guard.ts';
import type { PreVoteRequest, PreVoteResponse, VoteRequest } from './message.ts';
import type { Raft } from './raft.ts';
import type { StandingState } from './standing-state.ts';
import { reachesFloor, type VoteFloor } from './storage.ts';

/** What a voter tells about itself with every answer to a pre-vote. */
export type VoterMemory = Pick<PreVoteResponse, 'blank' | 'empty' | 'life' | 'commit' | 'commitTerm'>;

/**
 * Decides whom this member would vote for. It answers anyone who asks: the group may have gone on to a
 * configuration that this member has not applied yet.
 */
export class Voter {
  readonly #raft: Raft;
  readonly #standing: StandingState;
  readonly #lease: LeaseGuard;
  readonly #voteFloor: VoteFloor;
  /** What this life is called while the member is blank. */
  readonly #life: number;

  constructor(
    raft: Raft,
    standing: StandingState,
    lease: LeaseGuard,
    options: { readonly voteFloor: VoteFloor; readonly life: number },
  ) {
    this.#raft = raft;
    this.#standing = standing;
    this.#lease = lease;
    this.#voteFloor = options.voteFloor;
    this.#life = options.life;
  }

  get memory(): VoterMemory {
    const blank = this.#standing.current === 'blank';
    const { lastIndex, commitIndex: commit } = this.#raft.log;
    const commitTerm = this.#raft.log.term(commit) ?? 0;
    return { blank, empty: lastIndex === 0, life: blank ? this.#life : 0, commit, commitTerm };
  }

  /**
   * Whether this member may ask for votes. Not while a committed change of the members is not applied: it would ask
   * the wrong ones.
   */
  get mayCampaign(): boolean {
    const { id, configuration, log } = this.#raft;
    return (
      configuration.isVoter(id) &&
      this.#standing.current !== 'repairing' &&
      reachesFloor(this.#voteFloor, log.lastIndex, log.lastTerm) &&
      !log.membershipUnapplied &&
      !log.installing
    );
  }

  /** A leader of this term is, or for all this member knows may be, in office; `candidate` itself does not count. */
  otherInOffice(candidate: string): boolean {
    // A leader that asks for votes itself is in office no more.
    if (this.#raft.leader === candidate) return false;
    return this.#raft.behaviour.leaderInOffice || this.#lease.holds;
  }

  onPreVoteRequest(message: PreVoteRequest): void {
    const raft = this.#raft;
    const granted = this.#mayPreVote(message);
    this.#log(message, granted);
    const term = granted ? message.term : raft.term;
    const envelope = { from: raft.id, to: message.from, term };
    raft.send({ type: 'pre-vote-response', ...envelope, granted, ...this.memory });
  }

  /** `message` is of the current term. */
  onVoteRequest(message: VoteRequest): void {
    const raft = this.#raft;
    const granted = this.#mayVote(message);
    this.#log(message, granted);
    const response = {
      type: 'vote-response',
      from: raft.id,
      to: message.from,
      term: raft.term,
      granted,
    } as const;
    if (!granted) {
      raft.send(response);
      return;
    }
    raft.castVote(message.from);
    raft.sendAfterSync(response);
  }

  #mayPreVote(message: PreVoteRequest): boolean {
    const { term, votedFor, leader } = this.#raft;
    if (this.otherInOffice(message.from)) return false;
    const free = (votedFor === null && leader === null) || votedFor === message.from;
    return (message.term > term || free) && this.#remembers(message.lastIndex === 0) && this.#fits(message);
  }

  #mayVote(message: VoteRequest): boolean {
    const { votedFor, leader } = this.#raft;
    const free = (votedFor === null && leader === null) || votedFor === message.from;
    const starts = message.bootstrap && message.lastIndex === 0 && message.life === this.#life;
    return free && this.#remembers(starts) && this.#fits(message);
  }

  /** Whether the member's memory allows a vote; `starts`: it is one that a blank member may give. */
  #remembers(starts: boolean): boolean {
    switch (this.#standing.current) {
      case 'full':
        return true;
      case 'blank':
        return starts && this.#raft.log.lastIndex === 0;
      case 'repairing':
        return false;
    }
  }

  #fits({ lastIndex, lastTerm }: PreVoteRequest | VoteRequest): boolean {
    const reaches = reachesFloor(this.#voteFloor, lastIndex, lastTerm);
    return reaches && this.#raft.log.isUpToDate(lastIndex, lastTerm);
  }

  #log(
    { type, from: candidate, term, lastIndex, lastTerm }: PreVoteRequest | VoteRequest,
    granted: boolean,
  ): void {
    const fields = { candidate, term, lastIndex, lastTerm };
    this.#raft.logger.info(`${type} ${granted ? 'granted' : 'refused'}`, fields);
  }
}
