import test from 'ava';
import { ProgramHost, type Life, type Program } from '../../src/world/program-host.ts';
import { Scheduler } from '../../src/world/scheduler.ts';
import { SeededRandom } from '../../src/world/seeded-random.ts';
import { SimNetwork } from '../../src/world/sim-network.ts';

const FILE = '/file';

interface Fixture {
  readonly scheduler: Scheduler;
  readonly host: ProgramHost;
  readonly lives: Life[];
  readonly states: string[];
  /** How often the program of the present life acted. */
  readonly beats: number[];
}

/** A machine whose program counts every ten milliseconds and keeps a file. */
function fixture(): Fixture {
  const lives: Life[] = [];
  const states: string[] = [];
  const beats: number[] = [];
  const scheduler = new Scheduler({
    onStep: () => undefined,
    onThrown: (_process, error) => {
      throw error;
    },
  });
  const random = new SeededRandom(1);
  const network = new SimNetwork(scheduler, random, {
    meanMs: 1,
    tailChance: 0,
    splitChance: 0,
    bufferBytes: 1_000,
  });
  const launch = (life: Life): Program => {
    lives.push(life);
    beats.push(0);
    const beat = (): void => {
      beats[beats.length - 1] = (beats.at(-1) ?? 0) + 1;
      life.clock.setTimer(10, beat);
    };
    beat();
    return { start: () => Promise.resolve(), stop: () => Promise.resolve() };
  };
  const host = new ProgramHost({
    id: 'n1',
    scheduler,
    network,
    machine: network.addMachine('n1', '10.0.0.1'),
    random,
    syncMs: 1,
    launch,
    onChange: ({ state }) => states.push(state),
  });
  return { scheduler, host, lives, states, beats };
}

test('a life begins, goes on and ends at once when it is killed', async (t) => {
  const { scheduler, host, states, beats } = fixture();
  host.start();
  host.start();
  await scheduler.run(105);
  t.is(host.life, 1);
  t.true((beats[0] ?? 0) >= 8);
  host.kill('kill');
  const before = beats[0];
  await scheduler.run(300);
  t.is(beats[0], before);
  t.deepEqual(states, ['starting', 'up', 'down']);
});

test('a loss of power takes what was not synced, a kill does not', async (t) => {
  for (const [mode, left] of [
    ['kill', 'written'],
    ['lose', ''],
  ] as const) {
    const { scheduler, host, lives } = fixture();
    host.start();
    await scheduler.run(10);
    const disk = lives[0]?.disk;
    const file = disk?.open(FILE, 'create');
    file?.syncNow();
    disk?.syncDirectoryNow('/');
    file?.write(Buffer.from('written'), 0);
    host.kill(mode);
    t.throws(() => file?.write(Buffer.from('x'), 0), { code: 'DISK_FAILED' });
    t.is(host.disk.contentOf(FILE).toString(), left);
  }
});

test('a paused life does nothing and then goes on', async (t) => {
  const { scheduler, host, beats } = fixture();
  host.start();
  await scheduler.run(50);
  host.pause();
  const before = beats[0];
  await scheduler.run(500);
  t.is(beats[0], before);
  t.true(host.paused);
  host.resume();
  await scheduler.run(600);
  t.true((beats[0] ?? 0) > (before ?? 0));
});

test('a program that must not go on ends its process and says why', async (t) => {
  const { scheduler, host, lives, states } = fixture();
  host.start();
  await scheduler.run(10);
  lives[0]?.fail(new Error('the disk is dead'));
  t.is(host.failure?.message, 'the disk is dead');
  host.start();
  await scheduler.run(20);
  lives[0]?.fail(new Error('a word from the grave'));
  t.is(host.failure, null);
  t.deepEqual(states, ['starting', 'up', 'failed', 'starting', 'up']);
});

test('an orderly stop ends the process when the program is done', async (t) => {
  const { scheduler, host, states } = fixture();
  host.start();
  await scheduler.run(10);
  host.stop();
  await scheduler.run(20);
  t.deepEqual(states, ['starting', 'up', 'stopping', 'down']);
});

test('a wiped machine has nothing left', async (t) => {
  const { scheduler, host, lives } = fixture();
  host.start();
  await scheduler.run(10);
  lives[0]?.disk.open(FILE, 'create').syncNow();
  host.wipe();
  t.false(host.disk.exists(FILE));
  host.start();
  await scheduler.run(20);
  t.is(host.life, 2);
});

test('a disk that hangs completes nothing until it goes on', async (t) => {
  const { scheduler, host, lives } = fixture();
  host.start();
  await scheduler.run(10);
  const file = lives[0]?.disk.open(FILE, 'create');
  file?.write(Buffer.from('x'), 0);
  host.setDiskStalled(true);
  let synced = false;
  void file?.sync().then(() => {
    synced = true;
  });
  await scheduler.run(5_000);
  t.false(synced);
  host.setDiskStalled(false);
  await scheduler.run(5_200);
  t.true(synced);
});
