export { Broker } from './broker.ts';
export type { BrokerOptions, BrokerReady } from './broker.ts';
export type { BrokerStatus, FollowerStatus, GroupStatus } from './broker-status.ts';
export { defaults, parseConfig } from './config.ts';
export type { BrokerConfig, GroupConfig, GroupMemberConfig, NetworkLimits, PeerConfig } from './config.ts';
export { BrokerError } from './errors.ts';
export type { BrokerErrorCode } from './errors.ts';
export { GroupFace } from './group-face.ts';
export type { GroupFacePorts, GroupFaceStatus } from './group-face.ts';
export type {
  ConfigurationProposer,
  ConsumerOffsetsPort,
  GroupPort,
  Leadership,
  LeadershipPort,
  MessageProposer,
  OffsetProposer,
  QueueBounds,
  QueueRead,
  QueueReader,
  ReadLimits,
  KeyLookup,
  KeyLookupResult,
  KeyReader,
  RecordReader,
  RecordWriter,
  SubscriptionGroupsPort,
  SubscriptionGroupView,
  TimeReader,
  TopicsPort,
} from './group-port.ts';
export type { DispatchConnection } from './dispatcher.ts';
export type { ClientConnection } from './exchange.ts';
export { FORWARDED_FOR, LEADER_ADDRESS, NOT_LEADER } from './forwarding/master-router.ts';
export type { MasterClient } from './forwarding/master-router.ts';
export { RAFT_TERM_FIELD } from './registration-command.ts';
export type { LoggerFactory } from './process-logger.ts';
export { ProcessLogger } from './process-logger.ts';
export { RaftReplicaHost } from './raft-replica-host.ts';
export type { RaftReplicaHostPorts } from './raft-replica-host.ts';
export { GroupReplica } from './replica.ts';
export type { ReplicaInspection } from './replica-inspection.ts';
export { BrokerMachine } from './machine/machine.ts';
export { encodeCommandBatch } from './machine/command.ts';
export type { Command } from './machine/command.ts';
export { machineLimits } from './machine/machine-limits.ts';
export type { HostedReplica, ReplicaEvents, ReplicaHoldings, ReplicaHost } from './replica-host.ts';
export type { TopicAnnouncer } from './topic-creation.ts';
export { verifyFolder } from './verification/verify-folder.ts';
export type { VerifyFolderOptions } from './verification/verify-folder.ts';
export { verifyReplica } from './verification/verify-replica.ts';
export type { VerifyOptions, VerifyReport } from './verification/verify-replica.ts';
export type { Finding, StorePart, VerifyProgress } from './verification/findings.ts';
