import type { Entry, LogStorage } from '../src/index.ts';
import type { Cluster, Member } from './cluster.ts';

/** A safety property of Raft does not hold; `property` is the name it has in the paper, Figure 3. */
export class SafetyViolation extends Error {
  readonly property: string;

  constructor(property: string, detail: string) {
    super(`${property}: ${detail}`);
    this.name = 'SafetyViolation';
    this.property = property;
  }
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
  readonly #commits = new Map<string, number>();
  readonly #lengths = new Map<string, number>();

  /** Called after every step. */
  check(cluster: Cluster): void {
    const members = [...cluster.members.values()];
    for (const member of members) {
      if (!member.up) {
        this.#commits.delete(member.id);
        this.#lengths.delete(member.id);
        continue;
      }
      this.#checkVote(member);
      this.#checkElection(member);
      this.#checkApplied(member, members);
      this.#checkCommit(member);
    }
    for (const one of members) {
      for (const other of members) if (one.id < other.id) checkLogMatching(one, other);
    }
    cluster.checkInvariants();
  }

  get appliedCount(): number {
    return this.#applied.length;
  }

  get electionCount(): number {
    return this.#leaders.size;
  }

  #checkVote({ id, disk }: Member): void {
    const { term, votedFor } = disk.hardState;
    if (votedFor === null) return;
    const earlier = this.#votes.get(`${id} ${term}`) ?? votedFor;
    if (earlier !== votedFor) {
      throw new SafetyViolation('vote once per term', `${id} for ${earlier} and ${votedFor} in term ${term}`);
    }
    this.#votes.set(`${id} ${term}`, votedFor);
  }

  #checkElection({ id, node, disk }: Member): void {
    const { role, term } = node.status();
    if (role !== 'leader') return;
    const other = this.#leaders.get(term);
    if (other === undefined) {
      this.#leaders.set(term, id);
      this.#checkCompleteness(id, term, disk.log);
    } else if (other !== id) {
      throw new SafetyViolation('Election Safety', `${other} and ${id} lead term ${term}`);
    }
  }

  #checkCompleteness(id: string, term: number, log: LogStorage): void {
    for (const entry of this.#applied) {
      if (log.positionAt(entry.index)?.hash !== entry.hash) {
        throw new SafetyViolation('Leader Completeness', `${id} in term ${term} lacks ${entry.index}`);
      }
    }
  }

  #checkApplied({ id, applied }: Member, members: readonly Member[]): void {
    const from = Math.min(this.#lengths.get(id) ?? 0, applied.length);
    for (let at = from; at < applied.length; at++) {
      const entry = applied[at] as Entry;
      if (entry.index !== at + 1) throw new SafetyViolation('apply in order', `${id} applied ${entry.index}`);
      const first = this.#applied[at];
      if (first === undefined) {
        this.#applied.push(entry);
        checkDurable(entry, members);
      } else if (first.hash !== entry.hash) {
        throw new SafetyViolation('State Machine Safety', `${id} applied another entry ${entry.index}`);
      }
    }
    this.#lengths.set(id, applied.length);
  }

  #checkCommit({ id, node }: Member): void {
    const { commitIndex } = node.status();
    if (commitIndex < (this.#commits.get(id) ?? 0)) {
      throw new SafetyViolation('commit is monotone', `${id} went back to ${commitIndex}`);
    }
    this.#commits.set(id, commitIndex);
  }
}

/** What is applied anywhere must survive the loss of power everywhere. */
function checkDurable(entry: Entry, members: readonly Member[]): void {
  const holders = members.filter(
    ({ disk }) => disk.durableLog.positionAt(entry.index)?.hash === entry.hash,
  ).length;
  if (holders * 2 <= members.length) {
    throw new SafetyViolation('committed is durable on a majority', `${entry.index} is on ${holders} disks`);
  }
}

/** If two logs hold an entry with the same index and term, they are the same up to there. */
function checkLogMatching(one: Member, other: Member): void {
  const a = one.disk.log;
  const b = other.disk.log;
  let same = false;
  for (let index = Math.min(a.lastPosition().index, b.lastPosition().index); index > 0; index--) {
    const left = a.positionAt(index);
    const right = b.positionAt(index);
    if (left?.term === right?.term) same = true;
    if (same && left?.hash !== right?.hash) {
      throw new SafetyViolation('Log Matching', `${one.id} and ${other.id} differ at ${index}`);
    }
  }
}
