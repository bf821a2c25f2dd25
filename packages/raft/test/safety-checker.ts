import {
  EntryKind,
  decodeConfiguration,
  entryBody,
  type ConfigurationState,
  type Entry,
  type LogStorage,
  type Ready,
} from '../src/index.ts';
import type { Cluster, Member } from './cluster.ts';
import { decides, overlap } from './quorums.ts';

/** A safety property of Raft does not hold; `property` is the name it has in the paper, Figure 3, if it is there. */
export class SafetyViolation extends Error {
  readonly property: string;

  constructor(property: string, detail: string) {
    super(`${property}: ${detail}`);
    this.name = 'SafetyViolation';
    this.property = property;
  }
}

/** What is remembered of a member while its process lives. */
interface LifeRecord {
  readonly life: number;
  readonly commit: number;
  readonly applied: number;
  readonly configuration: ConfigurationState;
  /** Term in which the member led, null if it did not lead. */
  readonly led: number | null;
}

/**
 * Watches a cluster from outside and remembers what must never be taken back. It shares no code with the core:
 * it looks at roles, at what lies on the disks and at what was applied.
 */
export class SafetyChecker {
  readonly #leaders = new Map<number, string>();
  readonly #votes = new Map<string, string>();
  /** Applied entries by index; the first one to be applied anywhere decides. */
  readonly #applied: Entry[] = [];
  readonly #lives = new Map<string, LifeRecord>();
  readonly #terms = new Map<string, number>();
  readonly #reads = new Map<string, number>();
  /** Last entry that the leader of a term gave to its disk. */
  readonly #written = new Map<number, number>();
  #configuration: ConfigurationState;
  /** Highest index that any member ever knew to be committed. */
  #committed = 0;
  #changes = 0;
  #readsConfirmed = 0;
  #snapshotsInstalled = 0;

  constructor(initial: ConfigurationState) {
    this.#configuration = initial;
  }

  get appliedCount(): number {
    return this.#applied.length;
  }

  get electionCount(): number {
    return this.#leaders.size;
  }

  get changeCount(): number {
    return this.#changes;
  }

  get readCount(): number {
    return this.#readsConfirmed;
  }

  get snapshotCount(): number {
    return this.#snapshotsInstalled;
  }

  /** The configuration after the last membership entry applied anywhere. */
  get configuration(): ConfigurationState {
    return this.#configuration;
  }

  /** Called when a member accepted to answer a read. */
  readAsked({ id, life }: Member, read: number): void {
    this.#reads.set(`${id} ${life} ${read}`, this.#committed);
  }

  /** Called for every Ready before it is carried out. */
  ready({ id, life, node }: Member, { reads, readsLost, entries }: Ready): void {
    const { role, term } = node.status();
    const [first] = entries;
    if (role === 'leader' && first !== undefined) {
      if (first.index <= (this.#written.get(term) ?? 0)) {
        throw new SafetyViolation('Leader Append-Only', `${id} wrote ${first.index} again in term ${term}`);
      }
      this.#written.set(term, first.index + entries.length - 1);
    }
    for (const { id: read, index } of reads) {
      const floor = this.#takeRead(`${id} ${life} ${read}`);
      if (index < floor) {
        throw new SafetyViolation('linearizable reads', `${id} reads at ${index}, ${floor} was committed`);
      }
      this.#readsConfirmed++;
    }
    for (const read of readsLost) this.#takeRead(`${id} ${life} ${read}`);
  }

  /** The files of a member are gone, and with them what it promised. */
  lost(id: string): void {
    for (const key of this.#votes.keys()) if (key.startsWith(`${id} `)) this.#votes.delete(key);
    this.#terms.delete(id);
    this.#lives.delete(id);
  }

  /** Called after every step. */
  check(cluster: Cluster): void {
    const members = [...cluster.members.values()];
    for (const member of members) {
      this.#checkHardState(member);
      if (!member.up) {
        this.#lives.delete(member.id);
        continue;
      }
      const record = this.#lives.get(member.id);
      const before = record?.life === member.life ? record : null;
      this.#checkElection(member);
      this.#checkLeader(member, before, members);
      this.#checkApplied(member, before);
      this.#remember(member, before);
    }
    for (const one of members) {
      for (const other of members) if (one.id < other.id) checkLogMatching(one, other);
    }
    cluster.checkInvariants();
  }

  #takeRead(key: string): number {
    const floor = this.#reads.get(key);
    if (floor === undefined) throw new SafetyViolation('a read ends once', key);
    this.#reads.delete(key);
    return floor;
  }

  #checkHardState({ id, disk }: Member): void {
    const { term, votedFor, standing } = disk.hardState;
    if (term < (this.#terms.get(id) ?? 0)) {
      throw new SafetyViolation('term is monotone', `${id} went back to ${term}`);
    }
    this.#terms.set(id, term);
    if (votedFor === null) return;
    if (standing !== 'full') throw new SafetyViolation('only who remembers votes', `${id} is ${standing}`);
    const earlier = this.#votes.get(`${id} ${term}`) ?? votedFor;
    if (earlier !== votedFor) {
      throw new SafetyViolation('vote once per term', `${id} for ${earlier} and ${votedFor} in term ${term}`);
    }
    this.#votes.set(`${id} ${term}`, votedFor);
  }

  #checkElection({ id, node, disk }: Member): void {
    const { role, term, configuration } = node.status();
    if (role !== 'leader') return;
    const other = this.#leaders.get(term);
    if (other !== undefined) {
      if (other !== id) throw new SafetyViolation('Election Safety', `${other} and ${id} lead term ${term}`);
      return;
    }
    this.#leaders.set(term, id);
    if (![...configuration.voters, ...configuration.votersOutgoing].includes(id)) {
      throw new SafetyViolation('only voters lead', `${id} in term ${term}`);
    }
    this.#checkCompleteness(id, term, disk.log);
  }

