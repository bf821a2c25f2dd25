import {
  createRequest,
  encodeCreateTopicHeader,
  parseFastjson,
  RequestCode,
  ResponseCode,
  topicConfigFromJson,
} from '@ledgermq/protocol';
import type { ClientPorts } from './client-ports.ts';
import type { GroupRequests } from './group-requests.ts';

const TIMEOUT_MS = 5_000;
/** Topics that are only created and changed; nobody sends to them. */
const NAMES = ['config-a', 'config-b'];
const READ_AND_WRITE = 6;

/** Configurations of topics: a register per topic and broker group, whose value is the number of read queues. */
export class TopicOperations {
  readonly #ports: ClientPorts;
  readonly #requests: GroupRequests;

  constructor(ports: ClientPorts, requests: GroupRequests) {
    this.#ports = ports;
    this.#requests = requests;
  }

  async put(): Promise<void> {
    const { random, topology, history } = this.#ports;
    const { brokerName } = random.pick(topology.groups);
    const name = random.pick(NAMES);
    const queues = random.between(1, 1_000);
    const value = { topic: `${brokerName}/${name}`, config: queues };
    const operation = history.invoke('put-topic', value);
    const header = encodeCreateTopicHeader({
      topic: name,
      defaultTopic: 'TBW102',
      readQueueNums: queues,
      writeQueueNums: queues,
      perm: READ_AND_WRITE,
      topicFilterType: 'SINGLE_TAG',
      order: false,
      topicSysFlag: 0,
      attributes: null,
      force: null,
    });
    const command = createRequest(RequestCode.UPDATE_AND_CREATE_TOPIC, header);
    const answer = await this.#requests.ask(brokerName, command, TIMEOUT_MS);
    if (answer.type === 'refused') operation.fail(answer.reason);
    else if (answer.type === 'unknown') operation.info(answer.reason);
    else if (answer.response.code === ResponseCode.SUCCESS) operation.ok(value);
    else operation.info(`code ${answer.response.code}`);
  }

  async get(): Promise<void> {
    const { random, topology, history } = this.#ports;
    const { brokerName } = random.pick(topology.groups);
    const name = random.pick(NAMES);
    const topic = `${brokerName}/${name}`;
    const operation = history.invoke('get-topic', { topic });
    const command = createRequest(RequestCode.GET_TOPIC_CONFIG, { topic: name });
    const answer = await this.#requests.ask(brokerName, command, TIMEOUT_MS);
    if (answer.type === 'answered' && answer.response.code === ResponseCode.SUCCESS) {
      const config = topicConfigFromJson(parseFastjson(answer.response.body));
      operation.ok({ config: config.readQueueNums });
    } else if (answer.type === 'refused' && answer.reason.startsWith(`${ResponseCode.TOPIC_NOT_EXIST} `)) {
      operation.ok({ config: null });
    } else {
      operation.fail(answer.type === 'answered' ? `code ${answer.response.code}` : answer.reason);
    }
  }
}
