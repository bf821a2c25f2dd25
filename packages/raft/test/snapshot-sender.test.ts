import test from 'ava';
import { crc32 } from 'node:zlib';
import { raftConfigDefaults } from '../src/config.ts';
import { silentLogger } from '../src/logger.ts';
import { MemorySnapshotStorage } from '../src/memory-snapshot-storage.ts';
import type { SnapshotAnswer } from '../src/message.ts';
import { SnapshotSender, type ChunkContent } from '../src/snapshot-sender.ts';
import { snapshotOf } from '../src/suite.ts';
import { ManualClock } from './manual-clock.ts';

const config = {
  ...raftConfigDefaults,
  snapshotChunkBytes: 100,
  snapshotSendsMax: 2,
  snapshotTimeoutMs: 1_000,
  snapshotTriesMax: 2,
  snapshotRetryMsMin: 500,
  snapshotRetryMsMax: 3_000,
};

class Fixture {
  readonly clock: ManualClock = new ManualClock();
  readonly storage: MemorySnapshotStorage = new MemorySnapshotStorage();
  readonly chunks: (ChunkContent & { to: string })[] = [];
  readonly done: string[] = [];
  firstIndex = 1;
  /** Where the log has another entry than the one at which the snapshot ends. */
  foreignIndex = 0;
  readonly sender: SnapshotSender;

  constructor() {
    this.sender = new SnapshotSender({
      storage: this.storage,
      clock: this.clock,
      config,
      logger: silentLogger,
      firstIndex: () => this.firstIndex,
      holds: ({ index }) => index !== this.foreignIndex,
      send: (to, chunk) => this.chunks.push({ to, ...chunk }),
      onSent: (peer, index) => this.done.push(`${peer} has ${index}`),
      onFailed: (peer) => this.done.push(`${peer} failed`),
      schedule: () => undefined,
      onFailure: (error) => this.done.push(String(error)),
    });
    for (const index of [10, 20, 30]) this.keep(index, 250);
  }

  keep(index: number, bytes: number): void {
    const { meta, content } = snapshotOf(index, bytes);
    this.storage.keep(meta, content);
  }

  /** What is sent at the end of this turn, as `peer offset+bytes`. */
  turn(): string[] {
    const before = this.chunks.length;
    this.sender.flush();
    return this.chunks.slice(before).map(({ to, offset, data }) => `${to} ${offset}+${data.length}`);
  }

  pass(ms: number): string[] {
    this.clock.advance(ms);
    return this.turn();
  }

  answer(from: string, offset: number, status: SnapshotAnswer['status'] = 'more', index = 10): string[] {
    this.sender.answer({ type: 'snapshot-answer', from, to: 'n1', term: 1, index, offset, status });
    return this.turn();
  }
}

test('a transfer asks first, then sends chunk by chunk and ends with the word of the receiver', (t) => {
  const one = new Fixture();
  one.sender.due(['n2']);
  t.deepEqual(one.chunks, [], 'not before the end of the turn');
  t.deepEqual(one.turn(), ['n2 0+0']);
  t.deepEqual(one.turn(), []);
  t.deepEqual(one.answer('n2', 0), ['n2 0+100']);
  t.deepEqual(one.answer('n2', 100), ['n2 100+100']);
  t.deepEqual(one.answer('n2', 200), ['n2 200+50']);
  t.deepEqual(one.answer('n2', 250), []);
  t.deepEqual(one.pass(1_000), ['n2 250+0'], 'is it installed?');
  t.deepEqual(one.answer('n2', 250), []);
  t.deepEqual(one.answer('n2', 250, 'installed'), []);
  t.deepEqual(one.done, ['n2 has 10']);
  t.is(one.clock.timers, 0);
  for (const { data, crc } of one.chunks) t.is(crc, crc32(data));
  const { content } = snapshotOf(10, 250);
  t.true(Buffer.concat(one.chunks.map(({ data }) => data)).equals(content));
});

test('the receiver says where to go on, forwards and back', (t) => {
  const one = new Fixture();
  one.sender.due(['n2']);
  one.turn();
  t.deepEqual(one.answer('n2', 137), ['n2 137+100']);
  t.deepEqual(one.answer('n2', 0), ['n2 0+100'], 'it lost what it had');
  t.deepEqual(one.answer('n2', 251), [], 'there is nothing there');
});

test('a repeated answer does not start a second stream', (t) => {
  const one = new Fixture();
  one.sender.due(['n2']);
  one.turn();
  one.answer('n2', 0);
  t.deepEqual(one.answer('n2', 0), []);
  t.deepEqual(one.answer('n2', 100), ['n2 100+100']);
  t.deepEqual(one.answer('n2', 100), []);
  t.deepEqual(one.answer('n2', 100), []);
  t.deepEqual(one.answer('n3', 100), [], 'nobody asked n3');
  t.deepEqual(one.answer('n2', 200, 'more', 20), [], 'another snapshot');
});

