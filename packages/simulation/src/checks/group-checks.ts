import type { Candidacy } from './candidacies.ts';
import { DurabilityCheck, type DurabilityPorts } from './durability-check.ts';
import { ElectionCheck } from './election-check.ts';
import { GroupLedger } from './group-ledger.ts';
import { LogMirror, type MirrorEntry } from './log-mirror.ts';
import type { Observation } from './observation.ts';
import { ProgressCheck } from './progress-check.ts';
import type { Reporter } from './reporter.ts';

export interface GroupCheckPorts extends DurabilityPorts {
  /**
   * The voters as that member knows them, by halves (see `halvesOf`): of now, and of its step before, as far as they may
   * have decided about the entry `index`.
   */
  readonly configurations: (member: string, index: number) => readonly (readonly (readonly string[])[])[];
  /**
   * False when entries count before they are synced, by the user's own choice. Then what is committed and confirmed must be
   * written, and outlast the end of every process; a loss of power counts as damage.
   */
  readonly syncedAcknowledgements: boolean;
}

/** Of a member whose files were damaged. */
export interface Doubt {
  /** It can tell that something is missing. */
  readonly mustNotice: boolean;
  /** Whether it keeps out of elections until it has this entry. */
  readonly cautious: (index: number) => boolean;
}

const NO_DOUBT: Doubt = { mustNotice: false, cautious: () => true };

interface MemberMemory {
  readonly mirror: LogMirror;
  life: number;
  /** The vote it had saved when it was last looked at. */
  savedTerm: number;
  savedVote: string | null;
  /** Set while it leads. */
  leadingTerm: number | null;
  /**
   * Its files end with an entry of its own term as leader. Before, they may lag behind its log: entries that it had to
   * replace as a follower stay in the files until a running sync has ended.
   */
  ownsEnd: boolean;
  /** Highest index that was looked at as committed in this life. */
  commit: number;
  /** The entry up to which its confirmations were looked at. */
  acknowledged: MirrorEntry | null;
  /** The term in which it confirmed that. */
  acknowledgedTerm: number;
  /** What it had confirmed when its files were damaged, and then had no more. */
  forgotten: MirrorEntry | null;
  /** The same while it keeps out of elections. */
  cautiousFor: MirrorEntry | null;
}

/** The rules of Raft for one group, looked at after each step of a member; what did not change costs nothing. */
export class GroupChecks {
  readonly ledger: GroupLedger;
  readonly elections: ElectionCheck;
  readonly #group: string;
  readonly #ports: GroupCheckPorts;
  readonly #reporter: Reporter;
  readonly #progress: ProgressCheck;
  readonly #durability: DurabilityCheck;
  readonly #members: Map<string, MemberMemory> = new Map();

  constructor(group: string, ports: GroupCheckPorts) {
    const { reporter } = ports;
    this.#group = group;
    this.#ports = ports;
    this.#reporter = reporter;
    this.ledger = new GroupLedger(group, reporter);
    this.elections = new ElectionCheck(group, reporter);
    this.#progress = new ProgressCheck(group, reporter, ports.damaged);
    this.#durability = new DurabilityCheck(group, this.#durabilityPorts());
  }

