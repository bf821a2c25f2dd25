import { isIP } from 'node:net';
import { ConfigReader, parseHostPort } from './config-reader.ts';
import { BrokerError } from './errors.ts';

/** One replica of a broker group as every node sees it. */
export interface GroupMemberConfig {
  readonly id: string;
  /** "host:port" at which that replica serves clients. */
  readonly listenAddress: string;
  /**
   * True for a node that is to be added to a group that exists: it takes no part in the group's first election, and waits
   * until the membership is changed to include it.
   */
  readonly joining: boolean;
}

/** One broker group: a RocketMQ broker name whose replicas form one Raft group. */
export interface GroupConfig {
  readonly brokerName: string;
  readonly members: readonly GroupMemberConfig[];
  /** The member that should be master in quiet times; null leaves it to the election. */
  readonly preferredLeader: string | null;
}

export interface PeerConfig {
  readonly id: string;
  /** "host:port" of that node's replication listener. */
  readonly peerAddress: string;
}

/** Bounds of the network face; reaching one is a typed refusal or back-pressure. */
export interface NetworkLimits {
  readonly connectionsMax: number;
  readonly frameBytesMax: number;
  readonly writeBufferBytesMax: number;
  readonly requestsInFlightMax: number;
  readonly connectionIdleMs: number;
  readonly parkedRequestsMax: number;
  readonly parkedBytesMax: number;
  readonly heldPullsMax: number;
  /** Pulls of one group that wait for the disk. */
  readonly coldPullsMax: number;
  /** Bytes of the answers that they wait for. */
  readonly coldPullBytesMax: number;
  /** Bytes of older log that the pulls of this node may take in a second while sends press. */
  readonly coldReadBytesPerSecond: number;
  /** So many messages sent to this node in a second, and more, press. */
  readonly coldReadYieldsAt: number;
  readonly clientsMax: number;
  readonly subscriptionsPerGroupMax: number;
  readonly lockedQueuesMax: number;
}

export interface BrokerConfig {
  readonly brokerClusterName: string;
  readonly nodeId: string;
  readonly dataDir: string;
  /** The IP address written into records as store host and registered with the name servers. */
  readonly brokerIP1: string;
  /** Interface the client listeners bind to; null binds to the host of the member's own listenAddress. */
  readonly bindAddress: string | null;
  readonly peerListen: string;
  readonly adminListen: string;
  readonly namesrvAddr: readonly string[];
  readonly peers: readonly PeerConfig[];
  readonly groups: readonly GroupConfig[];
  readonly flushDiskType: 'SYNC_FLUSH' | 'ASYNC_FLUSH';
  /** How long a request may wait for a master, in milliseconds; below the clients' send timeout of 3 s. */
  readonly sendParkMs: number;
  readonly forwardTimeoutMs: number;
  readonly autoCreateTopicEnable: boolean;
  readonly autoCreateSubscriptionGroup: boolean;
  readonly defaultTopicQueueNums: number;
  readonly enableSendDeduplication: boolean;
  readonly maxMessageSize: number;
  readonly brokerPermission: number;
  readonly registerNameServerPeriod: number;
  readonly registerFirstRepeatMs: number;
  readonly registerBrokerTimeoutMills: number;
  readonly registrationWaitMs: number;
  readonly channelExpiredTimeout: number;
  readonly channelScanMs: number;
  readonly lockMaxLiveTime: number;
  readonly maxTransferCount: number;
  readonly maxTransferBytes: number;
  readonly limits: NetworkLimits;
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  /** Passed to the consensus and the store as they are; those packages know their own fields. */
  readonly raft: Readonly<Record<string, unknown>>;
  readonly store: Readonly<Record<string, unknown>>;
}

/** Values used for every field that may be left out. Times in milliseconds, sizes in bytes. */
export const defaults = {
  brokerClusterName: 'DefaultCluster',
  brokerIP1: '127.0.0.1',
  namesrvAddr: '127.0.0.1:9876',
  flushDiskType: 'SYNC_FLUSH',
  sendParkMs: 2500,
  forwardTimeoutMs: 3000,
  defaultTopicQueueNums: 8,
  maxMessageSize: 4_194_304,
  brokerPermission: 6,
  registerNameServerPeriod: 30_000,
  registerFirstRepeatMs: 10_000,
  registerBrokerTimeoutMills: 6_000,
  registrationWaitMs: 1_000,
  channelExpiredTimeout: 120_000,
  channelScanMs: 10_000,
  lockMaxLiveTime: 60_000,
  maxTransferCount: 32,
  maxTransferBytes: 262_144,
  logLevel: 'info',
  limits: {
    connectionsMax: 10_000,
    frameBytesMax: 16_777_216,
    writeBufferBytesMax: 33_554_432,
    requestsInFlightMax: 65_536,
    connectionIdleMs: 150_000,
    parkedRequestsMax: 20_000,
    parkedBytesMax: 134_217_728,
    heldPullsMax: 100_000,
    coldPullsMax: 10_000,
    coldPullBytesMax: 67_108_864,
    coldReadBytesPerSecond: 33_554_432,
    coldReadYieldsAt: 2_000,
    clientsMax: 20_000,
    subscriptionsPerGroupMax: 1_000,
    lockedQueuesMax: 100_000,
  },
} as const;

