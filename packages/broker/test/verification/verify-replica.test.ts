import { Buffer } from 'node:buffer';
import { join } from 'node:path/posix';
import test from 'ava';
import { MemoryLevel, type MemoryDisk, type StateLevel } from '@ledgermq/store';
import { verifyReplica, type VerifyReport } from '../../src/verification/verify-replica.ts';
import { DIRECTORY, ReplicaCluster, type Member } from '../replica-cluster.ts';

const STATE_DB = join(DIRECTORY, 'derived', '1', 'state-db');
const ENCODING = { keyEncoding: 'buffer', valueEncoding: 'buffer' } as const;
const EVERYTHING = { ...ENCODING, gte: Buffer.from([0]), lt: Buffer.from([255]) };

/** A member that was stopped, with 200 messages. */
async function stopped(): Promise<{ cluster: ReplicaCluster; member: Member }> {
  const cluster = await ReplicaCluster.start();
  await cluster.createTopic('T');
  for (let i = 0; i < 200; i += 1) {
    await cluster.send({ topic: 'T', uniqKey: `k${i}`, body: `m${i}`, properties: { KEYS: `n${i % 10}` } });
  }
  await cluster.commitOffset(13);
  await cluster.level();
  for (const { id } of cluster.members) await cluster.stop(id);
  const member = cluster.member('n1');
  // The database lies elsewhere in tests, but its folder is looked for.
  member.disk.mkdir(STATE_DB);
  return { cluster, member };
}

async function copyOf(level: StateLevel, target: MemoryLevel): Promise<void> {
  await level.open();
  const rows: { type: 'put'; key: Buffer; value: Buffer }[] = [];
  for await (const [key, value] of level.iterator(EVERYTHING)) rows.push({ type: 'put', key, value });
  await level.close();
  const copy = target.connect();
  await copy.open();
  await copy.batch(rows, { ...ENCODING, sync: true });
  await copy.close();
}

let runs = 0;

async function verify(member: Member, repair = false): Promise<VerifyReport> {
  runs += 1;
  const scratch = `/scratch/${runs}`;
  member.disk.mkdir(scratch);
  const scratchLevels = new Map<string, MemoryLevel>();
  const scratchLevel = (path: string): MemoryLevel => {
    const held = scratchLevels.get(path) ?? new MemoryLevel();
    scratchLevels.set(path, held);
    return held;
  };
  return verifyReplica({
    directory: DIRECTORY,
    scratch,
    disk: member.disk,
    level: (path) => (path.startsWith(scratch) ? scratchLevel(path) : member.level(path)).connect(),
    copyLevel: (from, to) => copyOf(member.level(from).connect(), scratchLevel(to)),
    clock: { immediate: setImmediate },
    repair,
    onProgress: () => undefined,
  });
}

function damages({ findings }: VerifyReport): string[] {
  return findings.filter(({ kind }) => kind === 'damage').map(({ part }) => part);
}

function filesOf(disk: MemoryDisk, directory: string = DIRECTORY): Map<string, string> {
  const found = new Map<string, string>();
  for (const name of disk.list(directory)) {
    if (name.startsWith('LOCK')) continue;
    const path = join(directory, name);
    try {
      for (const [inner, content] of filesOf(disk, path)) found.set(inner, content);
    } catch {
      const file = disk.open(path, 'read');
      const content = Buffer.alloc(file.size());
      file.read(content, 0);
      found.set(path, content.toString('base64'));
    }
  }
  return found;
}

function flip(disk: MemoryDisk, path: string, at: number): void {
  const byte = Buffer.alloc(1);
  disk.open(path, 'read').read(byte, at);
  disk.corrupt(path, at, Buffer.from([(byte[0] ?? 0) ^ 0xff]));
}

function only(disk: MemoryDisk, directory: string, ends: string): string {
  const name = disk.list(join(DIRECTORY, directory)).find((one) => one.endsWith(ends));
  if (name === undefined) throw new Error(`no ${ends} in ${directory}`);
  return join(DIRECTORY, directory, name);
}

