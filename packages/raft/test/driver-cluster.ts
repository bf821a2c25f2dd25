import { crc32 } from 'node:zlib';
import { PeerFrameDecoder, encodePeerFrame } from '../src/codec.ts';
import { raftConfigDefaults, type RaftConfig } from '../src/config.ts';
import { configurationOf, type ConfigurationState } from '../src/configuration-state.ts';
import { RaftDriver } from '../src/driver.ts';
import { ENTRY_HEADER_BYTES, EntryKind, allocateFrame, entryBody, type Entry } from '../src/entry.ts';
import { RaftError } from '../src/errors.ts';
import { silentLogger } from '../src/logger.ts';
import { MemorySnapshotStorage } from '../src/memory-snapshot-storage.ts';
import { MemoryHardStateStorage, MemoryLogStorage } from '../src/memory-storage.ts';
import type { Message } from '../src/message.ts';
import type { Random } from '../src/random.ts';
import type { StateMachine } from '../src/state-machine.ts';
import type { RaftStatus } from '../src/status.ts';
import type { LogPosition, LogStorage, SnapshotMeta } from '../src/storage.ts';
import { ManualClock, settle } from './manual-clock.ts';

export const IDS: readonly string[] = ['n1', 'n2', 'n3'];

export class SeededRandom implements Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  nextInt(bound: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state / 0x1_0000_0000) * bound);
  }
}

/** How the disk of one member behaves. */
export interface DiskMood {
  full: boolean;
  /** Length of a sync, or one to twenty if it is null. */
  syncMs: number | null;
}

/** The log as one process sees it: syncs take a while, and nothing it does counts after its end. */
class LogLife implements LogStorage {
  readonly #log: MemoryLogStorage;
  readonly #mood: DiskMood;
  readonly #clock: ManualClock;
  readonly #random: Random;
  #ended = false;

  constructor(log: MemoryLogStorage, mood: DiskMood, clock: ManualClock, random: Random) {
    this.#log = log;
    this.#mood = mood;
    this.#clock = clock;
    this.#random = random;
  }

  end(): void {
    this.#ended = true;
  }

  firstIndex(): number {
    return this.#log.firstIndex();
  }

  lastPosition(): LogPosition {
    return this.#log.lastPosition();
  }

  positionAt(index: number): LogPosition | null {
    return this.#log.positionAt(index);
  }

  term(index: number): number | null {
    return this.#log.term(index);
  }

  entries(from: number, to: number, bytesMax: number): Entry[] {
    return this.#log.entries(from, to, bytesMax);
  }

  entriesInMemory(from: number, to: number, bytesMax: number): Entry[] {
    return this.#log.entriesInMemory(from, to, bytesMax);
  }

  fetchEntry(_index: number, done: (error: Error | null) => void): void {
    this.#clock.setTimer(1 + this.#random.nextInt(20), () => {
      if (!this.#ended) done(null);
    });
  }

  append(entries: readonly Entry[]): void {
    if (this.#ended) return;
    if (this.#mood.full && entries.length > 0) throw new RaftError('DISK_FULL', 'no room');
    this.#log.append(entries);
  }

  markCommitted(index: number): void {
    if (!this.#ended) this.#log.markCommitted(index);
  }

  sync(): Promise<void> {
    return this.#afterAWhile(() => this.#log.sync());
  }

  reset(position: LogPosition): Promise<void> {
    return this.#afterAWhile(() => this.#log.reset(position));
  }

  #afterAWhile(work: () => Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.setTimer(this.#mood.syncMs ?? 1 + this.#random.nextInt(20), () => {
        if (!this.#ended) void work().then(resolve);
      });
    });
  }
}

/** The texts of all entries, in order. Its state lives in snapshots only; the log brings back the rest. */
class TextMachine implements StateMachine {
  readonly texts: string[] = [];
  readonly #snapshots: MemorySnapshotStorage;
  readonly #clock: ManualClock;
  appliedIndex = 0;
  /** Length of `install`. */
  installMs = 5;
  ended = false;

  constructor(snapshots: MemorySnapshotStorage, clock: ManualClock) {
    this.#snapshots = snapshots;
    this.#clock = clock;
  }

  apply(entries: readonly Entry[]): void {
    if (this.ended) return;
    for (const entry of entries) {
      if (entry.index !== this.appliedIndex + 1)
        throw new Error(`entry ${entry.index} after ${this.appliedIndex}`);
      if (entry.kind === EntryKind.Data) this.texts.push(entryBody(entry).toString());
      this.appliedIndex = entry.index;
    }
  }

