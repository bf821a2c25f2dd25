import type { ReplicaInspection } from '@ledgermq/broker';
import type { ConfigurationState, HardState, Message } from '@ledgermq/raft';
import { durableMarkFileName, readDurableMark, readHardState } from '@ledgermq/store';
import { FaultAtlas } from '../faults/fault-atlas.ts';
import type { Violation } from '../violation.ts';
import type { MemberView } from '../world/member-view.ts';
import type { World, WorldNode } from '../world/world.ts';
import { runEndChecks } from './end-checks.ts';
import { Candidacies } from './candidacies.ts';
import { CheckpointCheck } from './checkpoint-check.ts';
import { GroupChecks } from './group-checks.ts';
import { lastChangeIn, MembershipCheck } from './membership-check.ts';
import { observe } from './observation.ts';
import { PlatterLog } from './platter-log.ts';
import { PreVoteCheck } from './pre-vote-check.ts';
import { QuorumContactCheck } from './quorum-contact-check.ts';
import { halvesOf, isQuorum } from './quorums.ts';
import { watchReads } from './read-check.ts';
import { ViolationList } from './reporter.ts';
import { VoteDurabilityCheck } from './vote-durability-check.ts';

interface Watched {
  readonly view: MemberView;
  readonly platter: PlatterLog;
  inspection: ReplicaInspection | null;
  /** Turns of its driver that were looked at. */
  turns: number;
  /** Its configuration now and at the step before. */
  configurations: readonly ConfigurationState[];
  /** The entry that brought the present one, 0 if it was there before the step. */
  changedAt: number;
  /** Entries applied at the step before. */
  applied: number;
}

interface GroupWatch {
  readonly checks: GroupChecks;
  readonly votes: VoteDurabilityCheck;
  readonly preVotes: PreVoteCheck;
  readonly membership: MembershipCheck;
  readonly contact: QuorumContactCheck;
  readonly checkpoints: CheckpointCheck;
  readonly candidacies: Candidacies;
  readonly members: readonly Watched[];
}

/** A member, and the group whose it is. */
interface MemberWatch {
  readonly watch: GroupWatch;
  readonly watched: Watched;
}

/** An election time-out is drawn from one to two times its setting; the slowest clock runs at half speed. */
const CONTACT_TIMEOUTS = 2 * 2;
/** What may have been under way, ms. */
const CONTACT_SLACK_MS = 6_000;

/** All checks of one run: after each step of a node, and at the end. */
export class Checks {
  /** What is damaged, and whether it was repaired, as the checks see it. */
  readonly atlas: FaultAtlas;
  readonly #world: World;
  readonly #list: ViolationList;
  readonly #groups: Map<string, GroupWatch> = new Map();
  readonly #byNode: Map<string, readonly MemberWatch[]> = new Map();

