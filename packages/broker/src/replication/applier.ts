import type {
  Clock,
  ConfigurationState,
  Entry,
  LogPosition,
  LogStorage,
  SnapshotMeta,
  StateMachine,
  TimerHandle,
} from '@ledgermq/raft';
import type { DerivedState, StoreMetrics } from '@ledgermq/store';
import { BrokerError } from '../errors.ts';
import type { ArrivalListener } from '../machine/arrivals.ts';
import type { BrokerMachine } from '../machine/machine.ts';
import type { PendingEntries } from './pending-entries.ts';
import { ReplayDebt, replayDebtDefaults, type ReplayDebtConfig } from './replay-debt.ts';

export interface ApplierConfig extends ReplayDebtConfig {
  /** Time after which what was applied is checkpointed, ms. */
  readonly checkpointIntervalMs: number;
}

export const applierDefaults: ApplierConfig = Object.freeze({
  ...replayDebtDefaults,
  checkpointIntervalMs: 5_000,
});

export interface ApplierPorts {
  readonly machine: BrokerMachine;
  /** The present state; another object after a snapshot was installed. */
  readonly derived: () => DerivedState;
  readonly pending: PendingEntries;
  /** Where committed entries that had to wait are read again. */
  readonly log: Pick<LogStorage, 'entries' | 'firstIndex'>;
  readonly clock: Pick<Clock, 'setTimer' | 'clearTimer' | 'immediate'>;
  /** Told to those whose entry was replaced by another master's. */
  readonly leader: () => string | null;
  readonly onArrival: ArrivalListener;
  readonly onTopics: () => void;
  /** After all entries of a call were applied and their waiters settled. */
  readonly onApplied: () => void;
  /** Whether the disk has room for one: a checkpoint that fails is the end of the state. */
  readonly mayCheckpoint: () => boolean;
  /** A checkpoint failed: what is on disk is no longer known to be whole. */
  readonly onFatal: (error: Error) => void;
  readonly snapshots: SnapshotTaker;
  readonly metrics: Pick<StoreMetrics, 'now' | 'appliedEntries' | 'applyMs'>;
  /** Who belongs to the group as of the entry applied last. */
  readonly configuration: () => ConfigurationState;
  /** Puts the state of a snapshot in place of the present one, durably. */
  readonly install: (meta: SnapshotMeta) => Promise<void>;
  /** Entries that had to wait were applied. */
  readonly onAdvanced: () => void;
}

/** Where a snapshot is due, and what belongs to it that later entries may change. */
interface SnapshotPoint {
  readonly position: LogPosition;
  readonly configuration: ConfigurationState;
}

/** Takes snapshots of the replicated state where they are due. */
export interface SnapshotTaker {
  /** An entry was applied. */
  passed(entry: Entry): void;
  /** Whether the state after this entry is to be kept; the same on every replica. */
  due(entry: Entry): boolean;
  /**
   * Called in the turn in which a checkpoint at exactly this position was committed; the work goes on beside. Never throws for
   * want of a snapshot: there will be the next one.
   */
  take(position: LogPosition, configuration: ConfigurationState): void;
}

/** Entries read from the log and applied in one turn after a wait. */
const CATCH_UP_BYTES = 4 * 1024 * 1024;

/**
 * Brings committed entries to the machine, answers those who wait for them, and writes checkpoints beside.
 *
 * While the store of derived data has no room before its next checkpoint, or a restart would have too much to apply again,
 * nothing is applied. Of the entries that come
 * meanwhile only the last index is kept: they are in the log, and are read from there when there is room.
 *
 * Where a snapshot is due, applying pauses until a checkpoint at exactly that entry has noted what it must contain, which
 * takes one turn when no other checkpoint runs.
 *
 * After an exception of the machine an entry may be half applied. That state must never become a checkpoint, because
 * the whole entry is applied again on top of it after a restart.
 */
