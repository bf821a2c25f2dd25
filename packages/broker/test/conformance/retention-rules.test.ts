import test from 'ava';
import type { LogRetentionConfig } from '../../src/replication/log-retention.ts';
import { ServedGroup } from './served-group.ts';

/** Larger than any log here, so that its size decides nothing. */
const NO_SIZE = 1e9;
const GIB = 1024 ** 3;
const HOUR_MS = 3_600_000;

/** The clock of tests begins at 22:13 UTC, and rounds that count come an hour later. */
const EVENING = 23;
const NIGHT = 4;
/** All but this hour and the one in which the messages come. */
const OTHER_HOURS = Array.from({ length: 22 }, (_, hour) => hour);

/** A group with a log of several snapshots, on a disk with room. Messages come at an hour at which nothing goes. */
async function filled(rules: Partial<LogRetentionConfig>): Promise<ServedGroup> {
  const group = await ServedGroup.start(NO_SIZE, rules);
  use(group, 50);
  for (let i = 0; i < 10; i += 1) {
    await group.send(...Array.from({ length: 10 }, () => ({ body: 'x'.repeat(500) })));
  }
  return group;
}

function use({ member: { disk } }: ServedGroup, percent: number): void {
  disk.totalBytes = () => 100 * GIB;
  disk.freeBytes = () => (100 - percent) * GIB;
}

function logStart({ member }: ServedGroup): number {
  return member.live.logRange().start;
}

/** At least one round of cleaning, also the first one of a life, and time for what it does. */
async function round(group: ServedGroup): Promise<void> {
  group.cluster.clock.advance(61_000);
  await group.pass(100);
}

const table: [string, number, Partial<LogRetentionConfig>, boolean][] = [
  ['nothing is expired', 50, { deleteWhen: [EVENING] }, false],
  ['it is not the hour', 50, { fileReservedTime: 0, deleteWhen: [NIGHT] }, false],
  ['it is neither this hour nor the one before', 50, { fileReservedTime: 0, deleteWhen: OTHER_HOURS }, false],
  ['expired, in the hour', 50, { fileReservedTime: 0, deleteWhen: [EVENING] }, true],
  ['expired, in one of the hours', 50, { fileReservedTime: 0, deleteWhen: [NIGHT, EVENING] }, true],
  ['75 % are not more than 75 %', 75, { fileReservedTime: 0, deleteWhen: [NIGHT] }, false],
  ['expired, above 75 %, at any hour', 76, { fileReservedTime: 0, deleteWhen: [NIGHT] }, true],
  ['not expired, above 75 %', 80, { deleteWhen: [EVENING] }, false],
  ['another ratio', 61, { fileReservedTime: 0, deleteWhen: [NIGHT], diskMaxUsedSpaceRatio: 60 }, true],
  ['85 % are not more than 85 %', 85, { deleteWhen: [NIGHT] }, false],
  ['not expired, above 85 %', 86, { deleteWhen: [NIGHT] }, true],
  [
    'not expired, above 85 %, never by force',
    86,
    { deleteWhen: [NIGHT], cleanFileForciblyEnable: false },
    false,
  ],
  ['another ratio by force', 51, { deleteWhen: [NIGHT], diskSpaceCleanForciblyRatio: 50 }, true],
];

for (const [what, usedPercent, rules, goes] of table) {
  test(`old log ${goes ? 'goes' : 'stays'}: ${what}`, async (t) => {
    const group = await filled(rules);
    group.cluster.clock.advance(HOUR_MS);
    await group.pass(100);
    await group.restart('stop');
    use(group, usedPercent);
    t.is(logStart(group), 0);
    await round(group);
    t.is(logStart(group) > 0, goes);
    t.deepEqual(group.member.fatal, []);
  });
}

test('messages go when they are older than fileReservedTime, and the newest piece of the log stays', async (t) => {
  const group = await filled({ fileReservedTime: 2, deleteWhen: Array.from({ length: 24 }, (_, h) => h) });
  group.cluster.clock.advance(2 * HOUR_MS - 180_000);
  await round(group);
  t.is(logStart(group), 0);
  for (let i = 0; i < 3; i += 1) await round(group);
  const { start, end } = group.member.live.logRange();
  t.true(start > 0 && start < end);
  const min = await group.offsetOf(31, {});
  t.true(min > 0 && min < 100);
  t.is(await group.offsetOf(30, {}), 100);
  await round(group);
  t.is(logStart(group), start, 'what is left ends at no snapshot');
});

test('by force the log goes piece by piece, until the disk has room', async (t) => {
  const group = await filled({});
  use(group, 86);
  const starts = [logStart(group)];
  for (let i = 0; i < 2; i += 1) {
    await round(group);
    starts.push(logStart(group));
  }
  t.true(starts.every((start, i) => i === 0 || start > (starts[i - 1] ?? 0)));
  use(group, 84);
  await round(group);
  t.is(logStart(group), starts[2] ?? 0);
});

test('above 90 % sends are refused with 14 and all else is answered; below they are taken again', async (t) => {
  const group = await filled({ cleanFileForciblyEnable: false });
  const code = async (): Promise<number> => {
    try {
      await group.send({});
      return 0;
    } catch (error) {
      return Number(/answered with (\d+)/.exec(String(error))?.[1]);
    }
  };
  for (const [percent, expected] of [
    [90, 0],
    [91, 14],
    [90, 14],
    [88, 0],
  ] as const) {
    use(group, percent);
    await group.pass(1_500);
    t.is(await code(), expected, `${percent} %`);
    t.is((await group.ask(33, { offset: '-1' })).code, 1);
    t.true((await group.offsetOf(30, {})) >= 100);
  }
});

test('snapshots and the files of the key index go with the log, and a restart finds the rest whole', async (t) => {
  const group = await filled({});
  use(group, 86);
  const { disk } = group.member;
  const before = disk.list('/data/snapshots').length;
  for (let i = 0; i < 4; i += 1) await round(group);
  t.true(disk.list('/data/snapshots').length < before);
  const start = logStart(group);
  const min = await group.offsetOf(31, {});
  for (const how of ['kill', 'lose', 'stop'] as const) {
    await group.restart(how);
    t.is(logStart(group), start);
    t.is(await group.offsetOf(31, {}), min);
    t.deepEqual(group.member.warnings, []);
  }
});
