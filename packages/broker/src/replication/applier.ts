import type { Clock, Entry, StateMachine, TimerHandle } from '@ledgermq/raft';
import type { DerivedState } from '@ledgermq/store';
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

export interface ApplierPorts {
  readonly machine: BrokerMachine;
  readonly derived: DerivedState;
  readonly pending: PendingEntries;
  readonly clock: Pick<Clock, 'setTimer' | 'clearTimer'>;
  /** Told to those whose entry was replaced by another master's. */
  readonly leader: () => string | null;
  readonly onArrival: ArrivalListener;
  readonly onTopics: () => void;
  /** After all entries of a call were applied and their waiters settled. */
  readonly onApplied: () => void;
  /** A checkpoint failed: what is on disk is no longer known to be whole. */
  readonly onFatal: (error: Error) => void;
}

/**
 * Brings committed entries to the machine, answers those who wait for them, and writes checkpoints beside. While the
 * store of derived data has no room before its next checkpoint, entries wait here; the proposer's limits on what may be
 * pending bound their number.
 */
export class Applier implements StateMachine {
  readonly #config: ApplierConfig;
  readonly #ports: ApplierPorts;
  readonly #waiting: Entry[] = [];
  #appliedIndex: number;
  #appliedTerm = 0;
  #appliedEnd: number;
  #bytesSinceCheckpoint = 0;
  #checkpoint: Promise<void> | null = null;
  #timer: TimerHandle | null = null;
  #stopped = false;

  /** @param appliedEnd log address behind the entry at `derived.appliedIndex`. */
  constructor(config: ApplierConfig, ports: ApplierPorts, appliedEnd: number) {
    this.#config = config;
    this.#ports = ports;
    this.#appliedIndex = ports.derived.appliedIndex;
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
    if (this.#waiting.length > 0 || this.#mustWait) {
      this.#waiting.push(...entries);
      this.#checkpointIfDue();
      return;
    }
    this.#applyNow(entries);
  }

  /** Waits for a running checkpoint and writes a last one. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    await this.#checkpoint?.catch(() => undefined);
    this.#stopped = true;
    if (this.#timer !== null) this.#ports.clock.clearTimer(this.#timer);
    this.#timer = null;
    await this.#write().catch(() => undefined);
  }

  get #mustWait(): boolean {
    return this.#ports.derived.mustWait;
  }

  #applyNow(entries: readonly Entry[]): void {
    const { machine, onArrival, onTopics, onApplied } = this.#ports;
    const topicsBefore = machine.topics.dataVersion;
    let handled = 0;
    for (const entry of entries) {
      if (this.#mustWait) break;
      this.#applyOne(entry);
      handled += 1;
    }
    if (handled < entries.length) this.#waiting.push(...entries.slice(handled));
    if (machine.topics.dataVersion !== topicsBefore) onTopics();
    machine.arrivals.flush(onArrival);
    onApplied();
    this.#checkpointIfDue();
  }

  #applyOne(entry: Entry): void {
    const { machine, pending, leader } = this.#ports;
    const replies = machine.apply(entry);
    this.#appliedIndex = entry.index;
    this.#appliedTerm = entry.term;
    this.#appliedEnd = entry.address + entry.frame.length;
    this.#bytesSinceCheckpoint += entry.frame.length;
    pending.applied(entry.index, entry.term, machine.outcomes, replies, leader());
  }

  #checkpointIfDue(): void {
    if (this.#stopped || this.#checkpoint !== null) return;
    if (this.#ports.derived.needsCheckpoint || this.#bytesSinceCheckpoint >= this.#config.checkpointBytes) {
      this.#startCheckpoint();
      return;
    }
    if (this.#timer !== null || this.#bytesSinceCheckpoint === 0) return;
    this.#timer = this.#ports.clock.setTimer(this.#config.checkpointIntervalMs, () => {
      this.#timer = null;
      if (this.#checkpoint === null && !this.#stopped) this.#startCheckpoint();
    });
  }

  #startCheckpoint(): void {
    if (this.#timer !== null) this.#ports.clock.clearTimer(this.#timer);
    this.#timer = null;
    this.#checkpoint = this.#write().then(
      () => this.#checkpointWritten(),
      (error: unknown) => {
        this.#checkpoint = null;
        this.#ports.onFatal(error instanceof Error ? error : new Error(String(error)));
      },
    );
  }

  #checkpointWritten(): void {
    this.#checkpoint = null;
    if (this.#stopped) return;
    const waiting = this.#waiting.splice(0);
    if (waiting.length === 0) {
      this.#checkpointIfDue();
      return;
    }
    try {
      this.#applyNow(waiting);
    } catch (error) {
      this.#ports.onFatal(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #write(): Promise<void> {
    const { machine, derived } = this.#ports;
    if (this.#appliedIndex === derived.appliedIndex) return Promise.resolve();
    this.#bytesSinceCheckpoint = 0;
    const { puts, deletes } = machine.takeChanges();
    return derived.checkpoint({ appliedIndex: this.#appliedIndex, puts, deletes });
  }
}