export class Applier implements StateMachine {
  readonly #config: ApplierConfig;
  readonly #ports: ApplierPorts;
  #appliedIndex: number;
  /** Last index handed over; above `#appliedIndex` while entries wait. */
  #committedIndex: number;
  #appliedTerm = 0;
  #appliedEnd: number;
  readonly #debt: ReplayDebt;
  /** Where a snapshot is due and the checkpoint for it has not begun. */
  #snapshotDue: SnapshotPoint | null = null;
  #checkpoint: Promise<void> | null = null;
  #timer: TimerHandle | null = null;
  #catchUpScheduled = false;
  #applying = false;
  /** A snapshot is taking the place of the state: no checkpoint of the old one may begin. */
  #installing = false;
  #failed = false;
  #stopped = false;

  /** @param appliedEnd log address behind the entry at `derived().appliedIndex`. */
  constructor(config: ApplierConfig, ports: ApplierPorts, appliedEnd: number) {
    this.#config = config;
    this.#ports = ports;
    this.#debt = new ReplayDebt(config);
    this.#appliedIndex = ports.derived().appliedIndex;
    this.#committedIndex = this.#appliedIndex;
    this.#appliedEnd = appliedEnd;
  }

  get appliedIndex(): number {
    return this.#appliedIndex;
  }

  /** Term of the entry applied last; 0 before the first one of this life. */
  get appliedTerm(): number {
    return this.#appliedTerm;
  }

  /** Log address behind the entry applied last: nothing at or beyond it may be read. */
  get appliedEnd(): number {
    return this.#appliedEnd;
  }

