import type { RemotingCommand } from '../command.ts';
import type { Frame } from '../frame.ts';

/**
 * Who makes a request and takes what becomes of it: exactly one of `onResponse` and `onFailure` ends it, unless the
 * former throws. An object with three methods instead of closures, because a producer has one per message.
 */
export interface Requester {
  /** The whole frame, with this opaque in its header. */
  encode(opaque: number): Buffer;
  /**
   * The response, whatever its code. `decoded` is given when its header had to be parsed already. The frame is a view
   * on the chunk in which it arrived. An error thrown here says that it cannot be read and closes the connection.
   */
  onResponse(frame: Frame, decoded: RemotingCommand | null): void;
  /** A `ConnectionError`. */
  onFailure(error: Error): void;
}

/** One request that waits for its response. */
export interface Waiter {
  readonly requester: Requester;
  /** On the monotonic clock, in milliseconds. */
  readonly deadlineMs: number;
  /** Sequence number of the request's frame in the write queue. */
  readonly sequence: number;
  /** Removes the listener on the caller's signal, when there is one. */
  readonly release: (() => void) | null;
}

const OPAQUE_MAX = 0x7fffffff;

/**
 * The requests of one connection by opaque. Each side of a connection numbers its own requests, so these
 * numbers never meet those of the peer's requests.
 */
export class InFlight {
  readonly #waiters = new Map<number, Waiter>();
  #lastOpaque = 0;
  #earliestDeadlineMs = Number.POSITIVE_INFINITY;

  get size(): number {
    return this.#waiters.size;
  }

  /** No waiter has an earlier deadline. May lie before the earliest one after waiters were settled. */
  get earliestDeadlineMs(): number {
    return this.#earliestDeadlineMs;
  }

  /** A positive int32 that no waiting request uses. */
  nextOpaque(): number {
    do {
      this.#lastOpaque = this.#lastOpaque >= OPAQUE_MAX ? 1 : this.#lastOpaque + 1;
    } while (this.#waiters.has(this.#lastOpaque));
    return this.#lastOpaque;
  }

  add(opaque: number, waiter: Waiter): void {
    this.#waiters.set(opaque, waiter);
    if (waiter.deadlineMs < this.#earliestDeadlineMs) this.#earliestDeadlineMs = waiter.deadlineMs;
  }

  /** Remove and return the waiter of this opaque; null for a late or foreign response. */
  take(opaque: number): Waiter | null {
    const waiter = this.#waiters.get(opaque);
    if (waiter === undefined) return null;
    this.#waiters.delete(opaque);
    waiter.release?.();
    return waiter;
  }

  /** Remove and return all waiters whose deadline has passed, the earliest first. */
  takeExpired(nowMs: number): Waiter[] {
    const expired: Waiter[] = [];
    let earliest = Number.POSITIVE_INFINITY;
    for (const [opaque, waiter] of this.#waiters) {
      if (waiter.deadlineMs <= nowMs) {
        this.#waiters.delete(opaque);
        waiter.release?.();
        expired.push(waiter);
      } else if (waiter.deadlineMs < earliest) {
        earliest = waiter.deadlineMs;
      }
    }
    this.#earliestDeadlineMs = earliest;
    return expired.sort((a, b) => a.deadlineMs - b.deadlineMs);
  }

  takeAll(): Waiter[] {
    return this.takeExpired(Number.POSITIVE_INFINITY);
  }
}
