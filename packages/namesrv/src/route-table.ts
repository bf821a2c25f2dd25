import { MASTER_ID, sameDataVersion, TopicPerm, type DataVersion } from '@ledgermq/protocol';

/**
 * The name server's whole memory, as a pure machine: brokers register, connections close, time passes (as a number that
 * is handed in), routes are looked up. It does no I/O and reads no clock.
 *
 * Rules are those of RocketMQ's RouteInfoManager, with one addition: a broker group that elects its master sends the
 * Raft term with its registration, and a registration as master from an older term cannot displace a newer one.
 */

/** One topic of one broker. */
export interface TopicQueues {
  readonly topic: string;
  readonly readQueueNums: number;
  readonly writeQueueNums: number;
  readonly perm: number;
  readonly topicSysFlag: number;
}

export interface BrokerRegistration {
  readonly clusterName: string;
  readonly brokerName: string;
  readonly brokerAddr: string;
  readonly brokerId: number;
  readonly haServerAddr: string;
  readonly dataVersion: DataVersion;
  readonly topics: readonly TopicQueues[];
  /** Term in which the sender is master; null from brokers that do not elect. */
  readonly raftTerm: number | null;
  /** Expiry without a further sign of life, in ms. */
  readonly expiryMs: number;
  /** The connection it came over: when that closes the broker is gone. */
  readonly connectionId: number;
}

export type RegisterResult =
  | { readonly type: 'registered'; readonly masterAddr: string | null; readonly haServerAddr: string | null }
  | { readonly type: 'refused'; readonly reason: string };

export interface BrokerView {
  readonly brokerName: string;
  readonly cluster: string;
  /** Address by broker id; 0 is the master. */
  readonly brokerAddrs: ReadonlyMap<number, string>;
}

export interface QueueView extends Omit<TopicQueues, 'topic'> {
  readonly brokerName: string;
}

export interface RouteView {
  readonly queues: readonly QueueView[];
  readonly brokers: readonly BrokerView[];
}

export interface RouteTableLimits {
  readonly brokerNamesMax: number;
  readonly replicasPerBrokerMax: number;
  readonly topicsMax: number;
}

const routeTableLimits: RouteTableLimits = {
  brokerNamesMax: 1000,
  replicasPerBrokerMax: 64,
  topicsMax: 200_000,
};

interface Broker {
  readonly brokerName: string;
  cluster: string;
  readonly brokerAddrs: Map<number, string>;
  masterTerm: number;
}

interface Registrant {
  readonly brokerName: string;
  readonly brokerAddr: string;
  dataVersion: DataVersion;
  haServerAddr: string;
  connectionId: number;
  expiryMs: number;
  expiresAt: number;
}

export class RouteTable {
  readonly #limits: RouteTableLimits;
  readonly #brokers: Map<string, Broker> = new Map();
  /** By `brokerName@address`. */
  readonly #registrants: Map<string, Registrant> = new Map();
  readonly #topics: Map<string, Map<string, QueueView>> = new Map();

  constructor(limits: RouteTableLimits = routeTableLimits) {
    this.#limits = limits;
  }

