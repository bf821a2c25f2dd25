import test from 'ava';
import { silentLogger } from '@ledgermq/raft';
import { DiskGuard } from '../../src/replication/disk-guard.ts';
import { VirtualClock } from '../virtual-clock.ts';

test('sends are refused below the reserve and accepted again only with some room above it', (t) => {
  const clock = new VirtualClock();
  let free = 2000;
  const changes: boolean[] = [];
  const guard = new DiskGuard(
    { reserveBytes: 1000, checkMs: 10, diskSpaceWarningLevelRatio: 90 },
    {
      disk: {
        totalBytes: () => 5_000,
        freeBytes: () => {
          if (free < 0) throw new Error('no answer');
          return free;
        },
      },
      directory: '/data',
      clock,
      logger: silentLogger,
      onChange: (full) => changes.push(full),
    },
  );
  guard.start();
  t.deepEqual(changes, []);
  for (const [bytes, expected] of [
    [1000, []],
    [999, [true]],
    [1050, [true]],
    [1100, [true, false]],
    [1001, [true, false]],
    [0, [true, false, true]],
    [-1, [true, false, true]],
  ] as const) {
    free = bytes;
    clock.advance(10);
    t.deepEqual(changes, [...expected]);
  }
  guard.stop();
  free = 5000;
  clock.advance(100);
  t.deepEqual(changes, [true, false, true]);
});
