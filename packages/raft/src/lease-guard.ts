/**
 * Keeps a member's side of a leader's lease when leases serve reads: for an election timeout after it last heard a
 * leader it gives no vote and asks for none, whatever terms it hears of meanwhile, so that a leader whose
 * heartbeats a quorum answered knows that no other can be elected for about as long. A member that starts may have
 * answered a leader just before it stopped.
 *
 * Without lease reads the guard never holds anything back.
 */
export class LeaseGuard {
  readonly #timeoutTicks: number;
  #ticksLeft: number;

  /** `timeoutTicks` is 0 when leases serve no reads; `restarted` tells a member that knew a term before this life. */
  constructor(timeoutTicks: number, restarted: boolean) {
    this.#timeoutTicks = timeoutTicks;
    this.#ticksLeft = restarted ? timeoutTicks : 0;
  }

  get holds(): boolean {
    return this.#ticksLeft > 0;
  }

  leaderHeard(): void {
    this.#ticksLeft = this.#timeoutTicks;
  }

  tick(): void {
    if (this.#ticksLeft > 0) this.#ticksLeft--;
  }
}
