import test from 'ava';
import fc from 'fast-check';
import type { RaftConfig } from '../src/index.ts';
import { Cluster } from './cluster.ts';
import { SafetyChecker } from './safety-checker.ts';
import { SeededRandom } from './seeded-random.ts';
import type { DiskFault } from './simulated-disk.ts';

/** One thing that happens. `at` chooses a member, `pick` a message or an amount. */
interface Step {
  readonly act:
    | 'tick'
    | 'ready'
    | 'write'
    | 'deliver'
    | 'drop'
    | 'duplicate'
    | 'crash'
    | 'restart'
    | 'propose'
    | 'hint'
    | 'campaign'
    | 'settle-one'
    | 'elect'
    | 'flow';
  readonly at: number;
  readonly pick: number;
}

const step = (weights: Readonly<Record<Step['act'], number>>): fc.Arbitrary<Step> =>
  fc.record({
    act: fc.oneof(
      ...Object.entries(weights).map(([act, weight]) => ({
        weight,
        arbitrary: fc.constant(act as Step['act']),
      })),
    ),
    at: fc.nat(4),
    pick: fc.nat(1_000),
  });

const rough = {
  tick: 4,
  ready: 8,
  write: 4,
  deliver: 12,
  drop: 2,
  duplicate: 3,
  crash: 1,
  restart: 3,
  propose: 8,
  hint: 1,
  campaign: 2,
  'settle-one': 4,
  elect: 2,
  flow: 12,
} as const;

/** Small limits, so that every window, batch and buffer is hit within a short run. */
const tight: Partial<RaftConfig> = {
  electionTimeoutTicks: 3,
  heartbeatTicks: 1,
  appendEntriesMax: 2,
  appendBytesMax: 120,
  inflightMessagesMax: 2,
  inflightBytesMax: 200,
  unpersistedBytesMax: 400,
  uncommittedBytesMax: 600,
  recentBytesMax: 100,
  committedBytesMax: 120,
};

interface Outcome {
  readonly applied: number;
  readonly elections: number;
}

function run(count: number, steps: readonly Step[], seed: number, fault: DiskFault = 'none'): Outcome {
  const ids = Array.from({ length: count }, (_, i) => `n${i + 1}`);
  const random = new SeededRandom(seed);
  const cluster = new Cluster({ ids, config: tight, random: () => random, fault });
  const checker = new SafetyChecker();
  let proposals = 0;
  for (const { act, at, pick } of steps) {
    const id = ids[at % count] as string;
    const member = cluster.member(id);
    const chosen = cluster.network.length === 0 ? 0 : pick % cluster.network.length;
    switch (act) {
      case 'tick':
        if (member.up) for (let i = 0; i < 1 + (pick % 3); i++) member.node.tick();
        break;
      case 'ready':
        cluster.ready(id);
        break;
      case 'write':
        cluster.completeWrite(id);
        break;
      case 'deliver':
        // Mostly in order, sometimes the message that happens to be drawn.
        cluster.deliver(pick % 4 === 0 ? chosen : 0);
        break;
      case 'drop':
        cluster.network.splice(chosen, 1);
        break;
      case 'duplicate':
        cluster.network.push(...cluster.network.slice(chosen, chosen + 1));
        break;
      case 'crash':
        if (member.up) cluster.crash(id);
        break;
      case 'restart':
        if (!member.up)
          cluster.restart(id, pick % (Math.min(member.applied.length, durable(cluster, id)) + 1));
        break;
      case 'propose':
        for (const leader of cluster.leaders()) cluster.propose(leader, `p${proposals++}`);
        break;
      case 'hint':
        if (member.up) member.node.campaignHint(ids[pick % count] as string);
        break;
      case 'campaign':
        if (member.up) member.node.campaign();
        break;
      case 'settle-one':
        while (cluster.ready(id));
        while (cluster.completeWrite(id));
        break;
      case 'elect':
        if (!member.up) break;
        for (const peer of ids)
          if (cluster.member(peer).up) cluster.node(peer).campaignHint(ids[pick % count] ?? '');
        member.node.campaign();
        break;
      case 'flow':
        flow(cluster, ids, pick);
        break;
    }
    checker.check(cluster);
  }
  finish(cluster, ids, checker);
  return { applied: checker.appliedCount, elections: checker.electionCount };
}

