import type { FaultStep } from '../faults/fault.ts';

/**
 * The fewest faults with which a run still fails: leaves out ever smaller parts of the list as long as `fails` says yes
 * (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002). What is left cannot be made smaller by
 * leaving out one more, unless `triesMax` questions were not enough.
 */
export async function shrinkSchedule(
  schedule: readonly FaultStep[],
  triesMax: number,
  fails: (schedule: readonly FaultStep[]) => Promise<boolean>,
): Promise<readonly FaultStep[]> {
  let kept = schedule;
  let tries = 0;
  for (let size = Math.ceil(kept.length / 2); size >= 1;) {
    let smaller = false;
    for (let from = 0; from < kept.length && tries < triesMax;) {
      const rest = [...kept.slice(0, from), ...kept.slice(from + size)];
      tries += 1;
      if (await fails(rest)) {
        kept = rest;
        smaller = true;
      } else from += size;
    }
    if (tries >= triesMax) break;
    if (size === 1 && !smaller) break;
    if (!smaller || size > 1) size = Math.max(1, Math.floor(size / 2));
  }
  return kept;
}
