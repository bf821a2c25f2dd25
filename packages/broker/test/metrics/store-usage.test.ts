import test from 'ava';
import { MemoryDisk } from '@ledgermq/store';
import { UsageWatch, USAGE_AGE_MS, USAGE_WAIT_MS } from '../../src/metrics/store-usage.ts';
import { VirtualClock } from '../virtual-clock.ts';

interface Fixture {
  readonly clock: VirtualClock;
  readonly watch: UsageWatch;
  /** Looks at a folder that the disk has not answered. */
  readonly held: (() => void)[];
  hold: boolean;
  looks: number;
  readonly write: (path: string, bytes: number) => void;
}

function fixture(): Fixture {
  const clock = new VirtualClock();
  const disk = new MemoryDisk();
  for (const folder of ['log/set-aside', 'snapshots', 'derived/1/level', 'key-index', 'set-aside']) {
    disk.mkdir(`/r/${folder}`);
  }
  const made: Fixture = {
    clock,
    held: [],
    hold: false,
    looks: 0,
    write: (path, bytes) => {
      const file = disk.open(`/r/${path}`, 'create');
      file.write(Buffer.alloc(bytes), 0);
      file.close();
    },
    watch: new UsageWatch({
      directory: '/r',
      clock,
      disk: {
        listSizes: async (directory, countMax) => {
          made.looks += 1;
          if (made.hold) await new Promise<void>((resolve) => made.held.push(resolve));
          return disk.listSizes(directory, countMax);
        },
      },
    }),
  };
  return made;
}

test('files are counted by kind, those set aside apart', async (t) => {
  const { watch, write } = fixture();
  write('log/1.log', 100);
  write('log/2.log', 50);
  write('log/set-aside/3.log.at-0.torn.1', 7);
  write('derived/1/queues.dat', 30);
  write('derived/1/level/CURRENT', 3);
  write('hard-state', 64);
  write('set-aside/hard-state.at-0.damaged.1', 9);
  const { files, setAside } = await watch.latest();
  t.deepEqual(files['log'], { files: 2, bytes: 150 });
  t.deepEqual(files['derived'], { files: 2, bytes: 33 });
  t.deepEqual(files['snapshots'], { files: 0, bytes: 0 });
  t.deepEqual(setAside['log'], { files: 1, bytes: 7 });
  t.deepEqual(setAside['hard-state'], { files: 1, bytes: 9 });
});

test('what was found is told again for some seconds, and then looked for anew', async (t) => {
  const made = fixture();
  const { watch, write, clock } = made;
  await Promise.all([watch.latest(), watch.latest(), watch.latest()]);
  const { looks } = made;
  write('log/1.log', 100);
  clock.advance(USAGE_AGE_MS - 1);
  t.is((await watch.latest()).files['log']?.bytes, 0);
  t.is(made.looks, looks);
  clock.advance(1);
  t.is((await watch.latest()).files['log']?.bytes, 100);
  t.is(made.looks, 2 * looks);
  t.is(clock.timerCount, 0);
});

test('nobody waits long for a disk that does not answer, and it is asked once', async (t) => {
  const made = fixture();
  const { watch, write, clock, held } = made;
  write('log/1.log', 100);
  made.hold = true;
  const first = watch.latest();
  clock.advance(USAGE_WAIT_MS);
  t.deepEqual((await first).files, {}, 'nothing is known yet, so nothing is claimed');
  const second = watch.latest();
  clock.advance(USAGE_WAIT_MS);
  await second;
  t.is(held.length, 1);
  made.hold = false;
  held[0]?.();
  t.is((await watch.latest()).files['log']?.bytes, 100);
  // It is slow again later: what was found before is told.
  clock.advance(USAGE_AGE_MS);
  made.hold = true;
  const later = watch.latest();
  clock.advance(USAGE_WAIT_MS);
  t.is((await later).files['log']?.bytes, 100);
});
