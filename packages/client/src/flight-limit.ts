import type { NetClock } from '@ledgermq/protocol/net';
import { MQClientException, RemotingTooMuchRequestException } from './errors.ts';

/** One that waits for room. */
interface Waiter {
  readonly enter: () => void;
}

/**
 * How many sends may be without an answer at once. Further ones wait in the order of their calls, until there is room,
 * their deadline passes or their signal fires.
 */
export class FlightLimit {
  readonly #max: number;
  readonly #clock: NetClock;
  readonly #waiters: Set<Waiter> = new Set();
  #inFlight = 0;
  #emptyWaiters: (() => void)[] = [];

  constructor(max: number, clock: NetClock) {
    this.#max = max;
    this.#clock = clock;
  }

  /** Takes a place if one is free and nobody came before. */
  tryEnter(): boolean {
    if (this.#inFlight >= this.#max || this.#waiters.size > 0) return false;
    this.#inFlight += 1;
    return true;
  }

  /**
   * Resolves with a place taken. `deadline` is on the monotonic clock.
   *
   * @throws RemotingTooMuchRequestException at the deadline, MQClientException ERR_MQ_ABORTED.
   */
  enter(deadline: number, signal: AbortSignal | undefined): Promise<void> {
    if (this.tryEnter()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#clock.clearTimer(timer);
        signal?.removeEventListener('abort', abort);
        this.#waiters.delete(waiter);
      };
      const abort = (): void => {
        leave();
        reject(abortedBeforeSend(signal));
      };
      const timer = this.#clock.setTimer(Math.max(0, deadline - this.#clock.monotonic()), () => {
        leave();
        const text = `${this.#max} sends are without an answer (maxInFlight)`;
        reject(new RemotingTooMuchRequestException(text, { outcome: 'unavailable' }));
      });
      const waiter: Waiter = {
        enter: () => {
          leave();
          resolve();
        },
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#waiters.add(waiter);
    });
  }

  /** Gives the place back, to the one that waits longest. */
  exit(): void {
    const [next] = this.#waiters;
    if (next !== undefined) {
      next.enter();
      return;
    }
    this.#inFlight -= 1;
    if (this.#inFlight > 0) return;
    const waiters = this.#emptyWaiters;
    this.#emptyWaiters = [];
    for (const waiter of waiters) waiter();
  }

  /** Resolves when nothing is under way or waits. */
  empty(): Promise<void> {
    if (this.#inFlight === 0) return Promise.resolve();
    return new Promise((resolve) => this.#emptyWaiters.push(resolve));
  }
}

/** The error for a signal that fired before anything was sent. */
export function abortedBeforeSend(signal: AbortSignal | undefined): MQClientException {
  const cause: unknown = signal?.reason;
  const text = 'the send was aborted before it left';
  return new MQClientException('ERR_MQ_ABORTED', text, { outcome: 'unavailable', cause });
}
