import { isCaughtUp } from './caught-up.ts';
import type { Clock } from './clock.ts';
import type { RaftConfig } from './config.ts';
import type { Logger } from './logger.ts';
import type { LeaderView } from './status.ts';

export interface PreferredReturnPorts {
  readonly config: Pick<RaftConfig, 'preferredLeader' | 'preferredReturnMs' | 'caughtUpLagMax'>;
  readonly clock: Clock;
  readonly logger: Logger;
  isConnected(peer: string): boolean;
  /** Returns whether the transfer began. */
  transfer(to: string): boolean;
}

/** Waits are doubled this many times at most. */
const DOUBLINGS_MAX = 6;

/**
 * Gives the leadership back to the preferred leader, once it is connected and was caught up for `preferredReturnMs` without
 * a break. A transfer that failed, and a preferred leader that loses the leadership again soon, double the wait: a
 * member that cannot keep the leadership must not be handed it every few seconds.
 */
export class PreferredReturn {
  readonly #ports: PreferredReturnPorts;
  /** Since when the preferred leader is fit to lead; null while it is not. */
  #fitSince: number | null = null;
  #triedAt: number | null = null;
  #doublings = 0;

  constructor(ports: PreferredReturnPorts) {
    this.#ports = ports;
  }

  /** Looks at the state of a leader that is in good order and hands over to nobody. Called every few ticks. */
  consider(view: LeaderView): void {
    const { config, clock, logger } = this.#ports;
    const preferred = config.preferredLeader;
    if (preferred === null || preferred === view.id) return;
    const now = clock.monotonic();
    const fit = this.#ports.isConnected(preferred) && isCaughtUp(view, preferred, config.caughtUpLagMax);
    if (!fit) {
      this.#fitSince = null;
      return;
    }
    this.#fitSince ??= now;
    if (now - this.#fitSince < this.#waitMs) return;
    this.#fitSince = null;
    this.#noteTry(now);
    logger.info('the preferred leader gets the leadership back', { to: preferred });
    this.#ports.transfer(preferred);
  }

  /** This member does not lead. */
  pause(): void {
    this.#fitSince = null;
  }

  get #waitMs(): number {
    return this.#ports.config.preferredReturnMs * 2 ** this.#doublings;
  }

  #noteTry(now: number): void {
    const soon = this.#triedAt !== null && now - this.#triedAt < 4 * this.#waitMs;
    this.#doublings = soon ? Math.min(this.#doublings + 1, DOUBLINGS_MAX) : 0;
    this.#triedAt = now;
  }
}
