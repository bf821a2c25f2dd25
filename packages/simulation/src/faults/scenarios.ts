import type { RunParameters } from '../parameters.ts';
import { rareStories, type RareStory } from '../rare-stories.ts';
import type { SeededRandom } from '../world/seeded-random.ts';
import type { Fault, FaultStep, Target } from './fault.ts';

/** One story: faults at moments counted from its beginning, ms. */
type Story = readonly (readonly [ms: number, fault: Fault])[];

interface Teller {
  readonly random: SeededRandom;
  readonly parameters: RunParameters;
  readonly group: number;
  /** An election time-out, ms: whatever lasts less goes unnoticed. */
  readonly patienceMs: number;
}

/** No run has more clients. */
const CLIENTS_MAX = 9;

type Scenario = (teller: Teller) => Story;

export type ScenarioName =
  | 'deposed-leader'
  | 'long-old-log'
  | 'falling-leaders'
  | 'sleeping-leader'
  | 'forgotten-match'
  | 'forgetful-voter'
  | 'transfer-to-a-slow-member'
  | 'two-orders'
  | 'slow-old-members'
  | 'death-before-sync'
  | 'lonely-leader'
  | 'old-appends'
  | 'rival-candidates'
  | RareStory;

/**
 * Sequences of faults that lead to where chance alone rarely gets: each brings about one of the situations for which the
 * rules of Raft were made. What exactly happens in them still depends on chance.
 */
