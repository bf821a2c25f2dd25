import type { RunOptions, RunResult } from './run-result.ts';

/** Runs one seed: the whole cluster under load and faults, then its convergence, with every check. */
export function runSeed(_seed: number, _options: RunOptions = {}): Promise<RunResult> {
  return Promise.reject(new Error('the world is not built yet'));
}
