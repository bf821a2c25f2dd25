import type { Clock, Entry, LogStorage, StateMachine, TimerHandle } from '@ledgermq/raft';
import type { DerivedState } from '@ledgermq/store';
import { BrokerError } from '../errors.ts';
import type { ArrivalListener } from '../machine/arrivals.ts';
import type { BrokerMachine } from '../machine/machine.ts';
import type { PendingEntries } from './pending-entries.ts';

export interface ApplierConfig {
  /** Bytes of log applied after which a checkpoint is written. */
  readonly checkpointBytes: number;
  /** Time after which what was applied is checkpointed, ms. */
  readonly checkpointIntervalMs: number;
}

export const applierDefaults: ApplierConfig = Object.freeze({
  checkpointBytes: 64 * 1024 * 1024,
  checkpointIntervalMs: 5_000,
});

/** Completes a partial object by the defaults. Throws an Error that names every fault. */
export function parseApplierConfig(value: unknown): ApplierConfig {
  const faults: string[] = [];
  for (const [name, setting] of Object.entries(value ?? {})) {
    if (!Object.hasOwn(applierDefaults, name)) faults.push(`${name}: unknown field`);
    else if (!Number.isSafeInteger(setting) || (setting as number) < 1)
      faults.push(`${name}: an integer >= 1`);
  }
  if (faults.length > 0) throw new Error(faults.join('; '));
  return Object.freeze({ ...applierDefaults, ...(value as Partial<ApplierConfig>) });
}

export interface ApplierPorts {
  readonly machine: BrokerMachine;
  readonly derived: DerivedState;
  readonly pending: PendingEntries;
  /** Where committed entries that had to wait are read again. */
  readonly log: Pick<LogStorage, 'entries'>;
  readonly clock: Pick<Clock, 'setTimer' | 'clearTimer' | 'immediate'>;
  /** Told to those whose entry was replaced by another master's. */
  readonly leader: () => string | null;
  readonly onArrival: ArrivalListener;
  readonly onTopics: () => void;
  /** After all entries of a call were applied and their waiters settled. */
  readonly onApplied: () => void;
  /** A checkpoint failed: what is on disk is no longer known to be whole. */
  readonly onFatal: (error: Error) => void;
}

/** Entries read from the log and applied in one turn after a wait. */
const CATCH_UP_BYTES = 4 * 1024 * 1024;

/**
 * Brings committed entries to the machine, answers those who wait for them, and writes checkpoints beside.
 *
 * While the store of derived data has no room before its next checkpoint, nothing is applied. Of the entries that come
 * meanwhile only the last index is kept: they are in the log, and are read from there when there is room.
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
  #bytesSinceCheckpoint = 0;
  #checkpoint: Promise<void> | null = null;
  #timer: TimerHandle | null = null;
  #catchUpScheduled = false;
  #applying = false;
  #failed = false;
  #stopped = false;

  /** @param appliedEnd log address behind the entry at `derived.appliedIndex`. */
  constructor(config: ApplierConfig, ports: ApplierPorts, appliedEnd: number) {
    this.#config = config;
    this.#ports = ports;
    this.#appliedIndex = ports.derived.appliedIndex;
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
      this.#checkpointIfDue();
      return;
    }
    this.#applyNow(entries);
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
    return this.#ports.derived.mustWait;
  }

  #applyNow(entries: readonly Entry[]): void {
    this.#applying = true;
    try {
      this.#applyAll(entries);
    } finally {
      this.#applying = false;
    }
    this.#checkpointIfDue();
    if (this.#appliedIndex < this.#committedIndex && !this.#mustWait) this.#scheduleCatchUp();
  }

  #applyAll(entries: readonly Entry[]): void {
    const { machine, onArrival, onTopics, onApplied } = this.#ports;
    const topicsBefore = machine.topics.dataVersion;
    try {
      for (const entry of entries) {
        if (this.#mustWait) break;
        this.#applyOne(entry);
      }
    } catch (error) {
      this.#failed = true;
      throw error;
    }
    if (machine.topics.dataVersion !== topicsBefore) onTopics();
    machine.arrivals.flush(onArrival);
    onApplied();
  }

  #applyOne(entry: Entry): void {
    const { machine, pending, leader } = this.#ports;
    const replies = machine.apply(entry);
    this.#appliedIndex = entry.index;
    this.#appliedTerm = entry.term;
    this.#appliedEnd = entry.address + entry.frame.length;
    this.#bytesSinceCheckpoint += entry.frame.length;
    pending.applied(entry.index, entry.term, machine.outcomes, replies, leader);
  }

  #checkpointIfDue(): void {
    if (this.#stopped || this.#failed || this.#checkpoint !== null) return;
    if (this.#ports.derived.needsCheckpoint || this.#bytesSinceCheckpoint >= this.#config.checkpointBytes) {
      this.#startCheckpoint();
      return;
    }
    if (this.#timer !== null || this.#bytesSinceCheckpoint === 0) return;
    this.#timer = this.#ports.clock.setTimer(this.#config.checkpointIntervalMs, () => {
      this.#timer = null;
      if (this.#checkpoint === null && !this.#stopped && !this.#failed) this.#startCheckpoint();
    });
  }

  #startCheckpoint(): void {
    if (this.#timer !== null) this.#ports.clock.clearTimer(this.#timer);
    this.#timer = null;
    this.#checkpoint = this.#write().then(
      () => this.#checkpointWritten(),
      (error: unknown) => {
        this.#checkpoint = null;
        this.#fail(error);
      },
    );
  }

  #checkpointWritten(): void {
    this.#checkpoint = null;
    if (this.#appliedIndex < this.#committedIndex) this.#catchUp();
    else this.#checkpointIfDue();
  }

  /** Applies what waits, some in each turn of the event loop. */
  #catchUp(): void {
    if (this.#stopped || this.#failed || this.#appliedIndex === this.#committedIndex) return;
    try {
      this.#applyNow(this.#waiting());
    } catch (error) {
      this.#fail(error);
    }
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
    const { machine, derived } = this.#ports;
    if (this.#appliedIndex === derived.appliedIndex) return Promise.resolve();
    this.#bytesSinceCheckpoint = 0;
    const { puts, deletes } = machine.takeChanges();
    return derived.checkpoint({ appliedIndex: this.#appliedIndex, puts, deletes });
  }
}