const scenarios: Readonly<Record<ScenarioName, Scenario>> = {
  /** The leader is cut off and goes on for a while beside the next one. */
  'deposed-leader': ({ random, group, patienceMs }) =>
    cutOff(0, target('leader', group), patienceMs * (2 + 3 * random.real())),

  /** A member with many entries of an old term meets one with few of a later term, and nobody leads. */
  'long-old-log': ({ random, group, patienceMs }) => {
    const apartMs = patienceMs * (1.4 + 1.6 * random.real());
    return [
      ...cutOff(0, target('leader', group), apartMs),
      // The next leader gets nothing to do.
      ...Array.from({ length: CLIENTS_MAX }, (_, client) =>
        at(0.9 * patienceMs, { kind: 'client-cut', client, forMs: round(apartMs + 2 * patienceMs) }),
      ),
      // Nor does what it has sent arrive when the way is free again.
      ...[0, 1, 2, 3].map((pick) => at(apartMs - 30, reset(group, pick))),
      [apartMs - 25, { kind: 'kill', at: target('leader', group), downMs: round(4 * patienceMs) }],
    ];
  },

  /** Leaders fall one after another before their entries get far (paper, figure 8). */
  'falling-leaders': ({ random, group, patienceMs }) => {
    const story: [number, Fault][] = [];
    for (let turn = 0, at = 0; turn < 4; turn += 1) {
      story.push(
        [at, { kind: 'partition-one-way', at: target('leader', group), deaf: false, forMs: 200 }],
        [
          at + 40 + 120 * random.real(),
          {
            kind: 'kill',
            at: target('leader', group),
            downMs: round(patienceMs * (0.5 + 2 * random.real())),
          },
        ],
      );
      at += patienceMs * (1.5 + 2 * random.real());
    }
    return story;
  },

  /** The leader stands still for so long that another takes its place, while requests wait in its sockets. */
  'sleeping-leader': ({ random, group, patienceMs }) => [
    [0, { kind: 'pause', at: target('leader', group), forMs: round(patienceMs * (1.5 + 2 * random.real())) }],
  ],

  /** A new leader loses the connections to the others before it knows how much they hold. */
  'forgotten-match': ({ random, group, patienceMs }) => {
    const apartMs = patienceMs * (2.5 + 2 * random.real());
    const resetMs = apartMs - 30;
    return [
      ...cutOff(0, target('leader', group), apartMs),
      ...[0, 1, 2].map((pick) => at(resetMs, reset(group, pick))),
    ];
  },

  /** Of those who have an entry one loses its files and another its connections; the third has never had it. */
  'forgetful-voter': ({ random, group, patienceMs }) => {
    const lagMs = patienceMs * (2 + 2 * random.real());
    const downMs = round(20 + 180 * random.real());
    // Sometimes it has heard the leader once more before it is asked to vote.
    const meetMs = random.chance(0.5) ? 0 : downMs + 400 * random.real();
    const lost: Fault = random.chance(0.6)
      ? { kind: 'wipe', at: target('follower', group), downMs }
      : {
          kind: 'bit-rot',
          at: target('follower', group),
          file: 'segment-last',
          where: random.real(),
          bits: 3,
          downMs,
        };
    return [
      ...cutOff(0, target('follower', group, random.nextInt(2)), lagMs + meetMs),
      [lagMs, lost],
      ...cutOff(lagMs + meetMs, target('leader', group), 8 * patienceMs),
    ];
  },

  /** Leadership goes to a member that is behind. */
  'transfer-to-a-slow-member': ({ random, group }) => [
    [
      0,
      {
        kind: 'message-delay',
        at: target('follower', group),
        addedMs: round(60 + 200 * random.real()),
        forMs: 2_500,
      },
    ],
    [800, { kind: 'leadership-transfer', group, pick: random.nextInt(2) }],
    [2_000, { kind: 'leadership-transfer', group, pick: random.nextInt(2) }],
  ],

  /** Two changes of the members are ordered at the same moment. */
  'two-orders': ({ random, group }) => {
    const out = random.nextInt(3);
    const order = (place: number): Fault =>
      random.chance(0.8)
        ? { kind: 'member-remove', group, out: out + place }
        : { kind: 'member-replace', group, out: out + place, pick: 0 };
    return [
      [0, { kind: 'learner-add', group, pick: 0 }],
      [3_000, order(0)],
      [3_000, order(1)],
      [9_000, { kind: 'learner-add', group, pick: 0 }],
      [12_000, { kind: 'learner-promote', group, pick: 0 }],
    ];
  },

  /** A voter is replaced while those who stay are slower than the one that comes. */
  'slow-old-members': ({ random, group, parameters }) => {
    const slow = (pick: number): Fault => ({
      kind: 'disk-slow',
      at: target('follower', group, pick),
      meanMs: 150,
      forMs: 4_000,
    });
    return [
      [0, { kind: 'learner-add', group, pick: 0 }],
      ...Array.from({ length: parameters.nodes - 2 }, (_, pick) => at(3_000, slow(pick))),
      [3_300, { kind: 'member-replace', group, out: random.nextInt(3), pick: 0 }],
      [9_000, { kind: 'member-replace', group, out: random.nextInt(3), pick: 0 }],
    ];
  },

  /** A process dies while its disk is busy, so that the page cache holds what the platter does not. */
  'death-before-sync': ({ random, group }) => {
    const at = target(random.pick(['leader', 'follower']), group);
    const stallMs = round(100 + 400 * random.real());
    return [
      [0, { kind: 'disk-stall', at, forMs: stallMs + 300 }],
      [stallMs, { kind: 'kill', at, downMs: round(20 + 200 * random.real()) }],
      [stallMs + 1_500, { kind: 'power-loss', at, mode: 'lose', downMs: 500 }],
    ];
  },

  /** Nobody is left to whom the leader could speak, for longer than any of its time-outs. */
  'lonely-leader': ({ group, parameters, random }) =>
    Array.from({ length: parameters.nodes - 1 }, () =>
      at(0, { kind: 'kill', at: target('follower', group), downMs: round(12_000 + 3_000 * random.real()) }),
    ),

  /** Appends overtake each other and come twice. */
  'old-appends': ({ random }) => {
    const meanMs = random.pick([5, 40, 200]);
    return [
      [0, { kind: 'message-reorder', at: null, rate: 0.3, meanMs, forMs: 6_000 }],
      [0, { kind: 'message-duplication', at: null, rate: 0.3, forMs: 6_000 }],
    ];
  },

  /** Several members campaign at the same time. */
  'rival-candidates': ({ random, group, patienceMs }) => [
    [
      0,
      {
        kind: 'message-delay',
        at: null,
        addedMs: round(20 + 0.3 * patienceMs * random.real()),
        forMs: round(3 * patienceMs),
      },
    ],
    [100, { kind: 'kill', at: target('leader', group), downMs: round(3 * patienceMs) }],
  ],

  /** A follower finds rot in what it has confirmed, again and again; now and then others must do without it. */
  'rotten-follower': ({ random, group, patienceMs }) => {
    const story: [number, Fault][] = [];
    const pick = random.nextInt(2);
    for (let turn = 0, at = 0; turn < 5; turn += 1) {
      const downMs = round(20 + 400 * random.real());
      const rot = { kind: 'bit-rot', file: 'segment-last', where: 0.8 * random.real(), bits: 3 } as const;
      story.push([at, { ...rot, at: target('follower', group, pick), downMs }]);
      if (random.chance(0.5)) {
        const lostMs = at + downMs + 200 * random.real();
        story.push([lostMs, { kind: 'power-loss', at: target('leader', group), mode: 'lose', downMs: 500 }]);
      }
      at += patienceMs * (5 + 3 * random.real());
    }
    return story;
  },

  /** The disk of a follower stands still until the leader keeps only a snapshot of what the follower has in memory. */
  'snapshot-meets-its-entries': ({ random, group, parameters }) => {
    const story: [number, Fault][] = [];
    const pick = random.nextInt(2);
    for (let turn = 0, at = 0; turn < 8; turn += 1) {
      const stallMs = 5_000 + 5_000 * random.real();
      story.push([at, { kind: 'disk-stall', at: target('follower', group, pick), forMs: round(stallMs) }]);
      for (let peer = 0; peer < parameters.nodes; peer += 1)
        story.push([at + stallMs - 400 * random.real(), reset(group, peer)]);
      at += stallMs + 3_000;
    }
    return story;
  },

  /** One voter after another is replaced by the only one whose disk is fast, beside the leader's. */
  'fast-newcomer': ({ random, group, parameters }) => {
    const story: [number, Fault][] = [];
    for (let turn = 0, at = 0; turn < 3; turn += 1) {
      story.push([at, { kind: 'learner-add', group, pick: 0 }]);
      // Followers in the order of their names; the newcomer is among them.
      for (let pick = 0; pick < parameters.nodes - 1; pick += 1) {
        const meanMs = random.pick([1, 150, 600]);
        const slow = { kind: 'disk-slow', at: target('follower', group, pick), meanMs } as const;
        story.push([at + 2_000, { ...slow, forMs: 4_000 }]);
      }
      story.push([at + 2_100, { kind: 'member-replace', group, out: random.nextInt(3), pick: 0 }]);
      at += 9_000;
    }
    return story;
  },

  /** Answers reach the leader later and later; it sleeps over an election, and wakes before the last of them arrive. */
  'answers-after-the-election': ({ random, group, patienceMs }) => {
    const steps = 5;
    const story: [number, Fault][] = [];
    for (let turn = 0, at = 0; turn < 4; turn += 1) {
      const sleepMs = at + steps * patienceMs + 400 * random.real();
      // Little by little, or the gap alone would end its office.
      for (let step = 0; step < steps; step += 1) {
        const beginMs = at + step * patienceMs;
        const forMs = round(sleepMs + 5 * patienceMs - beginMs);
        const addedMs = round(0.4 * (step + 1) * patienceMs);
        story.push([beginMs, { kind: 'message-delay', at: target('leader', group), addedMs, forMs }]);
      }
      const forMs = round((3.3 + 0.6 * random.real()) * patienceMs);
      story.push([sleepMs, { kind: 'pause', at: target('leader', group), forMs }]);
      at = sleepMs + 10 * patienceMs;
    }
    return story;
  },
};

