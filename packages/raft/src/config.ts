import { RaftError } from './errors.ts';

/**
 * Parameters of one Raft member. Units are the last word of each name; a tick is `tickMs` long. The core looks
 * only at ticks, entries and bytes; what is in milliseconds belongs to the driver.
 */
export interface RaftConfig {
  /**
   * True: followers hear of a moved commit index by a message of its own when nothing else is under way. False: with the
   * next entries or heartbeat, which saves a round trip per commit under light load.
   */
  readonly announceCommitAtOnce: boolean;
  /** Length of a tick. */
  readonly tickMs: number;
  /**
   * Least silence of a leader after which a follower doubts it. Drawn anew for each wait from this value up to
   * one less than twice this value (paper §9.3).
   */
  readonly electionTimeoutTicks: number;
  /** Distance of two heartbeats of a leader. */
  readonly heartbeatTicks: number;
  /** Entries in one append message. */
  readonly appendEntriesMax: number;
  /** Bytes of frames in one append message; one entry always fits. */
  readonly appendBytesMax: number;
  /**
   * Bytes of frames read again from the log for one follower in one turn of the event loop; one entry always fits. What
   * followers that are far behind need must not hold up what the others wait for.
   */
  readonly catchUpBytesMax: number;
  /** Append messages on the way to one follower. */
  readonly inflightMessagesMax: number;
  /** Bytes of frames on the way to one follower. */
  readonly inflightBytesMax: number;
  /** Bytes of proposals not yet committed; over it a proposal is refused, unless none is pending. */
  readonly uncommittedBytesMax: number;
  /** Count of proposals not yet committed. */
  readonly uncommittedEntriesMax: number;
  /** Bytes of one proposed frame, header included. */
  readonly entryBytesMax: number;
  /** Bytes of received frames that wait for the disk; over it a follower drops appends. */
  readonly unpersistedBytesMax: number;
  /** Bytes of durable frames kept in memory for followers that are nearly up to date. */
  readonly recentBytesMax: number;
  /** Bytes of committed frames in one Ready; one entry always fits. */
  readonly committedBytesMax: number;
  /** Messages that may wait in the core for the next Ready; over it further ones are dropped. */
  readonly outboxMessagesMax: number;
  /** Reads that may wait in the core for a quorum to confirm the leader; over it further ones are refused. */
  readonly pendingReadsMax: number;
  /**
   * True: a leader answers reads at once while its lease is valid, which relies on the clocks of a quorum running
   * at nearly the same speed; and a follower whose connection to the leader closed waits out the lease before it
   * votes for another. False: every read costs a round of heartbeats.
   */
  readonly leaseReads: boolean;
  /** Messages of peers that may wait for the driver's next turn; over it further ones are dropped and counted. */
  readonly inboundMessagesMax: number;
  /** Bytes of entry frames in those messages; one message always fits. */
  readonly inboundBytesMax: number;
  /** Member that campaigns at once when the group starts; null for none. */
  readonly preferredLeader: string | null;
  /** After its start a member leaves the first election to the preferred leader for so long. */
  readonly preferredGraceMs: number;
  /** True: acknowledge before the sync; a background sync runs every `flushIntervalMs`. */
  readonly asyncFlush: boolean;
  readonly flushIntervalMs: number;
  /** After a leader's connection closed: wait rank * hintRankDelayMs + random(0..hintJitterMs). */
  readonly hintRankDelayMs: number;
  readonly hintJitterMs: number;
  /** After an election that followed a closed connection failed: wait random(min..max). */
  readonly hintRetryMsMin: number;
  readonly hintRetryMsMax: number;
  /** Bytes of one chunk of a snapshot; each follower has at most one on its way. */
  readonly snapshotChunkBytes: number;
  /** Followers that are sent a snapshot at the same time; the others wait. */
  readonly snapshotSendsMax: number;
  /** Silence after which the receiver of a snapshot is asked where it stands. */
  readonly snapshotTimeoutMs: number;
  /** Such questions in a row without an answer; then the sending is given up for a while. */
  readonly snapshotTriesMax: number;
  /** Pause after a failed sending; doubled by each further failure, up to the second. */
  readonly snapshotRetryMsMin: number;
  readonly snapshotRetryMsMax: number;
  /** The preferred leader gets the leadership back when it was caught up for so long. */
  readonly preferredReturnMs: number;
  /** Entries by which a member may lag, because of what is under way, and still count as caught up. */
  readonly caughtUpLagMax: number;
  /** Pause before an append is tried again that found the disk full. */
  readonly diskFullRetryMs: number;
  /** A leader hands over when `slowSyncCount` syncs in a row took longer than this each ... */
  readonly slowSyncMs: number;
  readonly slowSyncCount: number;
  /** ... or when one does not end for so long. */
  readonly hangingSyncMs: number;
  /** Pause after handing over because of the disk; doubled by each further time, up to the second. */
  readonly handOverRetryMsMin: number;
  readonly handOverRetryMsMax: number;
  /** Bytes of entries in one answer to a member that repairs its log; one entry always fits. */
  readonly repairBytesMax: number;
  /** Silence after which such a member asks another one. */
  readonly repairTimeoutMs: number;
}