  install(meta: SnapshotMeta): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.setTimer(this.installMs, () => {
        if (this.ended) return;
        this.restore(meta);
        resolve();
      });
    });
  }

  restore(meta: SnapshotMeta): void {
    const content = this.#snapshots.read(meta.position.index, 0, meta.bytes);
    this.texts.length = 0;
    this.texts.push(...(JSON.parse(content.toString()) as string[]));
    this.appliedIndex = meta.position.index;
  }
}

/** One member: what survives its process, and the process while it runs. */
export interface Member {
  readonly log: MemoryLogStorage;
  readonly hardState: MemoryHardStateStorage;
  readonly snapshots: MemorySnapshotStorage;
  readonly mood: DiskMood;
  life: LogLife | null;
  driver: RaftDriver | null;
  machine: TextMachine;
  configurations: ConfigurationState[];
  /** Set when the driver reported that it stopped. */
  fatal: RaftError | null;
}

/** What the network does to messages. */
export interface Weather {
  /** Of a hundred messages so many are lost, or arrive twice. */
  lossPercent: number;
  twicePercent: number;
  /** Messages arrive up to so much later, in any order. */
  delayMsMax: number;
  /** Looks at each message on its way; null loses it. */
  alter: (message: Message) => Message | null;
}

/** Drivers over a network of bytes, all in one process and one virtual time. */
export class Cluster {
  readonly clock: ManualClock = new ManualClock();
  readonly members: ReadonlyMap<string, Member>;
  readonly weather: Weather = { lossPercent: 0, twicePercent: 0, delayMsMax: 0, alter: (message) => message };
  /** Pairs `from to` that do not reach each other; their connections stay up. */
  readonly cut: Set<string> = new Set();
  /** Everything handed to the transport, in order. */
  readonly sent: Message[] = [];
  /** Set to have a fatal error recorded instead of thrown. */
  toleratesFatal = false;
  readonly #config: RaftConfig;
  readonly #random: Random;
  readonly #voters: readonly string[];

  constructor(
    seed: number,
    config: Partial<RaftConfig> = {},
    ids: readonly string[] = IDS,
    voters: readonly string[] = IDS,
  ) {
    this.#config = { ...raftConfigDefaults, ...config };
    this.#random = new SeededRandom(seed);
    this.#voters = voters;
    this.members = new Map(
      ids.map((id) => {
        const snapshots = new MemorySnapshotStorage();
        const member: Member = {
          log: new MemoryLogStorage(),
          hardState: new MemoryHardStateStorage(),
          snapshots,
          mood: { full: false, syncMs: null },
          life: null,
          driver: null,
          machine: new TextMachine(snapshots, this.clock),
          configurations: [],
          fatal: null,
        };
        return [id, member];
      }),
    );
    for (const id of ids) this.start(id);
  }

  member(id: string): Member {
    const member = this.members.get(id);
    if (member === undefined) throw new Error(`no member ${id}`);
    return member;
  }

  driver(id: string): RaftDriver {
    const { driver } = this.member(id);
    if (driver === null) throw new Error(`${id} does not run`);
    return driver;
  }

  status(id: string): RaftStatus {
    return this.driver(id).status();
  }

  texts(id: string): readonly string[] {
    return this.member(id).machine.texts;
  }

