import {
  createRequest,
  decodeSendResponseHeader,
  encodeProperties,
  encodeSendHeaderV2,
  RequestCode,
  ResponseCode,
  type RemotingCommand,
} from '@ledgermq/protocol';
import type { ClientPorts } from './client-ports.ts';
import type { GroupRequests } from './group-requests.ts';
import { messageText } from './message-text.ts';
import { sleep } from './pace.ts';
import { drawQueue, queueName, type QueuePlace } from './topology.ts';

const TIMEOUT_MS = 3_000;
const ATTEMPTS_MAX = 6;
const PAUSE_MS = 100;
/** Chance that a message is sent again although it was acknowledged, as after an answer that got lost. */
const REPEAT_CHANCE = 0.15;

/** Sends that are repeated under their UNIQ_KEY until they are acknowledged, and now and then once more. */
export class SendOperations {
  readonly #ports: ClientPorts;
  readonly #requests: GroupRequests;
  #sent = 0;

  constructor(ports: ClientPorts, requests: GroupRequests) {
    this.#ports = ports;
    this.#requests = requests;
  }

  async send(): Promise<void> {
    const { id, random, clock, topology, count, draining } = this.#ports;
    const queue = drawQueue(topology, random);
    const messageId = `${id}-${(this.#sent += 1)}`;
    const command = this.#command(queue, messageId);
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
      const acknowledged = await this.#attempt(queue, messageId, command);
      if (attempt > 1) count('client: repeated send');
      if (draining() || (acknowledged && !random.chance(REPEAT_CHANCE))) return;
      await sleep(clock, random.exponential(PAUSE_MS));
    }
  }

  async #attempt(queue: QueuePlace, messageId: string, command: RemotingCommand): Promise<boolean> {
    const name = queueName(queue);
    const operation = this.#ports.history.invoke('send', [name, messageId, null]);
    const answer = await this.#requests.ask(queue.brokerName, command, TIMEOUT_MS);
    if (answer.type === 'unknown') operation.info(answer.reason);
    else if (answer.type === 'refused') operation.fail(answer.reason);
    else if (answer.response.code === ResponseCode.SUCCESS) {
      const { queueOffset, queueId } = decodeSendResponseHeader(answer.response.extFields);
      if (queueId !== queue.queueId)
        this.#ports.report('answers', `${messageId} was sent to ${name} and stored in ${queueId}`);
      operation.ok([name, messageId, queueOffset]);
      return true;
    } else operation.info(`code ${answer.response.code}`);
    return false;
  }

  #command(queue: QueuePlace, messageId: string): RemotingCommand {
    const { id, random, clock, parameters } = this.#ports;
    const header = encodeSendHeaderV2({
      producerGroup: `raw-producers-of-${id}`,
      topic: queue.topic,
      defaultTopic: 'TBW102',
      defaultTopicQueueNums: parameters.queuesPerTopic,
      queueId: queue.queueId,
      sysFlag: 0,
      bornTimestamp: clock.now(),
      flag: 0,
      properties: encodeProperties(
        new Map([
          ['UNIQ_KEY', messageId],
          ['KEYS', messageId],
          ['TAGS', random.pick(['a', 'b'])],
        ]),
      ),
      reconsumeTimes: 0,
      unitMode: false,
      maxReconsumeTimes: null,
      batch: false,
      brokerName: null,
    });
    const body = Buffer.from(messageText(messageId, random.nextInt(parameters.bodyBytesMax)));
    return createRequest(RequestCode.SEND_MESSAGE_V2, header, body);
  }
}
