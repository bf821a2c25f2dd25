import { checkConfiguration, isJoint, type ConfigurationState } from './configuration-state.ts';
import { jointIndex, jointVote, type VoteResult } from './quorum.ts';

/**
 * Who belongs to the group and whose agreement counts. The core asks every question about membership here, so
 * nothing that uses it knows of joint configurations. It never changes: a new state makes a new object.
 */
export class Configuration {
  readonly state: ConfigurationState;
  /** Voters of both halves and learners; sorted. Everyone to whom a leader replicates. */
  readonly members: readonly string[];
  /** Voters of both halves; sorted. Everyone who is asked for a vote. */
  readonly voters: readonly string[];
  readonly #voterSet: ReadonlySet<string>;
  readonly #learnerSet: ReadonlySet<string>;

  /** Throws `CONFIG_INVALID` for a state that no group can have. */
  constructor(state: ConfigurationState) {
    checkConfiguration(state);
    this.state = state;
    this.#voterSet = new Set([...state.voters, ...state.votersOutgoing]);
    this.#learnerSet = new Set(state.learners);
    this.voters = Object.freeze([...this.#voterSet].sort());
    this.members = Object.freeze([...this.#voterSet, ...this.#learnerSet].sort());
  }

  get joint(): boolean {
    return isJoint(this.state);
  }

  isMember(id: string): boolean {
    return this.#voterSet.has(id) || this.#learnerSet.has(id);
  }

  /** A voter of either half. */
  isVoter(id: string): boolean {
    return this.#voterSet.has(id);
  }

  isLearner(id: string): boolean {
    return this.#learnerSet.has(id);
  }

  /** The highest value on which the configuration agrees. */
  agreedIndex(valueOf: (voter: string) => number): number {
    return jointIndex(this.state.voters, this.state.votersOutgoing, valueOf);
  }

  voteResult(voteOf: (voter: string) => boolean | undefined): VoteResult {
    return jointVote(this.state.voters, this.state.votersOutgoing, voteOf);
  }
}
