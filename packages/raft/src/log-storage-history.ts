import type { ExecutionContext } from 'ava';
import type { Entry } from './entry.ts';
import {
  checkEqual,
  checkFetched,
  entriesAfter,
  positionAfterLast,
  type LogStorageFixture,
} from './log-storage-check.ts';

const STEPS_PER_SEED = 60;

/** Appends, cuts, syncs, reopens and crashes at random, and compares with a plain list after every step. */
export async function runHistory(
  t: ExecutionContext,
  fixture: LogStorageFixture,
  seed: number,
): Promise<void> {
  let state = seed;
  const next = (bound: number): number => {
    // Numerical Recipes' linear congruential generator; the high bits are the better ones.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 0x1_0000_0000) * bound);
  };
  let log = await fixture.open();
  let base = log.lastPosition();
  let model: Entry[] = [];
  let durable: Entry[] = [];
  let committed = 0;
  for (let step = 0; step < STEPS_PER_SEED; step++) {
    const note = `seed ${seed}, step ${step}`;
    const choice = next(11);
    if (choice < 6) {
      const cut = next(4) === 0 ? next(model.length - (committed - base.index) + 1) : 0;
      const kept = model.slice(0, model.length - cut);
      const from = positionAfterLast(kept, base);
      const term = Math.max(1, from.term, ...model.map((entry) => entry.term)) + (cut > 0 ? 1 : next(2));
      const bodies = Array.from({ length: 1 + next(5) }, () => ({ term, bytes: next(3_000), salt: step }));
      const fresh = entriesAfter(from, bodies);
      log.append(fresh);
      model = [...kept, ...fresh];
    } else if (choice < 8) {
      await log.sync();
      durable = model;
      committed = Math.max(committed, base.index + next(durable.length + 1));
      log.markCommitted(committed);
    } else if (choice === 8) {
      // A snapshot of what another member has: the log starts behind it.
      await log.sync();
      const { index, term, address } = positionAfterLast(model, base);
      base = {
        index: index + next(20),
        term: term + next(2),
        address: address + next(100_000),
        hash: next(0x1_0000_0000),
      };
      await log.reset(base);
      model = [];
      durable = model;
      committed = base.index;
    } else if (choice === 9) {
      await log.sync();
      durable = model;
      await fixture.close(log);
      log = await fixture.open();
    } else {
      // Only synced histories have one right answer; what a cut without a sync leaves is up to the disk.
      if (model !== durable) await log.sync();
      durable = model;
      await fixture.crash(log);
      log = await fixture.open();
    }
    checkEqual(t, log, base, model, note);
    if (model.length > 0) await checkFetched(t, log, model, next(model.length), note);
  }
  await fixture.close(log);
}
