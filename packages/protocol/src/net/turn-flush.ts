import type { NetClock } from './ports.ts';

export interface Flushable {
  flush(): void;
}

/**
 * Writes gathered over one turn of the event loop. A socket write costs several microseconds whatever its
 * size, so a connection only marks itself as having something to say, and all marked connections speak once
 * the poll phase is over. One immediate serves all connections of a node.
 */
export class TurnFlush {
  readonly #clock: Pick<NetClock, 'immediate'>;
  #waiting: Flushable[] = [];
  #scheduled = false;
  #connections = 0;

  constructor(clock: Pick<NetClock, 'immediate'>) {
    this.#clock = clock;
  }

  /** A number that no other connection of this node has. */
  nextConnectionId(): number {
    this.#connections += 1;
    return this.#connections;
  }

  /** Call `target.flush()` when the sockets of this turn have been read. The caller registers itself once. */
  atTurnEnd(target: Flushable): void {
    this.#waiting.push(target);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#clock.immediate(this.#endTurn);
  }

  /**
   * Flush every connection that has something queued, now. For code which itself runs at the end of a turn
   * and has just produced many replies: without it they would wait for the next round of the loop.
   */
  flush(): void {
    if (this.#waiting.length === 0) return;
    const targets = this.#waiting;
    this.#waiting = [];
    for (const target of targets) target.flush();
  }

  /** One closure for the life of the node. */
  readonly #endTurn = (): void => {
    this.#scheduled = false;
    this.flush();
  };
}
