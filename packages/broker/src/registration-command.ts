import {
  PROTOCOL_VERSION,
  RequestCode,
  createRequest,
  encodeRegisterBrokerBody,
  encodeRegisterBrokerHeader,
  registrationBodyCrc,
} from '@ledgermq/protocol';
import type { DataVersion, RemotingCommand, TopicConfig } from '@ledgermq/protocol';

/** What a replica tells the name servers about itself. */
export interface RegistrationSnapshot {
  readonly clusterName: string;
  readonly brokerName: string;
  /** "ip:port" at which clients reach this replica. */
  readonly brokerAddr: string;
  /** 0 while this replica is the master, otherwise its member ordinal, counted from 1. */
  readonly brokerId: number;
  /** The Raft term in which it holds that role. */
  readonly term: number;
  /** Another object whenever any topic has changed. */
  readonly dataVersion: DataVersion;
  readonly topics: Iterable<TopicConfig>;
  /** Broker-wide permission, ANDed into that of every topic. */
  readonly brokerPermission: number;
}

/**
 * Extension field of a registration: the Raft term of the sender. A name server that knows it ignores a master of an
 * older term, so the late registration of a deposed master does not replace the new one.
 */
export const RAFT_TERM_FIELD = 'raftTerm';

const READ_WRITE = 6;

/**
 * REGISTER_BROKER (103) with the whole topic table. Most registrations tell of a role or only repeat what is known, and go to
 * several servers, so the bytes of the table are kept until it changes.
 */
export class RegistrationCommand {
  #dataVersion: DataVersion | null = null;
  #brokerPermission = 0;
  #body: Buffer = Buffer.alloc(0);
  #crc = 0;

  of(snapshot: RegistrationSnapshot): RemotingCommand {
    const { dataVersion, brokerPermission } = snapshot;
    if (dataVersion !== this.#dataVersion || brokerPermission !== this.#brokerPermission) {
      this.#dataVersion = dataVersion;
      this.#brokerPermission = brokerPermission;
      this.#body = bodyOf(snapshot);
      this.#crc = registrationBodyCrc(this.#body);
    }
    const header = encodeRegisterBrokerHeader({
      clusterName: snapshot.clusterName,
      brokerName: snapshot.brokerName,
      brokerAddr: snapshot.brokerAddr,
      brokerId: snapshot.brokerId,
      // Replication has ports of its own; clients never use this address, but the field is required.
      haServerAddr: snapshot.brokerAddr,
      heartbeatTimeoutMillis: null,
      enableActingMaster: null,
      compressed: false,
      bodyCrc32: this.#crc,
      zoneName: null,
    });
    header[RAFT_TERM_FIELD] = String(snapshot.term);
    return createRequest(RequestCode.REGISTER_BROKER, header, this.#body);
  }
}

function bodyOf({ dataVersion, topics, brokerPermission }: RegistrationSnapshot): Buffer {
  const mask = permMask(brokerPermission);
  const topicConfigTable = new Map<string, TopicConfig>();
  for (const topic of topics) topicConfigTable.set(topic.topicName, { ...topic, perm: topic.perm & mask });
  return encodeRegisterBrokerBody(
    { dataVersion, topicConfigTable, filterServerList: [] },
    { compressed: false, version: PROTOCOL_VERSION },
  );
}

/** A broker with all rights leaves the permissions as they are, the inherit bit included. */
function permMask(brokerPermission: number): number {
  return (brokerPermission & READ_WRITE) === READ_WRITE ? ~0 : brokerPermission;
}
