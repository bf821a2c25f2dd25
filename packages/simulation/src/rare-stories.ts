import type { RunParameters } from './parameters.ts';
import type { SeededRandom } from './world/seeded-random.ts';

/** Stories that some runs are given beside their other faults, since they only tell anything with limits of their own. */
export const rareStories = [
  'rotten-follower',
  'snapshot-meets-its-entries',
  'fast-newcomer',
  'answers-after-the-election',
] as const;

export type RareStory = (typeof rareStories)[number];

const CHANCE = 0.4;

/** The story of a run, or null. */
export function drawRareStory(random: SeededRandom): RareStory | null {
  return random.chance(CHANCE) ? random.pick(rareStories) : null;
}

/** What the run of a story has in the place of what was drawn. */
export const rareStoryLimits: Readonly<Record<RareStory, Partial<RunParameters>>> = {
  // Much of the log lies in the last segment, and beyond the last checkpoint: the state does not tell that it was longer.
  'rotten-follower': {
    segmentBytes: 262_144,
    checkpointBytes: 1_048_576,
    checkpointIntervalMs: 5_000,
  },
  // A leader soon keeps nothing but a snapshot of what it has sent, and sends far ahead of the answers.
  'snapshot-meets-its-entries': {
    segmentBytes: 16_384,
    checkpointBytes: 8_192,
    checkpointIntervalMs: 200,
    snapshotIntervalBytes: 16_384,
    logBytesMax: 32_768,
    appendEntriesMax: 64,
    inflightMessagesMax: 256,
  },
  // Three voters, of whom any two decide, and one that comes.
  'fast-newcomer': { nodes: 4, spareNodes: 1, groups: 1, burstRate: 60, burstShare: 0.4 },
  // Most ticks of a leader begin no round of heartbeats, so that the first round after a sleep is that of a read.
  'answers-after-the-election': {
    tickMs: 50,
    heartbeatTicks: 3,
    electionTimeoutTicks: 12,
    burstRate: 60,
    burstShare: 0.4,
  },
};
