import { allocateFrame, EntryKind, sealEntry } from './entry.ts';
import { invariant } from './errors.ts';
import type { AppendAccepted, AppendRejected, Message } from './message.ts';
import type { Progress } from './progress.ts';
import { ProgressTracker } from './progress-tracker.ts';
import type { ProposeResult } from './proposal.ts';
import type { Raft } from './raft.ts';
import type { RoleBehaviour } from './role-behaviour.ts';
import type { ProgressStatus } from './status.ts';

/**
 * Replicates its log and decides what is committed.
 *
 * Appends are not sent when an entry arrives but when a Ready is taken, so all proposals of one turn leave in one
 * message per follower.
 */
export class Leader implements RoleBehaviour {
  readonly role = 'leader';
  readonly leaderInOffice = true;
  readonly #raft: Raft;
  readonly #tracker: ProgressTracker;
  #sinceHeartbeat = 0;
  #sinceQuorumCheck = 0;
  /** Newest heartbeat round sent. */
  #round = 0;
  /**
   * For each of the last ticks, in a ring, the newest round sent before it. The ring is two ticks shorter than
   * the timeout of a follower, because neither side knows how much of its first tick had passed.
   */
  readonly #roundBeforeTick: number[];
  #tick = 0;

  constructor(raft: Raft) {
    this.#raft = raft;
    this.#tracker = new ProgressTracker(raft.configuration, raft.id, raft.log.lastIndex + 1, raft.config);
    this.#roundBeforeTick = new Array<number>(raft.config.electionTimeoutTicks - 2).fill(0);
  }

  /** Takes office: an entry of the own term, without which nothing older could be committed (paper §5.4.2). */
  start(): void {
    this.#append(EntryKind.NoOp, allocateFrame(0));
    this.#sendHeartbeats();
  }

  /** Whether a quorum answered a heartbeat so new that none of its members can have timed out since. */
  get leaseValid(): boolean {
    const oldest = this.#roundBeforeTick[this.#tick % this.#roundBeforeTick.length] as number;
    return this.#tracker.answeredRound(this.#round) > oldest;
  }

