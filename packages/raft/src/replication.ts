import type { AppendAccepted, AppendRejected, EntryFetch, HeartbeatResponse } from './message.ts';
import type { Entry } from './entry.ts';
import type { Progress } from './progress.ts';
import { ProgressTracker } from './progress-tracker.ts';
import type { Raft } from './raft.ts';

/**
 * What a leader sends to its followers, and what it makes of their answers.
 *
 * Appends are not sent when an entry arrives but when a Ready is taken, so all proposals of one turn leave in one
 * message per follower.
 *
 * What is not in memory any more is first asked for (`takeFetches`), and sent when it was fetched: one piece for each follower
 * and fetch, so that whoever fetches sets the pace.
 */
export class Replication {
  readonly tracker: ProgressTracker;
  readonly #raft: Raft;
  /** Newest heartbeat round sent. */
  #round = 0;
  #sinceHeartbeat = 0;
  /** Followers that came to need a snapshot since the last Ready. */
  #snapshotsDue: string[] = [];
  /** What followers need from the log, asked for since the last Ready. */
  #fetches: EntryFetch[] = [];

  constructor(raft: Raft) {
    this.#raft = raft;
    this.tracker = new ProgressTracker(raft.configuration, raft.id, raft.log.lastIndex + 1, raft.config);
  }

  get round(): number {
    return this.#round;
  }

  /** Newest round that a quorum answered. */
  get answeredRound(): number {
    return this.tracker.answeredRound(this.#round);
  }

  /** Whether `takeSnapshotsDue` or `takeFetches` would have something. */
  get asks(): boolean {
    return this.#snapshotsDue.length > 0 || this.#fetches.length > 0;
  }

  takeSnapshotsDue(): readonly string[] {
    const taken = this.#snapshotsDue;
    if (taken.length > 0) this.#snapshotsDue = [];
    return taken;
  }

  takeFetches(): readonly EntryFetch[] {
    const taken = this.#fetches;
    if (taken.length > 0) this.#fetches = [];
    return taken;
  }

  entryFetched({ peer, index }: EntryFetch): void {
    this.tracker.follower(peer)?.entryFetched(index);
  }

  /** One tick passed. Returns whether heartbeats are due. */
  tick(): boolean {
    this.#sinceHeartbeat++;
    return this.#sinceHeartbeat >= this.#raft.config.heartbeatTicks;
  }

  /** Begins a new round. */
  sendHeartbeats(): void {
    this.#sinceHeartbeat = 0;
    this.#round++;
    for (const [to, progress] of this.tracker.followers()) this.sendHeartbeat(to, progress);
  }

  /** A heartbeat of the current round, also to a follower that has just left the group. */
  sendHeartbeat(to: string, progress: Progress): void {
    const { id, term, log } = this.#raft;
    const { commitIndex } = log;
    const commit = Math.min(progress.match, commitIndex);
    const tellTarget = !progress.remembers && log.term(commitIndex) === term;
    const repairTo = tellTarget ? { repairTo: commitIndex } : {};
    this.#raft.send({
      type: 'heartbeat-request',
      from: id,
      to,
      term,
      commit,
      round: this.#round,
      ...repairTo,
    });
  }

  /** Whether `sendAppends` would send something. */
  appendsDue(): boolean {
    const { lastIndex } = this.#raft.log;
    const commitIndex = this.#announcedCommit;
    for (const [, progress] of this.tracker.followers()) {
      if (progress.appendDue(lastIndex, commitIndex)) return true;
    }
    return false;
  }

  /** Fills every follower's window. */
  sendAppends(): void {
    const { lastIndex } = this.#raft.log;
    const commitIndex = this.#announcedCommit;
    for (const [peer, progress] of this.tracker.followers()) {
      while (progress.appendDue(lastIndex, commitIndex) && !this.#raft.outboxFull)
        this.#sendAppend(peer, progress);
    }
  }

  /** Returns whether the follower is known to hold more than before. */
  accepted(message: AppendAccepted, progress: Progress): boolean {
    const { log } = this.#raft;
    if (message.index > log.lastIndex) return false;
    progress.setRemembers(message.repairing !== true);
    if (progress.state === 'snapshot' && log.term(message.index) === null) {
      return progress.acceptedBehindLog(message.index);
    }
    return progress.accepted(message.index);
  }

  rejected(message: AppendRejected, progress: Progress): void {
    const { log, logger } = this.#raft;
    const { from: follower, prevIndex, hintIndex, hintTerm } = message;
    const agree = log.agreeIndex(hintIndex, hintTerm);
    if (!progress.rejected(prevIndex, agree)) return;
    const { next } = progress;
    logger.info('append rejected by follower', { follower, prevIndex, hintIndex, hintTerm, next });
  }

  /** Returns whether the follower counts again from now on. */
  heartbeatAnswered({ round, repairing = false }: HeartbeatResponse, progress: Progress): boolean {
    const remembered = progress.remembers;
    progress.setRemembers(!repairing);
    if (round <= this.#round) progress.heartbeatAnswered(round, this.#raft.log.lastIndex);
    return progress.remembers && !remembered;
  }

  /** Returns whether the follower is known to hold more than before. */
  snapshotSent(peer: string, index: number): boolean {
    const progress = this.tracker.follower(peer);
    if (progress === undefined || index > this.#raft.log.lastIndex) return false;
    return progress.accepted(index);
  }

  snapshotFailed(peer: string): void {
    this.tracker.follower(peer)?.snapshotFailed(this.#round);
  }

  /** The commit index for which an append without entries is worth sending; otherwise it travels with others. */
  get #announcedCommit(): number {
    return this.#raft.config.announceCommitAtOnce ? this.#raft.log.commitIndex : 0;
  }

  #sendAppend(to: string, progress: Progress): void {
    const { id, term, log } = this.#raft;
    const prevIndex = progress.next - 1;
    const prevTerm = log.term(prevIndex);
    const paused = progress.paused;
    if (!paused && prevTerm !== null && log.isStored(progress.next) && !progress.fetched) {
      progress.awaitsEntry();
      this.#fetches.push({ peer: to, index: progress.next });
      return;
    }
    const entries = paused ? [] : this.#nextEntries(progress);
    if (prevTerm === null || entries === null) {
      this.#snapshotNeeded(to, progress);
      return;
    }
    let bytes = 0;
    for (const entry of entries) bytes += entry.frame.length;
    const commit = log.commitIndex;
    this.#raft.send({ type: 'append-request', from: id, to, term, prevIndex, prevTerm, commit, entries });
    progress.sent(prevIndex + entries.length, entries.length, bytes, commit, this.#round);
  }

  /** Null if the log does not hold them any more. */
  #nextEntries({ next }: Progress): readonly Entry[] | null {
    const { log, config } = this.#raft;
    const { appendEntriesMax, appendBytesMax, catchUpBytesMax } = config;
    if (log.isStored(next))
      return log.storedEntries(next, appendEntriesMax, Math.min(appendBytesMax, catchUpBytesMax));
    return log.entries(next, appendEntriesMax, appendBytesMax);
  }

  #snapshotNeeded(follower: string, progress: Progress): void {
    const { next } = progress;
    if (!progress.active) {
      progress.blocked(this.#round);
      return;
    }
    this.#raft.logger.warn('a follower needs a snapshot', { follower, next });
    progress.needsSnapshot();
    this.#snapshotsDue.push(follower);
  }
}