/** A few rounds in which most members write and most messages arrive; `pick` says which do not. */
function flow(cluster: Cluster, ids: readonly string[], pick: number): void {
  for (let round = 0; round < 1 + (pick % 4); round++) {
    for (const [at, id] of ids.entries()) {
      while (cluster.ready(id));
      if ((pick >> at) % 3 !== 0) while (cluster.completeWrite(id));
    }
    const messages = cluster.network;
    cluster.network = [];
    for (const [at, message] of messages.entries()) {
      if ((pick + at * 5) % 11 < 2) cluster.network.push(message);
      else cluster.receive(message);
    }
  }
}

function durable(cluster: Cluster, id: string): number {
  return cluster.member(id).disk.durableLog.lastPosition().index;
}

/** Faults end: the group must elect someone, and everyone must apply the same, a new entry included. */
function finish(cluster: Cluster, ids: readonly string[], checker: SafetyChecker): void {
  for (const id of ids) if (!cluster.member(id).up) cluster.restart(id);
  for (let round = 0; round < 200; round++) {
    cluster.settle();
    checker.check(cluster);
    const leader = cluster.leaders().find((id) => cluster.propose(id, 'last').type === 'appended');
    if (leader !== undefined) {
      for (let i = 0; i < 12; i++) {
        cluster.settle();
        for (const id of ids) cluster.node(id).tick();
        checker.check(cluster);
      }
      cluster.settle();
      checker.check(cluster);
      const lengths = ids.map((id) => cluster.member(id).applied.length);
      if (lengths.every((length) => length === lengths[0] && length > 0)) return;
    }
    for (const [at, id] of ids.entries()) if (round % (at + 2) !== 0) cluster.node(id).tick();
  }
  throw new Error('the group does not converge after the faults ended');
}

const numRuns = 250;

for (const [count, seed] of [
  [1, 101],
  [2, 102],
  [3, 103],
  [3, 104],
  [4, 105],
  [5, 106],
] as const) {
  test(`a group of ${count} stays safe and converges, seed ${seed}`, (t) => {
    let applied = 0;
    let elections = 0;
    const steps = fc.array(step(rough), { minLength: 60, maxLength: 400, size: 'max' });
    fc.assert(
      fc.property(steps, fc.nat(), (list, draws) => {
        const outcome = run(count, list, draws);
        applied += outcome.applied;
        elections += outcome.elections;
      }),
      { seed, numRuns },
    );
    // A run in which nothing is elected or applied would prove nothing.
    t.true(applied > 8 * numRuns && elections > 1.5 * numRuns, `applied ${applied}, elections ${elections}`);
  });
}

/** Weights under which a planted bug shows soon. */
const violent = { ...rough, crash: 3, restart: 9, elect: 5, flow: 20 };

function findsBug(fault: DiskFault, seed: number): string {
  const steps = fc.array(step(violent), { minLength: 100, maxLength: 500, size: 'max' });
  const property = fc.property(steps, fc.nat(), (list, draws) => void run(3, list, draws, fault));
  const found = fc.check(property, { seed, numRuns: 400, endOnFailure: true });
  return found.failed ? String(found.errorInstance) : 'nothing found';
}

test('a disk that forgets votes is caught', (t) => {
  t.regex(findsBug('forgets-votes', 201), /vote once per term|Election Safety/);
});

test('a driver that reports entries durable too early is caught', (t) => {
  t.regex(
    findsBug('acknowledges-early', 202),
    /durable on a majority|Leader Completeness|State Machine Safety/,
  );
});

test('the same runs without a planted bug find nothing', (t) => {
  t.is(findsBug('none', 201), 'nothing found');
});
