import { RequestCode, ResponseCode, decodeLockQueues, encodeLockedQueues } from '@ledgermq/protocol';
import type { Clock } from '@ledgermq/raft';
import type { QueueLocks } from '../clients/queue-locks.ts';
import { masterReads } from './route.ts';
import type { Route } from './route.ts';

/**
 * Locks of orderly consumers (41, 42). They live in the memory of the master only; a new master grants anew, and the
 * consumers, which refresh every 20 s, find their queues free there.
 */
export function lockQueueRoutes(locks: QueueLocks, clock: Clock): [number, Route][] {
  return [
    [
      RequestCode.LOCK_BATCH_MQ,
      masterReads((command, exchange) => {
        const { consumerGroup, clientId, mqSet } = decodeLockQueues(command.body);
        const held = locks.lock(consumerGroup, clientId, mqSet, clock.monotonic());
        exchange.respond(ResponseCode.SUCCESS, { body: encodeLockedQueues(held) });
      }),
    ],
    [
      RequestCode.UNLOCK_BATCH_MQ,
      masterReads((command, exchange) => {
        const { consumerGroup, clientId, mqSet } = decodeLockQueues(command.body);
        locks.unlock(consumerGroup, clientId, mqSet);
        exchange.respond(ResponseCode.SUCCESS);
      }),
    ],
  ];
}
