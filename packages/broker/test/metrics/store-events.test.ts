import { join } from 'node:path/posix';
import test from 'ava';
import type { StoreFileKind } from '@ledgermq/store';
import type { StoreTallies } from '../../src/metrics/store-tallies.ts';
import { DIRECTORY, ReplicaCluster, type Member } from '../replica-cluster.ts';

const folders: Readonly<Record<StoreFileKind, string>> = {
  log: 'log',
  'hard-state': '',
  snapshots: 'snapshots',
  derived: 'derived',
  'key-index': 'key-index',
};

/** Events that were counted, by their words. */
function counted({ setAside, damageFound }: StoreTallies): Record<string, number> {
  const cases = [
    ...setAside.cases.map(({ words, tally }) => [`aside ${words.join(' ')}`, tally.value] as const),
    ...damageFound.cases.map(({ words, tally }) => [`damage ${words.join(' ')}`, tally.value] as const),
  ];
  return Object.fromEntries(cases.filter(([, value]) => value > 0));
}

function inFolder({ disk }: Member, kind: StoreFileKind): number {
  const folder = join(DIRECTORY, folders[kind], 'set-aside');
  return disk.exists(folder) ? disk.list(folder).length : 0;
}

/** Newest file of a folder whose name ends so. */
function newest({ disk }: Member, folder: string, end: string): string {
  const path = join(DIRECTORY, folder);
  const name = disk.list(path).findLast((one) => one.endsWith(end));
  if (name === undefined) throw new Error(`no ${end} in ${path}`);
  return join(path, name);
}

const damages: Readonly<Record<StoreFileKind, (member: Member) => Promise<void> | void>> = {
  log: (member) => member.disk.flipBits(newest(member, 'log', '.log'), 200, 0xff, 8),
  'hard-state': ({ disk }) => disk.flipBits(join(DIRECTORY, 'hard-state'), 0, 0xff, 8_192),
  snapshots: (member) => member.disk.flipBits(newest(member, 'snapshots', '.snap'), 0, 0xff, 64),
  derived: ({ disk }) => disk.flipBits(join(DIRECTORY, 'derived', 'current'), 0, 0xff, 8_192),
  'key-index': ({ disk }) => disk.remove(join(DIRECTORY, 'key-index', 'mark')),
};

for (const [kind, damage] of Object.entries(damages) as [StoreFileKind, (typeof damages)['log']][]) {
  test(`damage to files of the kind ${kind} is counted, and so is every piece that is set aside`, async (t) => {
    const cluster = await ReplicaCluster.start({}, 20_000);
    await cluster.createTopic('T');
    for (let i = 0; i < 40; i += 1) {
      await cluster.send({ topic: 'T', uniqKey: `k${i}`, body: `m${i}`.padEnd(1_000, '.') });
    }
    await cluster.level();
    // Time for checkpoints of the indexes.
    await cluster.pass(20_000);
    const leader = await cluster.leader();
    const victim = cluster.members.find(({ id }) => id !== leader.id) as Member;
    t.deepEqual(counted(victim.live.storeTallies), {}, 'a sound store has no events');
    await cluster.stop(victim.id);
    await damage(victim);
    await cluster.finish(cluster.open(victim.id));
    await cluster.level();
    const events = counted(victim.live.storeTallies);
    t.is(events[`damage ${kind}`], 1, JSON.stringify(events));
    for (const each of Object.keys(folders) as StoreFileKind[]) {
      let sum = 0;
      for (const [name, value] of Object.entries(events)) if (name.startsWith(`aside ${each} `)) sum += value;
      t.is(sum, inFolder(victim, each), `${each}: ${JSON.stringify(events)}`);
    }
    t.true(inFolder(victim, kind) > 0);
  });
}

test('holes of the log are counted when they are found and when they are filled', async (t) => {
  const cluster = await ReplicaCluster.start();
  await cluster.createTopic('T');
  for (let i = 0; i < 40; i += 1) {
    await cluster.send({ topic: 'T', uniqKey: `k${i}`, body: `m${i}`.padEnd(1_000, '.') });
  }
  await cluster.level();
  const leader = await cluster.leader();
  const victim = cluster.members.find(({ id }) => id !== leader.id) as Member;
  await cluster.stop(victim.id);
  // In the middle of what was synced: good entries lie behind it.
  victim.disk.flipBits(newest(victim, 'log', '.log'), 2_000, 0xff, 8);
  await cluster.finish(cluster.open(victim.id));
  await cluster.level();
  const { holesFound, holesFilled, holesCut } = victim.live.storeTallies;
  t.is(holesFound.value, 1);
  t.is(holesFilled.value, 1);
  t.is(holesCut.value, 0);
  const known = { ...counted(victim.live.storeTallies) };
  t.deepEqual(known, { 'aside log damaged': 1, 'damage log': 1 });
});
