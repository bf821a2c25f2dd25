// Consensus.
export { RaftNode } from './node.ts';
export type { RaftNodeOptions } from './node.ts';
export type {
  MembershipTarget,
  ProposeResult,
  ReadIndexResult,
  ReadRefusal,
  RefusalReason,
  TransferRefusal,
  TransferResult,
} from './proposal.ts';
export {
  CONFIGURATION_MEMBERS_MAX,
  MEMBER_ID_BYTES_MAX,
  checkConfiguration,
  configurationOf,
  decodeConfiguration,
  encodeConfiguration,
  isJoint,
  sameConfiguration,
} from './configuration-state.ts';
export type { ConfigurationState } from './configuration-state.ts';
export type { ProgressStatus, RaftStatus, RaftView, Role, RoleChange, SnapshotTransfer } from './status.ts';
export type { ProgressState } from './progress.ts';
export type {
  AppendAccepted,
  AppendRejected,
  AppendRequest,
  ConfirmedRead,
  EntryFetch,
  HeartbeatRequest,
  HeartbeatResponse,
  Message,
  MessageType,
  PreVoteRequest,
  PreVoteResponse,
  Ready,
  RepairAnswer,
  RepairRequest,
  SnapshotAnswer,
  SnapshotChunk,
  TimeoutNow,
  VoteRequest,
  VoteResponse,
} from './message.ts';
export { parseRaftConfig, raftConfigDefaults } from './config.ts';
export type { RaftConfig } from './config.ts';
export { RaftError } from './errors.ts';
export type { RaftErrorCode } from './errors.ts';
export { silentLogger } from './logger.ts';
export type { LogFields, Logger } from './logger.ts';

// Entries, storage, transport and driver.
export {
  ENTRY_FRAME_BYTES_MAX,
  ENTRY_HEADER_BYTES,
  ENTRY_MAGIC,
  ENTRY_VERSION,
  EntryKind,
  allocateFrame,
  checkHeader,
  continues,
  decodeEntries,
  decodeEntry,
  entryBody,
  sealEntry,
} from './entry.ts';
export type { Entry, EntryLimits, EntrySeal, LogIndex } from './entry.ts';
export { INITIAL_HARD_STATE, NO_VOTE_FLOOR, reachesFloor } from './storage.ts';
export type { VoteFloor } from './storage.ts';
export type {
  HardState,
  HardStateStorage,
  LogPosition,
  LogStorage,
  SnapshotMeta,
  Standing,
} from './storage.ts';
export type { Clock, TimerHandle } from './clock.ts';
export { SystemClock } from './system-clock.ts';
export type { Random } from './random.ts';
export { SystemRandom } from './system-random.ts';
export type { Transport } from './transport.ts';
export { sameSnapshot } from './snapshot-storage.ts';
export type { SnapshotStorage } from './snapshot-storage.ts';
export { MemorySnapshotStorage } from './memory-snapshot-storage.ts';
export { MemoryHardStateStorage, MemoryLogStorage } from './memory-storage.ts';
export { PeerFrameDecoder, encodePeerFrame, peerCodecLimits } from './codec.ts';
export type { PeerCodecLimits, PeerFrame } from './codec.ts';
export { RaftDriver } from './driver.ts';
export type { DriverMetrics, RaftDriverOptions } from './driver-options.ts';
export type { ReadDone, ReadLoss, ReadResult } from './read-waiters.ts';
export { LogRepair } from './log-repair.ts';
export type { Absence, LogHole, LogRepairOptions, LogRepairResult } from './log-repair.ts';
export type { StateMachine } from './state-machine.ts';
