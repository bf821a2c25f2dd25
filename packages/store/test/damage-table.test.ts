import { readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { configurationOf } from '@ledgermq/raft';
import type { Entry } from '@ledgermq/raft';
import { parseSegmentLogConfig } from '../src/config.ts';
import type { SnapshotContent } from '../src/derived-folder.ts';
import { openDerivedState, replaceDerivedState } from '../src/derived-state.ts';
import type { DerivedState } from '../src/derived-state.ts';
import { StoreError } from '../src/errors.ts';
import { openMemberFiles } from '../src/member-files.ts';
import type { MemberFiles } from '../src/member-files.ts';
import { SnapshotFiles } from '../src/snapshot-files.ts';
import { nodeLevel } from '../src/state-db.ts';
import { appendUnit, tinyLimits as derivedLimits, unitAt } from './derived-fixture.ts';
import {
  MortalDisk,
  RecordingLogger,
  allEntries,
  appendMore,
  temporaryDirectory,
  tinyLimits,
} from './log-fixture.ts';

/*
 * Every kind of file of a member x every kind of damage, on the real disk. After each the member must come up by itself,
 * with what the group has given it back, and without having given out a wrong byte.
 */

const COUNT = 40;
const files = {
  'the first segment': 'log/0*.log:0',
  'a segment in the middle': 'log/0*.log:3',
  'the last segment': 'log/0*.log:-1',
  'the durable mark': 'log/durable-mark',
  'the hard state': 'hard-state',
  'the newest snapshot': 'snapshots/0*.snap:-1',
  'the base snapshot': 'snapshots/0*.snap:0',
  'the number of the derived state': 'derived/current',
  'the queue index': 'derived/1/queue-index.dat',
  'the tails of queues': 'derived/1/queue-tails-1.dat',
  'the ring of keys': 'derived/1/uniq-keys-128.dat',
  'the current file of LevelDB': 'derived/1/state-db/CURRENT',
  'the log of LevelDB': 'derived/1/state-db/0*.log:-1',
} as const;

const damages: Readonly<Record<string, (path: string) => void>> = {
  'a bit at the beginning': (path) => flip(path, 0.002),
  'a bit in the middle': (path) => flip(path, 0.5),
  'a bit near the end': (path) => flip(path, 0.97),
  'half of it cut off': (path) => truncateSync(path, Math.floor(readFileSync(path).length / 2)),
  'nothing left but the name': (path) => truncateSync(path, 0),
  zeros: (path) => writeFileSync(path, Buffer.alloc(readFileSync(path).length)),
  noise: (path) =>
    writeFileSync(
      path,
      readFileSync(path).map((byte, at) => byte ^ (at * 37 + 11)),
    ),
  gone: (path) => rmSync(path),
};

function flip(path: string, part: number): void {
  const bytes = readFileSync(path);
  const at = Math.floor(bytes.length * part);
  bytes[at] = (bytes[at] ?? 0) ^ 0x04;
  writeFileSync(path, bytes);
}

function pathOf(root: string, pattern: string): string {
  const [name = '', choice] = pattern.split(':');
  if (choice === undefined) return join(root, name);
  const folder = join(root, name.slice(0, name.lastIndexOf('/')));
  const found = readdirSync(folder).filter((file) => /^0.*\d/.test(file) && file.endsWith(name.slice(-4)));
  return join(folder, found.sort().at(Number(choice)) ?? '');
}

interface Member extends MemberFiles {
  readonly disk: MortalDisk;
  readonly snapshots: SnapshotFiles;
  readonly derived: DerivedState;
}

const ports = { level: nodeLevel, immediate: setImmediate };

async function openMember(root: string): Promise<Member> {
  const disk = new MortalDisk();
  const logger = new RecordingLogger();
  const { log, hardState } = await openMemberFiles({
    disk,
    logDirectory: join(root, 'log'),
    hardStatePath: join(root, 'hard-state'),
    config: parseSegmentLogConfig({ ...tinyLimits, segmentBytes: 1000 }),
    logger,
  });
  const snapshots = SnapshotFiles.open({ disk, immediate: setImmediate, logger }, join(root, 'snapshots'));
  const derived = await openDerived(disk, root, snapshots);
  return { disk, log, hardState, snapshots, derived };
}

/** As a replica does: damaged derived data is replaced by the newest snapshot that is good, or by nothing. */
async function openDerived(disk: MortalDisk, root: string, snapshots: SnapshotFiles): Promise<DerivedState> {
  const directory = join(root, 'derived');
  try {
    const derived = await openDerivedState({ disk, ...ports }, directory, derivedLimits);
    try {
      for (let queue = 0; queue < 5; queue += 1) derived.queueIndex.verify(queue);
      return derived;
    } catch (error) {
      await derived.close();
      throw error;
    }
  } catch (error) {
    const isDamage = error instanceof StoreError && ['INDEX_CORRUPT', 'STATE_DB_FAILED'].includes(error.code);
    if (!isDamage) throw error;
  }
  let snapshot: SnapshotContent | null = null;
  for (const { position } of snapshots.list().toReversed()) {
    if (!(await snapshots.verify(position.index))) continue;
    snapshot = { index: position.index, content: snapshots.content(position.index) };
    break;
  }
  return replaceDerivedState({ disk, ...ports }, directory, derivedLimits, snapshot);
}

function apply(derived: DerivedState, from: number, to: number): void {
  for (let index = from; index <= to; index += 1) {
    appendUnit(derived.queueIndex, index % 5, unitAt(index % 5, derived.queueIndex.nextOffset(index % 5)));
    const key = Buffer.from(`key-${index}`);
    derived.uniqKeys.insert(1, key, 0, key.length, 2, 3, index, index);
  }
}

/** A member with 40 entries, snapshots at 10 and 30, its state as of 35; stopped in good order. */
async function makeMember(root: string): Promise<Entry[]> {
  const { log, hardState, snapshots, derived } = await openMember(root);
  hardState.save({ term: 3, votedFor: 'n2', commit: 0, standing: 'full' });
  appendMore(log, COUNT, 100, 3);
  await log.sync();
  log.markCommitted(COUNT);
  for (const [from, to] of [
    [1, 10],
    [11, 30],
    [31, 35],
  ] as const) {
    apply(derived, from, to);
    await derived.checkpoint({
      appliedIndex: to,
      puts: [{ key: 'applied', value: String(to) }],
      deletes: [],
    });
    const position = log.positionAt(to);
    if (position === null || to === 35) continue;
    await snapshots.take(position, configurationOf(['n1', 'n2', 'n3']), derived.exportSnapshot(to));
  }
  const entries = allEntries(log);
  await log.sync();
  await close({ log, hardState, snapshots, derived });
  return entries;
}

async function close({ log, hardState, snapshots, derived }: Omit<Member, 'disk'>): Promise<void> {
  snapshots.close();
  await derived.close();
  await hardState.settled();
  hardState.close();
  await log.close();
}

for (const [file, pattern] of Object.entries(files)) {
  for (const [damage, hurt] of Object.entries(damages)) {
    test(`${file}: ${damage}`, async (t) => {
      const folder = temporaryDirectory();
      t.teardown(folder.remove);
      const entries = await makeMember(folder.path);
      hurt(pathOf(folder.path, pattern));
      const member = await openMember(folder.path);
      const { log, hardState, snapshots, derived } = member;

      // The log: what is missing comes back from others, and nothing but that.
      for (const entry of readable(member))
        t.true(entry.frame.equals(entries[entry.index - 1]?.frame ?? Buffer.alloc(0)));
      const lost = log.holes.length > 0 || log.lastPosition().index < COUNT;
      for (let hole = log.holes[0]; hole !== undefined; hole = log.holes[0]) {
        await log.fillHole(hole, entries.slice(hole.afterIndex, hole.beforeIndex - 1));
      }
      const { index } = log.lastPosition();
      if (index < COUNT) {
        t.true(
          log.voteFloor.index === COUNT || hardState.load().standing === 'repairing',
          'the loss is known',
        );
        log.append(entries.slice(index));
      }
      t.is(log.voteFloor.index, 0);
      t.deepEqual(
        allEntries(log).map(({ hash }) => hash),
        entries.map(({ hash }) => hash),
      );
      t.is(lost, file.includes('segment') && (lost || damage === 'gone'));

      // The vote: kept, or known to be lost.
      const { term, votedFor, standing } = hardState.load();
      if (standing === 'full') t.deepEqual([term, votedFor], [3, 'n2']);
      else t.is(standing, 'repairing');
      if (file === 'the hard state' && ['zeros', 'noise', 'gone'].includes(damage))
        t.is(standing, 'repairing');

      // Snapshots: good or missing. State: some checkpoint of the past, whole; the log has the rest.
      for (const meta of snapshots.list()) await snapshots.verify(meta.position.index);
      t.true(snapshots.list().length >= (file.includes('snapshot') ? 1 : 2));
      t.true([0, 10, 30, 35].includes(derived.appliedIndex), `state at ${derived.appliedIndex}`);
      const applied = derived.takeEntries().map(({ value }) => value.toString());
      t.deepEqual(applied, derived.appliedIndex === 0 ? [] : [String(derived.appliedIndex)]);
      apply(derived, derived.appliedIndex + 1, COUNT);
      await derived.checkpoint({ appliedIndex: COUNT, puts: [{ key: 'applied', value: '40' }], deletes: [] });
      await log.sync();
      await close(member);

      // And all of it stays mended.
      const again = await openMember(folder.path);
      t.is(again.log.recovery.damage, null);
      t.deepEqual(again.log.holes, []);
      t.is(again.log.lastPosition().index, COUNT);
      t.is(again.derived.appliedIndex, COUNT);
      for (let queue = 0; queue < 5; queue += 1) t.is(again.derived.queueIndex.nextOffset(queue), 8);
      await close(again);
    });
  }
}

function readable({ log }: Member): Entry[] {
  const found: Entry[] = [];
  for (let index = log.firstIndex(); index <= log.lastPosition().index; index += 1) {
    try {
      found.push(...log.entries(index, index + 1, 1));
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'LOG_CORRUPT') throw error;
    }
  }
  return found;
}
