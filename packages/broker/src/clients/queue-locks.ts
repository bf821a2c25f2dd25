import type { MessageQueue } from '@ledgermq/protocol';

interface Lock {
  clientId: string;
  /** Monotonic milliseconds of the last successful request of the holder. */
  refreshedAt: number;
}

export interface QueueLocksOptions {
  /** A lock not refreshed for longer is free for others; RocketMQ's lockMaxLiveTime, 60 s. */
  readonly lockMaxLiveTimeMs: number;
  readonly lockedQueuesMax: number;
}

/**
 * Which client of a consumer group may consume a queue in order. Volatile on purpose: RocketMQ's consumers ask again
 * every 20 s and stop by themselves after 30 s, so a new master starts with an empty table, as a restarted broker.
 */
export class QueueLocks {
  readonly #options: QueueLocksOptions;
  readonly #groups = new Map<string, Map<string, Lock>>();
  #count = 0;

  constructor(options: QueueLocksOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#count;
  }

  /** Locks what is free, the caller's own, or expired, and returns exactly those queues. */
  lock(group: string, clientId: string, queues: readonly MessageQueue[], now: number): MessageQueue[] {
    const granted: MessageQueue[] = [];
    for (const queue of queues) {
      if (this.#lockOne(group, clientId, keyOf(queue), now)) {
        granted.push(queue);
      }
    }
    return granted;
  }

  /** Frees the caller's own locks; those of others stay. */
  unlock(group: string, clientId: string, queues: readonly MessageQueue[]): void {
    const locks = this.#groups.get(group);
    if (locks === undefined) {
      return;
    }
    for (const queue of queues) {
      const key = keyOf(queue);
      if (locks.get(key)?.clientId === clientId) {
        locks.delete(key);
        this.#count -= 1;
      }
    }
    if (locks.size === 0) {
      this.#groups.delete(group);
    }
  }

  /** True while any member of the group holds a lock that has not expired, that is: the group consumes in order. */
  holdsAny(group: string, now: number): boolean {
    const locks = this.#groups.get(group);
    return locks !== undefined && [...locks.values()].some((lock) => !this.#expired(lock, now));
  }

  /** Forgets expired locks, so that the table does not grow with queues that nobody consumes any more. */
  expire(now: number): void {
    for (const [group, locks] of this.#groups) {
      for (const [key, lock] of locks) {
        if (this.#expired(lock, now)) {
          locks.delete(key);
          this.#count -= 1;
        }
      }
      if (locks.size === 0) {
        this.#groups.delete(group);
      }
    }
  }

  clear(): void {
    this.#groups.clear();
    this.#count = 0;
  }

  #lockOne(group: string, clientId: string, key: string, now: number): boolean {
    const lock = this.#groups.get(group)?.get(key);
    if (lock !== undefined) {
      if (lock.clientId !== clientId && !this.#expired(lock, now)) {
        return false;
      }
      lock.clientId = clientId;
      lock.refreshedAt = now;
      return true;
    }
    if (this.#count >= this.#options.lockedQueuesMax) {
      return false;
    }
    let locks = this.#groups.get(group);
    if (locks === undefined) {
      locks = new Map();
      this.#groups.set(group, locks);
    }
    locks.set(key, { clientId, refreshedAt: now });
    this.#count += 1;
    return true;
  }

  #expired(lock: Lock, now: number): boolean {
    return now - lock.refreshedAt > this.#options.lockMaxLiveTimeMs;
  }
}

function keyOf(queue: MessageQueue): string {
  return `${queue.topic}\u0001${queue.queueId}\u0001${queue.brokerName}`;
}
