import {
  createRequest,
  decodeOffsetHeader,
  encodeQueryConsumerOffsetHeader,
  encodeUpdateConsumerOffsetHeader,
  RequestCode,
  ResponseCode,
} from '@ledgermq/protocol';
import type { ClientPorts } from './client-ports.ts';
import type { GroupRequests } from './group-requests.ts';
import { drawQueue, queueName } from './topology.ts';

const TIMEOUT_MS = 3_000;
/** Two consumer groups that all clients share, so that their commits overlap. */
const GROUPS = ['readers-a', 'readers-b'];

/** Offsets of consumer groups: a register per group and queue. */
export class OffsetOperations {
  readonly #ports: ClientPorts;
  readonly #requests: GroupRequests;
  #committed = 0;

  constructor(ports: ClientPorts, requests: GroupRequests) {
    this.#ports = ports;
    this.#requests = requests;
  }

  async commit(): Promise<void> {
    const { random, topology, history, id } = this.#ports;
    const queue = drawQueue(topology, random);
    const group = random.pick(GROUPS);
    // Grows per client and is told apart from what other clients commit.
    const offset = (this.#committed += 1) * 16 + Number(id.replace(/\D/g, ''));
    const operation = history.invoke('commit-offset', { group, queue: queueName(queue), offset });
    const header = encodeUpdateConsumerOffsetHeader({
      consumerGroup: group,
      topic: queue.topic,
      queueId: queue.queueId,
      commitOffset: offset,
      brokerName: queue.brokerName,
    });
    const command = createRequest(RequestCode.UPDATE_CONSUMER_OFFSET, header);
    const answer = await this.#requests.ask(queue.brokerName, command, TIMEOUT_MS);
    if (answer.type === 'refused') operation.fail(answer.reason);
    else if (answer.type === 'unknown') operation.info(answer.reason);
    else if (answer.response.code === ResponseCode.SUCCESS)
      operation.ok({ group, queue: queueName(queue), offset });
    else operation.info(`code ${answer.response.code}`);
  }

  async query(): Promise<void> {
    const { random, topology, history } = this.#ports;
    const queue = drawQueue(topology, random);
    const group = random.pick(GROUPS);
    const operation = history.invoke('query-offset', { group, queue: queueName(queue) });
    const header = encodeQueryConsumerOffsetHeader({
      consumerGroup: group,
      topic: queue.topic,
      queueId: queue.queueId,
      setZeroIfNotFound: false,
      brokerName: queue.brokerName,
    });
    const command = createRequest(RequestCode.QUERY_CONSUMER_OFFSET, header);
    const answer = await this.#requests.ask(queue.brokerName, command, TIMEOUT_MS);
    if (answer.type !== 'answered') {
      operation.fail(answer.reason);
      return;
    }
    const { response } = answer;
    if (response.code === ResponseCode.SUCCESS || response.code === ResponseCode.QUERY_NOT_FOUND) {
      const found = response.code === ResponseCode.SUCCESS;
      operation.ok({ offset: found ? decodeOffsetHeader(response.extFields).offset : null });
    } else {
      operation.fail(`code ${response.code}`);
    }
  }
}
