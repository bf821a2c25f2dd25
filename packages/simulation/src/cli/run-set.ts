import { Coverage } from './coverage.ts';
import { findingOf, type Finding } from './finding.ts';
import { SeedWorker, type SeedOutcome, type SeedWorkerOptions } from './seed-worker.ts';

export interface RunSetOptions extends SeedWorkerOptions {
  readonly first: number;
  /** Number of seeds; Infinity: until the time is up. */
  readonly count: number;
  /** No seed is begun after this many minutes; null: no limit. */
  readonly minutes: number | null;
  /** Worker processes. */
  readonly parallel: number;
  /** Called after each seed. */
  readonly onSeed?: (set: RunSet) => void;
  readonly onFailure?: (failure: Finding) => void;
}

/** Of so many seeds one is run a second time, in a process of its own, and must leave the same trace. */
const REPEAT_EVERY = 50;

/** Runs many seeds on several processes and sums up what they saw. */
export class RunSet {
  readonly coverage: Coverage = new Coverage();
  readonly failures: Finding[] = [];
  readonly #options: RunSetOptions;
  #next: number;
  #startedAt = 0;
  seeds = 0;
  /** Seeds run twice to compare their traces. */
  repeated = 0;
  virtualMs = 0;
  events = 0;
  acked = 0;
  faults = 0;
  /** Sum of the processor time that runs took, ms. */
  cpuMs = 0;
  elapsedMs = 0;

  constructor(options: RunSetOptions) {
    this.#options = options;
    this.#next = options.first;
  }

  get failed(): boolean {
    return this.failures.length > 0;
  }

  get seedsPerMinuteAndCore(): number {
    return this.cpuMs === 0 ? 0 : (this.seeds * 60_000) / this.cpuMs;
  }

  async run(): Promise<void> {
    this.#startedAt = performance.now();
    await Promise.all(Array.from({ length: this.#options.parallel }, () => this.#work()));
    this.elapsedMs = performance.now() - this.#startedAt;
  }

  async #work(): Promise<void> {
    const worker = new SeedWorker(this.#options);
    try {
      for (let seed = this.#take(); seed !== null; seed = this.#take()) {
        const outcome = await worker.run(seed);
        this.#add(outcome);
        if ((seed - this.#options.first) % REPEAT_EVERY === 0) await this.#repeat(outcome);
        this.elapsedMs = performance.now() - this.#startedAt;
        this.#options.onSeed?.(this);
      }
    } finally {
      await worker.close();
    }
  }

  #take(): number | null {
    const { first, count, minutes } = this.#options;
    const late = minutes !== null && performance.now() - this.#startedAt >= minutes * 60_000;
    if (this.#next >= first + count || late) return null;
    this.#next += 1;
    return this.#next - 1;
  }

  #add(outcome: SeedOutcome): void {
    this.seeds += 1;
    const finding = findingOf(outcome);
    if (finding !== null) this.#fail(finding);
    if (outcome.type !== 'ran') return;
    const { result } = outcome;
    this.coverage.add(result.coverage);
    this.virtualMs += result.virtualMs;
    this.events += result.events;
    this.acked += result.acked;
    this.faults += result.faults;
    this.cpuMs += result.cpuMs;
  }

  /**
   * In a process of its own, so that nothing that an earlier seed left in memory can hide a difference. The one that ran the
   * seed goes on with the next: a new process takes several seeds until its code is compiled as well.
   */
  async #repeat(before: SeedOutcome): Promise<void> {
    if (before.type !== 'ran') return;
    const other = new SeedWorker(this.#options);
    const again = await other.run(before.seed).finally(() => other.close());
    this.repeated += 1;
    const hash = again.type === 'ran' ? again.result.traceHash : again.message;
    if (hash === before.result.traceHash) return;
    const message = `two runs differ: trace ${before.result.traceHash}, then ${hash}`;
    this.#fail({ seed: before.seed, checkers: ['determinism'], message });
  }

  #fail(failure: Finding): void {
    this.failures.push(failure);
    this.#options.onFailure?.(failure);
  }
}