const GROUPS_MAX = 64;
const MEMBERS_MAX = 9;

/**
 * Checks a parsed configuration file and fills in the defaults.
 *
 * @throws BrokerError CONFIG_INVALID whose `faults` name every fault found, not only the first.
 */
export function parseConfig(value: unknown): BrokerConfig {
  const faults: string[] = [];
  const reader = new ConfigReader(value, '', faults);
  if (value === undefined) {
    faults.push('configuration must be an object');
  }
  const config: BrokerConfig = {
    brokerClusterName: reader.text('brokerClusterName', defaults.brokerClusterName),
    nodeId: reader.text('nodeId'),
    dataDir: reader.text('dataDir'),
    brokerIP1: readIp(reader, 'brokerIP1', defaults.brokerIP1),
    bindAddress: reader.optionalText('bindAddress'),
    peerListen: reader.address('peerListen'),
    adminListen: reader.address('adminListen'),
    namesrvAddr: readAddressList(reader, 'namesrvAddr', defaults.namesrvAddr),
    peers: readPeers(reader),
    groups: readGroups(reader),
    flushDiskType: reader.oneOf('flushDiskType', ['SYNC_FLUSH', 'ASYNC_FLUSH'], defaults.flushDiskType),
    ...readTimes(reader),
    autoCreateTopicEnable: reader.flag('autoCreateTopicEnable', true),
    autoCreateSubscriptionGroup: reader.flag('autoCreateSubscriptionGroup', true),
    enableSendDeduplication: reader.flag('enableSendDeduplication', true),
    defaultTopicQueueNums: reader.wholeNumber(
      'defaultTopicQueueNums',
      defaults.defaultTopicQueueNums,
      1,
      1024,
    ),
    maxMessageSize: reader.wholeNumber('maxMessageSize', defaults.maxMessageSize, 1, 64 * 1024 * 1024),
    brokerPermission: reader.wholeNumber('brokerPermission', defaults.brokerPermission, 0, 7),
    maxTransferCount: reader.wholeNumber('maxTransferCount', defaults.maxTransferCount, 1, 4096),
    maxTransferBytes: reader.wholeNumber('maxTransferBytes', defaults.maxTransferBytes, 1, 64 * 1024 * 1024),
    limits: readLimits(reader.section('limits')),
    logLevel: reader.oneOf(
      'logLevel',
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      defaults.logLevel,
    ),
    raft: reader.foreign('raft'),
    store: reader.foreign('store'),
  };
  reader.rejectUnknown();
  checkRelations(config, faults);
  if (faults.length > 0) {
    throw new BrokerError('CONFIG_INVALID', `configuration is invalid: ${faults.join('; ')}`, { faults });
  }
  return deepFreeze(config);
}

type Times = Pick<
  BrokerConfig,
  | 'sendParkMs'
  | 'forwardTimeoutMs'
  | 'registerNameServerPeriod'
  | 'registerFirstRepeatMs'
  | 'registerBrokerTimeoutMills'
  | 'registrationWaitMs'
  | 'channelExpiredTimeout'
  | 'channelScanMs'
  | 'lockMaxLiveTime'
>;

function readTimes(reader: ConfigReader): Times {
  const time = (name: keyof Times, least: number, most: number): number =>
    reader.wholeNumber(name, defaults[name], least, most);
  return {
    sendParkMs: time('sendParkMs', 0, 60_000),
    forwardTimeoutMs: time('forwardTimeoutMs', 1, 60_000),
    registerNameServerPeriod: time('registerNameServerPeriod', 1_000, 60_000),
    registerFirstRepeatMs: time('registerFirstRepeatMs', 100, 60_000),
    registerBrokerTimeoutMills: time('registerBrokerTimeoutMills', 100, 60_000),
    registrationWaitMs: time('registrationWaitMs', 0, 10_000),
    channelExpiredTimeout: time('channelExpiredTimeout', 1_000, 3_600_000),
    channelScanMs: time('channelScanMs', 100, 600_000),
    lockMaxLiveTime: time('lockMaxLiveTime', 1_000, 3_600_000),
  };
}