  /** REGISTER_BROKER (103). `now` is in ms and only ever compared with other values handed in. */
  register(registration: BrokerRegistration, now: number): RegisterResult {
    const refusal = this.#refusalOf(registration);
    if (refusal !== null) return { type: 'refused', reason: refusal };
    const broker = this.#brokerFor(registration);
    this.#placeAddress(broker, registration);
    const key = registrantKey(registration.brokerName, registration.brokerAddr);
    const known = this.#registrants.get(key);
    const changed = known === undefined || !sameDataVersion(known.dataVersion, registration.dataVersion);
    this.#registrants.set(key, {
      brokerName: registration.brokerName,
      brokerAddr: registration.brokerAddr,
      dataVersion: registration.dataVersion,
      haServerAddr: registration.haServerAddr,
      connectionId: registration.connectionId,
      expiryMs: registration.expiryMs,
      expiresAt: now + registration.expiryMs,
    });
    const isMaster = broker.brokerAddrs.get(MASTER_ID) === registration.brokerAddr;
    if (isMaster && (changed || registration.raftTerm !== null)) this.#replaceQueues(registration);
    const masterAddr = broker.brokerAddrs.get(MASTER_ID);
    if (registration.brokerId === MASTER_ID || masterAddr === undefined) {
      return { type: 'registered', masterAddr: null, haServerAddr: null };
    }
    const master = this.#registrants.get(registrantKey(broker.brokerName, masterAddr));
    return { type: 'registered', masterAddr, haServerAddr: master?.haServerAddr ?? null };
  }

  /** UNREGISTER_BROKER (104). */
  unregister(brokerName: string, brokerAddr: string): void {
    this.#removeRegistrant(registrantKey(brokerName, brokerAddr));
  }

  /** A registering connection closed: whoever registered over it is gone at once. Returns the names concerned. */
  connectionClosed(connectionId: number): string[] {
    return this.#removeWhere((registrant) => registrant.connectionId === connectionId);
  }

  /** Drops registrants without a sign of life since their expiry. Returns the names concerned. */
  expire(now: number): string[] {
    return this.#removeWhere((registrant) => registrant.expiresAt <= now);
  }

  /** QUERY_DATA_VERSION (322): also a sign of life. Null when that broker is not known. */
  touch(brokerName: string, brokerAddr: string, now: number): DataVersion | null {
    const registrant = this.#registrants.get(registrantKey(brokerName, brokerAddr));
    if (registrant === undefined) return null;
    registrant.expiresAt = now + registrant.expiryMs;
    return registrant.dataVersion;
  }

  /** GET_ROUTEINFO_BY_TOPIC (105): null when no live broker carries the topic. */
  lookup(topic: string): RouteView | null {
    const byBroker = this.#topics.get(topic);
    if (byBroker === undefined) return null;
    const queues: QueueView[] = [];
    const brokers: BrokerView[] = [];
    for (const [brokerName, queue] of byBroker) {
      const broker = this.#brokers.get(brokerName);
      if (broker === undefined || broker.brokerAddrs.size === 0) continue;
      queues.push(queue);
      brokers.push(viewOf(broker));
    }
    return queues.length === 0 ? null : { queues, brokers };
  }

  brokers(): BrokerView[] {
    return [...this.#brokers.values()].map(viewOf);
  }

  topics(): string[] {
    return [...this.#topics.keys()];
  }

  topicsOfCluster(cluster: string): string[] {
    const names = new Set(
      this.brokers()
        .filter((broker) => broker.cluster === cluster)
        .map((broker) => broker.brokerName),
    );
    return this.topics().filter((topic) =>
      [...(this.#topics.get(topic)?.keys() ?? [])].some((name) => names.has(name)),
    );
  }

  /** DELETE_TOPIC_IN_NAMESRV (216): in the named cluster only, when one is named. */
  deleteTopic(topic: string, cluster: string | null): void {
    const byBroker = this.#topics.get(topic);
    if (byBroker === undefined) return;
    for (const brokerName of [...byBroker.keys()]) {
      if (cluster === null || this.#brokers.get(brokerName)?.cluster === cluster) byBroker.delete(brokerName);
    }
    if (byBroker.size === 0) this.#topics.delete(topic);
  }

  /** WIPE_WRITE_PERM_OF_BROKER (205) and ADD_WRITE_PERM_OF_BROKER (327). Returns how many topics were touched. */
  changeWritePermission(brokerName: string, writable: boolean): number {
    let touched = 0;
    for (const byBroker of this.#topics.values()) {
      const queue = byBroker.get(brokerName);
      if (queue === undefined) continue;
      byBroker.set(brokerName, {
        ...queue,
        perm: writable ? TopicPerm.read | TopicPerm.write : queue.perm & ~TopicPerm.write,
      });
      touched++;
    }
    return touched;
  }

  #refusalOf(registration: BrokerRegistration): string | null {
    const broker = this.#brokers.get(registration.brokerName);
    if (broker === undefined && this.#brokers.size >= this.#limits.brokerNamesMax) {
      return `more than ${this.#limits.brokerNamesMax} broker names`;
    }
    if (
      broker !== undefined &&
      !broker.brokerAddrs.has(registration.brokerId) &&
      broker.brokerAddrs.size >= this.#limits.replicasPerBrokerMax
    ) {
      return `more than ${this.#limits.replicasPerBrokerMax} addresses of ${registration.brokerName}`;
    }
    if (registration.topics.length > this.#limits.topicsMax)
      return `more than ${this.#limits.topicsMax} topics`;
    const term = registration.raftTerm;
    if (
      broker !== undefined &&
      registration.brokerId === MASTER_ID &&
      term !== null &&
      term < broker.masterTerm
    ) {
      return `a master of term ${broker.masterTerm} is known; this registration is of term ${term}`;
    }
    return null;
  }

  #brokerFor(registration: BrokerRegistration): Broker {
    let broker = this.#brokers.get(registration.brokerName);
    if (broker === undefined) {
      broker = {
        brokerName: registration.brokerName,
        cluster: registration.clusterName,
        brokerAddrs: new Map(),
        masterTerm: -1,
      };
      this.#brokers.set(registration.brokerName, broker);
    }
    broker.cluster = registration.clusterName;
    return broker;
  }

  /** An address stands under one id only: a replica that changes its role leaves its old place. */
  #placeAddress(broker: Broker, { brokerAddr, brokerId, raftTerm }: BrokerRegistration): void {
    for (const [id, address] of broker.brokerAddrs) {
      if (address === brokerAddr && id !== brokerId) broker.brokerAddrs.delete(id);
    }
    broker.brokerAddrs.set(brokerId, brokerAddr);
    if (brokerId === MASTER_ID && raftTerm !== null) broker.masterTerm = raftTerm;
  }

  #replaceQueues({ brokerName, topics }: BrokerRegistration): void {
    for (const { topic, ...queues } of topics) {
      let byBroker = this.#topics.get(topic);
      if (byBroker === undefined) {
        if (this.#topics.size >= this.#limits.topicsMax) continue;
        byBroker = new Map();
        this.#topics.set(topic, byBroker);
      }
      byBroker.set(brokerName, { brokerName, ...queues });
    }
  }

  #removeWhere(gone: (registrant: Registrant) => boolean): string[] {
    const names = new Set<string>();
    for (const [key, registrant] of this.#registrants) {
      if (!gone(registrant)) continue;
      this.#removeRegistrant(key);
      names.add(registrant.brokerName);
    }
    return [...names];
  }

  #removeRegistrant(key: string): void {
    const registrant = this.#registrants.get(key);
    if (registrant === undefined) return;
    this.#registrants.delete(key);
    const broker = this.#brokers.get(registrant.brokerName);
    if (broker === undefined) return;
    for (const [id, address] of broker.brokerAddrs) {
      if (address === registrant.brokerAddr) broker.brokerAddrs.delete(id);
    }
    if (broker.brokerAddrs.size > 0) return;
    this.#brokers.delete(broker.brokerName);
    for (const [topic, byBroker] of this.#topics) {
      byBroker.delete(broker.brokerName);
      if (byBroker.size === 0) this.#topics.delete(topic);
    }
  }
}

function registrantKey(brokerName: string, brokerAddr: string): string {
  return `${brokerName}@${brokerAddr}`;
}

function viewOf(broker: Broker): BrokerView {
  return { brokerName: broker.brokerName, cluster: broker.cluster, brokerAddrs: new Map(broker.brokerAddrs) };
}
