import test from 'ava';
import { raftConfigDefaults } from '../src/config.ts';
import type { Entry } from '../src/entry.ts';
import { RaftError } from '../src/errors.ts';
import { LogWriter } from '../src/log-writer.ts';
import { silentLogger } from '../src/logger.ts';
import type { Message } from '../src/message.ts';
import type { LogPosition } from '../src/storage.ts';
import { entriesAfter } from '../src/suite.ts';
import { SyncWatch } from '../src/sync-watch.ts';
import { HeldLog } from './driver-fixture.ts';
import { ManualClock, settle } from './manual-clock.ts';

const full = new RaftError('DISK_FULL', 'no room');

class Fixture {
  readonly clock: ManualClock = new ManualClock();
  readonly log: HeldLog = new HeldLog([]);
  readonly durable: number[] = [];
  readonly written: number[] = [];
  readonly delivered: number[] = [];
  readonly failures: unknown[] = [];
  readonly writer: LogWriter;
  #end: LogPosition;

  constructor(asyncFlush = false) {
    this.#end = this.log.lastPosition();
    const config = { ...raftConfigDefaults, asyncFlush };
    this.writer = new LogWriter({
      log: this.log,
      config,
      clock: this.clock,
      logger: silentLogger,
      watch: new SyncWatch(config, this.clock),
      listener: {
        onWritten: (index) => this.written.push(index),
        onDurable: (index) => this.durable.push(index),
        deliver: (messages) => {
          for (const message of messages)
            if (message.type === 'heartbeat-response') this.delivered.push(message.round);
        },
        onFailure: (error) => this.failures.push(error),
      },
    });
  }

  /** One Ready with `count` entries and a message of this number that waits for them. */
  take(count: number, number: number): void {
    const entries: Entry[] = entriesAfter(
      this.#end,
      new Array<{ term: number; bytes: number }>(count).fill({ term: 1, bytes: 10 }),
    );
    const last = entries.at(-1);
    if (last !== undefined) {
      const { index, term, address, hash, frame } = last;
      this.#end = { index, term, address: address + frame.length, hash };
    }
    this.writer.append(entries);
    const message: Message = { type: 'heartbeat-response', from: 'n1', to: 'n2', term: 1, round: number };
    this.writer.release(last, [message]);
  }

  async endSync(): Promise<void> {
    await this.log.release();
  }
}

test('what finds no room is held, in order, and nothing is said about it before it is durable', async (t) => {
  const one = new Fixture();
  one.take(2, 1);
  await one.endSync();
  one.log.failAppend = full;
  one.take(3, 2);
  one.take(0, 3);
  one.take(1, 4);
  t.true(one.writer.diskFull);
  t.deepEqual(one.delivered, [1]);
  one.clock.advance(raftConfigDefaults.diskFullRetryMs * 5);
  t.deepEqual(one.failures, []);
  t.is(one.log.lastPosition().index, 2);
  one.log.failAppend = null;
  one.clock.advance(raftConfigDefaults.diskFullRetryMs);
  t.false(one.writer.diskFull);
  t.is(one.log.lastPosition().index, 6);
  t.deepEqual(one.delivered, [1], 'not before the sync');
  await one.endSync();
  t.deepEqual(one.durable, [2, 6]);
  t.deepEqual(one.delivered, [1, 2, 3, 4]);
  one.take(1, 5);
  await one.endSync();
  t.deepEqual(one.delivered, [1, 2, 3, 4, 5]);
  t.is(one.writer.fullCount, 1);
  t.is(one.clock.timers, 0);
});

test('a sync that runs when the disk becomes full covers only what was written', async (t) => {
  const one = new Fixture();
  one.take(2, 1);
  one.log.failAppend = full;
  one.take(2, 2);
  await one.endSync();
  t.deepEqual(one.durable, [2]);
  t.deepEqual(one.delivered, [1]);
  t.is(one.writer.durableIndex, 2);
});

test('with asyncFlush too held entries count as nothing', async (t) => {
  const one = new Fixture(true);
  one.take(1, 1);
  one.log.failAppend = full;
  one.take(2, 2);
  t.deepEqual(one.written, [1]);
  t.deepEqual(one.delivered, [1]);
  one.log.failAppend = null;
  one.clock.advance(raftConfigDefaults.diskFullRetryMs);
  t.deepEqual(one.written, [1, 3]);
  t.deepEqual(one.delivered, [1, 2]);
  await settle();
});

test('any other failure is final, also when held entries are tried again', (t) => {
  const one = new Fixture();
  one.log.failAppend = new Error('EIO');
  t.throws(() => one.take(1, 1), { message: 'EIO' });
  const two = new Fixture();
  two.log.failAppend = full;
  two.take(1, 1);
  two.log.failAppend = new Error('EIO');
  two.clock.advance(raftConfigDefaults.diskFullRetryMs);
  t.is(two.failures.length, 1);
});

test('a disk that is full again after some room was found holds the rest', async (t) => {
  const one = new Fixture();
  one.log.failAppend = full;
  one.take(1, 1);
  one.take(1, 2);
  one.log.failAppend = null;
  one.clock.advance(raftConfigDefaults.diskFullRetryMs);
  one.log.failAppend = full;
  one.take(1, 3);
  await one.endSync();
  t.deepEqual(one.delivered, [1, 2]);
  t.is(one.writer.fullCount, 2);
  one.log.failAppend = null;
  one.clock.advance(raftConfigDefaults.diskFullRetryMs);
  await one.endSync();
  t.deepEqual(one.delivered, [1, 2, 3]);
});

test('a pause holds what comes, and a resume writes it', async (t) => {
  const one = new Fixture();
  one.take(2, 1);
  let paused = false;
  void one.writer.pause().then(() => (paused = true));
  one.take(2, 2);
  await settle();
  t.false(paused, 'a sync runs');
  await one.endSync();
  await settle();
  t.true(paused);
  t.is(one.log.lastPosition().index, 2);
  one.writer.resume();
  t.is(one.log.lastPosition().index, 4);
  await one.endSync();
  t.deepEqual(one.delivered, [1, 2]);
});

test('after a reset what was held is gone, and messages that waited for it leave', async (t) => {
  const one = new Fixture();
  one.log.failAppend = full;
  one.take(2, 1);
  await one.writer.pause();
  one.take(1, 2);
  one.clock.advance(raftConfigDefaults.diskFullRetryMs * 2);
  t.is(one.log.lastPosition().index, 0, 'nothing is tried while it is paused');
  const position = { index: 50, term: 3, address: 900, hash: 5 };
  await one.log.reset(position);
  one.writer.reset(50);
  t.deepEqual(one.delivered, [1, 2]);
  t.false(one.writer.diskFull);
  t.is(one.writer.durableIndex, 50);
  t.is(one.clock.timers, 0);
  one.log.failAppend = null;
  const more = entriesAfter(position, [{ term: 3, bytes: 1 }]);
  one.writer.append(more);
  one.writer.release(more[0], []);
  await one.endSync();
  t.deepEqual(one.durable, [51]);
});

test('entries never take the place of held ones', (t) => {
  const one = new Fixture();
  one.log.failAppend = full;
  one.take(2, 1);
  const again = entriesAfter({ index: 0, term: 0, address: 0, hash: 0 }, [{ term: 2, bytes: 1 }]);
  t.throws(() => one.writer.append(again), { code: 'INVARIANT_VIOLATED' });
});
