import type { Clock, TimerHandle } from './clock.ts';
import type { RaftConfig } from './config.ts';
import type { Entry, LogIndex } from './entry.ts';
import { continues } from './entry.ts';
import type { Logger } from './logger.ts';
import type { Message, RepairAnswer } from './message.ts';
import { RepairAnswerer } from './repair-answerer.ts';
import type { LogStorage } from './storage.ts';
import type { Transport } from './transport.ts';

/**
 * Entries that a log lost between others that it still has. The entries before and behind tell which hash the first missing
 * one continues and which one the last must have, so nothing but the lost entries can fill the place.
 */
export interface LogHole {
  /** Last entry before the hole, its hash, and the address behind it. */
  readonly afterIndex: LogIndex;
  readonly afterHash: number;
  readonly afterAddress: number;
  /** First entry behind the hole, its address, and the hash that it continues. */
  readonly beforeIndex: LogIndex;
  readonly beforeAddress: number;
  readonly beforePrevHash: number;
}

export interface LogRepairOptions<Hole extends LogHole = LogHole> {
  readonly id: string;
  readonly group: string;
  /** Everyone who may hold what is missing; this member is left out. */
  readonly peers: readonly string[];
  readonly holes: readonly Hole[];
  /** Serves members that repair theirs at the same time, from what is whole here. */
  readonly log: Pick<LogStorage, 'firstIndex' | 'lastPosition' | 'entries'>;
  readonly config: Pick<RaftConfig, 'repairBytesMax' | 'repairTimeoutMs' | 'appendEntriesMax'>;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Puts the entries of a whole hole in their place, durably. A throw or rejection ends the repair with it. */
  fillHole(hole: Hole, entries: readonly Entry[]): void | Promise<void>;
  /**
   * All peers answered in a row and none gave the entries. Returns true when the owner has ended the log before the hole, which
   * ends the holes behind it too; false to go on asking.
   */
  onUnobtainable?(hole: Hole, absence: Absence): boolean | Promise<boolean>;
}

/**
 * What is known of entries that no peer gave. `never-committed`: no other member's log holds even the first of them, so no
 * majority can have had it. `unreadable`: the same, but for members that have lost the first one too and look for it as this
 * one does, as when machines that hold an unsynced end lose their power together. `unknown`: committed ones may be in nothing
 * but snapshots any more.
 */
export type Absence = 'never-committed' | 'unreadable' | 'unknown';

/** `filled`: no hole is left. `cut`: the log was ended before one by `onUnobtainable`, and none is left before that. */
export type LogRepairResult = 'filled' | 'cut' | 'stopped';

/**
 * What the present question brought. `lacking`: the peer has not got the entry. `unreadable`: its log reaches over it. `farther`: more of the hole than was ever gathered before. `again`: something, but no more than
 * once before, or nothing because the gathering begins anew with this peer.
 */
type Outcome = 'farther' | 'again' | 'lacking' | 'unreadable' | 'silent' | 'stopped';

interface Question {
  readonly peer: string;
  readonly firstIndex: LogIndex;
  settle(answer: RepairAnswer | null): void;
}

/**
 * Fetches what a log lost from the other members, before its driver starts: asks one peer after the other for the next missing
 * entries, checks that each continues the one before it, and fills a hole once it fits at both ends. Goes on until
 * everything is filled, however long the peers take to come up.
 */
export class LogRepair<Hole extends LogHole = LogHole> {
  readonly #options: LogRepairOptions<Hole>;
  readonly #peers: readonly string[];
  readonly #answerer: RepairAnswerer;
  #stopped = false;
  #peerAt = 0;
  /** Entries gathered for the present hole. */
  #gathered: Entry[] = [];
  /** Most entries ever gathered for it. */
  #farthest = 0;
  /** Peers whose log has another entry than the first missing one in its place, or ends before it. */
  readonly #without = new Set<string>();
  /** Peers that could not read what was asked for. */
  readonly #unreadable = new Set<string>();
  #question: Question | null = null;
  #timer: TimerHandle | null = null;
  #running: Promise<LogRepairResult> | null = null;

