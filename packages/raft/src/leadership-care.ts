import type { Clock } from './clock.ts';
import type { RaftConfig } from './config.ts';
import { HandOver, type HandOverReason } from './hand-over.ts';
import type { Logger } from './logger.ts';
import { PreferredReturn } from './preferred-return.ts';
import type { LeaderView, RaftStatus } from './status.ts';
import type { SyncWatch } from './sync-watch.ts';

export interface LeadershipCareParts {
  readonly config: RaftConfig;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly watch: SyncWatch;
  /** Or nearly so. */
  diskFull(): boolean;
  isConnected(peer: string): boolean;
  /** Returns whether the transfer began. */
  transfer(to: string): boolean;
}

/** Sees to it that the right member leads: not one whose disk fails it, and the preferred one if it can. */
export class LeadershipCare {
  readonly #parts: LeadershipCareParts;
  readonly #handOver: HandOver;
  readonly #preferred: PreferredReturn;
  #leadingTerm: number | null = null;

  constructor(parts: LeadershipCareParts) {
    this.#parts = parts;
    this.#handOver = new HandOver(parts);
    this.#preferred = new PreferredReturn(parts);
  }

  /** Leaderships given away because of the disk. */
  get handOvers(): number {
    return this.#handOver.count;
  }

  roleChanged({ role, term }: RaftStatus): void {
    const leadingTerm = role === 'leader' ? term : null;
    if (leadingTerm === this.#leadingTerm) return;
    this.#leadingTerm = leadingTerm;
    // Slow syncs cost the leadership only if they come while this member leads: otherwise a group of slow disks would change
    // hands at once. Whoever lost it goes on counting, so as not to take it back.
    if (leadingTerm !== null) this.#parts.watch.forget();
    this.#preferred.pause();
  }

  /** Called after ticks. */
  look(view: LeaderView): void {
    if (view.role !== 'leader' || view.transferTarget !== null) return;
    const reason = this.#reason();
    if (reason === null) {
      this.#preferred.consider(view);
    } else {
      this.#preferred.pause();
      this.#handOver.consider(view, reason);
    }
  }

  #reason(): HandOverReason | null {
    const { watch } = this.#parts;
    if (this.#parts.diskFull()) return 'disk-full';
    if (watch.hanging) return 'hanging-sync';
    return watch.slow ? 'slow-syncs' : null;
  }
}
