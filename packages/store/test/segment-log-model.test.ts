import test from 'ava';
import * as fc from 'fast-check';
import type { Disk } from '../src/disk.ts';
import { CountingDisk } from './log-fixture.ts';
import { LogModelRun, logEvents } from './segment-log-model.ts';

const SEED = 20_261_121;

function model(plant?: (disk: Disk) => Disk): fc.IAsyncProperty<[Parameters<LogModelRun['run']>[0], number]> {
  return fc.asyncProperty(logEvents, fc.integer({ min: 1, max: 2 ** 31 }), async (events, seed) => {
    await new LogModelRun(seed, plant).run(events);
  });
}

test('random histories with crashes: what was synced is there, nothing is invented', async (t) => {
  await fc.assert(model(), { seed: SEED, numRuns: 600 });
  t.pass();
});

test('planted bug: a sync that answers before the platter has the bytes is caught', async (t) => {
  const found = await fc.check(
    model((disk) => new CountingDisk(disk, 'file-sync')),
    { seed: SEED, numRuns: 600 },
  );
  t.true(found.failed);
  t.regex(String(found.errorInstance), /synced entries after|segment header|lacks its last|ends at entry/);
});

test('planted bug: a directory that is never synced is caught', async (t) => {
  const found = await fc.check(
    model((disk) => new CountingDisk(disk, 'directory-sync')),
    {
      seed: SEED,
      numRuns: 600,
    },
  );
  t.true(found.failed);
  t.regex(String(found.errorInstance), /synced entries after|LOG_CORRUPT|missing|ends at entry|a vote floor/);
});
