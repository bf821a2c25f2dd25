import type { FaultStep } from './faults/fault.ts';
import type { RunParameters } from './parameters.ts';
import type { TimelineEvent } from './timeline-event.ts';
import type { Violation } from './violation.ts';

export interface RunOptions {
  /** Virtual milliseconds of load and faults, before the liveness phase (default 120,000). */
  readonly virtualMs?: number;
  /** Put in place of what the seed draws. */
  readonly parameters?: Partial<RunParameters>;
  /** Faults in place of those that the seed draws; an empty list for a run without faults. */
  readonly schedule?: readonly FaultStep[];
  readonly onEvent?: (event: TimelineEvent) => void;
}

export interface RunResult {
  readonly seed: number;
  readonly parameters: RunParameters;
  /** The faults of this run, drawn or given: with the seed they make the run again. */
  readonly schedule: readonly FaultStep[];
  /** Hash over every event of the run in order; equal for equal runs. */
  readonly traceHash: string;
  /** Virtual time that passed, the liveness phase included. */
  readonly virtualMs: number;
  readonly events: number;
  /** Time of the machine that the run took. */
  readonly realMs: number;
  readonly violations: readonly Violation[];
  /** How often each mark was reached. */
  readonly coverage: Readonly<Record<string, number>>;
  /** Messages that were acknowledged. */
  readonly acked: number;
  /** Faults that were applied. */
  readonly faults: number;
}
