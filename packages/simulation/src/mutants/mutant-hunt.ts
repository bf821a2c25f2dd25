import { findingOf, type Finding } from '../cli/finding.ts';
import { SeedWorker, type SeedWorkerOptions } from '../cli/seed-worker.ts';
import type { Mutant } from './mutant.ts';

/** What came of looking for one mutant. */
export interface MutantVerdict {
  readonly mutant: Mutant;
  /** Null: not found. */
  readonly foundAtSeed: number | null;
  /** Runs that ended until then. */
  readonly seedsTried: number;
  /** The checks that saw it, the first one first; `crash`: the run threw; `liveness`: it did not end. */
  readonly checkers: readonly string[];
  readonly message: string;
  /** Seeds on which the program without the bug failed too, so that they show nothing. */
  readonly uncleanSeeds: readonly number[];
  readonly seconds: number;
}

export interface MutantHuntOptions extends Omit<SeedWorkerOptions, 'mutant'> {
  readonly mutants: readonly Mutant[];
  readonly first: number;
  readonly seedsMax: number;
  readonly parallel: number;
  readonly onVerdict?: (verdict: MutantVerdict) => void;
  readonly onSeed?: (mutant: Mutant, seed: number) => void;
}

/**
 * Looks for every mutant, several at a time. A mutant is one process's business until there are no more new ones; then
 * idle processes help with those that are hard to find.
 */
export async function huntMutants(options: MutantHuntOptions): Promise<MutantVerdict[]> {
  const baseline = new Baseline(options);
  const hunts = options.mutants.map((mutant) => new Hunt(mutant, options, baseline));
  const work = async (): Promise<void> => {
    for (let hunt = nextHunt(hunts); hunt !== null; hunt = nextHunt(hunts)) await hunt.help();
  };
  try {
    await Promise.all(Array.from({ length: options.parallel }, work));
  } finally {
    await baseline.close();
  }
  return hunts.map((hunt) => hunt.verdict());
}

function nextHunt(hunts: readonly Hunt[]): Hunt | null {
  const open = hunts.filter((hunt) => hunt.open);
  return open.find((hunt) => hunt.helpers === 0) ?? open.toSorted((a, b) => a.helpers - b.helpers)[0] ?? null;
}

class Hunt {
  readonly #mutant: Mutant;
  readonly #options: MutantHuntOptions;
  readonly #baseline: Baseline;
  readonly #uncleanSeeds: number[] = [];
  #next: number;
  #tried = 0;
  #found: Finding | null = null;
  #startedAt: number | null = null;
  #endedAt: number | null = null;
  helpers = 0;

  constructor(mutant: Mutant, options: MutantHuntOptions, baseline: Baseline) {
    this.#mutant = mutant;
    this.#options = options;
    this.#baseline = baseline;
    this.#next = options.first;
  }

  /** Whether there are seeds to try. */
  get open(): boolean {
    return this.#found === null && this.#next < this.#options.first + this.#options.seedsMax;
  }

  /** Tries seeds in a process of its own until the mutant is found, by whomever, or all seeds are taken. */
  async help(): Promise<void> {
    const worker = new SeedWorker({ ...this.#options, mutant: this.#mutant.name });
    this.#startedAt ??= performance.now();
    this.helpers += 1;
    try {
      while (this.open) {
        this.#next += 1;
        await this.#try(worker, this.#next - 1);
      }
    } finally {
      this.helpers -= 1;
      await worker.close();
    }
    if (this.helpers > 0 || this.#endedAt !== null) return;
    this.#endedAt = performance.now();
    this.#options.onVerdict?.(this.verdict());
  }

  verdict(): MutantVerdict {
    return {
      mutant: this.#mutant,
      foundAtSeed: this.#found?.seed ?? null,
      seedsTried: this.#tried,
      checkers: this.#found?.checkers ?? [],
      message: this.#found?.message ?? '',
      uncleanSeeds: this.#uncleanSeeds,
      seconds: ((this.#endedAt ?? 0) - (this.#startedAt ?? 0)) / 1000,
    };
  }

  async #try(worker: SeedWorker, seed: number): Promise<void> {
    const finding = findingOf(await worker.run(seed));
    this.#tried += 1;
    this.#options.onSeed?.(this.#mutant, seed);
    if (finding === null) return;
    if (!(await this.#baseline.isClean(seed))) this.#uncleanSeeds.push(seed);
    else if (this.#found === null || seed < this.#found.seed) this.#found = finding;
  }
}

/** The program without a bug: a seed on which it fails too says nothing about a mutant. */
class Baseline {
  readonly #worker: SeedWorker;
  readonly #clean = new Map<number, Promise<boolean>>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: Omit<SeedWorkerOptions, 'mutant'>) {
    this.#worker = new SeedWorker({ ...options, mutant: null });
  }

  isClean(seed: number): Promise<boolean> {
    const known = this.#clean.get(seed);
    if (known !== undefined) return known;
    const clean = this.#last.then(async () => findingOf(await this.#worker.run(seed)) === null);
    this.#clean.set(seed, clean);
    this.#last = clean.catch(() => undefined);
    return clean;
  }

  close(): Promise<void> {
    return this.#worker.close();
  }
}
