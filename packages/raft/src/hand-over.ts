import { isCaughtUp } from './caught-up.ts';
import type { Clock } from './clock.ts';
import type { RaftConfig } from './config.ts';
import type { Logger } from './logger.ts';
import type { LeaderView } from './status.ts';

/** Why a leader should not lead on. */
export type HandOverReason = 'disk-full' | 'slow-syncs' | 'hanging-sync';

export interface HandOverPorts {
  readonly config: Pick<RaftConfig, 'caughtUpLagMax' | 'handOverRetryMsMin' | 'handOverRetryMsMax'>;
  readonly clock: Clock;
  readonly logger: Logger;
  isConnected(peer: string): boolean;
  /** Returns whether the transfer began. */
  transfer(to: string): boolean;
}

/**
 * Gives the leadership away from a member whose disk does not serve it, to the voter that is farthest. Tries again after a
 * pause that grows, with another member if there is one: when all disks are slow the leadership must not wander.
 */
export class HandOver {
  readonly #ports: HandOverPorts;
  #nextAt = 0;
  #pauseMs = 0;
  #lastTarget: string | null = null;
  #count = 0;

  constructor(ports: HandOverPorts) {
    this.#ports = ports;
  }

  /** Transfers begun. */
  get count(): number {
    return this.#count;
  }

  /** `view` is that of a leader that hands over to nobody yet. Called every few ticks while the reason lasts. */
  consider(view: LeaderView, reason: HandOverReason): void {
    const { config, clock, logger } = this.#ports;
    const now = clock.monotonic();
    if (now < this.#nextAt) return;
    const to = this.#target(view);
    if (to === null) return;
    // Long after the last time the disk was fine for a while; then the pause begins anew.
    const calm = now - this.#nextAt > config.handOverRetryMsMax;
    const doubled = Math.min(this.#pauseMs * 2, config.handOverRetryMsMax);
    this.#pauseMs = calm ? config.handOverRetryMsMin : Math.max(doubled, config.handOverRetryMsMin);
    this.#nextAt = now + this.#pauseMs;
    this.#lastTarget = to;
    logger.warn('handing over because of the disk', { to, reason });
    if (this.#ports.transfer(to)) this.#count++;
  }

  #target(view: LeaderView): string | null {
    const fit = view.configuration.voters
      .filter((voter) => voter !== view.id && this.#ports.isConnected(voter))
      .filter((voter) => isCaughtUp(view, voter, this.#ports.config.caughtUpLagMax))
      .sort((one, other) => matchOf(view, other) - matchOf(view, one));
    return fit.find((voter) => voter !== this.#lastTarget) ?? fit[0] ?? null;
  }
}

function matchOf(view: LeaderView, member: string): number {
  return view.progressOf(member)?.match ?? 0;
}
