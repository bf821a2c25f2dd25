import type { Clock, RaftDriver } from '@ledgermq/raft';

/** Longest wait of a stopping leader for its successor. */
const HAND_OVER_MS = 1_000;

export interface HandOverPorts {
  readonly memberId: string;
  readonly consensus: Pick<RaftDriver, 'role' | 'status' | 'transferLeadership'>;
  /** Whether messages reach this member now. */
  readonly isOpen: (peer: string) => boolean;
  readonly clock: Pick<Clock, 'setTimer' | 'clearTimer'>;
}

/** A leader that is stopped gives its place away first, so that nobody has to notice its absence. */
export class HandOver {
  readonly #ports: HandOverPorts;
  /** Called when this member does not lead any more. */
  #waiter: (() => void) | null = null;

  constructor(ports: HandOverPorts) {
    this.#ports = ports;
  }

  /** Resolves when somebody else leads, or it was of no use to wait (longer). At once if this member does not lead. */
  async run(): Promise<void> {
    const { memberId, consensus, isOpen, clock } = this.#ports;
    const { role, progress } = consensus.status();
    if (role !== 'leader') return;
    const [successor] = Object.entries(progress)
      .filter(([id, { learner }]) => id !== memberId && !learner && isOpen(id))
      .sort(([, one], [, other]) => other.match - one.match);
    if (successor === undefined || consensus.transferLeadership(successor[0]).type !== 'started') return;
    await new Promise<void>((resolve) => {
      const timer = clock.setTimer(HAND_OVER_MS, resolve);
      this.#waiter = () => {
        clock.clearTimer(timer);
        resolve();
      };
    });
  }

  /** To be called at each change of role. */
  roleChanged(): void {
    if (this.#ports.consensus.role !== 'leader') this.#waiter?.();
  }
}
