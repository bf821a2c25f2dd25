import { Broker, parseConfig, RaftReplicaHost, type GroupReplica } from '@ledgermq/broker';
import { Namesrv, namesrvDefaults } from '@ledgermq/namesrv';
import type { Message, Transport } from '@ledgermq/raft';
import type { ClientPorts } from '../workload/client-ports.ts';
import type { DeliveryLedger } from '../workload/delivery-ledger.ts';
import { ProducerClient } from '../workload/producer-client.ts';
import { PushClient } from '../workload/push-client.ts';
import { RawClient } from '../workload/raw-client.ts';
import { DiskKvStore } from './disk-kv-store.ts';
import type { Layout } from './layout.ts';
import type { MessageFaults } from './message-faults.ts';
import type { Life, Program } from './program-host.ts';
import { SimLoggers, type LogSink } from './sim-logger.ts';

/** What programs of every life share. */
export interface SimProgramsPorts {
  readonly layout: Layout;
  readonly faults: MessageFaults;
  readonly deliveries: DeliveryLedger;
  /** What clients get beside what belongs to their machine and life. */
  readonly clients: Omit<ClientPorts, 'id' | 'address' | 'life' | 'clock' | 'net' | 'random'>;
  readonly onLog: (id: string, ...line: Parameters<LogSink>) => void;
  readonly onReplica: (id: string, replica: GroupReplica) => void;
  /** Who is told of the messages that a member gives to its transport. */
  readonly watcherOf: (id: string, group: string) => (messages: readonly Message[]) => void;
}

/** The programs that the machines of a world run; each call begins one life of one. */
export class SimPrograms {
  readonly #ports: SimProgramsPorts;

  constructor(ports: SimProgramsPorts) {
    this.#ports = ports;
  }

  broker(id: string, life: Life): Program {
    const { layout, faults, onLog, onReplica } = this.#ports;
    const { clock, random, disk, net, process } = life;
    const config = parseConfig(layout.brokerConfig(id));
    const loggers = new SimLoggers((...line) => onLog(id, ...line));
    const replicas = new RaftReplicaHost(config, {
      clock,
      random,
      loggers,
      disk,
      level: (directory) => life.level(directory),
      net,
      observe: (replica) => onReplica(id, replica),
      wrapTransport: (group, memberId, transport) =>
        this.#watched(group, memberId, faults.wrap(process, memberId, transport)),
    });
    return new Broker(config, {
      loggers,
      onFatal: (error) => life.fail(error),
      clock,
      random,
      replicas,
      processId: process.life,
      net,
      admin: false,
    });
  }

  nameServer(id: string, life: Life): Program {
    const { layout, clients } = this.#ports;
    const config = { ...namesrvDefaults, host: layout.addressOf(id), port: layout.namesrvPort };
    const logger = {
      info: (_details: object, message: string) => clients.count(`log: ${message}`),
      warn: (_details: object, message: string) => clients.count(`log: ${message}`),
    };
    return new Namesrv(config, logger, { net: life.net, kvStore: new DiskKvStore(life.disk) });
  }

  producer(id: string, life: Life): Program {
    return new ProducerClient(this.#clientPorts(id, life));
  }

  consumer(id: string, life: Life): Program {
    return new RawClient(this.#clientPorts(id, life));
  }

  pushConsumer(id: string, life: Life): Program {
    return new PushClient(this.#clientPorts(id, life), this.#ports.deliveries);
  }

  #watched(group: string, id: string, transport: Transport): Transport {
    const watch = this.#ports.watcherOf(id, group);
    return {
      ...transport,
      send: (to, messages) => {
        watch(messages);
        transport.send(to, messages);
      },
    };
  }

  #clientPorts(id: string, life: Life): ClientPorts {
    const { clock, net, random, process } = life;
    const address = this.#ports.layout.addressOf(id);
    return { ...this.#ports.clients, id, address, life: process.life, clock, net, random };
  }
}
