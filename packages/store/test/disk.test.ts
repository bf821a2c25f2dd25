import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { MemoryDisk } from '../src/memory-disk.ts';
import { NodeDisk } from '../src/node-disk.ts';
import { diskSuite } from './disk-suite.ts';
import { faultSuite } from './fault-suite.ts';
import { faultyMemoryFixture, faultyNodeFixture } from './faulty-fixtures.ts';
import { seededRandom, storeErrorOf, temporaryDirectory } from './log-fixture.ts';

diskSuite(test, 'memory disk', () => {
  const disk = new MemoryDisk();
  disk.mkdir('/work');
  return { disk, directory: '/work', dispose: (): void => undefined };
});

diskSuite(test, 'real disk', () => {
  const directory = temporaryDirectory();
  return { disk: new NodeDisk(), directory: directory.path, dispose: directory.remove };
});

diskSuite(test, 'real disk with faults', faultyNodeFixture);
faultSuite(test, 'memory disk', faultyMemoryFixture);
faultSuite(test, 'real disk with faults', faultyNodeFixture);

test('a lock of a dead process is taken over, that of a live one is not', async (t) => {
  const directory = temporaryDirectory();
  t.teardown(directory.remove);
  const disk = new NodeDisk();
  const path = join(directory.path, 'LOCK');
  disk.lock(directory.path).release();
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  await once(child, 'spawn');
  const pid = child.pid ?? 0;
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  writeFileSync(path, `${boot} host ${pid} ${start}\n`);
  t.is(storeErrorOf(() => disk.lock(directory.path)).code, 'DIRECTORY_LOCKED');
  child.kill('SIGKILL');
  await once(child, 'exit');
  disk.lock(directory.path).release();
  for (const stale of [
    '',
    'torn',
    `${boot} host 1 0\n`,
    `other-boot host ${process.pid} 1\n`,
    `${boot} host ${process.pid} 1\n`,
  ]) {
    writeFileSync(path, stale);
    disk.lock(directory.path).release();
  }
  t.deepEqual(disk.list(directory.path), []);
});

test('a crash leaves exactly what a plain model of the platter has', (t) => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const random = seededRandom(seed);
    const disk = new MemoryDisk();
    disk.mkdir('/d');
    let file = disk.open('/d/f', 'create');
    disk.syncDirectoryNow('/d');
    let cache: Buffer = Buffer.alloc(0);
    let platter: Buffer = Buffer.alloc(0);
    const put = (target: Buffer, bytes: Buffer, at: number): Buffer => {
      const grown = Buffer.alloc(Math.max(target.length, at + bytes.length));
      target.copy(grown);
      bytes.copy(grown, at);
      return grown;
    };
    for (let step = 0; step < 60; step += 1) {
      const at = random.nextInt(3000);
      switch (random.nextInt(7)) {
        case 0:
          file.truncateNow(at);
          cache = put(Buffer.from(cache.subarray(0, at)), Buffer.alloc(0), at);
          break;
        case 1:
          file.syncNow();
          platter = Buffer.from(cache);
          break;
        case 2:
          disk.crash('lose', random);
          cache = Buffer.from(platter);
          file = disk.open('/d/f', 'read-write');
          break;
        case 3:
          // A medium decays where it was written.
          file.syncNow();
          disk.flipBits('/d/f', at, 0x11, 5);
          for (let place = at; place < Math.min(at + 5, cache.length); place += 1) {
            cache[place] = (cache[place] ?? 0) ^ 0x11;
          }
          platter = Buffer.from(cache);
          break;
        case 4:
          if (random.nextInt(4) > 0) break;
          file.syncNow();
          disk.cutShort('/d/f', at);
          cache = Buffer.from(cache.subarray(0, at));
          platter = Buffer.from(cache);
          break;
        default: {
          const bytes = Buffer.alloc(1 + random.nextInt(700), step + 1);
          file.write(bytes, at);
          cache = put(cache, bytes, at);
        }
      }
      t.true(disk.contentOf('/d/f').equals(cache), `seed ${seed}, step ${step}: cache`);
      t.true(disk.platterOf('/d/f')?.equals(platter), `seed ${seed}, step ${step}: platter`);
    }
  }
});

test('what a loss of power would leave can be looked at without one', (t) => {
  const disk = new MemoryDisk();
  disk.mkdir('/d/inner');
  const file = disk.open('/d/inner/f', 'create');
  file.write(Buffer.from('abc'), 0);
  t.is(disk.platterOf('/d/inner/f'), null);
  t.deepEqual(disk.platterPaths('/d'), []);
  disk.syncDirectoryNow('/d/inner');
  t.is(disk.platterOf('/d/inner/f')?.length, 0);
  file.syncNow();
  file.write(Buffer.from('xyz'), 1);
  t.is(disk.platterOf('/d/inner/f')?.toString(), 'abc');
  t.deepEqual(disk.platterPaths('/d'), ['/d/inner/f']);
  disk.drop('/d/inner');
  t.false(disk.exists('/d/inner'));
  t.is(disk.platterOf('/d/inner/f'), null);
  t.is(storeErrorOf(() => disk.drop('/d/inner')).code, 'FILE_MISSING');
});
