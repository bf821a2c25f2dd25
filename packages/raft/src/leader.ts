import { Configuration } from './configuration.ts';
import { encodeConfiguration, type ConfigurationState } from './configuration-state.ts';
import { allocateFrame, ENTRY_HEADER_BYTES, EntryKind, sealEntry } from './entry.ts';
import { invariant } from './errors.ts';
import { leaveJoint, planMembership } from './membership-change.ts';
import type { EntryFetch, Message } from './message.ts';
import type {
  MembershipTarget,
  ProposeResult,
  ReadIndexResult,
  RefusalReason,
  TransferResult,
} from './proposal.ts';
import type { Raft } from './raft.ts';
import { Replication } from './replication.ts';
import type { RoleBehaviour } from './role-behaviour.ts';
import type { ProgressStatus } from './status.ts';
import { Transfer } from './transfer.ts';

/** Replicates its log and decides what is committed. */
export class Leader implements RoleBehaviour {
  readonly role = 'leader';
  readonly leaderInOffice = true;
  readonly #raft: Raft;
  readonly #replication: Replication;
  /** Index of the entry that opened the term. */
  readonly #firstIndex: number;
  #sinceQuorumCheck = 0;
  /**
   * For each of the last ticks, in a ring, the newest round sent before it. The ring is two ticks shorter than
   * the timeout of a follower, because neither side knows how much of its first tick had passed.
   */
  readonly #roundBeforeTick: number[];
  #tick = 0;
  #transfer: Transfer | null = null;
  /** A member was told to campaign in this term, so that an election may begin in spite of the lease. */
  #leaseGivenUp = false;

  constructor(raft: Raft) {
    this.#raft = raft;
    this.#firstIndex = raft.log.lastIndex + 1;
    this.#replication = new Replication(raft);
    this.#roundBeforeTick = new Array<number>(raft.config.electionTimeoutTicks - 2).fill(0);
  }

  /** Takes office: an entry of the own term, without which nothing older could be committed (paper §5.4.2). */
  start(): void {
    this.#append(EntryKind.NoOp, allocateFrame(0));
    this.#sendHeartbeats();
  }

  /** Whether a quorum answered a heartbeat so new that none of its members can have timed out since. */
  get leaseValid(): boolean {
    return this.#replication.answeredRound > this.#staleRound;
  }

  get transferTarget(): string | null {
    return this.#transfer?.target ?? null;
  }

  progressOf(member: string): ProgressStatus | null {
    const { id, log, configuration } = this.#raft;
    const learner = configuration.isLearner(member);
    if (member === id)
      return { match: log.durableIndex, next: log.lastIndex + 1, state: 'replicate', learner };
    const follower = this.#replication.tracker.follower(member);
    return follower === undefined
      ? null
      : { match: follower.match, next: follower.next, state: follower.state, learner };
  }

