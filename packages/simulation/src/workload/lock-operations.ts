import {
  createRequest,
  decodeLockedQueues,
  encodeLockQueues,
  RequestCode,
  ResponseCode,
} from '@ledgermq/protocol';
import type { ClientPorts } from './client-ports.ts';
import type { GroupRequests } from './group-requests.ts';
import { drawQueue, queueName } from './topology.ts';

const TIMEOUT_MS = 3_000;
const GROUP = 'orderly';

/** Locks of queues by consumers in order. */
export class LockOperations {
  readonly #ports: ClientPorts;
  readonly #requests: GroupRequests;

  constructor(ports: ClientPorts, requests: GroupRequests) {
    this.#ports = ports;
    this.#requests = requests;
  }

  lock(): Promise<void> {
    return this.#ask('lock-queue', RequestCode.LOCK_BATCH_MQ);
  }

  unlock(): Promise<void> {
    return this.#ask('unlock-queue', RequestCode.UNLOCK_BATCH_MQ);
  }

  async #ask(f: 'lock-queue' | 'unlock-queue', code: number): Promise<void> {
    const { id, random, topology, history, masterTerm } = this.#ports;
    const queue = drawQueue(topology, random);
    const value = { group: GROUP, queue: queueName(queue), client: id };
    const termBefore = masterTerm(queue.brokerName);
    const operation = history.invoke(f, value);
    const body = encodeLockQueues({
      consumerGroup: GROUP,
      clientId: id,
      onlyThisBroker: false,
      mqSet: [queue],
    });
    const answer = await this.#requests.ask(queue.brokerName, createRequest(code, {}, body), TIMEOUT_MS);
    if (answer.type === 'refused') operation.fail(answer.reason);
    else if (answer.type === 'unknown') operation.info(answer.reason);
    else if (answer.response.code !== ResponseCode.SUCCESS) operation.info(`code ${answer.response.code}`);
    else if (termBefore === null || masterTerm(queue.brokerName) !== termBefore)
      operation.info('the master may have changed meanwhile');
    else if (f === 'unlock-queue') operation.ok(value, termBefore);
    else
      operation.ok({ ...value, granted: decodeLockedQueues(answer.response.body).length === 1 }, termBefore);
  }
}