  /** Made before the first node starts; takes the hooks it needs. */
  constructor(world: World) {
    this.#world = world;
    this.#list = new ViolationList(
      () => world.now,
      ({ checker, message }) => {
        world.note({ node: null, kind: 'violation', text: `${checker}: ${message}` });
      },
    );
    this.atlas = new FaultAtlas(
      () => this.#votersLeast(),
      (node) => this.#isWhole(node),
      (node, isIntact) => this.#isDispensable(node, isIntact),
    );
    for (const group of world.groups) this.#groups.set(group, this.#watch(group));
    world.onStep((node) => {
      this.#stepped(node);
    });
    world.onReplica((member) => {
      this.#opened(member);
    });
    world.onSend((member, messages) => {
      this.#sent(member, messages);
    });
  }

  get violations(): readonly Violation[] {
    return this.#list.violations;
  }

  /** After the liveness phase, when everything should have converged; resolves when all end checks ran. */
  async finish(): Promise<void> {
    this.#world.count('checks finished');
    const ledgers = new Map([...this.#groups].map(([group, { checks }]) => [group, checks.ledger]));
    await runEndChecks(this.#world, ledgers, this.#list);
  }

  #watch(group: string): GroupWatch {
    const { parameters } = this.#world;
    const members = this.#world
      .members()
      .filter((member) => member.group === group)
      .map((view): Watched => {
        const platter = new PlatterLog(() => view.disk, `${view.directory}/log`);
        return { view, platter, inspection: null, turns: -1, configurations: [], changedAt: 0, applied: 0 };
      });
    const of = (id: string): Watched => {
      const found = members.find(({ view }) => view.id === id);
      if (found === undefined) throw new Error(`no member ${id} of ${group}`);
      return found;
    };
    const reporter = this.#list;
    const halvesNow = (id: string): readonly (readonly string[])[] =>
      of(id).configurations.slice(0, 1).flatMap(halvesOf);
    const checks = new GroupChecks(group, {
      reporter,
      platter: (id) => of(id).platter,
      damaged: (id) => this.atlas.damageOf(id) !== null,
      configurations: (id, index) => {
        const { configurations, changedAt } = of(id);
        // What a change follows, and the change itself, was decided without it.
        return configurations.slice(index <= changedAt ? 1 : 0).map(halvesOf);
      },
      syncedAcknowledgements: parameters.flushDiskType === 'SYNC_FLUSH',
    });
    return {
      checks,
      votes: new VoteDurabilityCheck(group, reporter),
      preVotes: new PreVoteCheck(group, reporter, (id, agrees) => isQuorum(halvesNow(id), agrees)),
      membership: new MembershipCheck(group, reporter),
      contact: new QuorumContactCheck(
        group,
        reporter,
        parameters.electionTimeoutTicks * parameters.tickMs * CONTACT_TIMEOUTS + CONTACT_SLACK_MS,
      ),
      checkpoints: new CheckpointCheck(group, reporter, (id) => this.atlas.wasDamaged(id)),
      candidacies: new Candidacies(),
      members,
    };
  }

  #opened(member: MemberView): void {
    const watch = this.#groups.get(member.group);
    const watched = watch?.members.find(({ view }) => view === member);
    if (watch === undefined || watched === undefined || member.replica === null) return;
    watched.inspection = member.replica.inspect();
    watched.turns = -1;
    const { configuration } = watched.inspection.status();
    watched.configurations = [configuration, configuration];
    watched.changedAt = 0;
    watched.applied = watched.inspection.consensus.appliedIndex;
    watch.membership.opened(member.id);
    watch.checkpoints.opened(member.id, {
      checkpoint: watched.inspection.derived.appliedIndex,
      firstIndex: watched.inspection.log.firstIndex(),
    });
    const damaged = this.atlas.damageOf(member.id) !== null;
    const { inspection } = watched;
    watch.checks.opened(observe(member.id, member.life, watched.inspection), damaged, {
      mustNotice: this.atlas.mustNotice(member.id),
      cautious: (index) => !wouldVote(inspection, index),
    });
    watchReads(member, watched.inspection, watch.checks.ledger, this.#list);
  }

  #stepped(node: WorldNode): void {
    for (const { watch, watched } of this.#watchesOf(node.id)) this.#look(watch, watched);
  }

  /** After every step of a node, so they are looked up once. */
  #watchesOf(node: string): readonly MemberWatch[] {
    let watches = this.#byNode.get(node);
    if (watches === undefined) {
      watches = [...this.#groups.values()].flatMap((watch) =>
        watch.members.filter(({ view }) => view.id === node).map((watched) => ({ watch, watched })),
      );
      this.#byNode.set(node, watches);
    }
    return watches;
  }

  #look(watch: GroupWatch, watched: Watched): void {
    const { view } = watched;
    if (view.replica === null) {
      watched.inspection = null;
      return;
    }
    const { inspection } = watched;
    if (inspection === null) return;
    const checkpoint = inspection.derived.appliedIndex;
    watch.checkpoints.saw(view.id, checkpoint, () => this.#hasDurably(watch, watched, checkpoint));
    const turns = inspection.turns();
    if (turns === watched.turns) return;
    watched.turns = turns;
    const now = observe(view.id, view.life, inspection);
    const [known] = watched.configurations;
    watched.configurations = [now.configuration, known ?? now.configuration];
    watched.changedAt =
      known === now.configuration ? 0 : lastChangeIn(inspection.log, watched.applied + 1, now.applied);
    watched.applied = now.applied;
    watch.checks.saw(now);
    if (watch.checks.isCautious(view.id) && wouldVote(inspection)) watch.checks.votesAgain(now);
    if (view.replica.leadership.current().leading) watch.checks.actsAsMaster(now);
    watch.membership.saw(view.id, now.configuration, now.applied, inspection.log);
    const halves = halvesOf(now.configuration);
    watch.contact.saw(view.id, now.role === 'leader' ? now.term : null, halves, this.#world.now);
  }

  /** Whether an entry of the member's log is on its platter; what the log has dropped was. */
  #hasDurably({ checks }: GroupWatch, { view, platter, inspection }: Watched, index: number): boolean {
    const entry = checks.entryOf(view.id, index);
    return entry === null || index < (inspection?.log.firstIndex() ?? 1) || platter.holds(entry);
  }

  #sent(member: MemberView, messages: readonly Message[]): void {
    const watch = this.#groups.get(member.group);
    const watched = watch?.members.find(({ view }) => view === member);
    const inspection = watched?.inspection ?? null;
    if (watch === undefined || watched === undefined || inspection === null) return;
    const hardState = inspection.hardState();
    for (const message of messages) {
      const { from, to } = message;
      if (to !== from) watch.contact.sent(from, to, this.#world.now);
      watch.preVotes.sent(message);
      const vote = watch.votes.sent(message, hardState, () => hardStateIsDurable(member, hardState));
      if (vote !== null) watch.checks.elections.sawVote(member.id, message.term, vote);
      if (message.type === 'append-accepted') {
        // What it confirms was handled in a turn that may not be looked at yet.
        watch.checks.saw(observe(member.id, member.life, inspection));
        watch.checks.acknowledges(member.id, message.index, message.to, message.term);
      }
      if (message.type === 'timeout-now' && inspection.status().role === 'leader') {
        const now = observe(member.id, member.life, inspection);
        watch.checks.saw(now);
        if (now.term === message.term) watch.checks.handsOver(now, message.to);
      }
      const candidacy = watch.candidacies.sent(message);
      if (candidacy !== null) {
        const now = observe(member.id, member.life, inspection);
        watch.checks.saw(now);
        watch.checks.votes(now, message.to, candidacy, message.type === 'vote-response');
      }
    }
  }

  #votersLeast(): number {
    let least = this.#world.nodes.length;
    for (const { members } of this.#groups.values()) {
      for (const { configurations } of members) {
        for (const half of configurations.flatMap(halvesOf)) least = Math.min(least, half.length);
      }
    }
    return least;
  }

  /** Whether every replica of the node has all that is committed, whole on its platter, and takes part. */
  #isWhole(node: string): boolean {
    for (const { checks, members } of this.#groups.values()) {
      const watched = members.find(({ view }) => view.id === node);
      const status = watched?.view.replica?.inspect().status();
      if (watched === undefined || status === undefined) return false;
      const { ledger } = checks;
      // Until it votes again it is missing, whatever it holds.
      if (status.standing !== 'full' || status.commitIndex < ledger.committedIndex) return false;
      for (
        let index = watched.view.replica?.inspect().log.firstIndex() ?? 1;
        index <= ledger.committedIndex;
        index += 1
      ) {
        const entry = ledger.committed(index);
        if (entry !== null && !watched.platter.holds(entry)) return false;
      }
    }
    return true;
  }

  /** Whether a majority of other intact voters of each group has all that the node's log holds beyond its durable mark. */
  #isDispensable(node: string, isIntact: (other: string) => boolean): boolean {
    for (const { checks, members } of this.#groups.values()) {
      const target = members.find(({ view }) => view.id === node);
      if (target === undefined) continue;
      const halves = members.flatMap(({ configurations }) => configurations.flatMap(halvesOf));
      const marked = markOf(target.view);
      for (let index = checks.lastIndex(node); index > marked; index -= 1) {
        const entry = checks.entryOf(node, index);
        if (entry === null) break;
        const holds = (id: string): boolean =>
          isIntact(id) && members.some(({ view, platter }) => view.id === id && platter.holds(entry));
        if (!isQuorum(halves, holds)) return false;
      }
    }
    return true;
  }
}

/** Index up to which the member can tell that its log has lost something; 0 if it cannot at all. */
function markOf({ disk, directory }: MemberView): number {
  const content = disk.platterOf(`${directory}/log/${durableMarkFileName}`);
  return (content === null ? null : readDurableMark(content))?.upTo.index ?? 0;
}

/** Whether the member would vote for somebody whose log does not reach further than to `index`. */
function wouldVote({ status, log }: ReplicaInspection, index = 1): boolean {
  return status().standing === 'full' && log.voteFloor.index < index;
}

const HARD_STATE_FILE = 'hard-state';

function hardStateIsDurable(member: MemberView, hardState: HardState): boolean {
  const path = `${member.directory}/${HARD_STATE_FILE}`;
  const durable = member.disk.platterOf(path);
  const saved = durable === null ? null : readHardState(durable);
  const { term, votedFor } = hardState;
  return saved !== null && saved.term === term && saved.votedFor === votedFor;
}
