import type { RaftConfig } from './config.ts';
import { Configuration } from './configuration.ts';
import type { EntryKind } from './entry.ts';
import { RaftError } from './errors.ts';
import type { Logger } from './logger.ts';
import type { Message, Ready } from './message.ts';
import { Outbox } from './outbox.ts';
import type { ProposeResult } from './proposal.ts';
import { Raft } from './raft.ts';
import { RaftLog } from './raft-log.ts';
import type { Random } from './random.ts';
import type { RaftStatus, RoleChange } from './status.ts';
import type { HardState, LogStorage } from './storage.ts';

export interface RaftNodeOptions {
  readonly id: string;
  /** Every member of the group, this one included. */
  readonly voters: readonly string[];
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
   * Index that the log of a future leader must reach, 0 for no demand. For a member whose own log was damaged:
   * until it is repaired the member neither leads nor votes for a log that ends before what it once confirmed.
   */
  readonly voteFloor?: number;
}

/**
 * One member of one Raft group, as a deterministic machine without I/O (paper: Ongaro and Ousterhout, "In Search
 * of an Understandable Consensus Algorithm"; thesis: Ongaro, "Consensus: Bridging Theory and Practice").
 *
 * Input are ticks, messages, proposals and reports of the disk; output is one {@link Ready} after another. All
 * calls are synchronous. A call that throws `INVARIANT_VIOLATED` leaves the node unusable.
 */
export class RaftNode {
  readonly #raft: Raft;
  readonly #log: RaftLog;
  readonly #outbox: Outbox;
  readonly #config: RaftConfig;
  #announced: RoleChange;

  /** Throws `CONFIG_INVALID` for unusable ids and `STATE_INVALID` for storage that contradicts itself. */
  constructor(options: RaftNodeOptions) {
    const configuration = new Configuration(options.voters);
    if (!configuration.isMember(options.id)) {
      throw new RaftError('CONFIG_INVALID', `${options.id} is not among the voters`);
    }
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
      voteFloor: options.voteFloor ?? 0,
    });
    this.#announced = this.#raft.standing;
  }

  /** `tickMs` passed. */
  tick(): void {
    this.#raft.behaviour.tick();
  }

  /** A message arrived. One from a stranger or for another member is ignored. */
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
    return leading.propose(kind, frame);
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
      (this.#raft.leading?.appendsDue() ?? false) ||
      this.#roleChange() !== null
    );
  }

  /** Hands out the next batch of work; see {@link Ready} for what to do with it. */
  ready(): Ready {
    this.#raft.leading?.sendAppends();
    const roleChange = this.#roleChange();
    if (roleChange !== null) this.#announced = roleChange;
    return {
      hardState: this.#raft.takeHardState(),
      entries: this.#log.takeUnhanded(),
      ...this.#outbox.take(),
      committed: this.#log.takeCommitted(this.#config.committedBytesMax),
      roleChange,
    };
  }

  status(): RaftStatus {
    const leading = this.#raft.leading;
    return {
      id: this.#raft.id,
      ...this.#raft.standing,
      commitIndex: this.#log.commitIndex,
      appliedIndex: this.#log.appliedIndex,
      lastIndex: this.#log.lastIndex,
      progress: leading?.progress ?? {},
      leaseValid: leading?.leaseValid ?? false,
    };
  }

  /** Throws `INVARIANT_VIOLATED` if the state contradicts itself. Costs a walk over the entries in memory. */
  checkInvariants(): void {
    this.#raft.checkInvariants();
  }

  #roleChange(): RoleChange | null {
    const now = this.#raft.standing;
    const { role, term, leader } = this.#announced;
    return now.role === role && now.term === term && now.leader === leader ? null : now;
  }
}
