import { ElectionTimer } from './election-timer.ts';
import type { AppendRequest, HeartbeatRequest, Message } from './message.ts';
import type { Raft } from './raft.ts';
import type { RoleBehaviour } from './role-behaviour.ts';

/**
 * Follows the leader of one term, or waits for one.
 *
 * Invariant: the log equals the leader's up to `matched`. What is confirmed is min(matched, durable): an
 * acknowledgement names only what is on disk and was checked against the leader of this very term. The object
 * ends with the term, and with it every acknowledgement that was still owed.
 */
export class Follower implements RoleBehaviour {
  readonly role = 'follower';
  readonly #raft: Raft;
  readonly #timer: ElectionTimer;
  #matched = 0;
  #acknowledged = 0;
  /** The leader asked this member to campaign, which must wait until a change of the members is applied. */
  #takeoverDue = false;

  constructor(raft: Raft) {
    this.#raft = raft;
    this.#timer = new ElectionTimer(raft.config.electionTimeoutTicks, raft.random);
  }

  get leaderInOffice(): boolean {
    return this.#raft.leader !== null && this.#timer.withinTimeout;
  }

  tick(): void {
    if (this.#timer.tick()) this.#raft.startElection();
  }

  /** Waits a full timeout again, because a vote was given away. */
  postponeElection(): void {
    this.#timer.reset();
  }

  step(message: Message): void {
    switch (message.type) {
      case 'append-request':
        if (this.#acceptLeader(message.from)) this.#onAppend(message);
        return;
      case 'heartbeat-request':
        if (this.#acceptLeader(message.from)) this.#onHeartbeat(message);
        return;
      case 'snapshot-chunk':
        this.#acceptLeader(message.from);
        return;
      case 'timeout-now':
        this.#takeoverDue = true;
        this.#takeOver();
        if (!this.#raft.log.membershipUnapplied) this.#takeoverDue = false;
        return;
      case 'append-accepted':
      case 'append-rejected':
      case 'heartbeat-response':
      case 'pre-vote-request':
      case 'pre-vote-response':
      case 'vote-request':
      case 'vote-response':
      case 'snapshot-answer':
      case 'repair-request':
      case 'repair-answer':
        return;
    }
  }

  persisted(): void {
    if (Math.min(this.#matched, this.#raft.log.durableIndex) > this.#acknowledged) this.#acknowledge();
  }

  configured(): void {}

  applied(): void {
    this.#takeOver();
  }

  /** The log was replaced by a snapshot that ends at `index`; every later leader holds what it covers. */
  snapshotInstalled(index: number): void {
    this.#matched = Math.max(this.#matched, index);
    this.#acknowledge();
  }

  connectionLost(peer: string): void {
    if (peer === this.#raft.leader) this.#raft.setLeader(null);
  }

  checkInvariants(): void {}

  #acceptLeader(leader: string): boolean {
    const raft = this.#raft;
    if (raft.leader !== null && raft.leader !== leader) {
      raft.logger.error('a second leader in one term, ignored', { term: raft.term, leader });
      return false;
    }
    raft.setLeader(leader);
    raft.leaderHeard();
    this.#timer.reset();
    return true;
  }

  #takeOver(): void {
    // The leader may have asked an earlier life of this member, which remembered more.
    if (!this.#takeoverDue || this.#raft.standing !== 'full' || !this.#raft.voter.mayCampaign) return;
    this.#takeoverDue = false;
    this.#raft.becomeCandidate({ type: 'transfer' });
  }

  #onAppend(message: AppendRequest): void {
    const { log, config, logger } = this.#raft;
    // The storage is being replaced; the leader asks again.
    if (log.installing) return;
    if (message.prevIndex < log.commitIndex) {
      // Everything up to commit is in every later leader's log (paper §5.4), so there is nothing to compare.
      this.#matched = Math.max(this.#matched, log.commitIndex);
      this.#answerAppend(log.commitIndex);
      return;
    }
    if (!log.matches(message.prevIndex, message.prevTerm)) {
      this.#reject(message);
      return;
    }
    if (message.entries.length > 0 && log.unpersistedBytes >= config.unpersistedBytesMax) {
      logger.warn('append dropped, the disk is behind', { unpersistedBytes: log.unpersistedBytes });
      return;
    }
    const result = log.appendFromLeader(message.prevIndex, message.entries);
    if (result.type === 'broken') {
      logger.error('append dropped, its entries do not chain', { from: message.from, index: result.index });
      return;
    }
    this.#matched = Math.max(this.#matched, result.lastIndex);
    log.commitTo(Math.min(message.commit, result.lastIndex));
    this.#answerAppend(result.lastIndex);
  }

  /** Answers now if everything the leader asked about is durable; otherwise `persisted` will. */
  #answerAppend(index: number): void {
    if (this.#raft.log.durableIndex >= index) this.#acknowledge();
  }

  #acknowledge(): void {
    const raft = this.#raft;
    if (raft.leader === null) return;
    const index = Math.min(this.#matched, raft.log.durableIndex);
    this.#acknowledged = index;
    const { id: from, leader: to, term } = raft;
    // A message of the usual kind stays as small as it is.
    const repairing = raft.standing === 'full' ? {} : { repairing: true };
    raft.send({ type: 'append-accepted', from, to, term, index, ...repairing });
  }

  #reject(message: AppendRequest): void {
    const { id, term, log, logger } = this.#raft;
    const { from: to, prevIndex, prevTerm } = message;
    const hintIndex = log.agreeIndex(prevIndex, prevTerm);
    const hintTerm = log.term(hintIndex) ?? 0;
    logger.info('append rejected', { prevIndex, prevTerm, hintIndex, hintTerm });
    this.#raft.send({ type: 'append-rejected', from: id, to, term, prevIndex, hintIndex, hintTerm });
  }

  #onHeartbeat(message: HeartbeatRequest): void {
    const { id, term, log, standing } = this.#raft;
    // The leader names at most what this member confirmed. It can be more than the log holds only after the
    // log was damaged and cut; what is left of it is still the leader's.
    log.commitTo(Math.min(message.commit, log.lastIndex));
    if (message.repairTo !== undefined) this.#raft.repairAsked(message.repairTo);
    const { from: to, round } = message;
    const repairing = standing !== 'full';
    this.#raft.send({ type: 'heartbeat-response', from: id, to, term, round, repairing });
  }
}
