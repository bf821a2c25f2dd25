import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FaultStep } from '../faults/fault.ts';
import { WorkerAnswers } from './worker-answers.ts';
import type { RunRequest, SeedResult } from './worker-message.ts';

/** What became of one seed in a worker process. */
export type SeedOutcome =
  | { readonly type: 'ran'; readonly seed: number; readonly result: SeedResult }
  /** The run threw, or the process ended in the middle of it. */
  | { readonly type: 'crashed'; readonly seed: number; readonly message: string }
  /** No end within the time allowed; the process was killed. */
  | { readonly type: 'hung'; readonly seed: number; readonly message: string };

export interface SeedWorkerOptions {
  /** Module with `runSeed`; the simulation's own unless a test brings another. */
  readonly runner?: URL;
  /** Name of the mutant that the process shall load; absent or null: none. */
  readonly mutant?: string | null;
  /** Milliseconds of the machine after which a seed counts as hung. */
  readonly seedTimeoutMs?: number;
  /** Virtual milliseconds of load and faults; absent: as `runSeed` has it. */
  readonly virtualMs?: number;
}

interface LiveProcess {
  readonly child: ChildProcess;
  readonly answers: WorkerAnswers;
}

const DEFAULT_RUNNER = new URL('../run.js', import.meta.url);
const PROGRAM = fileURLToPath(new URL('./worker.js', import.meta.url));
const SEED_TIMEOUT_MS = 120_000;
/** The first seeds of a process run code that is not compiled yet; the quick compiler shortens that. */
const NODE_FLAGS = ['--enable-source-maps', '--always-sparkplug'];

/** One worker process, which runs one seed at a time. It is started when it is needed, and again after a crash. */
export class SeedWorker {
  readonly #options: SeedWorkerOptions;
  #live: LiveProcess | null = null;

  constructor(options: SeedWorkerOptions = {}) {
    this.#options = options;
  }

  /** With the faults of the seed, or with those given. Rejects only if the process cannot get ready at all. */
  async run(seed: number, schedule?: readonly FaultStep[]): Promise<SeedOutcome> {
    const { child, answers } = (this.#live ??= await this.#start());
    const { virtualMs, seedTimeoutMs = SEED_TIMEOUT_MS } = this.#options;
    const request: RunRequest = {
      seed,
      ...(virtualMs === undefined ? {} : { virtualMs }),
      ...(schedule === undefined ? {} : { schedule }),
    };
    // A process that has just ended is noticed by the answer that it can no longer give.
    child.send(request, () => undefined);
    const answer = await answers.next(seedTimeoutMs);
    switch (answer.type) {
      case 'ran':
        return { type: 'ran', seed, result: answer.result };
      case 'threw':
        return { type: 'crashed', seed, message: answer.message };
      case 'crashed':
      case 'ended':
        await this.close();
        return { type: 'crashed', seed, message: answer.message };
      case 'timeout':
        await this.close();
        return { type: 'hung', seed, message: `no end after ${seedTimeoutMs / 1000} s` };
      case 'ready':
        throw new Error('a worker process got ready twice');
    }
  }

  /** Ends the process, whatever it is doing. Idempotent; a later `run` starts another one. */
  async close(): Promise<void> {
    const live = this.#live;
    this.#live = null;
    if (live === null || live.child.exitCode !== null || live.child.signalCode !== null) return;
    const ended = new Promise((resolve) => live.child.once('exit', resolve));
    live.child.kill('SIGKILL');
    await ended;
  }

  async #start(): Promise<LiveProcess> {
    const { runner = DEFAULT_RUNNER, mutant = null } = this.#options;
    const args = mutant === null ? [runner.href] : [runner.href, mutant];
    const child = fork(PROGRAM, args, { execArgv: [...NODE_FLAGS] });
    const answers = new WorkerAnswers(child);
    const answer = await answers.next(SEED_TIMEOUT_MS);
    if (answer.type === 'ready') return { child, answers };
    child.kill('SIGKILL');
    const why = 'message' in answer ? answer.message : answer.type;
    throw new Error(`a worker process did not get ready: ${why}`);
  }
}
