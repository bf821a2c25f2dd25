import { CheckerError } from '../errors.ts';
import type { Operation } from '../history/operation.ts';
import { partitionBy, type Model, type Step } from '../linearizability/model.ts';

export interface QueueLockOptions {
  /** A lock that was not refreshed for longer is free for others, in milliseconds. */
  readonly leaseMs: number;
  /** By how much the clock that measured the lease and that of the history may differ over one lease. */
  readonly toleranceMs: number;
}

/** RocketMQ's lockMaxLiveTime, 60 s; quartz clocks drift by far less than a tenth of a percent. */
export const QUEUE_LOCK_DEFAULTS: QueueLockOptions = { leaseMs: 60_000, toleranceMs: 60 };

export interface QueueLockAction {
  readonly type: 'lock' | 'unlock';
  readonly object: string;
  readonly client: string;
  /** Null when the answer is not known. */
  readonly granted: boolean | null;
}

/** Who holds the lock, and between which moments of the history it was refreshed last, in nanoseconds. */
export interface QueueLock {
  readonly holder: string | null;
  readonly refreshedFrom: number;
  readonly refreshedTo: number;
}

const FREE: QueueLock = { holder: null, refreshedFrom: 0, refreshedTo: 0 };
const NS_PER_MS = 1e6;

/**
 * The lock of an orderly consumer on one queue.
 *
 * - `lock-queue`: `{group, queue, client}` -> `{granted}`: the queue if it is free, the client's own, or expired.
 * - `unlock-queue`: `{group, queue, client}`: frees the client's own lock.
 *
 * What is promised, and no more: under ONE mastership no lock is granted to a second client before the first has given
 * it back or its lease may have ended. Locks live in the memory of the master. After a failover the new master begins
 * with none, so two clients can hold one queue until the first asks again; RocketMQ's clients ask every 20 s. Answers
 * must therefore carry the term of the mastership, and each term is an object of its own. A request of unknown outcome
 * may have been executed under any of them, and takes part in all.
 *
 * The table of locks is taken to have room: a refusal because it is full would be told as a violation.
 */
export function queueLockModel(
  options: QueueLockOptions = QUEUE_LOCK_DEFAULTS,
): Model<QueueLock, QueueLockAction> {
  const leaseNs = options.leaseMs * NS_PER_MS;
  const toleranceNs = options.toleranceMs * NS_PER_MS;
  const mayHaveExpired = (lock: QueueLock, { returnedAt }: Operation): boolean =>
    returnedAt - lock.refreshedFrom > leaseNs - toleranceNs;
  const mayBeAlive = (lock: QueueLock, { invokedAt }: Operation): boolean =>
    invokedAt - lock.refreshedTo <= leaseNs + toleranceNs;
  return {
    name: 'queue lock',
    initial: FREE,
    read: readAction,
    partition: partitionByTerm,
    step(lock: QueueLock, { action, operation }: Step<QueueLockAction>): readonly QueueLock[] {
      const { client, granted } = action;
      const own = lock.holder === client;
      // The lock of this state was granted after this operation had returned.
      if (operation.returnedAt < lock.refreshedFrom) return [];
      if (action.type === 'unlock') return [own ? FREE : lock];
      const next: QueueLock[] = [];
      const grantable = own || lock.holder === null || mayHaveExpired(lock, operation);
      if (granted !== false && grantable) {
        const { invokedAt, returnedAt } = operation;
        const leaseEnd = own || lock.holder === null ? 0 : lock.refreshedFrom + leaseNs - toleranceNs;
        const refreshedFrom = Math.max(invokedAt, leaseEnd);
        next.push({ holder: client, refreshedFrom, refreshedTo: returnedAt });
      }
      const refusable = !own && lock.holder !== null && mayBeAlive(lock, operation);
      if (granted !== true && refusable) next.push(lock);
      return next;
    },
    keyOf: ({ holder, refreshedFrom, refreshedTo }) => `${holder ?? ''} ${refreshedFrom} ${refreshedTo}`,
    describe: ({ holder }) => (holder === null ? 'a free queue' : `a queue locked by ${holder}`),
  };
}

function readAction(operation: Operation): QueueLockAction | null {
  const { f, input, output, outcome, term } = operation;
  if (f !== 'lock-queue' && f !== 'unlock-queue') return null;
  const { group, queue, client } = (input ?? {}) as Record<string, unknown>;
  if (typeof group !== 'string' || typeof queue !== 'string' || typeof client !== 'string')
    throw invalid(operation, 'must have the value {group, queue, client}');
  if (outcome === 'ok' && term === null) throw invalid(operation, 'must tell the term of its answer');
  const { granted } = (output ?? {}) as Record<string, unknown>;
  const type = f === 'lock-queue' ? 'lock' : 'unlock';
  if (type === 'lock' && outcome === 'ok' && typeof granted !== 'boolean')
    throw invalid(operation, 'must be answered with {granted}');
  return {
    type,
    object: `${group} in ${queue}`,
    client,
    granted: typeof granted === 'boolean' ? granted : null,
  };
}

function partitionByTerm(
  steps: readonly Step<QueueLockAction>[],
): ReadonlyMap<string, readonly Step<QueueLockAction>[]> {
  const parts = new Map<string, Step<QueueLockAction>[]>();
  for (const [object, all] of partitionBy(steps, (action) => action.object)) {
    const terms = new Set(all.map(({ operation }) => (operation.outcome === 'ok' ? operation.term : null)));
    for (const term of terms) {
      if (term === null) continue;
      const inTerm = all.filter(({ operation }) => operation.outcome !== 'ok' || operation.term === term);
      parts.set(`${object} in term ${term}`, inTerm);
    }
  }
  return parts;
}

function invalid({ f, invoked }: Operation, what: string): CheckerError {
  return new CheckerError('OPERATION_INVALID', `operation ${invoked}: ${f} ${what}`, { at: invoked });
}
