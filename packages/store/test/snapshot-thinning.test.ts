import test from 'ava';
import { configurationOf, type SnapshotMeta } from '@ledgermq/raft';
import { BETWEEN_KEPT_MAX, snapshotsToKeep } from '../src/snapshot-thinning.ts';

interface Kept {
  readonly meta: SnapshotMeta;
}

function snapshotAt(index: number): Kept {
  const position = { index, term: 1, address: index * 100, hash: index };
  return { meta: { position, configuration: configurationOf(['n1']), bytes: 1, crc: 0 } };
}

/** A log that grows by ten entries at a time, with a snapshot each time, cut where `keepBytes` stay behind a snapshot. */
function grow(keepBytes: number, rounds: number): { bytes: number; kept: number }[] {
  let kept: readonly Kept[] = [];
  let first = 1;
  const sizes: { bytes: number; kept: number }[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const end = round * 10;
    kept = [...kept, snapshotAt(end)];
    const base = kept.findLast(({ meta }) => (end - meta.position.index) * 100 >= keepBytes);
    if (base !== undefined) first = Math.max(first, base.meta.position.index + 1);
    kept = snapshotsToKeep(kept, first);
    sizes.push({ bytes: (end - first + 1) * 100, kept: kept.length });
    const [oldest] = kept;
    if (oldest === undefined || oldest.meta.position.index < first - 1) throw new Error('there is no base');
  }
  return sizes;
}

test('a log is cut again and again, however much of it is to be kept, and few snapshots are held', (t) => {
  for (const keepBytes of [500, 3_000, 10_000, 77_000, 400_000]) {
    const sizes = grow(keepBytes, 3_000);
    t.true(Math.max(...sizes.map(({ kept }) => kept)) <= BETWEEN_KEPT_MAX + 3);
    const settled = sizes.slice(1_500).map(({ bytes }) => bytes);
    t.true(Math.min(...settled) >= keepBytes);
    const most = Math.max(...settled);
    t.true(most <= keepBytes * 1.5 + 2_000, `${most} of ${keepBytes}`);
  }
});

test('without a base the newest two stay', (t) => {
  const kept = [10, 20, 30].map(snapshotAt);
  t.deepEqual(snapshotsToKeep(kept, 500), kept.slice(1));
  t.deepEqual(snapshotsToKeep([], 1), []);
});
