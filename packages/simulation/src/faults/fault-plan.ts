import type { RunParameters } from '../parameters.ts';
import type { SeededRandom } from '../world/seeded-random.ts';
import type { FaultStep } from './fault.ts';

/** Draws the faults of one run, in the order of their moments; the last ends before `virtualMs`. */
export function drawFaultPlan(
  _random: SeededRandom,
  _parameters: RunParameters,
  _virtualMs: number,
): readonly FaultStep[] {
  return [];
}