  #checkCompleteness(id: string, term: number, log: LogStorage): void {
    for (let index = log.firstIndex() - 1; index <= this.#applied.length; index++) {
      if (index > 0 && log.positionAt(index)?.hash !== this.#applied[index - 1]?.hash) {
        throw new SafetyViolation('Leader Completeness', `${id} in term ${term} lacks ${index}`);
      }
    }
  }

  #checkLeader(member: Member, before: LifeRecord | null, members: readonly Member[]): void {
    const { id, node, disk } = member;
    const { role, term, commitIndex, configuration } = node.status();
    if (role !== 'leader') return;
    if (before?.led !== term || commitIndex <= before.commit) return;
    const position = disk.log.positionAt(commitIndex);
    if (position === null) return;
    if (position.term !== term) {
      throw new SafetyViolation('commits entries of its own term', `${id} committed up to ${commitIndex}`);
    }
    // A change may have been applied since the last check, before or after the commit.
    const states = [before.configuration, configuration];
    const holding = members.filter((holder) => holds(holder, position.hash, commitIndex));
    const holders = new Set(holding.map((holder) => holder.id));
    if (!states.some((state) => decides(state, holders))) {
      const where = `${commitIndex} is on the disks of ${[...holders].join(' ')}`;
      throw new SafetyViolation('committed is durable on a majority', where);
    }
  }

  #checkApplied({ id, machine }: Member, before: LifeRecord | null): void {
    const { applied } = machine;
    if (before !== null && applied.length < before.applied) {
      throw new SafetyViolation('applied is monotone', `${id} went back to ${applied.length}`);
    }
    for (let at = Math.min(before?.applied ?? 0, applied.length); at < applied.length; at++) {
      const entry = applied[at] as Entry;
      if (entry.index !== at + 1) throw new SafetyViolation('apply in order', `${id} applied ${entry.index}`);
      const first = this.#applied[at];
      if (first === undefined) this.#firstApplied(entry);
      else if (first.hash !== entry.hash) {
        throw new SafetyViolation('State Machine Safety', `${id} applied another entry ${entry.index}`);
      }
    }
  }

  #firstApplied(entry: Entry): void {
    this.#applied.push(entry);
    if (entry.kind !== EntryKind.Membership) return;
    const next = decodeConfiguration(entryBody(entry));
    if (!overlap(this.#configuration, next)) {
      throw new SafetyViolation('consecutive configurations overlap', `entry ${entry.index}`);
    }
    this.#configuration = next;
    this.#changes++;
  }

  #remember({ id, life, node, disk, machine }: Member, before: LifeRecord | null): void {
    const { role, term, commitIndex, configuration } = node.status();
    if (before !== null && commitIndex < before.commit) {
      throw new SafetyViolation('commit is monotone', `${id} went back to ${commitIndex}`);
    }
    if (before !== null && disk.log.firstIndex() - 1 > before.commit) this.#snapshotsInstalled++;
    this.#committed = Math.max(this.#committed, commitIndex);
    const led = role === 'leader' ? term : null;
    this.#lives.set(id, { life, commit: commitIndex, applied: machine.applied.length, configuration, led });
  }
}

/**
 * Whether the disk of a member holds the entry, or a snapshot after it. A member that lost its files did hold what
 * it confirmed; the loss of a few must not cost anything, but it does cost copies.
 */
function holds({ disk, lost }: Member, hash: number, index: number): boolean {
  const log = disk.durableLog;
  if (lost || log.firstIndex() > index) return true;
  return log.positionAt(index)?.hash === hash;
}

/** If two logs hold an entry with the same index and term, they are the same up to there. */
function checkLogMatching(one: Member, other: Member): void {
  const a = one.disk.log;
  const b = other.disk.log;
  const start = Math.max(a.firstIndex(), b.firstIndex());
  let same = false;
  for (let index = Math.min(a.lastPosition().index, b.lastPosition().index); index >= start - 1; index--) {
    const left = a.positionAt(index);
    const right = b.positionAt(index);
    if (left?.term === right?.term) same = true;
    if (same && left?.hash !== right?.hash) {
      throw new SafetyViolation('Log Matching', `${one.id} and ${other.id} differ at ${index}`);
    }
  }
}
