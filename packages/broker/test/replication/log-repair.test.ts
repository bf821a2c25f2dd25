import test from 'ava';
import { raftConfigDefaults, silentLogger, type Message, type Transport } from '@ledgermq/raft';
import { entriesAfter } from '@ledgermq/raft/suite';
import { MemoryDisk, parseSegmentLogConfig, SegmentLog } from '@ledgermq/store';
import { PeerLink } from '../../src/replication/peer-link.ts';
import type { PeerEvents } from '../../src/replication/peer-transport.ts';
import { repairLog } from '../../src/replication/log-repair.ts';
import { VirtualClock } from '../virtual-clock.ts';

const DIRECTORY = '/log';
const SEGMENT = `${DIRECTORY}/${'0'.repeat(20)}.log`;
const HEADER_BYTES = 64;
const config = parseSegmentLogConfig({});

/** A log of nine entries with a hole at the fifth; entries up to `committed` are below its durable mark. */
async function logWithHole(committed: number): Promise<SegmentLog> {
  const disk = new MemoryDisk();
  disk.mkdir(DIRECTORY);
  const log = SegmentLog.open(disk, DIRECTORY, config, silentLogger);
  const entries = entriesAfter(
    log.lastPosition(),
    Array.from({ length: 9 }, () => ({ term: 1, bytes: 100 })),
  );
  log.append(entries);
  log.markCommitted(committed);
  await log.sync();
  await log.close();
  const at = HEADER_BYTES + (entries[4]?.address ?? 0) + 60;
  disk.corrupt(SEGMENT, at, Buffer.of((disk.contentOf(SEGMENT)[at] ?? 0) ^ 1));
  return SegmentLog.open(disk.process(), DIRECTORY, config, silentLogger);
}

/** Lets the repair of n1's log run for a while; n2 and n3 hold entries up to there, and can read none behind the fourth. */
async function repaired(log: SegmentLog, ends: Readonly<Record<string, number>>): Promise<boolean> {
  const clock = new VirtualClock();
  let events: PeerEvents | null = null;
  const send: Transport['send'] = (to, messages) => {
    const lastIndex = ends[to];
    if (lastIndex === undefined) return;
    const answers = messages.map((): Message => {
      return { type: 'repair-answer', from: to, to: 'n1', term: 0, entries: [], firstIndex: 1, lastIndex };
    });
    clock.immediate(() => events?.receive(to, answers));
  };
  const peers = new PeerLink((given) => {
    events = given;
    return { send };
  });
  let done = false;
  void repairLog({
    memberId: 'n1',
    directory: '/data',
    brokerName: 'broker-a',
    members: ['n1', 'n2', 'n3'],
    log,
    peers,
    raft: raftConfigDefaults,
    clock,
    logger: silentLogger,
  }).then(() => {
    done = true;
  });
  for (let step = 0; step < 400; step += 1) {
    clock.advance(50);
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
  return done;
}

test('an unsynced end that two members lost alike and the third never had is cut, and they go on', async (t) => {
  const log = await logWithHole(3);
  t.is(log.holes.length, 1);
  t.true(await repaired(log, { n2: 9, n3: 4 }));
  t.is(log.lastPosition().index, 4);
  t.is(log.voteFloor.index, 0, 'nobody can have relied on it');
});

test('what was committed is waited for, though another member cannot read it at present either', async (t) => {
  const log = await logWithHole(7);
  t.false(await repaired(log, { n2: 9, n3: 4 }));
  t.is(log.holes.length, 1);
});

test('a member that is not heard may have what is missing', async (t) => {
  t.false(await repaired(await logWithHole(3), { n2: 9 }));
});