function readLimits(reader: ConfigReader): NetworkLimits {
  const limit = (name: keyof NetworkLimits, most: number): number =>
    reader.wholeNumber(name, defaults.limits[name], 1, most);
  const limits: NetworkLimits = {
    connectionsMax: limit('connectionsMax', 1_000_000),
    frameBytesMax: limit('frameBytesMax', 1024 * 1024 * 1024),
    writeBufferBytesMax: limit('writeBufferBytesMax', 1024 * 1024 * 1024),
    requestsInFlightMax: limit('requestsInFlightMax', 10_000_000),
    connectionIdleMs: limit('connectionIdleMs', 86_400_000),
    parkedRequestsMax: limit('parkedRequestsMax', 10_000_000),
    parkedBytesMax: limit('parkedBytesMax', 8 * 1024 * 1024 * 1024),
    heldPullsMax: limit('heldPullsMax', 10_000_000),
    coldPullsMax: limit('coldPullsMax', 10_000_000),
    coldPullBytesMax: limit('coldPullBytesMax', 8 * 1024 * 1024 * 1024),
    coldReadBytesPerSecond: limit('coldReadBytesPerSecond', 1024 * 1024 * 1024 * 1024),
    coldReadYieldsAt: limit('coldReadYieldsAt', 1_000_000_000),
    clientsMax: limit('clientsMax', 10_000_000),
    subscriptionsPerGroupMax: limit('subscriptionsPerGroupMax', 1_000_000),
    lockedQueuesMax: limit('lockedQueuesMax', 100_000_000),
  };
  reader.rejectUnknown();
  return limits;
}

function readPeers(reader: ConfigReader): PeerConfig[] {
  return reader.list('peers', MEMBERS_MAX).map((peer) => {
    const config = { id: peer.text('id'), peerAddress: peer.address('peerAddress') };
    peer.rejectUnknown();
    return config;
  });
}

function readGroups(reader: ConfigReader): GroupConfig[] {
  return reader.list('groups', GROUPS_MAX).map((group) => {
    const config: GroupConfig = {
      brokerName: group.text('brokerName'),
      members: group.list('members', MEMBERS_MAX).map((member) => {
        const read = {
          id: member.text('id'),
          listenAddress: member.address('listenAddress'),
          joining: member.flag('joining', false),
        };
        member.rejectUnknown();
        return read;
      }),
      preferredLeader: group.optionalText('preferredLeader'),
    };
    group.rejectUnknown();
    return config;
  });
}

function readIp(reader: ConfigReader, name: string, fallback: string): string {
  const value = reader.text(name, fallback);
  if (isIP(value) === 0) {
    reader.fault(name, `must be an IP address, not "${value}"`);
  }
  return value;
}

/** RocketMQ separates name server addresses by semicolons. */
function readAddressList(reader: ConfigReader, name: string, fallback: string): string[] {
  const addresses = reader
    .text(name, fallback)
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  for (const address of addresses) {
    if (parseHostPort(address) === null) {
      reader.fault(name, `holds "${address}", which is not "host:port"`);
    }
  }
  return addresses;
}

function checkRelations(config: BrokerConfig, faults: string[]): void {
  const peerIds = new Set(config.peers.map((peer) => peer.id));
  if (peerIds.size !== config.peers.length) {
    faults.push('peers name the same id twice');
  }
  if (config.nodeId !== '' && config.peers.length > 0 && !peerIds.has(config.nodeId)) {
    faults.push(`nodeId "${config.nodeId}" is not among the peers`);
  }
  const names = new Set<string>();
  for (const group of config.groups) {
    if (names.has(group.brokerName)) {
      faults.push(`groups name "${group.brokerName}" twice`);
    }
    names.add(group.brokerName);
    const members = new Set(group.members.map((member) => member.id));
    if (members.size !== group.members.length) {
      faults.push(`group "${group.brokerName}" names the same member twice`);
    }
    for (const id of members) {
      if (!peerIds.has(id)) {
        faults.push(`group "${group.brokerName}" has member "${id}", which is not among the peers`);
      }
    }
    if (group.members.every(({ joining }) => joining)) {
      faults.push(`group "${group.brokerName}" has no member that does not join later`);
    }
    if (group.preferredLeader !== null && !members.has(group.preferredLeader)) {
      faults.push(`group "${group.brokerName}" prefers "${group.preferredLeader}", which is not a member`);
    }
  }
  if (config.maxMessageSize + 65_536 > config.limits.frameBytesMax) {
    faults.push('limits.frameBytesMax must exceed maxMessageSize by 65536 for the headers');
  }
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) {
      deepFreeze(part);
    }
  }
  return value;
}
