import { RaftError } from './errors.ts';
import { majorityIndex, majorityVote, type VoteResult } from './quorum.ts';

/**
 * Who belongs to the group and whose agreement counts. The core asks every question about membership here, so a
 * joint configuration or members without a vote change this class and nothing that uses it.
 */
export class Configuration {
  /** Members whose vote and whose durable log count; sorted, without repetition. */
  readonly voters: readonly string[];
  readonly #voterSet: ReadonlySet<string>;

  constructor(voters: readonly string[]) {
    this.#voterSet = new Set(voters);
    if (voters.length === 0 || this.#voterSet.size !== voters.length || this.#voterSet.has('')) {
      throw new RaftError('CONFIG_INVALID', 'voters: at least one id, none empty, none twice');
    }
    this.voters = Object.freeze([...voters].sort());
  }

  /** Everyone to whom a leader replicates. */
  get members(): readonly string[] {
    return this.voters;
  }

  isMember(id: string): boolean {
    return this.#voterSet.has(id);
  }

  isVoter(id: string): boolean {
    return this.#voterSet.has(id);
  }

  /** The highest value on which the configuration agrees. */
  agreedIndex(valueOf: (voter: string) => number): number {
    return majorityIndex(this.voters, valueOf);
  }

  voteResult(voteOf: (voter: string) => boolean | undefined): VoteResult {
    return majorityVote(this.voters, voteOf);
  }
}
