import { raftConfigDefaults, type RaftConfig } from '../src/config.ts';
import { configurationOf, type ConfigurationState } from '../src/configuration-state.ts';
import { RaftDriver } from '../src/driver.ts';
import { ENTRY_HEADER_BYTES, EntryKind, allocateFrame, entryBody, type Entry } from '../src/entry.ts';
import type { RaftError } from '../src/errors.ts';
import { silentLogger } from '../src/logger.ts';
import { MemoryHardStateStorage, MemoryLogStorage } from '../src/memory-storage.ts';
import { MemorySnapshotStorage } from '../src/memory-snapshot-storage.ts';
import type { Message, MessageType } from '../src/message.ts';
import type { ProposeResult } from '../src/proposal.ts';
import type { Random } from '../src/random.ts';
import type { RaftStatus } from '../src/status.ts';
import type { StateMachine } from '../src/state-machine.ts';
import type { HardState, LogPosition, SnapshotMeta } from '../src/storage.ts';
import { ManualClock, settle } from './manual-clock.ts';
import { plainAnswer } from './plain-vote.ts';

/** What happened, in order, as short texts. */
export type Journal = string[];

/** A log whose syncs end when the test says so, unless `held` is off. */
export class HeldLog extends MemoryLogStorage {
  readonly journal: Journal;
  held = true;
  failAppend: Error | null = null;
  syncsStarted = 0;
  #running: { resolve: () => void; reject: (error: Error) => void } | null = null;

  constructor(journal: Journal) {
    super();
    this.journal = journal;
  }

  get syncing(): boolean {
    return this.#running !== null;
  }

  override reset(position: LogPosition): Promise<void> {
    this.journal.push(`reset ${position.index}`);
    return super.reset(position);
  }

  preload(entries: readonly Entry[]): void {
    super.append(entries);
  }

  override append(entries: readonly Entry[]): void {
    if (this.failAppend !== null) throw this.failAppend;
    this.journal.push(`append ${entries[0]?.index}..${entries.at(-1)?.index}`);
    super.append(entries);
  }

  override async sync(): Promise<void> {
    if (this.#running !== null) throw new Error('two syncs at a time');
    this.syncsStarted++;
    this.journal.push('sync');
    const durable = super.sync();
    if (this.held) {
      await new Promise<void>((resolve, reject) => {
        this.#running = { resolve, reject };
      });
      this.#running = null;
      this.journal.push('synced');
    }
    await durable;
  }

  async release(): Promise<void> {
    this.#running?.resolve();
    await settle();
  }

  async fail(): Promise<void> {
    this.#running?.reject(new Error('EIO'));
    await settle();
  }
}

class JournalHardState extends MemoryHardStateStorage {
  readonly #journal: Journal;
  failure: Error | null = null;

  constructor(journal: Journal, state: HardState) {
    super(state);
    this.#journal = journal;
  }

  override save(state: HardState): void {
    if (this.failure !== null) throw this.failure;
    this.#journal.push(`save ${state.term} ${state.votedFor}`);
    super.save(state);
  }
}

/** Always the same number, cut to the bound. */
export class ConstantRandom implements Random {
  value: number;

  constructor(value: number) {
    this.value = value;
  }

  nextInt(bound: number): number {
    return Math.min(this.value, bound - 1);
  }
}

/** Records what it is given; applies later when the test says so. */
export class FixtureMachine implements StateMachine {
  readonly #journal: Journal;
  readonly applied: Entry[] = [];
  readonly installed: SnapshotMeta[] = [];
  failApply: Error | null = null;
  /** While set, `appliedIndex` does not follow. */
  lags = false;
  /** While set, an install ends when the test says so. */
  holdsInstall = false;
  #release: () => void = () => undefined;
  appliedIndex: number;

  constructor(journal: Journal, appliedIndex: number) {
    this.#journal = journal;
    this.appliedIndex = appliedIndex;
  }

  apply(entries: readonly Entry[]): void {
    if (this.failApply !== null) throw this.failApply;
    this.#journal.push(`apply ${entries[0]?.index}..${entries.at(-1)?.index}`);
    this.applied.push(...entries);
    if (!this.lags) this.catchUp();
  }

  /** Applies all it was given. */
  catchUp(): void {
    this.appliedIndex = this.applied.at(-1)?.index ?? this.appliedIndex;
  }

