import {
  createRequest,
  decodeOffsetHeader,
  decodePullResponseHeader,
  encodeMaxOffsetHeader,
  encodePullHeader,
  PullSysFlag,
  readRecords,
  RequestCode,
  ResponseCode,
  type RemotingCommand,
} from '@ledgermq/protocol';
import type { ClientPorts } from './client-ports.ts';
import type { GroupRequests } from './group-requests.ts';
import { idOfText } from './message-text.ts';
import { drawQueue, queueName, type QueuePlace } from './topology.ts';

const TIMEOUT_MS = 3_000;
const SUSPEND_MS = 1_500;
const SUSPEND_CHANCE = 0.2;
/** Chance to read old messages again, which lie in cold segments. */
const REWIND_CHANCE = 0.15;
const COUNT_MAX = 32;

/** Reads of messages and of the end of queues. */
export class PullOperations {
  readonly #ports: ClientPorts;
  readonly #requests: GroupRequests;
  /** Where this client has read up to, by queue. */
  readonly #positions: Map<string, number> = new Map();

  constructor(ports: ClientPorts, requests: GroupRequests) {
    this.#ports = ports;
    this.#requests = requests;
  }

  async pull(): Promise<void> {
    const { random, topology, history } = this.#ports;
    const queue = drawQueue(topology, random);
    const name = queueName(queue);
    const position = this.#positions.get(name) ?? 0;
    const from = position > 0 && random.chance(REWIND_CHANCE) ? random.nextInt(position) : position;
    const operation = history.invoke('pull', { queue: name, from });
    const answer = await this.#requests.ask(queue.brokerName, this.#command(queue, from), TIMEOUT_MS);
    if (answer.type !== 'answered') {
      operation.fail(answer.reason);
      return;
    }
    const { response } = answer;
    switch (response.code) {
      case ResponseCode.SUCCESS: {
        const header = decodePullResponseHeader(response.extFields);
        const entries = this.#entriesOf(queue, response.body);
        this.#positions.set(name, Math.max(position, header.nextBeginOffset));
        operation.ok({
          queue: name,
          from,
          entries,
          highWatermark: header.maxOffset,
          next: header.nextBeginOffset,
          // Messages that are found are committed, and nobody asked whether more have come since.
          strong: false,
        });
        return;
      }
      case ResponseCode.PULL_NOT_FOUND:
      case ResponseCode.PULL_OFFSET_MOVED: {
        const { maxOffset } = decodePullResponseHeader(response.extFields);
        // A pull that the new master takes over is answered without a look at the queue.
        const told = response.remark === 'MASTER_CHANGED' ? {} : { highWatermark: maxOffset };
        operation.ok({ queue: name, from, entries: [], ...told });
        return;
      }
      default:
        operation.fail(`code ${response.code}: ${response.remark ?? ''}`);
    }
  }

  async maxOffset(): Promise<void> {
    const { random, topology, history } = this.#ports;
    const queue = drawQueue(topology, random);
    const name = queueName(queue);
    const header = encodeMaxOffsetHeader({
      topic: queue.topic,
      queueId: queue.queueId,
      brokerName: queue.brokerName,
      committed: true,
    });
    const operation = history.invoke('max-offset', { queue: name });
    const command = createRequest(RequestCode.GET_MAX_OFFSET, header);
    const answer = await this.#requests.ask(queue.brokerName, command, TIMEOUT_MS);
    if (answer.type !== 'answered') operation.fail(answer.reason);
    else if (answer.response.code !== ResponseCode.SUCCESS) operation.fail(`code ${answer.response.code}`);
    else operation.ok({ queue: name, offset: decodeOffsetHeader(answer.response.extFields).offset });
  }

  /** The ids of the records, each of which must be whole, in place and as it was sent. */
  #entriesOf(queue: QueuePlace, body: Buffer): [number, string][] {
    return [...readRecords(body)].map((record): [number, string] => {
      const id = idOfText(record.body);
      const place = `${queueName(queue)} at ${record.queueOffset}`;
      if (id === null) this.#ports.report('content', `${place} holds what nobody sent`);
      if (record.topic !== queue.topic || record.queueId !== queue.queueId)
        this.#ports.report('content', `${place}: a record of ${record.topic}/${record.queueId}`);
      return [record.queueOffset, id ?? '?'];
    });
  }

  #command(queue: QueuePlace, from: number): RemotingCommand {
    const { id, random } = this.#ports;
    const suspend = random.chance(SUSPEND_CHANCE);
    const header = encodePullHeader({
      consumerGroup: `pullers-of-${id}`,
      topic: queue.topic,
      queueId: queue.queueId,
      queueOffset: from,
      maxMsgNums: random.between(1, COUNT_MAX),
      sysFlag: PullSysFlag.subscription | (suspend ? PullSysFlag.suspend : 0),
      commitOffset: 0,
      suspendTimeoutMillis: suspend ? SUSPEND_MS : 0,
      subscription: '*',
      subVersion: 0,
      expressionType: 'TAG',
      maxMsgBytes: null,
      brokerName: queue.brokerName,
    });
    return createRequest(RequestCode.PULL_MESSAGE, header);
  }
}