export const raftConfigDefaults: RaftConfig = Object.freeze({
  announceCommitAtOnce: true,
  tickMs: 50,
  electionTimeoutTicks: 20,
  heartbeatTicks: 2,
  appendEntriesMax: 1_024,
  appendBytesMax: 4_194_304,
  catchUpBytesMax: 1_048_576,
  inflightMessagesMax: 256,
  inflightBytesMax: 33_554_432,
  uncommittedBytesMax: 134_217_728,
  uncommittedEntriesMax: 65_536,
  entryBytesMax: 33_554_432,
  unpersistedBytesMax: 134_217_728,
  recentBytesMax: 33_554_432,
  committedBytesMax: 16_777_216,
  outboxMessagesMax: 16_384,
  pendingReadsMax: 65_536,
  leaseReads: false,
  inboundMessagesMax: 16_384,
  inboundBytesMax: 134_217_728,
  preferredLeader: null,
  preferredGraceMs: 3_000,
  asyncFlush: false,
  flushIntervalMs: 200,
  hintRankDelayMs: 40,
  hintJitterMs: 25,
  hintRetryMsMin: 50,
  hintRetryMsMax: 150,
  snapshotChunkBytes: 262_144,
  snapshotSendsMax: 2,
  snapshotTimeoutMs: 1_000,
  snapshotTriesMax: 5,
  snapshotRetryMsMin: 500,
  snapshotRetryMsMax: 30_000,
  preferredReturnMs: 5_000,
  caughtUpLagMax: 1_024,
  diskFullRetryMs: 1_000,
  slowSyncMs: 1_000,
  slowSyncCount: 3,
  hangingSyncMs: 3_000,
  handOverRetryMsMin: 5_000,
  handOverRetryMsMax: 300_000,
  repairBytesMax: 4_194_304,
  repairTimeoutMs: 1_000,
});

/** Least value of each number; everything else about a field follows from its default. */
const least: Readonly<Record<string, number>> = {
  tickMs: 1,
  electionTimeoutTicks: 3,
  heartbeatTicks: 1,
  appendEntriesMax: 1,
  appendBytesMax: 1,
  catchUpBytesMax: 1,
  inflightMessagesMax: 1,
  inflightBytesMax: 1,
  uncommittedBytesMax: 1,
  uncommittedEntriesMax: 1,
  entryBytesMax: 48,
  unpersistedBytesMax: 1,
  recentBytesMax: 0,
  committedBytesMax: 1,
  outboxMessagesMax: 1,
  pendingReadsMax: 1,
  inboundMessagesMax: 1,
  inboundBytesMax: 1,
  flushIntervalMs: 1,
  preferredGraceMs: 0,
  hintRankDelayMs: 0,
  hintJitterMs: 0,
  hintRetryMsMin: 1,
  hintRetryMsMax: 1,
  snapshotChunkBytes: 1,
  snapshotSendsMax: 1,
  snapshotTimeoutMs: 1,
  snapshotTriesMax: 1,
  snapshotRetryMsMin: 1,
  snapshotRetryMsMax: 1,
  preferredReturnMs: 0,
  caughtUpLagMax: 0,
  diskFullRetryMs: 1,
  slowSyncMs: 1,
  slowSyncCount: 1,
  hangingSyncMs: 1,
  handOverRetryMsMin: 1,
  handOverRetryMsMax: 1,
  repairBytesMax: 1,
  repairTimeoutMs: 1,
};

function fieldFault(name: string, value: unknown): string | null {
  if (name === 'announceCommitAtOnce') return typeof value === 'boolean' ? null : `${name}: true or false`;
  if (name === 'preferredLeader') {
    return value === null || (typeof value === 'string' && value !== '')
      ? null
      : `${name}: a member id or null`;
  }
  if (name === 'asyncFlush' || name === 'leaseReads')
    return typeof value === 'boolean' ? null : `${name}: true or false`;
  const min = least[name];
  if (min === undefined) return `${name}: unknown field`;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min) return null;
  return `${name}: an integer >= ${min}`;
}

function relationFaults(config: RaftConfig): string[] {
  const faults: string[] = [];
  if (config.heartbeatTicks >= config.electionTimeoutTicks) {
    faults.push('heartbeatTicks: less than electionTimeoutTicks');
  }
  if (config.inflightBytesMax < config.appendBytesMax)
    faults.push('inflightBytesMax: at least appendBytesMax');
  if (config.unpersistedBytesMax < config.appendBytesMax) {
    faults.push('unpersistedBytesMax: at least appendBytesMax');
  }
  if (config.hintRetryMsMax < config.hintRetryMsMin) faults.push('hintRetryMsMax: at least hintRetryMsMin');
  if (config.snapshotRetryMsMax < config.snapshotRetryMsMin) {
    faults.push('snapshotRetryMsMax: at least snapshotRetryMsMin');
  }
  if (config.handOverRetryMsMax < config.handOverRetryMsMin) {
    faults.push('handOverRetryMsMax: at least handOverRetryMsMin');
  }
  return faults;
}

/**
 * Reads a configuration object; fields left out have their default. Throws `CONFIG_INVALID` with every fault in
 * one message. The result is frozen.
 */
export function parseRaftConfig(value: unknown): RaftConfig {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new RaftError('CONFIG_INVALID', 'raft config: an object');
  }
  const faults = Object.entries(value)
    .map(([name, field]) => fieldFault(name, field))
    .filter((fault) => fault !== null);
  const config: RaftConfig = { ...raftConfigDefaults, ...value };
  if (faults.length === 0) faults.push(...relationFaults(config));
  if (faults.length > 0) throw new RaftError('CONFIG_INVALID', `raft config: ${faults.join('; ')}`);
  return Object.freeze(config);
}
