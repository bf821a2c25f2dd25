import type { RaftConfig } from './config.ts';
import type { Configuration } from './configuration.ts';
import { Progress } from './progress.ts';

/**
 * All followers of one leader, and what they agree on. The leader's own durable index and its own word are given
 * to each question, since it does not replicate to itself.
 */
export class ProgressTracker {
  readonly #self: string;
  readonly #config: RaftConfig;
  #configuration: Configuration;
  #followers = new Map<string, Progress>();

  constructor(configuration: Configuration, self: string, next: number, config: RaftConfig) {
    this.#self = self;
    this.#config = config;
    this.#configuration = configuration;
    this.reconfigure(configuration, next);
  }

  /**
   * Follows a changed configuration. New followers start at `next` and are probed at once; they count as active at
   * first, so that the quorum check does not end the leader's office before they could answer. Returns those that left.
   */
  reconfigure(configuration: Configuration, next: number): readonly (readonly [string, Progress])[] {
    const { inflightMessagesMax, inflightBytesMax } = this.#config;
    const followers = new Map<string, Progress>();
    const changed = this.#configuration !== configuration;
    for (const member of configuration.members) {
      if (member === this.#self) continue;
      const known = this.#followers.get(member);
      const voted = configuration.isVoter(member);
      const progress = known ?? new Progress(next, inflightMessagesMax, inflightBytesMax, !changed && voted);
      if (known === undefined && changed) {
        progress.markActive();
        progress.nudge();
      }
      followers.set(member, progress);
    }
    const left = [...this.#followers].filter(([member]) => !followers.has(member));
    this.#configuration = configuration;
    this.#followers = followers;
    return left;
  }

  /** Followers in the order of their ids. */
  followers(): Iterable<[string, Progress]> {
    return this.#followers.entries();
  }

  follower(id: string): Progress | undefined {
    return this.#followers.get(id);
  }

  /**
   * Highest index that is durable on a quorum; `ownIndex` is the leader's own. As in every question about a quorum, a
   * follower that lost its memory does not count: it may serve a later leader and have forgotten so.
   */
  durableIndex(ownIndex: number): number {
    return this.#configuration.agreedIndex((id) =>
      id === this.#self ? ownIndex : (this.#counting(id)?.match ?? 0),
    );
  }

  /** Newest heartbeat round that a quorum answered; `ownRound` is the newest one sent. */
  answeredRound(ownRound: number): number {
    return this.#configuration.agreedIndex((id) =>
      id === this.#self ? ownRound : (this.#counting(id)?.ackedRound ?? 0),
    );
  }

  /** Whether a quorum spoke since the last call; starts the next interval. */
  checkQuorum(): boolean {
    const result = this.#configuration.voteResult(
      (id) => id === this.#self || (this.#counting(id)?.active ?? false),
    );
    for (const progress of this.#followers.values()) progress.clearActive();
    return result === 'won';
  }

  /**
   * Whether `configuration` could elect a leader now, as far as this one knows: a quorum of it gives votes and has
   * answered a heartbeat after `round`.
   */
  canElect(configuration: Configuration, round: number): boolean {
    const result = configuration.voteResult((id) => {
      const progress = this.#followers.get(id);
      return (
        id === this.#self || (progress !== undefined && progress.remembers && progress.ackedRound > round)
      );
    });
    return result === 'won';
  }

  #counting(id: string): Progress | undefined {
    const progress = this.#followers.get(id);
    return progress?.remembers === true ? progress : undefined;
  }

  checkInvariants(lastIndex: number): void {
    for (const progress of this.#followers.values()) progress.checkInvariants(lastIndex);
  }
}
