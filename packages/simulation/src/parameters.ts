import { drawRareStory, rareStoryLimits, type RareStory } from './rare-stories.ts';
import type { SeededRandom } from './world/seeded-random.ts';

/** What is drawn for a run beside its faults. Small limits make rare code run often. */
export interface RunParameters {
  /** Broker nodes, each with a replica of every group. */
  readonly nodes: number;
  /** Of these, nodes that belong to no group at first and wait to be added. */
  readonly spareNodes: number;
  readonly groups: number;
  readonly nameServers: number;
  readonly producers: number;
  /** Clients that pull, commit offsets, create topics and lock queues by raw commands. */
  readonly consumers: number;
  /** Members of a group that consumes everything with the production client. */
  readonly pushConsumers: number;
  readonly topics: number;
  readonly queuesPerTopic: number;
  /** Operations started per virtual second while a burst is on, all clients together. */
  readonly burstRate: number;
  /** Part of the time in which bursts are on. */
  readonly burstShare: number;
  readonly bodyBytesMax: number;
  /** With ASYNC_FLUSH entries count before they are synced, so a loss of power is damage (see `ProcessFaults`). */
  readonly flushDiskType: 'SYNC_FLUSH' | 'ASYNC_FLUSH';
  readonly segmentBytes: number;
  readonly tailCacheBytes: number;
  readonly coldCacheBytes: number;
  readonly coldBlockBytes: number;
  /** For pulls of older messages while anything is sent. */
  readonly coldReadBytesPerSecond: number;
  readonly checkpointBytes: number;
  readonly checkpointIntervalMs: number;
  /** Bytes of log between two snapshots. */
  readonly snapshotIntervalBytes: number;
  /** Bytes of log kept; 0 keeps everything. */
  readonly logBytesMax: number;
  /** Length of a tick. Long ones make more seeds per hour, short ones more turns per election. */
  readonly tickMs: number;
  readonly electionTimeoutTicks: number;
  readonly heartbeatTicks: number;
  readonly appendEntriesMax: number;
  readonly appendBytesMax: number;
  readonly catchUpBytesMax: number;
  readonly inflightMessagesMax: number;
  readonly uncommittedEntriesMax: number;
  readonly recentBytesMax: number;
  readonly preferredLeader: boolean;
  /** Mean one-way latency of a link, ms. */
  readonly latencyMs: number;
  /** Chance per chunk that it takes ten times as long. */
  readonly latencyTail: number;
  /** Chance per chunk that it arrives in pieces. */
  readonly splitChance: number;
  readonly socketBufferBytes: number;
  /** Mean time of a sync, ms. */
  readonly syncMs: number;
  /** A story that is told beside the other faults, for which some limits above were made. */
  readonly rareStory: RareStory | null;
}

/** Longest election time-out, unless it must leave room for several heartbeats. */
const ELECTION_MS_MAX = 1_000;

/** Part of the runs in which messages are acknowledged before they are synced. */
const ASYNC_FLUSH_CHANCE = 0.1;

/** Draws the parameters of one run. */
export function drawParameters(random: SeededRandom): RunParameters {
  const nodes = Number(random.weighted({ 3: 65, 4: 15, 5: 20 }));
  const heartbeatTicks = random.between(1, 3);
  const tickMs = random.stream('ticks').pick([50, 100, 100]);
  const rareStory = drawRareStory(random.stream('rare story'));
  return {
    nodes,
    spareNodes: nodes > 3 && random.chance(0.65) ? 1 : 0,
    groups: random.chance(0.2) ? 2 : 1,
    nameServers: random.between(1, 2),
    producers: random.between(2, 3),
    consumers: random.between(2, 4),
    pushConsumers: random.between(0, 2),
    topics: random.between(1, 3),
    queuesPerTopic: random.between(1, 4),
    burstRate: random.pick([15, 40, 60]),
    burstShare: random.pick([0.2, 0.4]),
    bodyBytesMax: random.pick([64, 256, 2_048]),
    flushDiskType: random.stream('flush').chance(ASYNC_FLUSH_CHANCE) ? 'ASYNC_FLUSH' : 'SYNC_FLUSH',
    segmentBytes: random.pick([16_384, 65_536, 262_144]),
    tailCacheBytes: random.pick([4_096, 65_536]),
    coldCacheBytes: random.stream('cold cache').pick([8_192, 131_072]),
    coldBlockBytes: random.stream('cold blocks').pick([1_024, 4_096]),
    coldReadBytesPerSecond: random.stream('cold pace').pick([16_384, 1_073_741_824]),
    checkpointBytes: random.pick([8_192, 65_536, 1_048_576]),
    checkpointIntervalMs: random.pick([200, 1_000, 5_000]),
    snapshotIntervalBytes: random.pick([16_384, 65_536, 1_048_576]),
    logBytesMax: random.pick([0, 32_768, 131_072]),
    tickMs,
    electionTimeoutTicks: random.between(
      heartbeatTicks * 4,
      Math.max(heartbeatTicks * 4, ELECTION_MS_MAX / tickMs),
    ),
    heartbeatTicks,
    appendEntriesMax: random.pick([1, 4, 64, 1_024]),
    appendBytesMax: random.pick([4_096, 65_536, 4_194_304]),
    catchUpBytesMax: random.stream('catch up').pick([1_024, 1_048_576]),
    inflightMessagesMax: random.pick([1, 4, 256]),
    uncommittedEntriesMax: random.pick([16, 256, 65_536]),
    recentBytesMax: random.pick([0, 16_384, 2_097_152]),
    preferredLeader: random.chance(0.4),
    latencyMs: random.pick([0.2, 1, 5, 20]),
    latencyTail: random.pick([0, 0.01, 0.05]),
    splitChance: random.pick([0, 0.02, 0.2]),
    socketBufferBytes: random.pick([16_384, 262_144]),
    syncMs: random.pick([0.2, 2, 10]),
    rareStory,
    ...(rareStory === null ? {} : rareStoryLimits[rareStory]),
  };
}
