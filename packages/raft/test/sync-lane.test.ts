import test from 'ava';
import type { Entry } from '../src/entry.ts';
import { entriesAfter } from '../src/log-storage-suite.ts';
import type { Message } from '../src/message.ts';
import type { LogPosition } from '../src/storage.ts';
import { raftConfigDefaults } from '../src/config.ts';
import { SyncLane } from '../src/sync-lane.ts';
import { SyncWatch } from '../src/sync-watch.ts';
import { ManualClock } from './manual-clock.ts';
import { HeldLog } from './driver-fixture.ts';

interface Report {
  readonly index: number;
  readonly term: number;
  readonly waiting: number;
}

function laneOver(log: HeldLog): { lane: SyncLane; reports: Report[]; failures: unknown[] } {
  const reports: Report[] = [];
  const failures: unknown[] = [];
  const lane = new SyncLane(log, new SyncWatch(raftConfigDefaults, new ManualClock()), {
    onDurable: (index, term, waiting) => reports.push({ index, term, waiting: waiting.length }),
    onFailure: (error) => failures.push(error),
  });
  return { lane, reports, failures };
}

function append(log: HeldLog, lane: SyncLane, position: LogPosition, term: number, count: number): void {
  const entries = entriesAfter(
    position,
    new Array<{ term: number; bytes: number }>(count).fill({ term, bytes: 5 }),
  );
  log.append(entries);
  lane.appended(entries as [Entry, ...Entry[]]);
}

const message: Message = { type: 'heartbeat-response', from: 'n1', to: 'n2', term: 1, round: 1 };

test('messages wait for the sync that covers what was appended before them', async (t) => {
  const log = new HeldLog([]);
  const { lane, reports } = laneOver(log);
  append(log, lane, log.lastPosition(), 1, 2);
  lane.wait([message]);
  lane.start();
  lane.wait([message]);
  append(log, lane, log.lastPosition(), 1, 1);
  lane.wait([message, message, message]);
  lane.start();
  t.is(log.syncsStarted, 1, 'one at a time');
  await log.release();
  t.deepEqual(reports, [{ index: 2, term: 1, waiting: 2 }]);
  t.false(lane.clean);
  lane.start();
  await log.release();
  t.deepEqual(reports[1], { index: 3, term: 1, waiting: 3 });
  t.true(lane.clean);
});

test('a cut lowers the durable index, also during a sync', async (t) => {
  const log = new HeldLog([]);
  const { lane } = laneOver(log);
  const start = log.lastPosition();
  append(log, lane, start, 1, 4);
  lane.start();
  await log.release();
  t.is(lane.durableIndex, 4);
  append(log, lane, log.positionAt(2) ?? start, 2, 3);
  t.is(lane.durableIndex, 2);
  lane.start();
  append(log, lane, log.positionAt(3) ?? start, 3, 3);
  await log.release();
  t.is(lane.durableIndex, 3, 'entries 4 and 5 of term 2 are gone');
  lane.start();
  await log.release();
  t.is(lane.durableIndex, 6);
});

test('after a failure nothing is synced again, and finish does not hang', async (t) => {
  const log = new HeldLog([]);
  const { lane, reports, failures } = laneOver(log);
  append(log, lane, log.lastPosition(), 1, 1);
  lane.start();
  await log.fail();
  append(log, lane, log.lastPosition(), 1, 1);
  lane.start();
  await lane.finish();
  t.is(failures.length, 1);
  t.is(log.syncsStarted, 1);
  t.deepEqual(reports, []);
  t.is(lane.syncs, 0);
});

test('a log that throws instead of rejecting fails the lane too', async (t) => {
  const log = new HeldLog([]);
  const { lane, failures } = laneOver(log);
  log.sync = () => {
    throw new Error('EIO');
  };
  append(log, lane, log.lastPosition(), 1, 1);
  lane.start();
  await lane.finish();
  t.is(failures.length, 1);
});