  get progress(): Readonly<Record<string, ProgressStatus>> {
    const { id, log } = this.#raft;
    const status: Record<string, ProgressStatus> = {
      [id]: { match: log.durableIndex, next: log.lastIndex + 1, state: 'replicate', learner: false },
    };
    for (const [peer, { match, next, state }] of this.#tracker.followers())
      status[peer] = { match, next, state, learner: this.#raft.configuration.isLearner(peer) };
    return status;
  }

  propose(kind: EntryKind, frame: Buffer): ProposeResult {
    const { id, log, config } = this.#raft;
    if (frame.length > config.entryBytesMax)
      return { type: 'refused', reason: 'entry-too-large', leader: id };
    const waiting = log.lastIndex - log.commitIndex;
    const overBytes = waiting > 0 && log.uncommittedBytes + frame.length > config.uncommittedBytesMax;
    if (overBytes || waiting >= config.uncommittedEntriesMax) {
      return { type: 'refused', reason: 'too-many-uncommitted', leader: id };
    }
    const index = this.#append(kind, frame);
    return { type: 'appended', index, term: this.#raft.term };
  }

  tick(): void {
    const { config } = this.#raft;
    this.#roundBeforeTick[this.#tick % this.#roundBeforeTick.length] = this.#round;
    this.#tick++;
    this.#sinceQuorumCheck++;
    if (this.#sinceQuorumCheck >= config.electionTimeoutTicks) {
      this.#sinceQuorumCheck = 0;
      if (!this.#tracker.checkQuorum()) {
        this.#raft.logger.warn('no quorum answers, stepping down', { term: this.#raft.term });
        this.#raft.becomeFollower(this.#raft.term, null);
        return;
      }
    }
    this.#sinceHeartbeat++;
    if (this.#sinceHeartbeat >= config.heartbeatTicks) this.#sendHeartbeats();
  }

  step(message: Message): void {
    const progress = this.#tracker.follower(message.from);
    if (progress === undefined) return;
    switch (message.type) {
      case 'append-accepted':
        progress.markActive();
        this.#onAccepted(message, progress);
        return;
      case 'append-rejected':
        progress.markActive();
        this.#onRejected(message, progress);
        return;
      case 'heartbeat-response':
        progress.markActive();
        if (message.round <= this.#round) progress.heartbeatAnswered(message.round, this.#raft.log.lastIndex);
        return;
      case 'append-request':
      case 'heartbeat-request':
        this.#raft.logger.error('a second leader in one term, ignored', { leader: message.from });
        return;
      case 'pre-vote-request':
      case 'pre-vote-response':
      case 'vote-request':
      case 'vote-response':
      case 'timeout-now':
      case 'snapshot-chunk':
      case 'snapshot-answer':
      case 'repair-request':
      case 'repair-answer':
        return;
    }
  }

  persisted(): void {
    this.#advanceCommit();
  }

  connectionLost(peer: string): void {
    this.#tracker.follower(peer)?.connectionLost();
  }

  /** Whether `sendAppends` would send something. */
  appendsDue(): boolean {
    const { lastIndex } = this.#raft.log;
    const commitIndex = this.#announcedCommit;
    for (const [, progress] of this.#tracker.followers()) {
      if (progress.appendDue(lastIndex, commitIndex)) return true;
    }
    return false;
  }

  /** Fills every follower's window. */
  sendAppends(): void {
    const { lastIndex } = this.#raft.log;
    const commitIndex = this.#announcedCommit;
    for (const [peer, progress] of this.#tracker.followers()) {
      while (progress.appendDue(lastIndex, commitIndex) && !this.#raft.outboxFull)
        this.#sendAppend(peer, progress);
    }
  }

  /** The commit index for which an append without entries is worth sending; otherwise it travels with others. */
  get #announcedCommit(): number {
    return this.#raft.config.announceCommitAtOnce ? this.#raft.log.commitIndex : 0;
  }

  checkInvariants(): void {
    const { log } = this.#raft;
    this.#tracker.checkInvariants(log.lastIndex);
    const agreed = this.#tracker.durableIndex(log.durableIndex);
    const open = agreed > log.commitIndex && log.term(agreed) === this.#raft.term;
    invariant(!open, `entry ${agreed} is on a quorum and not committed`);
  }

  #append(kind: EntryKind, frame: Buffer): number {
    const { log, term } = this.#raft;
    const { index, address, hash } = log.last;
    log.append(sealEntry(frame, { index: index + 1, term, kind, address, prevHash: hash }));
    return index + 1;
  }

  #sendHeartbeats(): void {
    const { id, term, log } = this.#raft;
    this.#sinceHeartbeat = 0;
    this.#round++;
    for (const [to, progress] of this.#tracker.followers()) {
      const commit = Math.min(progress.match, log.commitIndex);
      this.#raft.send({ type: 'heartbeat-request', from: id, to, term, commit, round: this.#round });
    }
  }

  #sendAppend(to: string, progress: Progress): void {
    const { id, term, log, config } = this.#raft;
    const prevIndex = progress.next - 1;
    const prevTerm = log.term(prevIndex);
    const entries = progress.paused
      ? []
      : log.entries(progress.next, config.appendEntriesMax, config.appendBytesMax);
    if (prevTerm === null || entries === null) {
      this.#raft.logger.warn('a follower is behind the start of the log', {
        follower: to,
        next: progress.next,
      });
      progress.blocked(this.#round);
      return;
    }
    let bytes = 0;
    for (const entry of entries) bytes += entry.frame.length;
    const commit = log.commitIndex;
    this.#raft.send({ type: 'append-request', from: id, to, term, prevIndex, prevTerm, commit, entries });
    progress.sent(prevIndex + entries.length, entries.length, bytes, commit, this.#round);
  }

  #onAccepted(message: AppendAccepted, progress: Progress): void {
    if (message.index > this.#raft.log.lastIndex) return;
    if (progress.accepted(message.index)) this.#advanceCommit();
  }

  #onRejected(message: AppendRejected, progress: Progress): void {
    const { log, logger } = this.#raft;
    const { from: follower, prevIndex, hintIndex, hintTerm } = message;
    const agree = log.agreeIndex(hintIndex, hintTerm);
    if (progress.rejected(prevIndex, agree)) {
      logger.info('append rejected by follower', {
        follower,
        prevIndex,
        hintIndex,
        hintTerm,
        next: progress.next,
      });
    }
  }

  /**
   * Commits what a quorum holds durably, if it is of this term; older entries follow with it, never by being
   * counted themselves (paper §5.4.2, figure 8).
   */
  #advanceCommit(): void {
    const { log, term } = this.#raft;
    const index = this.#tracker.durableIndex(log.durableIndex);
    if (index > log.commitIndex && log.term(index) === term) log.commitTo(index);
  }
}
