import type { RaftConfig } from './config.ts';
import { Configuration } from './configuration.ts';
import type { ConfigurationState } from './configuration-state.ts';
import { EntryKind } from './entry.ts';
import { RaftError, invariant } from './errors.ts';
import type { Logger } from './logger.ts';
import type { EntryFetch, Message, Ready } from './message.ts';
import { Outbox } from './outbox.ts';
import type { MembershipTarget, ProposeResult, ReadIndexResult, TransferResult } from './proposal.ts';
import { Raft } from './raft.ts';
import { RaftLog } from './raft-log.ts';
import type { Random } from './random.ts';
import type { LeaderView, ProgressStatus, RaftStatus, Role, RoleChange } from './status.ts';
import {
  NO_VOTE_FLOOR,
  type HardState,
  type LogStorage,
  type SnapshotMeta,
  type VoteFloor,
} from './storage.ts';

export interface RaftNodeOptions {
  readonly id: string;
  /**
   * The configuration as of `appliedIndex`. This member need not be in it: one that is not follows whoever leads,
   * and never campaigns.
   */
  readonly configuration: ConfigurationState;
  readonly config: RaftConfig;
  /** Read by the node, written by the driver. What it holds now must be durable. */
  readonly log: LogStorage;
  /** As loaded; the driver saves what each Ready carries. */
  readonly hardState: HardState;
  /** Highest index that the state machine has applied and will not need again. */
  readonly appliedIndex: number;
  readonly random: Random;
  readonly logger: Logger;
  /**
   * What the log of a future leader must reach. For a member whose own log was damaged: until it is repaired the member
   * neither leads nor votes for a log that is less complete than what it once confirmed.
   */
  readonly voteFloor?: VoteFloor;
}

/**
 * One member of one Raft group, as a deterministic machine without I/O (paper: Ongaro and Ousterhout, "In Search
 * of an Understandable Consensus Algorithm"; thesis: Ongaro, "Consensus: Bridging Theory and Practice").
 *
 * Input are ticks, messages, proposals and reports of the disk; output is one {@link Ready} after another. All
 * calls are synchronous. A call that throws `INVARIANT_VIOLATED` leaves the node unusable.
 */
export class RaftNode implements LeaderView {
  readonly #raft: Raft;
  readonly #log: RaftLog;
  readonly #outbox: Outbox;
  readonly #config: RaftConfig;
  #announced: RoleChange;