  start(id: string): void {
    const member = this.member(id);
    const { log, snapshots, mood } = member;
    member.machine.ended = true;
    const machine = new TextMachine(snapshots, this.clock);
    machine.installMs = member.machine.installMs;
    member.machine = machine;
    let configuration = configurationOf(this.#voters);
    if (log.firstIndex() > 1) {
      const base = snapshots.list().find(({ position }) => position.index === log.firstIndex() - 1);
      if (base === undefined) throw new Error(`${id} has no snapshot under its log`);
      machine.restore(base);
      configuration = base.configuration;
    }
    const life = new LogLife(log, mood, this.clock, this.#random);
    member.life = life;
    const driver = new RaftDriver({
      id,
      group: 'g',
      configuration,
      snapshots,
      config: this.#config,
      log: life,
      hardState: member.hardState,
      appliedIndex: machine.appliedIndex,
      machine,
      transport: { send: (to, messages) => this.#send(id, to, messages) },
      clock: this.clock,
      random: this.#random,
      logger: silentLogger,
      onRole: () => driver.checkInvariants(),
      onConfiguration: (state) => member.configurations.push(state),
      onFatal: (error) => {
        member.fatal = error;
        if (!this.toleratesFatal) throw error;
      },
    });
    member.driver = driver;
    driver.start();
    for (const other of this.running()) {
      if (other === id) continue;
      driver.peerOpened(other);
      this.member(other).driver?.peerOpened(id);
    }
  }

  /** Ends the process of `id` as kill -9 does: unsynced bytes are gone, its sockets close. */
  kill(id: string): void {
    const member = this.member(id);
    member.life?.end();
    member.machine.ended = true;
    member.log.crash();
    // Only its timers need an end; it never stops in good order, because its last sync never resolves.
    void member.driver?.stop();
    member.driver = null;
    for (const other of this.running()) this.member(other).driver?.peerClosed(id);
  }

  /** Cuts `id` off from everybody, or ends that. */
  isolate(id: string, on = true): void {
    for (const other of this.members.keys()) {
      if (other === id) continue;
      for (const pair of [`${id} ${other}`, `${other} ${id}`]) {
        if (on) this.cut.add(pair);
        else this.cut.delete(pair);
      }
    }
  }

  async run(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 5) {
      this.clock.advance(5);
      await settle();
    }
  }

  /** Runs until `condition` holds; returns the time it took. */
  async until(what: string, condition: () => boolean, limitMs = 10_000): Promise<number> {
    for (let ms = 0; ms <= limitMs; ms += 5) {
      if (condition()) return ms;
      await this.run(5);
    }
    throw new Error(`not within ${limitMs} ms: ${what}`);
  }

  /** Runs until someone leads; returns the id and the time it took. */
  async awaitLeader(limitMs: number): Promise<{ id: string; ms: number }> {
    let leader: string | undefined;
    const ms = await this.until('a leader', () => (leader = this.leader()) !== undefined, limitMs);
    return { id: leader as string, ms };
  }

  /** A leader that has applied all it has. */
  leader(): string | undefined {
    return this.running().find((id) => {
      const { role, commitIndex, appliedIndex, lastIndex } = this.status(id);
      return role === 'leader' && commitIndex > 0 && appliedIndex === lastIndex;
    });
  }

  propose(id: string, text: string): boolean {
    const frame = allocateFrame(Buffer.byteLength(text));
    frame.write(text, ENTRY_HEADER_BYTES);
    return this.member(id).driver?.propose(EntryKind.Data, frame).type === 'appended';
  }

  /** Keeps a snapshot of what `id` has applied, as its checkpoint would. Returns its index. */
  snapshot(id: string): number {
    const { machine, log, snapshots } = this.member(id);
    const content = Buffer.from(JSON.stringify(machine.texts));
    const position = log.positionAt(machine.appliedIndex);
    if (position === null) throw new Error('the log does not hold what was applied');
    const { configuration } = this.status(id);
    snapshots.keep({ position, configuration, bytes: content.length, crc: crc32(content) }, content);
    return position.index;
  }

  /** Lets the log of `id` begin behind `index`, of which it must keep a snapshot. */
  compact(id: string, index: number): void {
    this.member(id).log.dropPrefix(index + 1);
  }

  running(): string[] {
    return [...this.members.keys()].filter((id) => this.member(id).driver !== null);
  }

  #send(from: string, to: string, messages: readonly Message[]): void {
    for (const message of messages) {
      this.sent.push(message);
      if (this.cut.has(`${from} ${to}`)) continue;
      const altered = this.weather.alter(message);
      if (altered === null || this.#random.nextInt(100) < this.weather.lossPercent) continue;
      const times = this.#random.nextInt(100) < this.weather.twicePercent ? 2 : 1;
      for (let time = 0; time < times; time++) this.#carry(from, to, altered);
    }
  }

  #carry(from: string, to: string, message: Message): void {
    const bytes = Buffer.concat(encodePeerFrame('g', from, to, [message]));
    const deliver = (): void => {
      for (const frame of new PeerFrameDecoder().push(bytes)) {
        this.members.get(to)?.driver?.receive(frame.from, frame.messages);
      }
    };
    const { delayMsMax } = this.weather;
    if (delayMsMax === 0) this.clock.immediate(deliver);
    else this.clock.setTimer(this.#random.nextInt(delayMsMax + 1), deliver);
  }
}