  constructor(options: LogRepairOptions<Hole>) {
    const { id, log, config, logger } = options;
    this.#options = options;
    this.#peers = options.peers.filter((peer) => peer !== id);
    this.#answerer = new RepairAnswerer({ id, log, config, logger });
  }

  /** Resolves when nothing is left to do, or after `stop`. Rejects with what `fillHole` throws. Idempotent. */
  run(): Promise<LogRepairResult> {
    this.#running ??= this.#run();
    return this.#running;
  }

  /** Ends the repair; a hole that is being filled is filled first. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#settle(null);
    await this.#running?.catch(() => undefined);
  }

  /** Messages of the peer `from`; only those about repair mean something here. */
  receive(from: string, messages: readonly Message[]): void {
    if (this.#stopped) return;
    for (const message of messages) {
      if (message.from !== from) continue;
      if (message.type === 'repair-answer' && this.#isAnswer(message)) this.#settle(message);
      if (message.type === 'repair-request') {
        this.#options.transport.send(from, [this.#answerer.answer(message)]);
      }
    }
  }

  async #run(): Promise<LogRepairResult> {
    for (const hole of this.#options.holes) {
      const result = await this.#repair(hole);
      if (result !== 'filled') return result;
    }
    return 'filled';
  }

  async #repair(hole: Hole): Promise<LogRepairResult> {
    const { group, logger } = this.#options;
    const missing = hole.beforeIndex - hole.afterIndex - 1;
    const range = { group, from: hole.afterIndex + 1, to: hole.beforeIndex - 1 };
    logger.warn('the log has a hole, asking the other members', range);
    this.#gathered = [];
    this.#farthest = 0;
    this.#forgetAnswers();
    /** Peers that answered and did not have the next entry, since the gathering last got farther. */
    let lacking = 0;
    /** Questions without use since then. */
    let fruitless = 0;
    while (this.#gathered.length < missing) {
      const outcome = await this.#ask(hole);
      if (outcome === 'stopped') return 'stopped';
      if (outcome === 'again') continue;
      if (outcome === 'farther') {
        lacking = 0;
        fruitless = 0;
        continue;
      }
      this.#peerAt++;
      lacking = outcome === 'lacking' || outcome === 'unreadable' ? lacking + 1 : 0;
      fruitless++;
      if (this.#peers.length > 0 && lacking >= this.#peers.length) {
        const absence = this.#absence();
        if (absence !== null && (await this.#options.onUnobtainable?.(hole, absence)) === true) {
          logger.warn('no member has what the log lost, it ends before the hole', { ...range, absence });
          return 'cut';
        }
        lacking = 0;
        this.#forgetAnswers();
      }
      if (fruitless % Math.max(1, this.#peers.length) === 0) {
        logger.info('the log still waits for repair', { ...range, have: this.#gathered.length, missing });
        if (!(await this.#pause())) return 'stopped';
      }
    }
    await this.#options.fillHole(hole, this.#gathered);
    this.#gathered = [];
    logger.info('a hole of the log was filled', range);
    return this.#stopped ? 'stopped' : 'filled';
  }

  async #ask(hole: Hole): Promise<Outcome> {
    const { id, config, transport } = this.#options;
    const peer = this.#peers[this.#peerAt % this.#peers.length];
    if (this.#stopped) return 'stopped';
    if (peer === undefined) return 'silent';
    const firstIndex = hole.afterIndex + 1 + this.#gathered.length;
    const { repairBytesMax: bytesMax } = config;
    const lastIndex = hole.beforeIndex - 1;
    const answered = this.#wait(peer, firstIndex);
    transport.send(peer, [
      { type: 'repair-request', from: id, to: peer, term: 0, firstIndex, lastIndex, bytesMax },
    ]);
    const answer = await answered;
    if (answer === null) return this.#stopped ? 'stopped' : 'silent';
    if (firstIndex === hole.afterIndex + 1) this.#noteFirst(hole, answer);
    if (answer.entries.length > 0) return this.#take(hole, answer.entries);
    if (!reachesOver(answer, firstIndex)) return 'lacking';
    this.#unreadable.add(peer);
    return 'unreadable';
  }

  #noteFirst(hole: Hole, answer: RepairAnswer): void {
    const { from, entries, lastIndex } = answer;
    const [first] = entries;
    this.#without.delete(from);
    this.#unreadable.delete(from);
    const differs = first !== undefined && !continuesHole(first, hole);
    if (differs || lastIndex <= hole.afterIndex) this.#without.add(from);
  }

  #forgetAnswers(): void {
    this.#without.clear();
    this.#unreadable.clear();
  }

  /** Null while a peer may get back what neither it nor this one can read, from a member that may have it. */
  #absence(): Absence | null {
    if (this.#peers.every((one) => this.#without.has(one))) return 'never-committed';
    if (this.#unreadable.size === 0) return 'unknown';
    const isNowhere =
      this.#gathered.length === 0 &&
      this.#peers.every((one) => this.#without.has(one) || this.#unreadable.has(one));
    return isNowhere ? 'unreadable' : null;
  }

  /** Adds entries that continue what is there. */
  #take(hole: Hole, entries: readonly Entry[]): Outcome {
    const first = entries[0] as Entry;
    const gathered = this.#gathered;
    const last = gathered.at(-1);
    const fits = last === undefined ? continuesHole(first, hole) : continues(first, last);
    if (!fits) {
      // Two peers' logs differ here, so at most one of them has the lost entries: begin anew with this one.
      this.#gathered = [];
      return gathered.length > 0 ? 'again' : 'lacking';
    }
    for (const entry of entries) {
      const previous = gathered.at(-1);
      if (entry.index >= hole.beforeIndex) break;
      if (previous !== undefined && !continues(entry, previous)) break;
      gathered.push(entry);
    }
    const end = gathered.at(-1);
    if (end?.index === hole.beforeIndex - 1 && !endsHole(end, hole)) {
      this.#gathered = [];
      return 'lacking';
    }
    if (gathered.length <= this.#farthest) return 'again';
    this.#farthest = gathered.length;
    return 'farther';
  }

  /** The answer of `peer`, null when it does not come in time. */
  #wait(peer: string, firstIndex: LogIndex): Promise<RepairAnswer | null> {
    return new Promise((resolve) => {
      this.#question = { peer, firstIndex, settle: resolve };
      this.#timer = this.#options.clock.setTimer(this.#options.config.repairTimeoutMs, () =>
        this.#settle(null),
      );
    });
  }

  /** Waits as long as for an answer. Returns false if the repair was stopped. */
  async #pause(): Promise<boolean> {
    if (this.#stopped) return false;
    await this.#wait('', 0);
    return !this.#stopped;
  }

  /** An answer to an earlier question may come late. */
  #isAnswer({ from, entries }: RepairAnswer): boolean {
    const question = this.#question;
    if (question?.peer !== from) return false;
    return entries[0] === undefined || entries[0].index === question.firstIndex;
  }

  #settle(answer: RepairAnswer | null): void {
    if (this.#timer !== null) this.#options.clock.clearTimer(this.#timer);
    this.#timer = null;
    const question = this.#question;
    this.#question = null;
    question?.settle(answer);
  }
}

/** What its log reaches over but cannot be read there may be repaired there; that is not the same as not having it. */
function reachesOver({ firstIndex, lastIndex }: RepairAnswer, index: LogIndex): boolean {
  return index >= firstIndex && index <= lastIndex;
}

function continuesHole(first: Entry, hole: LogHole): boolean {
  return (
    first.index === hole.afterIndex + 1 &&
    first.prevHash === hole.afterHash &&
    first.address === hole.afterAddress
  );
}

function endsHole(last: Entry, hole: LogHole): boolean {
  return last.hash === hole.beforePrevHash && last.address + last.frame.length === hole.beforeAddress;
}
