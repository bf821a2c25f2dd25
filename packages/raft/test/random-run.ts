import {
  EntryKind,
  configurationOf,
  decodeConfiguration,
  entryBody,
  type ConfigurationState,
  type Message,
  type RaftConfig,
} from '../src/index.ts';
import { Cluster, type Member } from './cluster.ts';
import { decides } from './quorums.ts';
import { SafetyChecker } from './safety-checker.ts';
import { SeededRandom } from './seeded-random.ts';
import { allEntries, type DiskFault } from './simulated-disk.ts';

/** One thing that happens. `at` chooses a member, `pick` a message, a group of members or an amount. */
export interface Step {
  readonly act: keyof typeof rough;
  readonly at: number;
  readonly pick: number;
}

/** How often each act is drawn. */
export const rough = {
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
  change: 3,
  transfer: 2,
  read: 4,
  compact: 3,
  install: 3,
  'give-up-snapshot': 1,
  lose: 1,
  isolate: 2,
  rejoin: 2,
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

/** What a run did, added up. */
export type Outcome = Record<'applied' | 'elections' | 'changes' | 'reads' | 'snapshots' | 'losses', number>;

export interface RunOptions {
  /** Voters at first; as many more processes stand by as make five. */
  readonly voters: number;
  readonly seed: number;
  readonly fault?: DiskFault;
  /** The group has yet to be started: no disk was ever written. */
  readonly fresh?: boolean;
  readonly config?: Partial<RaftConfig>;
}

/** Carries out `steps`, checks after each, ends the faults and waits until everyone agrees. Throws what it finds. */
export function run(steps: readonly Step[], options: RunOptions): Outcome {
  const ids = Array.from({ length: Math.max(options.voters, 5) }, (_, i) => `n${i + 1}`);
  const voters = ids.slice(0, options.voters);
  const random = new SeededRandom(options.seed);
  const checker = new SafetyChecker(configurationOf(voters));
  const cluster: Cluster = new Cluster({
    ids,
    voters,
    ...(options.fresh === true ? { blank: ids } : {}),
    config: { ...tight, ...options.config },
    random: () => random,
    fault: options.fault ?? 'none',
    onReady: (id, ready) => checker.ready(cluster.member(id), ready),
  });
  const world: World = { cluster, checker, ids, asked: [], isolated: null, proposals: 0, losses: 0 };
  for (const one of steps) {
    act(world, one);
    checker.check(cluster);
  }
  finish(world);
  return {
    applied: checker.appliedCount,
    elections: checker.electionCount,
    changes: checker.changeCount,
    reads: checker.readCount,
    snapshots: checker.snapshotCount,
    losses: world.losses,
  };
}

interface World {
  readonly cluster: Cluster;
  readonly checker: SafetyChecker;
  readonly ids: readonly string[];
  /** Final configurations of the changes that leaders took on, oldest first. */
  readonly asked: ConfigurationState[];
  /** Member whose messages, both ways, are held up in the network; null for none. */
  isolated: string | null;
  proposals: number;
  losses: number;
}

function act(world: World, { act: name, at, pick }: Step): void {
  const { cluster, checker, ids } = world;
  const id = ids[at % ids.length] as string;
  const other = ids[pick % ids.length] as string;
  const member = cluster.member(id);
  const chosen = cluster.network.length === 0 ? 0 : pick % cluster.network.length;
  switch (name) {
    case 'tick':
      if (member.up) for (let i = 0; i < 1 + (pick % 3); i++) member.node.tick();
      return;
    case 'ready':
      cluster.ready(id);
      return;
    case 'write':
      cluster.completeWrite(id);
      return;
    case 'deliver':
      // Mostly in order, sometimes the message that happens to be drawn.
      deliver(world, pick % 4 === 0 ? chosen : 0);
      return;
    case 'drop':
      cluster.network.splice(chosen, 1);
      return;
    case 'duplicate':
      cluster.network.push(...cluster.network.slice(chosen, chosen + 1));
      return;
    case 'crash':
      if (member.up) cluster.crash(id);
      return;
    case 'restart':
      if (!member.up)
        cluster.restart(id, pick % (Math.min(member.machine.applied.length, durable(member)) + 1));
      return;
    case 'propose':
      for (const leader of cluster.leaders()) cluster.propose(leader, `p${world.proposals++}`);
      return;
    case 'hint':
      if (member.up) member.node.campaignHint(other);
      return;
    case 'campaign':
      if (member.up) member.node.campaign();
      return;
    case 'settle-one':
      while (cluster.ready(id));
      while (cluster.completeWrite(id));
      return;
    case 'elect':
      if (!member.up) return;
      for (const peer of ids) if (cluster.member(peer).up) cluster.node(peer).campaignHint(other);
      member.node.campaign();
      return;
    case 'flow':
      flow(world, pick);
      return;
    case 'change':
      for (const leader of cluster.leaders()) changeMembers(world, leader, pick);
      return;
    case 'transfer':
      for (const leader of cluster.leaders()) cluster.node(leader).transferLeadership(other);
      return;
    case 'read':
      for (const leader of cluster.leaders()) {
        const result = cluster.node(leader).readIndex();
        if (result.type === 'asked') checker.readAsked(cluster.member(leader), result.id);
      }
      return;
    case 'compact':
      if (member.up && cluster.snapshot(id)) cluster.compact(id, pick % 2 === 0 ? Infinity : pick % 20);
      return;
    case 'install':
      cluster.completeInstall(id);
      return;
    case 'give-up-snapshot':
      if (member.up) member.node.snapshotFailed(other);
      return;
    case 'lose':
      loseFiles(world, id);
      return;
    case 'isolate':
      // A leader, if there is one: who is cut off and does not know it is the danger.
      world.isolated = cluster.leaders()[0] ?? id;
      for (const peer of ids)
        if (peer !== world.isolated && pick % 2 === 0) cluster.node(peer).campaignHint(world.isolated);
      return;
    case 'rejoin':
      world.isolated = null;
      return;
  }
}

/** Asks for a configuration drawn by `pick`: any, or one that differs in one member. */
function changeMembers({ cluster, ids, asked }: World, leader: string, pick: number): void {
  const current = cluster.node(leader).status().configuration;
  const target =
    pick % 3 === 0
      ? {
          voters: ids.filter((_id, at) => (pick >> at) % 2 === 1),
          learners: ids.filter((_id, at) => (pick >> at) % 2 === 0 && (pick >> (at + 3)) % 2 === 1),
        }
      : moved(current, ids[(pick >> 2) % ids.length] as string, pick % 2 === 0);
  const result = cluster.node(leader).proposeConfiguration(target);
  if (result.type === 'appended') asked.push(configurationOf(target.voters));
}

/** The configuration in which a stranger learns, a learner votes, and a voter learns or leaves. */
function moved(
  { voters, learners }: ConfigurationState,
  id: string,
  leaves: boolean,
): { voters: string[]; learners: string[] } {
  const target = {
    voters: voters.filter((one) => one !== id),
    learners: learners.filter((one) => one !== id),
  };
  if (learners.includes(id)) target.voters.push(id);
  else if (!voters.includes(id) || !leaves) target.learners.push(id);
  return target;
}

/**
 * A member loses all its files, if so few do that Raft can stand it: in every configuration that anyone may decide
 * in there must be a majority of others that remember everything and know of a term as late as the one it forgets.
 */
function loseFiles(world: World, id: string): void {
  const { cluster, checker } = world;
  const member = cluster.member(id);
  const { term } = member.disk.hardState;
  const sound = new Set<string>();
  for (const other of cluster.members.values()) {
    const { hardState } = other.disk;
    if (other.id !== id && hardState.standing === 'full' && hardState.term >= term) sound.add(other.id);
  }
  // Those asked for may be on their way to a disk.
  const states = [checker.configuration, ...world.asked.slice(-2)];
  for (const other of cluster.members.values()) {
    states.push(other.node.status().configuration);
    for (const entry of allEntries(other.disk.log)) {
      if (entry.kind === EntryKind.Membership) states.push(decodeConfiguration(entryBody(entry)));
    }
  }
  if (!states.every((state) => decides(state, sound))) return;
  if (member.up) cluster.crash(id);
  for (const other of cluster.members.values()) if (other.up) other.node.campaignHint(id);
  // What an earlier life said about itself ends with its connections; its votes and confirmations may still arrive.
  cluster.network = cluster.network.filter(({ from, type }) => from !== id || type !== 'heartbeat-response');
  cluster.lose(id);
  checker.lost(id);
  world.losses++;
}

function heldUp({ isolated }: World, message: Message | undefined): boolean {
  return message === undefined || message.from === isolated || message.to === isolated;
}

/** Delivers the message at `at`, or the next one that is not held up. */
function deliver(world: World, at: number): void {
  const { cluster } = world;
  const next = cluster.network.findIndex((message, place) => place >= at && !heldUp(world, message));
  if (next >= 0) cluster.deliver(next);
}

/** A few rounds in which most members write and most messages arrive; `pick` says which do not. */
function flow(world: World, pick: number): void {
  const { cluster, ids } = world;
  for (let round = 0; round < 1 + (pick % 4); round++) {
    for (const [at, id] of ids.entries()) {
      while (cluster.ready(id));
      if ((pick >> at) % 3 !== 0) while (cluster.completeWrite(id));
    }
    const messages = cluster.network;
    cluster.network = [];
    for (const [at, message] of messages.entries()) {
      if ((pick + at * 5) % 11 < 2 || heldUp(world, message)) cluster.network.push(message);
      else cluster.receive(message);
    }
  }
}

function durable({ disk }: Member): number {
  return disk.durableLog.lastPosition().index;
}

/** Faults end: the group must elect someone, and every member of it must apply the same, a new entry included. */
function finish({ cluster, ids, checker }: World): void {
  for (const id of ids) if (!cluster.member(id).up) cluster.restart(id);
  for (let round = 0; round < 400; round++) {
    cluster.settle();
    checker.check(cluster);
    const leader = cluster.leaders().find((id) => cluster.propose(id, 'last').type === 'appended');
    if (leader !== undefined) {
      for (let i = 0; i < 16; i++) {
        cluster.settle();
        for (const id of ids) cluster.node(id).tick();
        for (const id of ids) cluster.node(leader).snapshotFailed(id);
        checker.check(cluster);
      }
      cluster.settle();
      checker.check(cluster);
      const { voters, votersOutgoing, learners } = checker.configuration;
      const lengths = [...voters, ...learners].map((id) => cluster.member(id).machine.applied.length);
      const equal = lengths.every((length) => length === lengths[0] && length > 0);
      if (equal && votersOutgoing.length === 0) return;
    }
    for (const [at, id] of ids.entries()) if (round % (at + 2) !== 0) cluster.node(id).tick();
  }
  const states = [...cluster.members.values()].map(({ id, node }) => {
    const { role, term, leader, standing, commitIndex, appliedIndex, lastIndex, configuration } =
      node.status();
    const members = Object.values(configuration).join(' | ');
    return `${id} ${role} ${standing} term ${term} leader ${leader ?? 'none'} ${appliedIndex}<=${commitIndex}<=${lastIndex} [${members}]`;
  });
  throw new Error(['the group does not converge after the faults ended', ...states].join('\n'));
}
