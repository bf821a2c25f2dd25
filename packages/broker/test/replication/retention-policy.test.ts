import test from 'ava';
import { configurationOf, type SnapshotMeta } from '@ledgermq/raft';
import {
  cleaningMode,
  dropPoints,
  expiredBefore,
  hourInUtc,
  retentionRuleDefaults,
} from '../../src/replication/retention-policy.ts';

const rules = retentionRuleDefaults;

function snapshotAt(index: number): SnapshotMeta {
  return {
    position: { index, term: 1, address: index * 100, hash: index },
    configuration: configurationOf(['n1']),
    bytes: 1,
    crc: 0,
  };
}

const snapshots = [10, 20, 30].map(snapshotAt);

for (const [what, hour, used, change, expected] of [
  ['an ordinary hour', 3, 50, {}, 'size'],
  ['the hour of deleteWhen', 4, 50, {}, 'expired'],
  ['one of several hours', 16, 50, { deleteWhen: [4, 16] }, 'expired'],
  ['a disk at the ratio', 3, 75, {}, 'size'],
  ['a disk above the ratio', 3, 75.1, {}, 'expired'],
  ['a disk at the forced ratio', 3, 85, {}, 'expired'],
  ['a disk above the forced ratio', 3, 85.1, {}, 'forced'],
  [
    'a disk above the warning level, which is the lower one',
    3,
    81,
    { diskSpaceWarningLevelRatio: 80 },
    'forced',
  ],
  ['a nearly full disk without force', 3, 99, { cleanFileForciblyEnable: false }, 'expired'],
] as const) {
  test(`${what} means ${expected}`, (t) => {
    t.is(cleaningMode({ ...rules, ...change }, hour, used), expected);
  });
}

test('the hour of the day changes on the hour, every hour', (t) => {
  for (let hour = 0; hour < 48; hour += 1) {
    const begins = Date.UTC(2024, 1, 28, hour);
    t.is(hourInUtc(begins), hour % 24);
    t.is(hourInUtc(begins - 1), (hour + 23) % 24);
  }
});

test('the age is counted in hours', (t) => {
  t.is(expiredBefore(rules, 1_000_000_000), 1_000_000_000 - 72 * 3_600_000);
});

test('by size the log goes up to the newest snapshot that leaves enough', (t) => {
  const input = { snapshots, endAddress: 3_500, mode: 'size', expiredAddress: 9_999 } as const;
  const at = (logBytesMax: number): number | undefined =>
    dropPoints({ ...rules, logBytesMax }, input)[0]?.position.index;
  t.is(at(1_000), 20);
  t.is(at(1_500), 20);
  t.is(at(1_501), 10);
  t.is(at(2_600), undefined);
  t.is(at(0), undefined, 'nothing goes without a limit');
});

test('by age it goes up to the newest snapshot with nothing younger before it', (t) => {
  const at = (expiredAddress: number, mode: 'expired' | 'forced' = 'expired'): number | undefined =>
    dropPoints(rules, { snapshots, endAddress: 3_500, mode, expiredAddress })[0]?.position.index;
  t.is(at(0), undefined);
  t.is(at(999), undefined);
  t.is(at(1_000), 10);
  t.is(at(2_999), 20);
  t.is(at(3_500), 30);
  t.is(at(2_999, 'forced'), 20);
});

test('by force it goes piece by piece, the next one if the first frees nothing', (t) => {
  const input = { endAddress: 3_500, mode: 'forced', expiredAddress: 0 } as const;
  const tried = (within: readonly SnapshotMeta[], expiredAddress = 0): number[] =>
    dropPoints(rules, { ...input, snapshots: within, expiredAddress }).map(({ position }) => position.index);
  t.deepEqual(tried(snapshots), [10, 20, 30]);
  t.deepEqual(tried(snapshots.slice(1)), [20, 30]);
  t.deepEqual(tried(snapshots, 2_999), [20, 30]);
  t.deepEqual(tried([]), []);
});