/** All but the rare ones. */
const scenarioNames: readonly ScenarioName[] = (Object.keys(scenarios) as ScenarioName[]).filter(
  (name) => !(rareStories as readonly string[]).includes(name),
);

/** The faults of one story that begins at `atMs`; the last of them ends by `endMs`. */
export function drawScenario(
  name: ScenarioName,
  random: SeededRandom,
  parameters: RunParameters,
  { atMs, endMs }: { readonly atMs: number; readonly endMs: number },
): readonly FaultStep[] {
  const group = random.nextInt(parameters.groups);
  const patienceMs = parameters.electionTimeoutTicks * parameters.tickMs;
  return scenarios[name]({ random, parameters, group, patienceMs })
    .map(([ms, fault]) => ({ atMs: round(atMs + ms), fault }))
    .filter((step) => step.atMs < endMs)
    .map((step) => ({ ...step, fault: bounded(step.fault, endMs - step.atMs) }));
}

/** Sorts of stories for a run, some of them; changes of members first wherever there are nodes enough for them. */
export function chooseScenarios(
  random: SeededRandom,
  { nodes, spareNodes }: RunParameters,
  count: number,
): readonly ScenarioName[] {
  const membership: readonly ScenarioName[] =
    nodes === 3 ? [] : spareNodes === 0 ? ['two-orders'] : ['slow-old-members', 'two-orders'];
  const others = scenarioNames.filter((name) => name !== 'slow-old-members' && name !== 'two-orders');
  return [...membership, ...random.shuffle([...others])].slice(0, count);
}

function target(role: Target['role'], group: number, pick = 0): Target {
  return { role, group, pick };
}

/** Breaks the connections of the leader to another node, with all that is under way on them. */
function reset(group: number, pick: number): Fault {
  return { kind: 'connection-reset', at: target('leader', group), peer: 'node', pick, oneSided: false };
}

function at(ms: number, fault: Fault): readonly [number, Fault] {
  return [ms, fault];
}

/** Nobody hears the node, and it hears nobody. */
function cutOff(ms: number, node: Target, forMs: number): Story {
  const one = { kind: 'partition-one-way', at: node, forMs: round(forMs) } as const;
  return [
    [ms, { ...one, deaf: true }],
    [ms, { ...one, deaf: false }],
  ];
}

function round(ms: number): number {
  return Math.max(1, Math.round(ms));
}

function bounded(fault: Fault, leftMs: number): Fault {
  if ('forMs' in fault) return { ...fault, forMs: Math.min(fault.forMs, leftMs) };
  if ('downMs' in fault && fault.downMs !== null) return { ...fault, downMs: Math.min(fault.downMs, leftMs) };
  return fault;
}
