import type { Clock, TimerHandle } from '@ledgermq/raft';
import type { ClientConnection } from '../exchange.ts';

/** A pull that found nothing and waits for a message in its queue. */
export interface HeldPull {
  readonly connection: ClientConnection;
  readonly topic: string;
  readonly queueId: number;
  /** The queue offset that the consumer wants next. */
  readonly fromOffset: number;
  /** Monotonic milliseconds at which the pull is answered whatever happened. */
  readonly deadline: number;
  /** Judges the tag hash of an arriving message; null accepts all. */
  readonly matches: ((tagsCode: number) => boolean) | null;
  /** Runs the pull again, this time without waiting; called at most once. */
  resume(): void;
}

export interface HeldPullsOptions {
  readonly heldPullsMax: number;
  /** Deadlines are checked this often, so a pull may be answered this much late. */
  readonly scanMs: number;
}

/**
 * Long polling: keeps pulls that found nothing until a matching message arrives in their queue, their time is over,
 * or their connection closes.
 *
 * Woken pulls run at the end of the event-loop turn, so that a pull woken by the first message of an applied batch
 * returns the whole batch. One coarse timer serves all deadlines and exists only while something is held.
 */
export class HeldPulls {
  readonly #options: HeldPullsOptions;
  readonly #clock: Clock;
  readonly #queues = new Map<string, Map<number, Set<HeldPull>>>();
  readonly #byConnection = new Map<ClientConnection, Set<HeldPull>>();
  #woken: HeldPull[] = [];
  #count = 0;
  #timer: TimerHandle | null = null;

  constructor(clock: Clock, options: HeldPullsOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  get count(): number {
    return this.#count;
  }

  /** False when the table is full; the caller then answers at once. */
  hold(pull: HeldPull): boolean {
    if (this.#count >= this.#options.heldPullsMax || pull.connection.closed) {
      return false;
    }
    let queues = this.#queues.get(pull.topic);
    if (queues === undefined) {
      queues = new Map();
      this.#queues.set(pull.topic, queues);
    }
    addTo(queues, pull.queueId, pull);
    addTo(this.#byConnection, pull.connection, pull);
    this.#count += 1;
    this.#timer ??= this.#clock.setTimer(this.#options.scanMs, () => {
      this.#scan();
    });
    return true;
  }

  /** A message became readable in this queue; `maxOffset` is the next offset after it. */
  arrived(topic: string, queueId: number, maxOffset: number, tagsCode: number): void {
    const held = this.#queues.get(topic)?.get(queueId);
    if (held === undefined) {
      return;
    }
    for (const pull of held) {
      if (pull.fromOffset < maxOffset && (pull.matches === null || pull.matches(tagsCode))) {
        this.#wake(pull);
      }
    }
  }

  /** Drops what this connection waits for; nobody would read the answers. */
  connectionClosed(connection: ClientConnection): void {
    for (const pull of this.#byConnection.get(connection) ?? []) {
      this.#remove(pull);
    }
  }

  /** Wakes everything: mastership changed, and the pulls must find out who serves them now. */
  releaseAll(): void {
    for (const held of [...this.#byConnection.values()]) {
      for (const pull of held) {
        this.#wake(pull);
      }
    }
  }

  /** Forgets everything unanswered and stops the timer. */
  stop(): void {
    this.#queues.clear();
    this.#byConnection.clear();
    this.#woken = [];
    this.#count = 0;
    this.#stopTimer();
  }

  #scan(): void {
    this.#timer = null;
    const now = this.#clock.monotonic();
    for (const held of [...this.#byConnection.values()]) {
      for (const pull of held) {
        if (pull.deadline <= now) {
          this.#wake(pull);
        }
      }
    }
    if (this.#count > 0) {
      this.#timer = this.#clock.setTimer(this.#options.scanMs, () => {
        this.#scan();
      });
    }
  }

  #wake(pull: HeldPull): void {
    this.#remove(pull);
    if (this.#woken.push(pull) === 1) {
      this.#clock.immediate(() => {
        const woken = this.#woken;
        this.#woken = [];
        for (const next of woken) {
          if (!next.connection.closed) {
            next.resume();
          }
        }
      });
    }
  }

  #remove(pull: HeldPull): void {
    const queues = this.#queues.get(pull.topic);
    if (queues !== undefined) {
      removeFrom(queues, pull.queueId, pull);
      if (queues.size === 0) {
        this.#queues.delete(pull.topic);
      }
    }
    removeFrom(this.#byConnection, pull.connection, pull);
    this.#count -= 1;
    if (this.#count === 0) {
      this.#stopTimer();
    }
  }

  #stopTimer(): void {
    if (this.#timer !== null) {
      this.#clock.clearTimer(this.#timer);
      this.#timer = null;
    }
  }
}

function addTo<K>(sets: Map<K, Set<HeldPull>>, key: K, pull: HeldPull): void {
  const set = sets.get(key);
  if (set === undefined) {
    sets.set(key, new Set([pull]));
  } else {
    set.add(pull);
  }
}

function removeFrom<K>(sets: Map<K, Set<HeldPull>>, key: K, pull: HeldPull): void {
  const set = sets.get(key);
  if (set?.delete(pull) === true && set.size === 0) {
    sets.delete(key);
  }
}
