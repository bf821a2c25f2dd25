import type { FaultStep } from '../faults/fault.ts';
import type { RunResult } from '../run-result.ts';

/** What the parent asks a worker process for. */
export interface RunRequest {
  readonly seed: number;
  /** Virtual milliseconds of load and faults; absent: as `runSeed` has it. */
  readonly virtualMs?: number;
  /** Faults in place of those that the seed draws. */
  readonly schedule?: readonly FaultStep[];
}

export interface SeedResult extends RunResult {
  /** Time of a processor that the run took, ms; unlike `realMs` it does not grow when the machine has other work. */
  readonly cpuMs: number;
}

/** What a worker process answers: once `ready`, then one answer for each request. */
export type WorkerMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'ran'; readonly result: SeedResult }
  /** The run ended with an exception instead of a result. */
  | { readonly type: 'threw'; readonly message: string }
  /** Something of the run failed outside of every promise that is waited for; the process ends. */
  | { readonly type: 'crashed'; readonly message: string };