  /** Throws `CONFIG_INVALID` for unusable ids and `STATE_INVALID` for storage that contradicts itself. */
  constructor(options: RaftNodeOptions) {
    if (options.id === '') throw new RaftError('CONFIG_INVALID', 'id: not empty');
    const configuration = new Configuration(options.configuration);
    this.#config = options.config;
    this.#log = new RaftLog({
      storage: options.log,
      recentBytesMax: options.config.recentBytesMax,
      commitIndex: options.hardState.commit,
      appliedIndex: options.appliedIndex,
    });
    if (options.hardState.term < this.#log.lastTerm) {
      throw new RaftError('STATE_INVALID', 'the saved term is older than the last entry');
    }
    this.#outbox = new Outbox(options.config.outboxMessagesMax);
    this.#raft = new Raft({
      id: options.id,
      config: options.config,
      configuration,
      log: this.#log,
      outbox: this.#outbox,
      random: options.random,
      logger: options.logger,
      hardState: options.hardState,
      voteFloor: options.voteFloor ?? NO_VOTE_FLOOR,
    });
    this.#announced = this.#raft.roleState;
  }

  get id(): string {
    return this.#raft.id;
  }

  get role(): Role {
    return this.#raft.behaviour.role;
  }

  get term(): number {
    return this.#raft.term;
  }

  get leader(): string | null {
    return this.#raft.leader;
  }

  get commitIndex(): number {
    return this.#log.commitIndex;
  }

  get appliedIndex(): number {
    return this.#log.appliedIndex;
  }

  get lastIndex(): number {
    return this.#log.lastIndex;
  }

  get leaseValid(): boolean {
    return this.#raft.leading?.leaseValid ?? false;
  }

  get configuration(): ConfigurationState {
    return this.#raft.configuration.state;
  }

  get transferTarget(): string | null {
    return this.#raft.leading?.transferTarget ?? null;
  }

  progressOf(member: string): ProgressStatus | null {
    return this.#raft.leading?.progressOf(member) ?? null;
  }

  /** `tickMs` passed. */
  tick(): void {
    this.#raft.tick();
  }

  /** A message arrived. One for another member is ignored; it is for the driver to know who the senders are. */
  step(message: Message): void {
    this.#raft.step(message);
  }

  /**
   * Asks the leader to append `frame`, whose body is written and whose header is filled in here. The frame
   * belongs to the node from now on.
   */
  propose(kind: EntryKind, frame: Buffer): ProposeResult {
    const leading = this.#raft.leading;
    if (leading === null) return { type: 'refused', reason: 'not-leader', leader: this.#raft.leader };
    invariant(kind !== EntryKind.Membership, 'members are changed by proposeConfiguration');
    return leading.propose(kind, frame);
  }

  /**
   * Asks the leader to change the members to `target`. One change at a time; it takes effect when its entry is
   * applied. More than one change of voters goes through a joint configuration, which the leader leaves by itself.
   */
  proposeConfiguration(target: MembershipTarget): ProposeResult {
    const leading = this.#raft.leading;
    if (leading === null) return { type: 'refused', reason: 'not-leader', leader: this.#raft.leader };
    return leading.proposeConfiguration(target);
  }

  /**
   * Hands the leadership to the voter `to` (thesis §3.10). It is brought up to date first; proposals are refused
   * meanwhile. Given up after an election timeout, and when this member stops to lead.
   */
  transferLeadership(to: string): TransferResult {
    return this.#raft.leading?.transferTo(to) ?? { type: 'refused', reason: 'not-leader' };
  }

  /**
   * Asks for an index that is at least the commit index of this moment, confirmed by a quorum (thesis §6.4).
   * The answer is in Ready.reads or Ready.readsLost.
   */
  readIndex(): ReadIndexResult {
    return this.#raft.leading?.readIndex() ?? { type: 'refused', reason: 'not-leader' };
  }

  /** `peer` has installed the snapshot that ends at `index`. */
  snapshotSent(peer: string, index: number): void {
    this.#raft.leading?.snapshotSent(peer, index);
  }

  /** Sending a snapshot to `peer` ended without success; it becomes due again after the peer's next sign of life. */
  snapshotFailed(peer: string): void {
    this.#raft.leading?.snapshotFailed(peer);
  }

  /** What a Ready asked for is in memory. Ignored when it does not matter any more. */
  entryFetched(fetch: EntryFetch): void {
    this.#raft.leading?.entryFetched(fetch);
  }

  /**
   * A snapshot came in completely, from the leader `from` of `term`. `install`: the driver installs it durably
   * and then calls `snapshotInstalled`; `known`: the log holds what it covers, so the sender may count it as
   * installed; `stale`: it is not the leader's of this term.
   */
  installSnapshot(meta: SnapshotMeta, from: string, term: number): 'install' | 'known' | 'stale' {
    return this.#raft.installSnapshot(meta, from, term);
  }

  /** Log and machine were replaced by the snapshot `meta`, durably. */
  snapshotInstalled(meta: SnapshotMeta): void {
    this.#raft.snapshotInstalled(meta);
  }

  /**
   * The connection to `peer` closed. A follower of that peer stops counting on it: it may vote for another at
   * once, and `campaign` is open to it. A leader takes what was under way to that peer as lost.
   */
  campaignHint(peer: string): void {
    this.#raft.behaviour.connectionLost(peer);
  }

  /**
   * Starts a pre-vote without waiting for the timeout. Does nothing, and returns false, on a leader, on a member
   * that hears a leader, and on one that must not lead.
   */
  campaign(): boolean {
    if (this.#raft.behaviour.leaderInOffice) return false;
    this.#raft.startElection();
    return this.#raft.behaviour.role !== 'follower';
  }

  /** The entry (`index`, `term`) and everything appended before it are durable. */
  persisted(index: number, term: number): void {
    if (this.#log.persisted(index, term)) this.#raft.behaviour.persisted();
  }

  /** Whether `ready` has something to hand out. */
  hasReady(): boolean {
    return (
      !this.#outbox.empty ||
      this.#log.hasUnhanded() ||
      this.#log.hasCommitted() ||
      this.#raft.hardStateChanged ||
      (this.#raft.leading?.sendsDue() ?? false) ||
      this.#raft.configurationChanged ||
      this.#raft.reads.hasResults ||
      this.#roleChanged
    );
  }

  /** Hands out the next batch of work; see {@link Ready} for what to do with it. */
  ready(): Ready {
    // First what is applied: it may change who is in the group, and so what is sent and who leads.
    const committed = this.#log.takeCommitted(this.#config.committedBytesMax);
    if (committed.length > 0) this.#raft.applied(committed);
    this.#raft.leading?.prepareReady();
    const roleChange = this.#roleChanged ? this.#raft.roleState : null;
    if (roleChange !== null) this.#announced = roleChange;
    return {
      hardState: this.#raft.takeHardState(),
      entries: this.#log.takeUnhanded(),
      ...this.#outbox.take(),
      committed,
      roleChange,
      configuration: this.#raft.takeConfiguration(),
      ...this.#raft.reads.take(),
      snapshotsDue: this.#raft.leading?.takeSnapshotsDue() ?? [],
      fetches: this.#raft.leading?.takeFetches() ?? [],
    };
  }

  status(): RaftStatus {
    return {
      id: this.#raft.id,
      role: this.role,
      term: this.term,
      leader: this.leader,
      commitIndex: this.commitIndex,
      appliedIndex: this.appliedIndex,
      lastIndex: this.lastIndex,
      progress: this.#raft.leading?.progress ?? {},
      leaseValid: this.leaseValid,
      configuration: this.configuration,
      standing: this.#raft.standing,
      transferTarget: this.transferTarget,
      pendingReads: this.#raft.reads.pendingCount,
    };
  }

  /** Throws `INVARIANT_VIOLATED` if the state contradicts itself. Costs a walk over the entries in memory. */
  checkInvariants(): void {
    this.#raft.checkInvariants();
  }

  get #roleChanged(): boolean {
    const { role, term, leader } = this.#announced;
    return this.role !== role || this.term !== term || this.leader !== leader;
  }
}
