import type { Clock, TimerHandle } from './clock.ts';
import type { RaftConfig } from './config.ts';
import type { Random } from './random.ts';
import type { RaftView } from './status.ts';

/** What the hint needs to know about its member. */
export type ElectionView = Pick<RaftView, 'role' | 'term' | 'leader'>;

export interface ElectionHintOptions {
  readonly id: string;
  /** Every member that votes, this one included if it does. */
  readonly voters: readonly string[];
  readonly config: RaftConfig;
  readonly clock: Clock;
  readonly random: Random;
  /** Where the member stands now. */
  readonly view: ElectionView;
  /** Asks the core for a pre-vote. */
  campaign(): void;
}

/**
 * Times that a term which began since the timer was last looked at is left alone: an election is being decided
 * there, and its votes wait for disks. Starting over each time would never let a slow one finish.
 */
const OWN_ELECTION_PATIENCE = 3;
const OTHER_ELECTION_PATIENCE = 1;

/**
 * Turns what connections tell into elections that do not wait for the election timeout. A killed process closes
 * its sockets, so a closed connection to the leader is the earliest sign of its end. It may be wrong, which costs
 * nothing: the pre-vote fails while others hear the leader.
 *
 * Survivors start one after the other: each waits its rank among the members it is connected to, times
 * `hintRankDelayMs`, plus a little chance. Then it retries until a leader is known or the lost one is back.
 */
export class ElectionHint {
  readonly #options: ElectionHintOptions;
  readonly #connected = new Set<string>();
  #voters: readonly string[];
  #timer: TimerHandle | null = null;
  /** Leader whose connection closed, null while no retry runs or it is the preferred member's first election. */
  #lost: string | null = null;
  /** True until the preferred leader has seen its first quorum. */
  #startPending: boolean;
  #seenTerm = 0;
  #patience = 0;

  constructor(options: ElectionHintOptions) {
    this.#options = options;
    this.#voters = options.voters;
    // A member without peers needs no preference: nobody else could lead.
    this.#startPending = options.config.preferredLeader === options.id || options.voters.length === 1;
  }

  start(): void {
    this.#startIfQuorum();
  }

  stop(): void {
    this.#cancel();
    this.#startPending = false;
  }

  /** The members that vote are others now. */
  setVoters(voters: readonly string[]): void {
    this.#voters = voters;
  }

  isConnected(peer: string): boolean {
    return this.#connected.has(peer);
  }

  peerOpened(peer: string): void {
    this.#connected.add(peer);
    if (peer === this.#lost) this.#cancel();
    this.#startIfQuorum();
  }

  /** `wasLeader`: the member counted on `peer` as its leader when the connection closed. */
  peerClosed(peer: string, wasLeader: boolean): void {
    this.#connected.delete(peer);
    if (!wasLeader) return;
    const { config, random } = this.#options;
    this.#lost = peer;
    this.#begin(this.#rank() * config.hintRankDelayMs + random.nextInt(config.hintJitterMs + 1));
  }

  /** A leader is known; nothing is left to hint at. */
  leaderKnown(): void {
    this.#startPending = false;
    this.#cancel();
  }

  /** Place of this member among those that may take over, in the order of their ids. */
  #rank(): number {
    const { id } = this.#options;
    return this.#voters.filter((voter) => voter < id && this.#connected.has(voter)).length;
  }

  #startIfQuorum(): void {
    if (!this.#startPending || !this.#seesQuorum()) return;
    this.#startPending = false;
    this.#begin(0);
  }

  /** Without a quorum a pre-vote cannot succeed. */
  #seesQuorum(): boolean {
    const seen = this.#voters.filter((voter) => voter === this.#options.id || this.#connected.has(voter));
    return seen.length > this.#voters.length / 2;
  }

  #begin(delayMs: number): void {
    this.#seenTerm = this.#options.view.term;
    this.#patience = 0;
    this.#arm(delayMs);
  }

  #arm(delayMs: number): void {
    if (this.#timer !== null) this.#options.clock.clearTimer(this.#timer);
    this.#timer = this.#options.clock.setTimer(delayMs, () => this.#fire());
  }

  #cancel(): void {
    if (this.#timer !== null) this.#options.clock.clearTimer(this.#timer);
    this.#timer = null;
    this.#lost = null;
  }

  #fire(): void {
    this.#timer = null;
    const { config, random } = this.#options;
    const now = this.#options.view;
    if (now.leader !== null) {
      this.#cancel();
      return;
    }
    // The retry is armed first: the campaign may end at once and cancel it.
    const span = config.hintRetryMsMax - config.hintRetryMsMin;
    this.#arm(config.hintRetryMsMin + random.nextInt(span + 1));
    if (this.#mayCampaign(now)) this.#options.campaign();
  }

  #mayCampaign(now: ElectionView): boolean {
    if (now.term !== this.#seenTerm) {
      this.#seenTerm = now.term;
      this.#patience = now.role === 'candidate' ? OWN_ELECTION_PATIENCE : OTHER_ELECTION_PATIENCE;
    }
    if (this.#patience > 0) {
      this.#patience--;
      return false;
    }
    return this.#seesQuorum();
  }
}
