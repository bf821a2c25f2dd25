import test from 'ava';
import type { SnapshotMeta } from '@ledgermq/raft';
import { StoreTallies } from '../../src/metrics/store-tallies.ts';
import { SnapshotSchedule, type SnapshotSchedulePorts } from '../../src/replication/snapshot-schedule.ts';
import { VirtualClock } from '../virtual-clock.ts';

test('all snapshots of earlier lives are read, although another state is installed meanwhile', async (t) => {
  const read: number[] = [];
  const gates: (() => void)[] = [];
  const kept = [10, 20, 30].map((index) => ({ position: { index } }) as SnapshotMeta);
  const snapshots = {
    list: () => kept,
    verify: async (index: number) => {
      read.push(index);
      await new Promise<void>((resolve) => gates.push(resolve));
      return true;
    },
  };
  const nothing = (): void => undefined;
  const clock = new VirtualClock();
  const logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
  // Nothing is taken here, so there is no retention.
  const derived = (): { appliedIndex: number } => ({ appliedIndex: 5 });
  const ports = { derived, snapshots, logger, clock, metrics: new StoreTallies(clock) };
  const schedule = new SnapshotSchedule({ intervalBytes: 1_000 }, ports as unknown as SnapshotSchedulePorts);
  schedule.start();
  await schedule.written();
  for (const index of [10, 20]) {
    t.is(read.at(-1), index);
    gates.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  t.is(read.at(-1), 30);
  const stopped = schedule.stop();
  gates.shift()?.();
  await stopped;
  t.deepEqual(read, [10, 20, 30]);
});
