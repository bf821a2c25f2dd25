import { join } from 'node:path';
import test from 'ava';
import { INITIAL_HARD_STATE } from '@ledgermq/raft';
import { HardStateFile } from '../src/hard-state-file.ts';
import { MemoryDisk } from '../src/memory-disk.ts';
import { NodeDisk } from '../src/node-disk.ts';
import { seededRandom, storeErrorOf, temporaryDirectory } from './log-fixture.ts';

const path = '/store/hard-state';

function newDisk(): MemoryDisk {
  const disk = new MemoryDisk();
  disk.mkdir('/store');
  return disk;
}

test('a new file holds the initial state; the newest saved state comes back', (t) => {
  const disk = newDisk();
  const file = HardStateFile.open(disk, path);
  t.deepEqual(file.load(), INITIAL_HARD_STATE);
  const states = [
    { term: 1, votedFor: 'n1', commit: 0, standing: 'full' },
    { term: 1, votedFor: 'n1', commit: 0, standing: 'repairing' },
    { term: 1, votedFor: 'n1', commit: 7, standing: 'full' },
    { term: 2, votedFor: null, commit: 9_007_199_254_740_991, standing: 'full' },
    { term: 3, votedFor: 'nödé', commit: 8, standing: 'full' },
    { term: 3, votedFor: '', commit: 8, standing: 'full' },
  ] as const;
  let current = file;
  for (const state of states) {
    current.save(state);
    t.deepEqual(current.load(), state);
    disk.crash('lose', seededRandom(1));
    current = HardStateFile.open(disk, path);
    t.deepEqual(current.load(), state);
  }
});

test('a save torn at any byte keeps the vote before it', async (t) => {
  const older = { term: 4, votedFor: 'n2', commit: 10, standing: 'full' } as const;
  const newer = { term: 5, votedFor: 'n3', commit: 11, standing: 'full' } as const;
  const base = newDisk();
  const file = HardStateFile.open(base, path);
  file.save({ term: 3, votedFor: 'n1', commit: 9, standing: 'full' });
  file.save(older);
  await file.settled();
  const before = base.contentOf(path);
  file.save(newer);
  const both = base.contentOf(path);
  // The copy in the other slot carries the higher number; it is not written before the first one is synced.
  const at = both.readBigUInt64BE(8) < both.readBigUInt64BE(4096 + 8) ? 0 : 4096;
  const after = Buffer.from(before);
  both.copy(after, at, at, at + 512);
  const changed = [...after.keys()].filter((at) => before[at] !== after[at]);
  const first = changed[0] ?? 0;
  const last = changed.at(-1) ?? 0;
  t.true(last > first && last - first < 512);
  for (let cut = first; cut <= last; cut += 1) {
    const disk = newDisk();
    const made = disk.open(path, 'create');
    made.write(Buffer.concat([after.subarray(0, cut), before.subarray(cut)]), 0);
    t.deepEqual(HardStateFile.open(disk, path).load(), older, `torn at byte ${cut}`);
  }
  const disk = newDisk();
  disk.open(path, 'create').write(after, 0);
  t.deepEqual(HardStateFile.open(disk, path).load(), newer);
});

test('power lost within a save gives the state before it or the new one', (t) => {
  const older = { term: 4, votedFor: 'n2', commit: 10, standing: 'full' } as const;
  const newer = { term: 5, votedFor: 'n3', commit: 11, standing: 'full' } as const;
  const seen = new Set<number>();
  for (let seed = 1; seed <= 60; seed += 1) {
    const disk = newDisk();
    const file = HardStateFile.open(disk, path);
    file.save(older);
    disk.addFault({ operation: 'sync', code: 'DISK_FAILED' });
    // The failed sync loses the write; a torn one is written by hand, before the power goes.
    t.is(storeErrorOf(() => file.save(newer)).code, 'STORAGE_FAILED');
    t.is(storeErrorOf(() => file.save(newer)).code, 'STORAGE_FAILED');
    t.deepEqual(file.load(), older);
    const raw = disk.open(path, 'read-write');
    raw.write(disk.contentOf(path), 0);
    disk.crash(seed % 2 === 0 ? 'tear' : 'reorder', seededRandom(seed));
    const { term } = HardStateFile.open(disk, path).load();
    seen.add(term);
    t.true(term === 4 || term === 5);
  }
  t.deepEqual([...seen].sort(), [4, 5]);
});

