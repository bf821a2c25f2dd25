import type { SeedOutcome } from './seed-worker.ts';

/** What is wrong with the run of a seed. */
export interface Finding {
  readonly seed: number;
  /** The checks that saw something, the first one first; `crash` for an exception, `liveness` for a run without end. */
  readonly checkers: readonly string[];
  readonly message: string;
}

/** Null for a run with which all is well. */
export function findingOf(outcome: SeedOutcome): Finding | null {
  const { seed } = outcome;
  switch (outcome.type) {
    case 'crashed':
      return { seed, checkers: ['crash'], message: outcome.message };
    case 'hung':
      return { seed, checkers: ['liveness'], message: outcome.message };
    case 'ran': {
      const violations = outcome.result.violations.toSorted((a, b) => a.atMs - b.atMs);
      const [first] = violations;
      if (first === undefined) return null;
      const checkers = [...new Set(violations.map(({ checker }) => checker))];
      const more = violations.length > 1 ? ` (and ${violations.length - 1} more)` : '';
      return { seed, checkers, message: `${first.message}${more}` };
    }
  }
}
