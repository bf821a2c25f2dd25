import type { RunParameters } from '../parameters.ts';
import type { SeededRandom } from '../world/seeded-random.ts';
import { FaultDrawing } from './fault-drawing.ts';
import type { Fault, FaultKind, FaultStep } from './fault.ts';
import { chooseScenarios, drawScenario } from './scenarios.ts';

/** How often each kind comes, of the kinds that a seed has chosen. */
export const faultWeights: Readonly<Record<FaultKind, number>> = {
  'message-loss': 4,
  'message-duplication': 3,
  'message-delay': 3,
  'message-reorder': 4,
  'partition-halves': 6,
  'partition-one-way': 5,
  'partition-bridge': 3,
  'partition-ring': 3,
  'client-cut': 2,
  'connection-reset': 4,
  kill: 6,
  'power-loss': 6,
  restart: 4,
  'rolling-restart': 1,
  'kill-all': 3,
  pause: 5,
  'name-server-kill': 2,
  'clock-drift': 3,
  'clock-jump': 2,
  'disk-slow': 4,
  'disk-stall': 3,
  'sync-failure': 4,
  'disk-full': 3,
  'bit-rot': 4,
  truncation: 3,
  wipe: 3,
  'learner-add': 2,
  'learner-promote': 3,
  'member-replace': 2,
  'member-remove': 2,
  'leadership-transfer': 4,
};

const FAULTS_MIN = 24;
const FAULTS_MAX = 60;
/** The time to which those numbers belong. */
const PER_MS = 120_000;
const KINDS_MIN = 4;
/** What a plan consists of, see `drawSwarm` and `drawStories`, and how often. */
const MAKES = { swarm: 45, both: 20, scenarios: 35 } as const;
/** Sorts of stories that take turns in a run. */
const STORIES = 3;
/** A group leads and has something in its log by then. */
const STORY_FIRST_MS = 4_000;
/** Rest between two stories, ms: elections end, and who was behind catches up. */
const STORY_GAP_MS = 2_000;
/** The first faults find a group that is still starting. */
const FIRST_MS = 1_000;
/** Chance that a kind is among those of a seed: half of them at a time meet in all combinations sooner than all do. */
const KIND_CHANCE = 0.45;

/**
 * Draws the faults of one run, in the order of their moments; the last ends before `virtualMs`.
 *
 * Swarm testing (Groce et al., ISSTA 2012): a seed leaves out many kinds, since a kind that is always there can keep
 * another from ever having its effect; how often, how long and how close together they come differs too.
 */
export function drawFaultPlan(
  random: SeededRandom,
  parameters: RunParameters,
  virtualMs: number,
): readonly FaultStep[] {
  const make = random.stream('make').weighted(MAKES);
  const swarm = make === 'scenarios' ? [] : drawSwarm(random, parameters, virtualMs);
  const stories =
    make === 'swarm'
      ? []
      : drawStories(random.stream('stories'), parameters, virtualMs, make === 'both' ? 2 : 1);
  const rare = tellRareStory(random.stream('rare'), parameters, virtualMs);
  return [...swarm, ...stories, ...rare].sort((a, b) => a.atMs - b.atMs);
}

/** The story for which the limits of the run were made, if any; it may meet all the others. */
function tellRareStory(random: SeededRandom, parameters: RunParameters, virtualMs: number): FaultStep[] {
  const { rareStory } = parameters;
  if (rareStory === null) return [];
  const endMs = Math.max(1, virtualMs - FIRST_MS);
  const atMs = Math.round(STORY_FIRST_MS + 0.5 * random.real() * Math.max(0, endMs - STORY_FIRST_MS));
  return [...drawScenario(rareStory, random, parameters, { atMs, endMs })];
}

function drawSwarm(random: SeededRandom, parameters: RunParameters, virtualMs: number): FaultStep[] {
  const weights = drawKinds(random.stream('kinds'));
  const times = drawTimes(random.stream('times'), virtualMs);
  const draws = random.stream('faults');
  return times.map((atMs) => {
    const drawing = new FaultDrawing(draws, parameters.groups, parameters.nodes, virtualMs - atMs);
    return { atMs, fault: drawing.draw(draws.weighted(weights)) };
  });
}

/** Stories of a few sorts, one after another; `sparse` times as far from each other as they can be. */
function drawStories(
  random: SeededRandom,
  parameters: RunParameters,
  virtualMs: number,
  sparse: number,
): FaultStep[] {
  const names = chooseScenarios(random, parameters, STORIES);
  const endMs = Math.max(1, virtualMs - FIRST_MS);
  const steps: FaultStep[] = [];
  for (let atMs = STORY_FIRST_MS, story = 0; atMs < endMs; story += 1) {
    const name = names[story % names.length];
    if (name === undefined) break;
    const told = drawScenario(name, random, parameters, { atMs, endMs });
    steps.push(...told);
    const lastMs = told.reduce((last, { atMs: at, fault }) => Math.max(last, at + lasting(fault)), atMs);
    atMs = Math.round(lastMs + sparse * (STORY_GAP_MS / 2 + random.exponential(STORY_GAP_MS)));
  }
  return steps;
}

function lasting(fault: Fault): number {
  if ('forMs' in fault) return fault.forMs;
  return 'downMs' in fault ? (fault.downMs ?? 0) : 0;
}

function drawKinds(random: SeededRandom): Readonly<Record<FaultKind, number>> {
  const possible = (Object.keys(faultWeights) as FaultKind[]).filter((kind) => faultWeights[kind] > 0);
  const chosen = random
    .shuffle(possible)
    .filter((_, place) => place < KINDS_MIN || random.chance(KIND_CHANCE));
  const weights = chosen.map((kind) => [kind, faultWeights[kind] * (0.2 + random.exponential(1))]);
  // Kinds that were not chosen are left out, so that none of them can be drawn.
  return Object.fromEntries(weights) as Record<FaultKind, number>;
}

/** Spread evenly, or close together around a few moments with quiet between them. */
function drawTimes(random: SeededRandom, virtualMs: number): number[] {
  const count = Math.max(1, Math.round((random.between(FAULTS_MIN, FAULTS_MAX) * virtualMs) / PER_MS));
  const range = Math.max(1, virtualMs - 2 * FIRST_MS);
  const centres = random.chance(0.5)
    ? Array.from({ length: random.between(2, 8) }, () => random.real())
    : null;
  const times = Array.from({ length: count }, () => {
    const share = centres === null ? random.real() : random.pick(centres) + 0.03 * (random.real() - 0.5);
    return Math.round(FIRST_MS + Math.min(1, Math.max(0, share)) * range);
  });
  return times.sort((a, b) => a - b);
}
