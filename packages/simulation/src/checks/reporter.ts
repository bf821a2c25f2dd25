import type { Violation } from '../violation.ts';

/** Where checks tell what they saw. */
export interface Reporter {
  report(checker: string, message: string): void;
}

/** The same broken rule is seen again at every step; more than these tell nothing new. */
const PER_CHECKER_MAX = 5;

/** Keeps the first violations of each check. */
export class ViolationList implements Reporter {
  readonly violations: Violation[] = [];
  readonly #now: () => number;
  readonly #onViolation: (violation: Violation) => void;
  readonly #counts: Map<string, number> = new Map();

  constructor(now: () => number, onViolation: (violation: Violation) => void) {
    this.#now = now;
    this.#onViolation = onViolation;
  }

  report(checker: string, message: string): void {
    const count = (this.#counts.get(checker) ?? 0) + 1;
    this.#counts.set(checker, count);
    if (count > PER_CHECKER_MAX) return;
    const violation = { checker, atMs: this.#now(), message };
    this.violations.push(violation);
    this.#onViolation(violation);
  }
}