  apply(entries: readonly Entry[]): void {
    const last = entries.at(-1);
    if (last === undefined || this.#stopped || this.#failed) return;
    // Within an answer or an announcement of this object, the entry it belongs to is not done with yet.
    const waiting = this.#applying || this.#appliedIndex < this.#committedIndex;
    this.#committedIndex = last.index;
    if (waiting || this.#mustWait) {
      this.checkpointIfDue();
      return;
    }
    this.#applyNow(entries);
  }

  async install(meta: SnapshotMeta): Promise<void> {
    const { index, term, address } = meta.position;
    this.#installing = true;
    if (this.#timer !== null) this.#ports.clock.clearTimer(this.#timer);
    this.#timer = null;
    await this.#checkpoint;
    await this.#ports.install(meta);
    this.#appliedIndex = index;
    this.#committedIndex = index;
    this.#appliedTerm = term;
    this.#appliedEnd = address;
    this.#debt.clear();
    this.#snapshotDue = null;
    this.#installing = false;
    this.#ports.pending.skippedTo(index);
    this.#ports.onTopics();
    this.#ports.onApplied();
  }

  /** Applies nothing more, waits for a running checkpoint and writes a last one. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    if (this.#timer !== null) this.#ports.clock.clearTimer(this.#timer);
    this.#timer = null;
    await this.#checkpoint;
    // Without it the next start only has more of the log to apply.
    if (!this.#failed) await this.#write().catch(() => undefined);
  }

  get #mustWait(): boolean {
    return this.#snapshotDue !== null || this.#debt.isFull || this.#ports.derived().mustWait;
  }

  #applyNow(entries: readonly Entry[]): void {
    this.#applying = true;
    try {
      this.#applyAll(entries);
    } finally {
      this.#applying = false;
    }
    this.checkpointIfDue();
    if (this.#appliedIndex < this.#committedIndex && !this.#mustWait) this.#scheduleCatchUp();
  }

  #applyAll(entries: readonly Entry[]): void {
    const { machine, onArrival, onTopics, onApplied } = this.#ports;
    const { metrics } = this.#ports;
    const topicsBefore = machine.topics.dataVersion;
    const since = metrics.now();
    const before = this.#appliedIndex;
    try {
      for (const entry of entries) {
        if (this.#mustWait) break;
        this.#applyOne(entry);
      }
    } catch (error) {
      this.#failed = true;
      throw error;
    }
    metrics.applyMs.observe(metrics.now() - since);
    metrics.appliedEntries.add(this.#appliedIndex - before);
    if (machine.topics.dataVersion !== topicsBefore) onTopics();
    machine.arrivals.flush(onArrival);
    onApplied();
  }

  #applyOne(entry: Entry): void {
    const { machine, pending, leader, snapshots } = this.#ports;
    const replies = machine.apply(entry);
    this.#appliedIndex = entry.index;
    this.#appliedTerm = entry.term;
    this.#appliedEnd = entry.address + entry.frame.length;
    this.#debt.add(entry.frame.length, machine.outcomes.count);
    snapshots.passed(entry);
    if (snapshots.due(entry)) {
      const { index, term, hash } = entry;
      const position = { index, term, address: this.#appliedEnd, hash };
      this.#snapshotDue = { position, configuration: this.#ports.configuration() };
    }
    pending.applied(entry.index, entry.term, machine.outcomes, replies, leader);
  }

  /** To be called when there is room for a checkpoint again. */
  checkpointIfDue(): void {
    if (this.#stopped || this.#failed || this.#installing || this.#checkpoint !== null) return;
    const due = this.#snapshotDue !== null || this.#debt.isDue || this.#ports.derived().needsCheckpoint;
    if (due && this.#mayCheckpoint()) {
      this.#startCheckpoint();
      return;
    }
    if (this.#timer !== null || this.#debt.isEmpty) return;
    this.#timer = this.#ports.clock.setTimer(this.#config.checkpointIntervalMs, () => {
      this.#timer = null;
      if (this.#checkpoint !== null || this.#stopped || this.#failed) return;
      if (this.#mayCheckpoint()) this.#startCheckpoint();
      else this.checkpointIfDue();
    });
  }

  /** The answer may have let one begin: whoever looks at the disk tells of the room that it finds. */
  #mayCheckpoint(): boolean {
    return this.#ports.mayCheckpoint() && this.#checkpoint === null;
  }

  #startCheckpoint(): void {
    if (this.#timer !== null) this.#ports.clock.clearTimer(this.#timer);
    this.#timer = null;
    const snapshotAt = this.#snapshotDue;
    const written = this.#write();
    // The checkpoint has noted its content within that call; what is applied from now on is not part of it.
    this.#snapshotDue = null;
    this.#checkpoint = written.then(
      () => this.#checkpointWritten(snapshotAt),
      (error: unknown) => {
        this.#checkpoint = null;
        this.#fail(error);
      },
    );
  }

  #checkpointWritten(snapshotAt: SnapshotPoint | null): void {
    this.#checkpoint = null;
    this.#debt.checkpointDurable();
    if (this.#installing) return;
    if (snapshotAt !== null) this.#ports.snapshots.take(snapshotAt.position, snapshotAt.configuration);
    if (this.#appliedIndex < this.#committedIndex) this.#catchUp();
    else this.checkpointIfDue();
  }

  /** Applies what waits, some in each turn of the event loop. */
  #catchUp(): void {
    if (this.#stopped || this.#failed || this.#installing) return;
    if (this.#appliedIndex === this.#committedIndex) return;
    // The log was begun anew for a snapshot: what waits is part of that, and `install` comes next.
    if (this.#ports.log.firstIndex() > this.#appliedIndex + 1) return;
    try {
      this.#applyNow(this.#waiting());
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#ports.onAdvanced();
  }

  #scheduleCatchUp(): void {
    if (this.#catchUpScheduled) return;
    this.#catchUpScheduled = true;
    this.#ports.clock.immediate(() => {
      this.#catchUpScheduled = false;
      this.#catchUp();
    });
  }

  #waiting(): Entry[] {
    const from = this.#appliedIndex + 1;
    const entries = this.#ports.log.entries(from, this.#committedIndex + 1, CATCH_UP_BYTES);
    if (entries[0]?.index !== from)
      throw new BrokerError('INVARIANT_BROKEN', `the log does not hold entry ${from}`);
    return entries;
  }

  #fail(error: unknown): void {
    this.#failed = true;
    this.#ports.onFatal(error instanceof Error ? error : new Error(String(error)));
  }

  #write(): Promise<void> {
    const { machine } = this.#ports;
    const derived = this.#ports.derived();
    if (this.#appliedIndex === derived.appliedIndex) return Promise.resolve();
    this.#debt.checkpointBegan();
    const { puts, deletes } = machine.takeChanges();
    return derived.checkpoint({ appliedIndex: this.#appliedIndex, puts, deletes });
  }
}