test('what a failed sync left in the page cache is made durable before it is believed', (t) => {
  const disk = newDisk();
  const file = HardStateFile.open(disk, path);
  disk.addFault({ operation: 'sync', code: 'DISK_FAILED' });
  storeErrorOf(() => file.save({ term: 2, votedFor: 'n1', commit: 0, standing: 'full' }));
  disk.crash('kill', seededRandom(1));
  t.is(HardStateFile.open(disk, path).load().term, 2);
  disk.crash('lose', seededRandom(1));
  t.is(HardStateFile.open(disk, path).load().term, 2);
});

test('two bad slots, a backward term and an overlong vote are refused by code', (t) => {
  const disk = newDisk();
  const file = HardStateFile.open(disk, path);
  file.save({ term: 2, votedFor: 'n1', commit: 0, standing: 'full' });
  t.is(
    storeErrorOf(() => file.save({ term: 1, votedFor: null, commit: 0, standing: 'full' })).code,
    'STATE_INVALID',
  );
  const long = { term: 3, votedFor: 'n'.repeat(500), commit: 0, standing: 'full' } as const;
  t.is(storeErrorOf(() => file.save(long)).code, 'LIMIT_EXCEEDED');
  t.is(file.load().term, 2);
});

test('one slot that decays costs nothing, both cost the vote: the member knows that it forgot', async (t) => {
  for (const slot of [0, 4096]) {
    const disk = newDisk();
    const file = HardStateFile.open(disk, path);
    file.save({ term: 2, votedFor: 'n1', commit: 0, standing: 'full' });
    file.save({ term: 3, votedFor: 'n2', commit: 0, standing: 'full' });
    await file.settled();
    disk.crash('lose', seededRandom(1));
    disk.corrupt(path, slot + 30, Buffer.from('x'));
    const next = HardStateFile.open(disk, path);
    t.deepEqual(next.load(), { term: 3, votedFor: 'n2', commit: 0, standing: 'full' });
    await next.settled();
    disk.crash('lose', seededRandom(1));
    disk.corrupt(path, 30, Buffer.from('y'));
    disk.corrupt(path, 4096 + 30, Buffer.from('y'));
    const bytes = disk.contentOf(path);
    const forgotten = HardStateFile.open(disk, path, { lastTerm: 2 });
    t.is(forgotten.found, 'damaged');
    t.deepEqual(forgotten.load(), { term: 2, votedFor: null, commit: 0, standing: 'repairing' });
    t.deepEqual(disk.contentOf('/store/set-aside/hard-state.at-0.damaged.1'), bytes);
  }
});

test('the creation of the file is whole or did not happen', (t) => {
  for (let seed = 1; seed <= 30; seed += 1) {
    const disk = newDisk();
    disk.addFault({ operation: seed % 2 === 0 ? 'sync' : 'rename', code: 'DISK_FAILED' });
    storeErrorOf(() => HardStateFile.open(disk, path));
    disk.crash(seed % 3 === 0 ? 'tear' : 'reorder', seededRandom(seed));
    const file = HardStateFile.open(disk, path);
    t.deepEqual(file.load(), INITIAL_HARD_STATE);
  }
});

test('on the real disk', (t) => {
  const directory = temporaryDirectory();
  t.teardown(directory.remove);
  const disk = new NodeDisk();
  const real = join(directory.path, 'hard-state');
  const file = HardStateFile.open(disk, real);
  file.save({ term: 8, votedFor: 'n1', commit: 3, standing: 'full' });
  file.close();
  const next = HardStateFile.open(disk, real);
  t.deepEqual(next.load(), { term: 8, votedFor: 'n1', commit: 3, standing: 'full' });
  next.close();
});
