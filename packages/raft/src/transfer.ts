/**
 * A leader's attempt to hand over to `target` (thesis §3.10): bring it up to date, tell it to campaign, and stop
 * taking proposals meanwhile. It ends when the leader is deposed or after an election timeout, since the target may
 * be dead or unable to win.
 */
export class Transfer {
  readonly target: string;
  readonly #timeoutTicks: number;
  #elapsed = 0;
  #told = false;

  constructor(target: string, timeoutTicks: number) {
    this.target = target;
    this.#timeoutTicks = timeoutTicks;
  }

  /** Whether the target should be told now, `match` being what it holds of a log that ends at `lastIndex`. Once. */
  shouldTell(match: number, lastIndex: number): boolean {
    if (this.#told || match < lastIndex) return false;
    this.#told = true;
    return true;
  }

  /** One tick passed. Returns true when the time is up. */
  tick(): boolean {
    this.#elapsed++;
    return this.#elapsed >= this.#timeoutTicks;
  }
}
