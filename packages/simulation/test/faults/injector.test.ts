import test from 'ava';
import { runSeed } from '../../src/run.ts';
import type { FaultStep } from '../../src/faults/fault.ts';
import { smallCluster } from '../cluster-property.ts';

const at = { role: 'follower', group: 0, pick: 0 } as const;

function run(...schedule: readonly FaultStep[]): ReturnType<typeof runSeed> {
  return runSeed(11, { virtualMs: 9_000, schedule, parameters: smallCluster });
}

test.serial('a fault counts by its kind and by the part its target played', async (t) => {
  const result = await run(
    { atMs: 4_000, fault: { kind: 'kill', at, downMs: 300 } },
    { atMs: 6_000, fault: { kind: 'pause', at: { ...at, role: 'leader' }, forMs: 200 } },
    { atMs: 7_000, fault: { kind: 'partition-ring', turn: 0, forMs: 300 } },
  );
  t.is(result.faults, 3);
  t.is(result.coverage['fault kill @ follower'], 1);
  t.is(result.coverage['fault pause @ leader'], 1);
  t.is(result.coverage['fault partition-ring @ world'], 1);
  t.deepEqual(result.violations, []);
});

test.serial('a second member of three is not damaged while the first may still be', async (t) => {
  const result = await run(
    { atMs: 4_000, fault: { kind: 'wipe', at: { ...at, pick: 0 }, downMs: 3_000 } },
    { atMs: 4_500, fault: { kind: 'wipe', at: { role: 'leader', group: 0, pick: 0 }, downMs: 100 } },
  );
  t.is(result.faults, 1);
  t.is(result.coverage['fault skipped wipe: unsafe'], 1);
  t.deepEqual(result.violations, []);
});

test.serial('a member that was wiped and has come back whole makes room for another', async (t) => {
  const result = await run(
    { atMs: 2_500, fault: { kind: 'wipe', at, downMs: 50 } },
    { atMs: 8_500, fault: { kind: 'wipe', at: { role: 'leader', group: 0, pick: 0 }, downMs: 50 } },
  );
  t.is(result.coverage['fault skipped wipe: unsafe'], undefined);
  t.is(result.faults, 2);
  t.deepEqual(result.violations, []);
});

test.serial(
  'before a background sync at most one member of three loses its power, the others are killed',
  async (t) => {
    const fault = { kind: 'kill-all', mode: 'lose', downMs: 200 } as const;
    const schedule = [3_500, 5_000, 6_500, 8_000].map((atMs) => ({ atMs, fault }));
    const parameters = { ...smallCluster, flushDiskType: 'ASYNC_FLUSH' } as const;
    const result = await runSeed(11, { virtualMs: 9_000, schedule, parameters });
    t.deepEqual(result.violations, []);
    t.is(result.faults, 4);
    t.is(result.coverage['run with ASYNC_FLUSH'], 1);
    t.true((result.coverage['power loss before a background sync'] ?? 0) <= 4);
    t.true(result.acked > 0);
  },
);