  get progress(): Readonly<Record<string, ProgressStatus>> {
    const status: Record<string, ProgressStatus> = {};
    const followers = [...this.#replication.tracker.followers()].map(([peer]) => peer);
    for (const member of [this.#raft.id, ...followers]) {
      const progress = this.progressOf(member);
      if (progress !== null) status[member] = progress;
    }
    return status;
  }

  propose(kind: EntryKind, frame: Buffer): ProposeResult {
    const { log, config } = this.#raft;
    if (this.#transfer !== null) return this.#refused('transferring');
    if (frame.length > config.entryBytesMax) return this.#refused('entry-too-large');
    const waiting = log.lastIndex - log.commitIndex;
    const overBytes = waiting > 0 && log.uncommittedBytes + frame.length > config.uncommittedBytesMax;
    if (overBytes || waiting >= config.uncommittedEntriesMax) return this.#refused('too-many-uncommitted');
    return { type: 'appended', index: this.#append(kind, frame), term: this.#raft.term };
  }

  /** See RaftNode.proposeConfiguration. */
  proposeConfiguration(target: MembershipTarget): ProposeResult {
    const { log, configuration } = this.#raft;
    if (configuration.joint || log.membershipPending) return this.#refused('membership-change-pending');
    const plan = planMembership(configuration.state, target);
    switch (plan.type) {
      case 'invalid':
        return this.#refused('membership-invalid');
      case 'unchanged':
        return this.#refused('membership-unchanged');
      case 'next':
        if (
          !this.#replication.tracker.canElect(new Configuration(leaveJoint(plan.state)), this.#staleRound)
        ) {
          return this.#refused('members-not-ready');
        }
        return this.propose(EntryKind.Membership, membershipFrame(plan.state));
    }
  }

  /** See RaftNode.transferLeadership. */
  transferTo(target: string): TransferResult {
    const { id, config, configuration, logger, term } = this.#raft;
    if (target === id) return { type: 'refused', reason: 'already-leader' };
    if (!configuration.state.voters.includes(target)) return { type: 'refused', reason: 'no-such-voter' };
    if (this.#transfer !== null) return { type: 'refused', reason: 'transferring' };
    logger.info('handing over', { term, target });
    this.#transfer = new Transfer(target, config.electionTimeoutTicks);
    this.#tellTarget();
    return { type: 'started' };
  }

  /** See RaftNode.readIndex. */
  readIndex(): ReadIndexResult {
    const { reads, config, log } = this.#raft;
    if (reads.full) return { type: 'refused', reason: 'too-many-reads' };
    const byLease = config.leaseReads && !this.#leaseGivenUp && this.#ownTermCommitted && this.leaseValid;
    return { type: 'asked', id: byLease ? reads.askConfirmed(log.commitIndex) : reads.ask() };
  }

  tick(): void {
    const { config } = this.#raft;
    this.#roundBeforeTick[this.#tick % this.#roundBeforeTick.length] = this.#replication.round;
    this.#tick++;
    this.#sinceQuorumCheck++;
    if (this.#sinceQuorumCheck >= config.electionTimeoutTicks) {
      this.#sinceQuorumCheck = 0;
      if (!this.#replication.tracker.checkQuorum()) {
        this.#raft.logger.warn('no quorum answers, stepping down', { term: this.#raft.term });
        this.#raft.becomeFollower(this.#raft.term, null);
        return;
      }
    }
    if (this.#transfer?.tick() === true) this.#endTransfer('the time is up');
    if (this.#replication.tick()) this.#sendHeartbeats();
  }

  step(message: Message): void {
    const progress = this.#replication.tracker.follower(message.from);
    if (progress === undefined) return;
    switch (message.type) {
      case 'append-accepted':
        progress.markActive();
        if (this.#replication.accepted(message, progress)) this.#matchMoved();
        return;
      case 'append-rejected':
        progress.markActive();
        this.#replication.rejected(message, progress);
        return;
      case 'heartbeat-response':
        progress.markActive();
        if (this.#replication.heartbeatAnswered(message, progress)) this.#matchMoved();
        this.#confirmReads();
        return;
      case 'snapshot-answer':
        progress.markActive();
        return;
      case 'append-request':
      case 'heartbeat-request':
      case 'snapshot-chunk':
        this.#raft.logger.error('a second leader in one term, ignored', { leader: message.from });
        return;
      case 'pre-vote-request':
      case 'pre-vote-response':
      case 'vote-request':
      case 'vote-response':
      case 'timeout-now':
      case 'repair-request':
      case 'repair-answer':
        return;
    }
  }

  persisted(): void {
    this.#advanceCommit();
  }

  snapshotSent(peer: string, index: number): void {
    if (this.#replication.snapshotSent(peer, index)) this.#matchMoved();
  }

  snapshotFailed(peer: string): void {
    this.#replication.snapshotFailed(peer);
  }

  /** A membership entry was applied. */
  configured(): void {
    const { id, configuration, log } = this.#raft;
    for (const [peer, progress] of this.#replication.tracker.reconfigure(configuration, log.lastIndex + 1)) {
      // It learns that it left if it holds the entry; the group tells it nothing more.
      this.#replication.sendHeartbeat(peer, progress);
    }
    const target = this.transferTarget;
    if (target !== null && !configuration.state.voters.includes(target))
      this.#endTransfer('it votes no more');
    if (!configuration.joint && !configuration.isVoter(id)) {
      this.#leaveOffice();
      return;
    }
    this.#advanceCommit();
    this.#confirmReads();
  }

  /** Entries were applied. Ends the joint phase that one of them, or one before this leader, began. */
  applied(): void {
    const { configuration, log } = this.#raft;
    const { state, joint } = configuration;
    if (!joint || !state.autoLeave || log.membershipPending || this.#transfer !== null) return;
    this.#append(EntryKind.Membership, membershipFrame(leaveJoint(state)));
  }

  connectionLost(peer: string): void {
    this.#replication.tracker.follower(peer)?.connectionLost();
    if (peer === this.transferTarget) this.#endTransfer('its connection closed');
  }

  /** Whether `prepareReady` would send something. */
  sendsDue(): boolean {
    return this.#readRoundDue || this.#replication.appendsDue() || this.#replication.asks;
  }

  /** Sends what waits to be sent together: appends, and one heartbeat round for all reads asked for. */
  prepareReady(): void {
    if (this.#readRoundDue) this.#sendHeartbeats();
    this.#replication.sendAppends();
  }

  takeFetches(): readonly EntryFetch[] {
    return this.#replication.takeFetches();
  }

  entryFetched(fetch: EntryFetch): void {
    this.#replication.entryFetched(fetch);
  }

  takeSnapshotsDue(): readonly string[] {
    return this.#replication.takeSnapshotsDue();
  }

  checkInvariants(): void {
    const { log } = this.#raft;
    this.#replication.tracker.checkInvariants(log.lastIndex);
    const agreed = this.#replication.tracker.durableIndex(log.durableIndex);
    const open = agreed > log.commitIndex && log.term(agreed) === this.#raft.term;
    invariant(!open, `entry ${agreed} is on a quorum and not committed`);
  }

  /** Newest round that was sent so long ago that who answered only it may have timed out since. */
  get #staleRound(): number {
    return this.#roundBeforeTick[this.#tick % this.#roundBeforeTick.length] as number;
  }

  get #ownTermCommitted(): boolean {
    return this.#raft.log.commitIndex >= this.#firstIndex;
  }

  /** Before an entry of the own term is committed the commit index may lie behind that of an earlier leader. */
  get #readRoundDue(): boolean {
    return this.#raft.reads.waiting && this.#ownTermCommitted;
  }

  #refused(reason: RefusalReason): ProposeResult {
    return { type: 'refused', reason, leader: this.#raft.id };
  }

  #append(kind: EntryKind, frame: Buffer): number {
    const { log, term } = this.#raft;
    const { index, address, hash } = log.last;
    log.append(sealEntry(frame, { index: index + 1, term, kind, address, prevHash: hash }));
    return index + 1;
  }

  #sendHeartbeats(): void {
    this.#replication.sendHeartbeats();
    if (this.#ownTermCommitted) {
      this.#raft.reads.roundBegins(this.#replication.round, this.#raft.log.commitIndex);
      this.#confirmReads();
    }
  }

  #confirmReads(): void {
    if (this.#raft.reads.pendingCount > 0) this.#raft.reads.answered(this.#replication.answeredRound);
  }

  #matchMoved(): void {
    this.#advanceCommit();
    this.#tellTarget();
  }

  /**
   * Commits what a quorum holds durably, if it is of this term; older entries follow with it, never by being
   * counted themselves (paper §5.4.2, figure 8).
   */
  #advanceCommit(): void {
    const { log, term } = this.#raft;
    const index = this.#replication.tracker.durableIndex(log.durableIndex);
    if (index > log.commitIndex && log.term(index) === term) log.commitTo(index);
  }

  #tellTarget(): void {
    const target = this.transferTarget;
    if (target === null) return;
    const match = this.#replication.tracker.follower(target)?.match ?? 0;
    if (this.#transfer?.shouldTell(match, this.#raft.log.lastIndex) === true) this.#sendTimeoutNow(target);
  }

  #sendTimeoutNow(to: string): void {
    const { id, term } = this.#raft;
    this.#leaseGivenUp = true;
    this.#raft.send({ type: 'timeout-now', from: id, to, term });
  }

  #endTransfer(reason: string): void {
    this.#raft.logger.warn('handing over was given up', { target: this.transferTarget, reason });
    this.#transfer = null;
    this.applied();
  }

  /** The group goes on without this member: one with the whole log may campaign at once. */
  #leaveOffice(): void {
    const { configuration, log, logger, term } = this.#raft;
    logger.info('no voter any more, stepping down', { term });
    // The commit index goes first, so that the others know of the configuration in which they elect.
    this.#replication.sendHeartbeats();
    for (const voter of configuration.voters) {
      if (this.#replication.tracker.follower(voter)?.match !== log.lastIndex) continue;
      this.#sendTimeoutNow(voter);
      break;
    }
    this.#raft.becomeFollower(term, null);
  }
}

function membershipFrame(state: ConfigurationState): Buffer {
  const body = encodeConfiguration(state);
  const frame = allocateFrame(body.length);
  frame.set(body, ENTRY_HEADER_BYTES);
  return frame;
}
