import test from 'ava';
import { raftConfigDefaults, silentLogger, type Message, type Transport } from '@ledgermq/raft';
import { MemoryDisk, parseSegmentLogConfig, SegmentLog } from '@ledgermq/store';
import { BrokerError } from '../../src/errors.ts';
import { PeerLink } from '../../src/replication/peer-link.ts';
import type { PeerEvents } from '../../src/replication/peer-transport.ts';
import { repairLog } from '../../src/replication/log-repair.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { leaveDamagedLog } from './damaged-log.ts';

const DIRECTORY = '/log';

/** See `leaveDamagedLog`. */
async function logWithHole(committed: number): Promise<SegmentLog> {
  const disk = new MemoryDisk();
  await leaveDamagedLog(disk, DIRECTORY, committed);
  return SegmentLog.open(disk.process(), DIRECTORY, parseSegmentLogConfig({}), silentLogger);
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
    stopped: new AbortController().signal,
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

test('whoever is to stop waits for nobody, whether the question is out or not', async (t) => {
  for (const early of [true, false]) {
    const log = await logWithHole(7);
    const clock = new VirtualClock();
    const stop = new AbortController();
    if (early) stop.abort();
    const asked: string[] = [];
    const repairing = repairLog({
      memberId: 'n1',
      brokerName: 'broker-a',
      directory: '/data',
      members: ['n1', 'n2', 'n3'],
      log,
      peers: new PeerLink(() => ({ send: (to) => asked.push(to) })),
      raft: raftConfigDefaults,
      clock,
      logger: silentLogger,
      stopped: stop.signal,
    });
    await Promise.resolve();
    stop.abort();
    const error = await t.throwsAsync(repairing, { instanceOf: BrokerError });
    t.is(error.code, 'STOPPED');
    t.deepEqual(asked, early ? [] : ['n2']);
    t.is(clock.timerCount, 0, 'nothing of it is left');
    t.is(log.holes.length, 1, 'the next start finds what is missing');
  }
});
