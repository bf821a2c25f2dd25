import test from 'ava';
import { silentLogger } from '@ledgermq/raft';
import { DiskGuard, type DiskRoom } from '../../src/replication/disk-guard.ts';
import { VirtualClock } from '../virtual-clock.ts';

test('room is told in steps, and counts again only with some of it above a limit', (t) => {
  const clock = new VirtualClock();
  let free = 2000;
  const changes: DiskRoom[] = [];
  const guard = new DiskGuard(
    { diskReserveBytes: 1000, diskCheckMs: 10, diskSpaceWarningLevelRatio: 90 },
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
      onChange: (room) => changes.push(room),
    },
  );
  guard.start();
  t.deepEqual(changes, []);
  for (const [bytes, room] of [
    [1000, 'ample'],
    [999, 'low'],
    [1050, 'low'],
    [1100, 'ample'],
    [1001, 'ample'],
    [500, 'low'],
    [499, 'scarce'],
    [549, 'scarce'],
    [550, 'low'],
    [124, 'exhausted'],
    [137, 'exhausted'],
    [138, 'scarce'],
    [1099, 'low'],
    [0, 'exhausted'],
    [-1, 'exhausted'],
    [1100, 'ample'],
  ] as const) {
    free = bytes;
    clock.advance(10);
    t.is(guard.room, room, `${bytes} bytes`);
    t.is(changes.at(-1) ?? 'ample', room);
  }
  const told = changes.length;
  guard.stop();
  free = 0;
  clock.advance(100);
  t.is(changes.length, told);
});

test('a share of the disk in use is a limit of sends alone', (t) => {
  const clock = new VirtualClock();
  const changes: DiskRoom[] = [];
  const guard = new DiskGuard(
    { diskReserveBytes: 100, diskCheckMs: 10, diskSpaceWarningLevelRatio: 90 },
    {
      disk: { totalBytes: () => 100_000, freeBytes: () => 9_999 },
      directory: '/data',
      clock,
      logger: silentLogger,
      onChange: (room) => changes.push(room),
    },
  );
  guard.start();
  guard.stop();
  t.deepEqual(changes, ['low']);
});
