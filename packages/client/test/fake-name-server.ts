import {
  createResponse,
  decodeCommand,
  decodeRouteRequestHeader,
  encodeClusterInfo,
  encodeCommand,
  encodeTopicRoute,
  RequestCode,
  ResponseCode,
  type BrokerData,
  type QueueData,
  type RemotingCommand,
} from '@ledgermq/protocol';
import { CONNECTION_DEFAULTS, Listener } from '@ledgermq/protocol/net';
import { Watch } from './signals.ts';

/** A name server whose table the test fills in. */
export class FakeNameServer {
  /** Requests by topic asked for. */
  readonly asked: Map<string, number> = new Map();
  readonly watch: Watch = new Watch();
  readonly #brokers: Map<string, BrokerData> = new Map();
  readonly #topics: Map<string, Map<string, QueueData>> = new Map();
  readonly #listener: Listener;

  constructor() {
    this.#listener = new Listener(
      { ...CONNECTION_DEFAULTS, host: '127.0.0.1', port: 0, connectionsMax: 100 },
      {
        onFrames: (frames, connection) => {
          for (const frame of frames) connection.write(encodeCommand(this.#answer(decodeCommand(frame))));
          this.watch.notice();
        },
        onClose: () => undefined,
      },
    );
  }

  async start(): Promise<string> {
    return `127.0.0.1:${await this.#listener.start()}`;
  }

  stop(): Promise<void> {
    return this.#listener.stop();
  }

  /** `addresses[0]` is the master's; null leaves it out. */
  setBroker(brokerName: string, master: string | null, slaves: readonly string[]): void {
    const brokerAddrs = new Map<number, string>();
    if (master !== null) brokerAddrs.set(0, master);
    for (const [i, address] of slaves.entries()) brokerAddrs.set(i + 1, address);
    this.#brokers.set(brokerName, {
      cluster: 'TestCluster',
      brokerName,
      brokerAddrs,
      enableActingMaster: false,
      zoneName: null,
    });
  }

  setTopic(topic: string, brokerName: string, queues: number, perm: number = 6): void {
    const datas = this.#topics.get(topic) ?? new Map<string, QueueData>();
    this.#topics.set(topic, datas);
    datas.set(brokerName, {
      brokerName,
      readQueueNums: queues,
      writeQueueNums: queues,
      perm,
      topicSysFlag: 0,
    });
  }

  #answer(request: RemotingCommand): RemotingCommand {
    if (request.code === RequestCode.GET_BROKER_CLUSTER_INFO) {
      const brokerAddrTable = this.#brokers;
      const clusterAddrTable = new Map([['TestCluster', [...this.#brokers.keys()]]]);
      const body = encodeClusterInfo({ brokerAddrTable, clusterAddrTable });
      return createResponse(request, ResponseCode.SUCCESS, { body });
    }
    const { topic } = decodeRouteRequestHeader(request.extFields);
    this.asked.set(topic, (this.asked.get(topic) ?? 0) + 1);
    const queueDatas = [...(this.#topics.get(topic)?.values() ?? [])];
    const brokerDatas = queueDatas.flatMap(({ brokerName }) => this.#brokers.get(brokerName) ?? []);
    if (brokerDatas.length === 0) {
      return createResponse(request, ResponseCode.TOPIC_NOT_EXIST, { remark: `No topic route of ${topic}` });
    }
    const body = encodeTopicRoute({
      orderTopicConf: null,
      queueDatas,
      brokerDatas,
      filterServerTable: new Map(),
    });
    return createResponse(request, ResponseCode.SUCCESS, { body });
  }
}