  /** A member's replica was opened; what was committed must not be missing in what it found. */
  opened(now: Observation, damaged: boolean, doubt: Doubt = NO_DOUBT): void {
    const memory = this.#memory(now.id);
    memory.life = now.life;
    memory.leadingTerm = null;
    memory.ownsEnd = false;
    memory.commit = 0;
    const before = memory.acknowledged;
    if (damaged) {
      memory.acknowledged = null;
      this.#progress.forget(now.id);
    }
    this.#updateLog(memory, now);
    if (damaged && doubt.mustNotice && before !== null && !this.#holds(memory, before)) {
      memory.forgotten = before;
      memory.cautiousFor = before;
      if (!doubt.cautious(before.index)) {
        this.#fail(
          'vote-remembers',
          `${now.id} confirmed entry ${before.index} of term ${before.term}, has lost it with damage that it can tell, and would vote at once`,
        );
      }
    }
    const promised = memory.acknowledged;
    if (promised !== null && !this.#holds(memory, promised)) {
      this.#fail(
        'acknowledged-durable',
        `${now.id} confirmed entry ${promised.index} of term ${promised.term} and has lost it in a restart`,
      );
      memory.acknowledged = null;
    }
    this.saw(now);
  }

  saw(now: Observation): void {
    const memory = this.#memory(now.id);
    const { savedTerm, savedVote } = now;
    if (savedVote !== null && (savedVote !== memory.savedVote || savedTerm !== memory.savedTerm)) {
      this.elections.sawVote(now.id, savedTerm, savedVote);
      memory.savedTerm = savedTerm;
      memory.savedVote = savedVote;
    }
    this.#progress.saw(now);
    this.#updateLog(memory, now);
    this.#requireKept(memory, now);
    this.#updateLeader(memory, now);
    this.#updateCommit(memory, now);
    memory.life = now.life;
  }

  /** A member tells the leader of `term` that it holds everything up to `index`. */
  acknowledges(member: string, index: number, leader: string, term: number): void {
    const memory = this.#memory(member);
    this.#requireMatch(member, memory, index, leader, term);
    const { mirror, acknowledged } = memory;
    const from = acknowledged !== null && this.#holds(memory, acknowledged) ? acknowledged.index : 0;
    for (let at = Math.max(from + 1, mirror.firstIndex); at <= index; at += 1) {
      const entry = mirror.entry(at);
      if (entry !== null) this.#durability.acknowledged(member, entry);
    }
    if (index > from) memory.acknowledged = mirror.entry(index) ?? acknowledged;
    // A leader that is told of less may still take away what an earlier one was told.
    if (index >= from) memory.acknowledgedTerm = term;
  }

  /**
   * A member says that it would vote, or votes (`binding`), for a candidate.
   *
   * - vote-up-to-date: that log is at least as complete as the voter's (paper §5.4.1).
   * - vote-remembers: and as what the voter had confirmed before its files were damaged.
   */
  votes(now: Observation, candidate: string, candidacy: Candidacy, binding: boolean): void {
    const { term, lastIndex, lastTerm } = candidacy;
    const memory = this.#memory(now.id);
    const own = memory.mirror.entry(memory.mirror.lastIndex);
    // While a sync runs its files may still hold what its log does not.
    const settled = now.lastIndex === memory.mirror.lastIndex && now.durable === now.lastIndex;
    const covers = (entry: MirrorEntry): boolean =>
      lastTerm > entry.term || (lastTerm === entry.term && lastIndex >= entry.index);
    const end = `a log that ends with entry ${lastIndex} of term ${lastTerm}`;
    // A vote waits for the disk; meanwhile the candidate, or one after it, may have won, and sent what it has.
    if (settled && now.term <= term && own !== null && own.term < term && !covers(own)) {
      this.#fail(
        'vote-up-to-date',
        `${now.id}, whose log ends with entry ${own.index} of term ${own.term}, is for ${candidate} with ${end}`,
      );
    }
    const { forgotten } = memory;
    if (binding && forgotten !== null && !covers(forgotten)) {
      this.#fail(
        'vote-remembers',
        `${now.id}, which has lost entry ${forgotten.index} of term ${forgotten.term} that it confirmed, votes for ${candidate} with ${end}`,
      );
    }
  }

  /** Whether it lost what it had confirmed, and was not seen to vote since. */
  isCautious(member: string): boolean {
    return this.#memory(member).cautiousFor !== null;
  }

  /**
   * vote-remembers: a member that lost what it had confirmed keeps out of elections until its log ends in a term as late
   * as that of the lost entry: only what a leader of such a term has committed brings back what may count on it.
   */
  votesAgain({ id }: Observation): void {
    const memory = this.#memory(id);
    const { cautiousFor, mirror } = memory;
    if (cautiousFor === null) return;
    memory.cautiousFor = null;
    const own = mirror.entry(mirror.lastIndex);
    if (own !== null && own.term >= cautiousFor.term) return;
    this.#fail(
      'vote-remembers',
      `${id}, which has lost entry ${cautiousFor.index} of term ${cautiousFor.term} that it confirmed, would vote again with a log that ends with entry ${own?.index ?? 0} of term ${own?.term ?? 0}`,
    );
  }

  /** transfer: who is told to campaign at once holds the whole log of the leader that tells it (thesis §3.10). */
  handsOver(now: Observation, target: string): void {
    const { mirror } = this.#memory(now.id);
    const last = mirror.entry(mirror.lastIndex);
    if (now.role !== 'leader' || last === null || this.#ports.damaged(target)) return;
    if (this.#holds(this.#memory(target), last)) return;
    this.#fail(
      'transfer',
      `${now.id} leads in term ${now.term} and tells ${target} to campaign, which lacks entry ${last.index}`,
    );
  }

  /** master-state: who acts as the master has applied whatever was committed before its term. */
  actsAsMaster(now: Observation): void {
    const due = this.ledger.lastCommittedBefore(now.term)?.index ?? 0;
    if (now.role !== 'leader' || now.machineIndex >= due) return;
    this.#fail(
      'master-state',
      `${now.id} is the master of term ${now.term} and has applied ${now.machineIndex}, while ${due} was committed before`,
    );
  }

  /** The end of what a member was seen to hold. */
  lastIndex(member: string): number {
    return this.#memory(member).mirror.lastIndex;
  }

  entryOf(member: string, index: number): MirrorEntry | null {
    return this.#memory(member).mirror.entry(index);
  }

  #updateLog(memory: MemberMemory, now: Observation): void {
    const change = memory.mirror.update(now.log);
    if (change === null) return;
    // A leader never removes or replaces entries of its own log (paper §5.3).
    if (change.cut && now.role === 'leader' && memory.ownsEnd && memory.leadingTerm === now.term) {
      this.#fail(
        'leader-append-only',
        `${now.id} leads in term ${now.term} and cut its log behind ${change.keptIndex}`,
      );
    }
    const last = memory.mirror.lastIndex;
    for (let index = change.keptIndex + 1; index <= last; index += 1) {
      const entry = memory.mirror.entry(index);
      if (entry !== null) this.ledger.sawEntry(now.id, entry);
    }
  }

  #updateLeader(memory: MemberMemory, now: Observation): void {
    if (now.role !== 'leader') {
      memory.leadingTerm = null;
      memory.ownsEnd = false;
      return;
    }
    if (memory.leadingTerm !== now.term) {
      memory.leadingTerm = now.term;
      memory.ownsEnd = false;
      this.elections.sawLeader(now.id, now.term);
    }
    const { mirror } = memory;
    if (memory.ownsEnd || mirror.entry(mirror.lastIndex)?.term !== now.term) return;
    memory.ownsEnd = true;
    const due = this.ledger.lastCommittedBefore(now.term);
    if (due !== null) this.#requireOfLeader(now.id, now.term, memory, due);
  }

  #updateCommit(memory: MemberMemory, now: Observation): void {
    const { mirror } = memory;
    // Of a follower only what it has applied is certain to be in its files as it is in its log.
    const commit = memory.ownsEnd
      ? Math.min(now.commit, mirror.lastIndex)
      : Math.min(now.commit, now.applied);
    if (commit <= memory.commit) return;
    memory.commit = commit;
    const { ledger } = this;
    const known = ledger.committedIndex;
    const at = mirror.entry(Math.min(commit, known));
    if (at !== null) ledger.sawCommitted(now.id, now.term, at);
    let last: MirrorEntry | null = null;
    for (let index = known + 1; index <= commit; index += 1) {
      const entry = mirror.entry(index);
      if (entry === null) break;
      ledger.sawCommitted(now.id, now.term, entry);
      this.#durability.committed(entry, this.#ports.configurations(now.id, index));
      last = entry;
    }
    if (last !== null) this.#newlyCommitted(now, last);
  }

  #newlyCommitted(now: Observation, last: MirrorEntry): void {
    // By counting replicas only entries of the own term are committed; what precedes them goes with them (paper §5.4.2).
    if (now.role === 'leader' && last.term !== now.term) {
      this.#fail(
        'current-term-commit',
        `${now.id} leads in term ${now.term} and commits entry ${last.index} of term ${last.term}`,
      );
    }
    for (const [id, memory] of this.#members) {
      const term = memory.leadingTerm;
      if (term !== null && memory.ownsEnd && term > now.term) this.#requireOfLeader(id, term, memory, last);
    }
  }

  /** acknowledged-matches: what a member confirms is what the leader holds, too (paper §5.3). */
  #requireMatch(member: string, { mirror }: MemberMemory, index: number, leader: string, term: number): void {
    const other = this.#members.get(leader);
    if (other === undefined || other.leadingTerm !== term || !other.ownsEnd) return;
    const own = mirror.entry(index);
    const theirs = other.mirror.entry(index);
    if (own === null || theirs === null || own.hash === theirs.hash) return;
    this.#fail(
      'acknowledged-matches',
      `${member} confirms entry ${index} of term ${own.term} to ${leader}, which leads in term ${term} and has another of term ${theirs.term}`,
    );
  }

  /** acknowledged-durable: what was confirmed to a leader is not cut again while it leads. */
  #requireKept(memory: MemberMemory, now: Observation): void {
    const { acknowledged, acknowledgedTerm, life } = memory;
    if (acknowledged === null || now.life !== life) return;
    // Its log may have lost it before its files do.
    if (now.lastIndex >= acknowledged.index && this.#holds(memory, acknowledged)) return;
    memory.acknowledged = null;
    // A leader of a later term may take it away.
    if (now.term !== acknowledgedTerm || this.#ports.damaged(now.id)) return;
    this.#fail(
      'acknowledged-durable',
      `${now.id} confirmed entry ${acknowledged.index} in term ${acknowledgedTerm} and has cut it in that term`,
    );
  }

  /** A leader holds everything that was committed before its term (paper §5.4.3, leader completeness). */
  #requireOfLeader(id: string, term: number, memory: MemberMemory, due: MirrorEntry): void {
    if (this.#holds(memory, due)) return;
    this.#fail(
      'leader-completeness',
      `${id} leads in term ${term} without entry ${due.index} of term ${due.term}, which is committed`,
    );
  }

  /** Where entries count before they are synced, what is written stands for what is on the platter. */
  #durabilityPorts(): DurabilityPorts {
    if (this.#ports.syncedAcknowledgements) return this.#ports;
    return {
      ...this.#ports,
      platter: (id) => ({ holds: (entry) => this.#holds(this.#memory(id), entry) }),
    };
  }

  /** Whether its log has this entry, or begins behind it. */
  #holds({ mirror }: MemberMemory, entry: MirrorEntry): boolean {
    const own = mirror.entry(entry.index);
    return own === null ? mirror.lastIndex > entry.index : own.hash === entry.hash;
  }

  #memory(id: string): MemberMemory {
    let memory = this.#members.get(id);
    if (memory === undefined) {
      memory = {
        mirror: new LogMirror(),
        life: 0,
        savedTerm: 0,
        savedVote: null,
        leadingTerm: null,
        ownsEnd: false,
        commit: 0,
        acknowledged: null,
        acknowledgedTerm: 0,
        forgotten: null,
        cautiousFor: null,
      };
      this.#members.set(id, memory);
    }
    return memory;
  }

  #fail(checker: string, what: string): void {
    this.#reporter.report(checker, `${this.#group}: ${what}`);
  }
}
