import type { GroupReplica } from '@ledgermq/broker';
import { parseConfig, RaftReplicaHost, type BrokerConfig } from '@ledgermq/broker';
import { freePorts } from '@ledgermq/cluster';
import { plainTopic, TopicPerm } from '@ledgermq/protocol';
import { nodeNet } from '@ledgermq/protocol/net';
import { SystemClock, SystemRandom, type Logger } from '@ledgermq/raft';
import { NodeDisk, nodeLevel } from '@ledgermq/store';
import { turn } from './part.ts';
import { recordWriter, type Target } from './records.ts';

const NODE_ID = 'n1';
const BROKER_NAME = 'broker-a';
/** Beyond this the proposer of a replica refuses. */
const IN_FLIGHT = 2048;
const SENDS_PER_TURN = 256;

/** Configuration of a node that is the only member of its only group. */
export async function singleNodeConfig(
  dataDir: string,
  change: Readonly<Record<string, unknown>> = {},
): Promise<Record<string, unknown>> {
  const [peer, listen, admin] = await freePorts('127.0.0.1', 3);
  return {
    nodeId: NODE_ID,
    dataDir,
    brokerIP1: '127.0.0.1',
    // Nobody listens there: routes are not what is measured.
    namesrvAddr: '127.0.0.1:1',
    peerListen: `127.0.0.1:${peer}`,
    adminListen: `127.0.0.1:${admin}`,
    peers: [{ id: NODE_ID, peerAddress: `127.0.0.1:${peer}` }],
    groups: [{ brokerName: BROKER_NAME, members: [{ id: NODE_ID, listenAddress: `127.0.0.1:${listen}` }] }],
    logLevel: 'warn',
    ...change,
  };
}

export interface SendingReport {
  readonly seconds: number;
  /** Processor time of the whole process, seconds. */
  readonly cpuSeconds: number;
}

/** A replica in this process that leads a group of one: proposer, log, machine and checkpoints as a broker has them. */
export class SingleReplica {
  readonly replica: GroupReplica;
  readonly #host: RaftReplicaHost;
  #sent = 0;
  #inFlight = 0;
  #failure: string | null = null;

  private constructor(host: RaftReplicaHost, replica: GroupReplica) {
    this.#host = host;
    this.replica = replica;
  }

  static async start(
    dataDir: string,
    change: Readonly<Record<string, unknown>> = {},
    logger: Logger = quietLogger,
  ): Promise<SingleReplica> {
    const config: BrokerConfig = parseConfig(await singleNodeConfig(dataDir, change));
    const clock = new SystemClock();
    let opened: GroupReplica | null = null;
    const host = new RaftReplicaHost(config, {
      clock,
      random: new SystemRandom(),
      loggers: { component: () => logger },
      disk: new NodeDisk(),
      level: nodeLevel,
      net: nodeNet,
      observe: (replica) => {
        opened = replica;
      },
    });
    await host.start();
    const [group] = config.groups;
    if (group === undefined) throw new Error('the configuration names no group');
    const events = {
      onRole: () => undefined,
      onArrival: () => undefined,
      onTopics: () => undefined,
      onFatal: (error: Error) => {
        throw error;
      },
    };
    const hosted = await host.open(group, events, new AbortController().signal);
    if (opened === null) throw new Error('no replica was opened');
    hosted.start();
    while (!hosted.leadership.current().leading) await new Promise((resolve) => setTimeout(resolve, 5));
    return new SingleReplica(host, opened);
  }

  /** Messages sent so far; each has a number of its own in its id. */
  get sent(): number {
    return this.#sent;
  }

  async putTopics(names: Iterable<string>, queues: number): Promise<void> {
    let pending = 0;
    for (const name of names) {
      pending += 1;
      this.replica.proposer.putTopic(
        plainTopic(name, queues, TopicPerm.read | TopicPerm.write),
        false,
        (outcome) => {
          pending -= 1;
          if (outcome.type !== 'applied') this.#failure = `a topic was not created: ${outcome.reason}`;
        },
      );
      while (pending >= IN_FLIGHT) await turn();
    }
    while (pending > 0) await turn();
    this.#check();
  }

  /** Sends to the targets in turn with as much in flight as a busy master has; ends when all are stored. */
  async send(targets: readonly Target[], count: number): Promise<SendingReport> {
    const began = performance.now();
    const cpu = process.cpuUsage();
    const end = this.#sent + count;
    while (this.#sent < end) {
      const most = Math.min(SENDS_PER_TURN, end - this.#sent, IN_FLIGHT - this.#inFlight);
      for (let i = 0; i < most; i += 1) this.#sendOne(targets);
      await turn();
      this.#check();
    }
    while (this.#inFlight > 0) await turn();
    this.#check();
    const used = process.cpuUsage(cpu);
    return { seconds: (performance.now() - began) / 1000, cpuSeconds: (used.user + used.system) / 1e6 };
  }

  async stop(): Promise<void> {
    await this.replica.stop();
    await this.#host.stop();
  }

  #sendOne(targets: readonly Target[]): void {
    const target = targets[this.#sent % targets.length];
    if (target === undefined) return;
    this.#inFlight += 1;
    this.replica.proposer.appendMessage(recordWriter(target, this.#sent), (outcome) => {
      this.#inFlight -= 1;
      if (outcome.type !== 'stored') this.#failure = `a message was not stored: ${outcome.reason}`;
      else if (outcome.duplicate) this.#failure = 'a message was taken for another one';
    });
    this.#sent += 1;
  }

  #check(): void {
    if (this.#failure !== null) throw new Error(this.#failure);
  }
}

const quietLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: (text, fields) => {
    console.error('warning:', text, fields ?? {});
  },
  error: (text, fields) => {
    console.error('error:', text, fields ?? {});
  },
};