test('silence is asked about, then the transfer is given up, with longer and longer pauses', (t) => {
  const one = new Fixture();
  const pauses: number[] = [];
  one.sender.due(['n2']);
  t.deepEqual(one.turn(), ['n2 0+0']);
  for (let attempt = 1; attempt <= 6; attempt++) {
    t.deepEqual(one.pass(1_000), ['n2 0+0']);
    t.deepEqual(one.pass(1_000), ['n2 0+0']);
    t.deepEqual(one.pass(1_000), []);
    t.is(one.done.length, attempt);
    one.sender.due(['n2']);
    let pause = 100;
    while (one.pass(100).length === 0 && pause < 10_000) pause += 100;
    pauses.push(pause);
  }
  t.deepEqual(pauses, [500, 1_000, 2_000, 3_000, 3_000, 3_000]);
});

test('an answer resets the count of time-outs, a success that of failures', (t) => {
  const one = new Fixture();
  one.sender.due(['n2']);
  one.turn();
  for (let round = 0; round < 5; round++) {
    one.pass(1_000);
    one.pass(1_000);
    one.answer('n2', 0);
  }
  t.deepEqual(one.done, []);
  one.answer('n2', 0, 'refused');
  one.sender.due(['n2']);
  one.pass(500);
  one.answer('n2', 250, 'installed');
  t.deepEqual(one.done, ['n2 failed', 'n2 has 10']);
  one.sender.due(['n2']);
  t.deepEqual(one.turn(), ['n2 0+0'], 'at once');
});

test('a snapshot of another log is never sent', (t) => {
  const one = new Fixture();
  one.firstIndex = 11;
  one.foreignIndex = 10;
  one.sender.due(['n2']);
  one.turn();
  t.is(one.chunks[0]?.snapshot.position.index, 20);
});

test('the snapshot sent is the oldest that the log continues', (t) => {
  const one = new Fixture();
  one.firstIndex = 21;
  one.sender.due(['n2']);
  one.turn();
  t.is(one.chunks[0]?.snapshot.position.index, 20);
  one.firstIndex = 22;
  one.sender.due(['n3']);
  one.turn();
  t.is(one.chunks[1]?.snapshot.position.index, 30);
  one.firstIndex = 32;
  one.sender.due(['n4']);
  one.turn();
  t.deepEqual(one.done, [], 'n4 waits for a place');
  one.answer('n2', 0, 'installed', 20);
  t.deepEqual(one.done, ['n2 has 20', 'n4 failed'], 'there is none for it');
});

test('a snapshot that is let go during its transfer makes place for another', (t) => {
  const one = new Fixture();
  one.sender.due(['n2']);
  one.turn();
  one.answer('n2', 0);
  one.storage.dropBefore(15);
  t.deepEqual(one.answer('n2', 100), []);
  t.deepEqual(one.done, ['n2 failed']);
  one.sender.due(['n2']);
  t.deepEqual(one.pass(500), ['n2 0+0']);
  t.is(one.chunks.at(-1)?.snapshot.position.index, 20);
});

test('no more than so many at once; the next one follows whatever the end was', (t) => {
  const one = new Fixture();
  one.sender.due(['n2', 'n3', 'n4', 'n5']);
  t.deepEqual(one.turn(), ['n2 0+0', 'n3 0+0']);
  t.is(one.sender.active, 2);
  t.deepEqual(one.answer('n2', 0, 'installed'), ['n4 0+0']);
  t.deepEqual(one.answer('n3', 0, 'refused'), ['n5 0+0']);
  one.sender.due(['n4']);
  t.is(one.sender.active, 2, 'it is under way already');
});

test('a reconnect asks at once', (t) => {
  const one = new Fixture();
  one.sender.due(['n2']);
  one.turn();
  one.answer('n2', 0);
  one.sender.peerOpened('n2');
  one.sender.peerOpened('n3');
  t.deepEqual(one.turn(), ['n2 0+0']);
  t.deepEqual(one.answer('n2', 100), ['n2 100+100']);
});

test('who leaves the group gets nothing more, and a stop ends all', (t) => {
  const one = new Fixture();
  one.sender.due(['n2', 'n3', 'n4']);
  one.turn();
  one.sender.retain(new Set(['n1', 'n3', 'n4']));
  t.deepEqual(one.turn(), ['n4 0+0']);
  t.deepEqual(one.answer('n2', 0), []);
  one.sender.due(['n5']);
  one.sender.stop();
  t.deepEqual(one.pass(10_000), []);
  t.is(one.clock.timers, 0);
  t.deepEqual(one.done, []);
});
