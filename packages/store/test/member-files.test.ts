import test from 'ava';
import type { HardState } from '@ledgermq/raft';
import { parseSegmentLogConfig } from '../src/config.ts';
import { openMemberFiles } from '../src/member-files.ts';
import type { MemberFiles } from '../src/member-files.ts';
import { MemoryDisk } from '../src/memory-disk.ts';
import { RecordingLogger, appendMore, logDirectory, seededRandom, tinyLimits } from './log-fixture.ts';

const hardStatePath = '/store/hard-state';

function open(disk: MemoryDisk): Promise<MemberFiles> {
  disk.mkdir('/store');
  return openMemberFiles({
    disk: disk.process(),
    logDirectory,
    hardStatePath,
    config: parseSegmentLogConfig({ ...tinyLimits, segmentBytes: 100_000 }),
    logger: new RecordingLogger(),
  });
}

/** A member that voted in term 2 and holds `entries` synced entries; the power is gone. */
async function stoppedMember(entries: number): Promise<MemoryDisk> {
  const disk = new MemoryDisk();
  const { log, hardState } = await open(disk);
  hardState.save({ term: 2, votedFor: 'n2', commit: 0, standing: 'full' });
  appendMore(log, entries, 100, 2);
  log.markCommitted(entries);
  await log.sync();
  await log.settled();
  await hardState.settled();
  disk.crash('lose', seededRandom(1));
  return disk;
}

async function standingOf(disk: MemoryDisk): Promise<HardState> {
  const { log, hardState } = await open(disk);
  log.checkInvariants();
  return hardState.load();
}

const full = { term: 2, votedFor: 'n2', commit: 0, standing: 'full' };

test('a new member is blank, also when crashes interrupt its first start', async (t) => {
  for (let seed = 1; seed <= 40; seed += 1) {
    const disk = new MemoryDisk();
    const operation = (['sync', 'rename', 'open', 'write'] as const)[seed % 4] ?? 'sync';
    disk.addFault({ operation, code: 'DISK_FAILED', skip: seed % 7 });
    await open(disk).catch(() => undefined);
    disk.clearFaults();
    disk.crash((['kill', 'lose', 'tear', 'reorder'] as const)[(seed >> 2) % 4] ?? 'lose', seededRandom(seed));
    t.is((await standingOf(disk)).standing, 'blank', `seed ${seed}`);
  }
});

test('a member that lost nothing is what it was', async (t) => {
  t.deepEqual(await standingOf(await stoppedMember(3)), full);
  t.deepEqual(await standingOf(await stoppedMember(0)), full);
});

const losses: readonly (readonly [string, (disk: MemoryDisk) => void, Partial<HardState>])[] = [
  ['hard state gone', (disk) => drop(disk, hardStatePath), { term: 2, votedFor: null }],
  ['hard state of zeros', (disk) => zero(disk, hardStatePath), { term: 2, votedFor: null }],
  [
    'hard state and log gone, the mark left',
    (disk) => {
      drop(disk, hardStatePath);
      drop(disk, `${logDirectory}/${'0'.repeat(20)}.log`);
    },
    { votedFor: null },
  ],
  [
    'the only segment gone',
    (disk) => drop(disk, `${logDirectory}/${'0'.repeat(20)}.log`),
    { votedFor: 'n2' },
  ],
  ['the mark gone', (disk) => drop(disk, `${logDirectory}/durable-mark`), { votedFor: 'n2' }],
  ['the directory of the log emptied', (disk) => emptyLog(disk), { term: 2, votedFor: 'n2' }],
];

for (const [name, lose, expected] of losses) {
  test(`${name}: the member knows that it may have forgotten something, and keeps knowing it`, async (t) => {
    const disk = await stoppedMember(3);
    lose(disk);
    for (const mode of ['lose', 'kill'] as const) {
      const state = await standingOf(disk);
      t.like(state, { ...expected, standing: 'repairing' });
      disk.crash(mode, seededRandom(1));
    }
  });
}

test('a member that may have voted before its first entry is not new, whatever of its files is left', async (t) => {
  for (const path of [hardStatePath, `${logDirectory}/durable-mark`]) {
    const disk = await stoppedMember(0);
    drop(disk, path);
    for (const mode of ['lose', 'kill'] as const) {
      t.is((await standingOf(disk)).standing, 'repairing', `without ${path}`);
      disk.crash(mode, seededRandom(1));
    }
  }
});

test('a member whose disk is new is blank', async (t) => {
  const disk = await stoppedMember(3);
  emptyLog(disk);
  drop(disk, hardStatePath);
  t.deepEqual(await standingOf(disk), { term: 0, votedFor: null, commit: 0, standing: 'blank' });
});

function drop(disk: MemoryDisk, path: string): void {
  disk.drop(path);
}

function zero(disk: MemoryDisk, path: string): void {
  disk.corrupt(path, 0, Buffer.alloc(disk.contentOf(path).length));
}

function emptyLog(disk: MemoryDisk): void {
  for (const name of disk.list(logDirectory)) if (name !== 'set-aside') drop(disk, `${logDirectory}/${name}`);
}