test('a sound replica is found sound, and nothing of it changes', async (t) => {
  const { member } = await stopped();
  const before = filesOf(member.disk);
  const report = await verify(member);
  t.deepEqual(report.findings, []);
  t.is(report.firstIndex, 1);
  t.true(report.lastIndex > 200);
  t.is(report.comparedTo, report.lastIndex);
  t.deepEqual(filesOf(member.disk), before);
});

test('a folder in use is refused', async (t) => {
  const { member } = await stopped();
  const lock = member.disk.lock(join(DIRECTORY, 'log'));
  await t.throwsAsync(verify(member), { code: 'DIRECTORY_LOCKED' });
  lock.release();
});

test('damage to the log, to votes and to the mark is found, and left alone', async (t) => {
  for (const [file, part, places] of [
    ['log/.log', 'log', [3_000]],
    ['/hard-state', 'hard-state', [25, 4096 + 25]],
  ] as const) {
    const { member } = await stopped();
    const [directory, ends] = file.split('/') as [string, string];
    const path = ends === 'hard-state' ? join(DIRECTORY, ends) : only(member.disk, directory, ends);
    for (const at of places) flip(member.disk, path, at);
    const before = filesOf(member.disk);
    const report = await verify(member, true);
    t.true(damages(report).includes(part), file);
    t.deepEqual(report.repaired, []);
    t.deepEqual(filesOf(member.disk), before);
  }
});

const derivedDamage: readonly [string, string, (member: Member) => void | Promise<void>][] = [
  ['a row that is not what the log makes', 'state', (member) => changeRow(member, 'o')],
  ['a row too few', 'state', (member) => changeRow(member, 'o', true)],
  [
    'a unit of the queue index',
    'state',
    ({ disk }) => flip(disk, join(DIRECTORY, 'derived/1/queue-index.dat'), 4_096 + 8),
  ],
  [
    'a queue index that is cut off',
    'state',
    ({ disk }) => {
      disk.open(join(DIRECTORY, 'derived/1/queue-index.dat'), 'read-write').truncateNow(100);
    },
  ],
  [
    'the number of the state',
    'state',
    ({ disk }) => {
      for (const at of [30, 4096 + 30]) flip(disk, join(DIRECTORY, 'derived/current'), at);
    },
  ],
  ['a key', 'key-index', ({ disk }) => flip(disk, only(disk, 'key-index', '.keys'), 64 + 20 * 50)],
  [
    'the mark of the key index',
    'key-index',
    ({ disk }) => {
      for (const at of [30, 4096 + 30]) flip(disk, join(DIRECTORY, 'key-index/mark'), at);
    },
  ],
];
for (const [what, part, damage] of derivedDamage) {
  test(`derived data is compared with the log and made anew: ${what}`, async (t) => {
    const { cluster, member } = await stopped();
    await damage(member);
    const found = await verify(member);
    t.deepEqual([...new Set(damages(found))], [part], JSON.stringify(found.findings));
    const repaired = await verify(member, true);
    t.deepEqual(repaired.repaired, [part]);
    t.is(member.disk.list(join(DIRECTORY, 'set-aside')).length, 1);
    member.disk.mkdir(STATE_DB);
    const again = await verify(member);
    t.deepEqual(again.findings, []);
    t.is(again.comparedTo !== null, true);
    for (const { id } of cluster.members) await cluster.open(id);
    t.like(await cluster.send({ topic: 'T', uniqKey: 'k30' }), { queueOffset: 30, duplicate: true });
    t.deepEqual(member.fatal, []);
  });
}

/** Changes or removes the first row of the machine whose key holds this text, as no log would. */
async function changeRow(member: Member, text: string, remove = false): Promise<void> {
  const level = member.level(STATE_DB).connect();
  await level.open();
  for await (const [key, value] of level.iterator({
    ...EVERYTHING,
    gte: Buffer.from('c'),
    lt: Buffer.from('d'),
  })) {
    if (!key.subarray(1).toString().startsWith(text)) continue;
    const changed = Buffer.concat([value, Buffer.from([0x78, 1])]);
    await level.batch([remove ? { type: 'del', key } : { type: 'put', key, value: changed }], {
      ...ENCODING,
      sync: true,
    });
    await level.close();
    return;
  }
  throw new Error(`no row begins with ${text}`);
}