  async install(meta: SnapshotMeta): Promise<void> {
    this.#journal.push(`install ${meta.position.index}`);
    this.installed.push(meta);
    if (this.holdsInstall) await new Promise<void>((resolve) => (this.#release = resolve));
    this.appliedIndex = meta.position.index;
  }

  /** Ends the install that is held. */
  async release(): Promise<void> {
    this.#release();
    await settle();
  }
}

export interface DriverFixtureOptions {
  readonly id?: string;
  readonly peers?: readonly string[];
  readonly config?: Partial<RaftConfig>;
  readonly hardState?: HardState;
  readonly random?: number;
  /** What the log holds, durably, at the start. */
  readonly entries?: readonly Entry[];
  readonly appliedIndex?: number;
}

/** One driver with everything around it under the test's control. */
export class DriverFixture {
  readonly id: string;
  readonly journal: Journal = [];
  readonly clock: ManualClock = new ManualClock();
  readonly log: HeldLog;
  readonly hardState: JournalHardState;
  readonly random: ConstantRandom;
  readonly config: RaftConfig;
  readonly sent: Message[] = [];
  readonly roles: RaftStatus[] = [];
  readonly fatal: RaftError[] = [];
  readonly configurations: ConfigurationState[] = [];
  readonly snapshots: MemorySnapshotStorage = new MemorySnapshotStorage();
  readonly machine: FixtureMachine;
  readonly driver: RaftDriver;

  constructor(options: DriverFixtureOptions = {}) {
    this.id = options.id ?? 'n1';
    this.log = new HeldLog(this.journal);
    this.log.preload(options.entries ?? []);
    this.hardState = new JournalHardState(
      this.journal,
      options.hardState ?? { term: 0, votedFor: null, commit: 0, standing: 'full' },
    );
    this.random = new ConstantRandom(options.random ?? 0);
    this.machine = new FixtureMachine(this.journal, options.appliedIndex ?? 0);
    this.config = { ...raftConfigDefaults, ...options.config };
    this.driver = new RaftDriver({
      id: this.id,
      group: 'broker-a',
      configuration: configurationOf(options.peers ?? ['n1', 'n2', 'n3']),
      config: this.config,
      log: this.log,
      hardState: this.hardState,
      appliedIndex: options.appliedIndex ?? 0,
      snapshots: this.snapshots,
      machine: this.machine,
      transport: {
        send: (to, messages) => {
          for (const message of messages) this.journal.push(`${message.type} -> ${to}`);
          this.sent.push(...messages);
        },
      },
      clock: this.clock,
      random: this.random,
      logger: silentLogger,
      onRole: (status) => this.roles.push(status),
      onConfiguration: (state) => {
        this.journal.push(`configuration ${state.voters.join(' ')}`);
        this.configurations.push(state);
      },
      onFatal: (error) => this.fatal.push(error),
    });
  }

  /** Messages of one type sent so far. */
  sentOf<T extends MessageType>(type: T): Extract<Message, { type: T }>[] {
    return this.sent.filter((message): message is Extract<Message, { type: T }> => message.type === type);
  }

  forget(): void {
    this.journal.length = 0;
    this.sent.length = 0;
  }

  /** Hands messages to the driver and ends the turn. */
  receive(...messages: Message[]): void {
    for (const message of messages) this.driver.receive(message.from, [message]);
    this.clock.turn();
  }

  /** Ends the running sync, and the turn in which that becomes known. */
  async endSync(): Promise<void> {
    await this.log.release();
    this.clock.turn();
  }

  proposeText(text: string): ProposeResult {
    const frame = allocateFrame(Buffer.byteLength(text));
    frame.write(text, ENTRY_HEADER_BYTES);
    return this.driver.propose(EntryKind.Data, frame);
  }

  get applied(): readonly Entry[] {
    return this.machine.applied;
  }

  get appliedTexts(): string[] {
    return this.applied
      .filter((entry) => entry.kind === EntryKind.Data)
      .map((entry) => entryBody(entry).toString());
  }

  /** Makes this member the leader of term 1 with the vote of n2; its no-op is durable and committed. */
  async lead(): Promise<void> {
    this.driver.start();
    for (const peer of ['n2', 'n3']) this.driver.peerOpened(peer);
    this.clock.advance(this.config.tickMs * this.config.electionTimeoutTicks);
    this.receive({
      type: 'pre-vote-response',
      ...plainAnswer,
      from: 'n2',
      to: this.id,
      term: 1,
      granted: true,
    });
    this.receive({ type: 'vote-response', from: 'n2', to: this.id, term: 1, granted: true });
    await this.endSync();
    this.receive({ type: 'append-accepted', from: 'n2', to: this.id, term: 1, index: 1 });
    this.receive({ type: 'append-accepted', from: 'n3', to: this.id, term: 1, index: 1 });
    this.forget();
  }

  /** Makes this member a follower of n1 in term 1. */
  follow(): void {
    this.driver.start();
    for (const peer of ['n1', 'n2', 'n3']) if (peer !== this.id) this.driver.peerOpened(peer);
    this.receive({ type: 'heartbeat-request', from: 'n1', to: this.id, term: 1, commit: 0, round: 1 });
    this.forget();
  }
}
