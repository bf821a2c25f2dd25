import type { StoreFigures } from '../../src/metrics/store-figures.ts';

const nothing = { files: 0, bytes: 0 };

/** Of an empty store. */
export const noFigures: StoreFigures = {
  logBytes: 0,
  flushBehindBytes: 0,
  dispatchBehindBytes: 0,
  applyLagEntries: 0,
  queueIndexLagEntries: 0,
  keyIndexLagEntries: 0,
  coldCacheBytes: 0,
  files: { log: nothing },
  setAside: { log: nothing },
};
