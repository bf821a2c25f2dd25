import type { Clock } from './clock.ts';
import type { RaftConfig } from './config.ts';
import type { RaftStatus, RaftView } from './status.ts';

/**
 * A group that starts goes to its preferred leader even if that member's process needs a moment longer than the
 * others': these leave it the first election for `preferredGraceMs`, or until a leader is known. Only counting of ticks is
 * put off: a vote is given, and a lost connection followed up, as ever.
 */
export class FirstElectionGrace {
  readonly #config: Pick<RaftConfig, 'preferredLeader' | 'preferredGraceMs'>;
  readonly #clock: Clock;
  /** 0 when it is over. */
  #endsAt = 0;

  constructor(config: Pick<RaftConfig, 'preferredLeader' | 'preferredGraceMs'>, clock: Clock) {
    this.#config = config;
    this.#clock = clock;
  }

  /** The member of this `status` starts. */
  begin({ id, configuration }: RaftStatus): void {
    const { preferredLeader, preferredGraceMs } = this.#config;
    if (preferredLeader === null || preferredLeader === id) return;
    if (configuration.voters.includes(preferredLeader))
      this.#endsAt = this.#clock.monotonic() + preferredGraceMs;
  }

  /** Whether the member still holds back. */
  lasts({ role, leader }: Pick<RaftView, 'role' | 'leader'>): boolean {
    if (this.#endsAt === 0) return false;
    if (role !== 'follower' || leader !== null || this.#clock.monotonic() >= this.#endsAt) this.#endsAt = 0;
    return this.#endsAt > 0;
  }
}
