import test from 'ava';
import { configurationOf, silentLogger, type SnapshotMeta } from '@ledgermq/raft';
import type { QueueIndex, QueueUnits } from '@ledgermq/store';
import {
  LogRetention,
  logRetentionDefaults,
  type LogRetentionConfig,
} from '../../src/replication/log-retention.ts';
import { VirtualClock } from '../virtual-clock.ts';

const ENTRY_BYTES = 100;
const HOUR_MS = 3_600_000;
const START = 1_700_000_000_000;

function snapshotAt(index: number): SnapshotMeta {
  return {
    position: { index, term: 1, address: index * ENTRY_BYTES, hash: index },
    configuration: configurationOf(['n1']),
    bytes: 1,
    crc: 0,
  };
}

/**
 * A log in segments of ten entries, one each hour, the last of them now. Even queues hold the message of every entry, odd
 * ones are empty.
 */
class Fixture {
  first = 1;
  used = 50;
  hour = 12;
  snapshots: SnapshotMeta[] = [10, 25, 30].map(snapshotAt);
  readonly calls: string[] = [];
  dropped = 0;
  readonly minOffsets: Map<number, number> = new Map();
  readonly queueCount = 600;
  readonly clock: VirtualClock = new VirtualClock(START);
  readonly retention: LogRetention;
  searches = 0;
  checkpointIndex = 35;

  constructor(config: Partial<LogRetentionConfig>) {
    this.retention = new LogRetention(
      { ...logRetentionDefaults, ...config },
      {
        log: {
          firstIndex: () => this.first,
          startAddress: () => (this.first - 1) * ENTRY_BYTES,
          endAddress: () => 3_500,
          dropBefore: (at) => {
            this.calls.push(`drop ${at}`);
            this.first = Math.floor((at - 1) / 10) * 10 + 1;
            return Promise.resolve(this.first);
          },
        },
        snapshots: {
          list: () => this.snapshots,
          prune: (firstIndex) => {
            this.calls.push(`prune ${firstIndex}`);
            return Promise.resolve();
          },
        },
        queueIndex: () => this.#index,
        checkpointIndex: () => this.checkpointIndex,
        onDropped: () => void (this.dropped += 1),
        disk: { totalBytes: () => 1_000, freeBytes: () => 1_000 - this.used * 10 },
        directory: '/data',
        localHour: () => this.hour,
        clock: {
          now: () => this.clock.now(),
          immediate: (fn) => queueMicrotask(fn),
          setTimer: (ms, fn) => this.clock.setTimer(ms, fn),
          clearTimer: (timer) => this.clock.clearTimer(timer),
        },
        logger: silentLogger,
      },
    );
  }

  readonly #index = {
    queueCount: this.queueCount,
    findByAddress: (queue: number, address: number) => (queue % 2 === 0 ? address / ENTRY_BYTES : 0),
    /** Offset n is the message of entry n + 1, stored 34 - n hours ago. */
    findByTime: (queue: number, timestamp: number) => {
      this.searches += 1;
      return queue % 2 === 0 ? Math.max(0, Math.ceil(34 - (START - timestamp) / HOUR_MS)) : 0;
    },
    read: (queue: number, offset: number, _count: number, target: QueueUnits) => {
      if (queue % 2 !== 0 || offset >= 35) return 0;
      target.addresses[0] = offset * ENTRY_BYTES;
      return 1;
    },
    minOffset: (queue: number) => this.minOffsets.get(queue) ?? 0,
    setMinOffset: (queue: number, offset: number) => void this.minOffsets.set(queue, offset),
  } as unknown as QueueIndex;
}

test('segments before the snapshot go, queues begin with what is left, then old snapshots go', async (t) => {
  const fixture = new Fixture({ logBytesMax: 1_000 });
  await fixture.retention.enforce();
  t.deepEqual(fixture.calls, ['drop 26', 'prune 21']);
  t.is(fixture.dropped, 1);
  t.is(fixture.minOffsets.get(0), 20);
  t.is(fixture.minOffsets.get(598), 20);
  t.false(fixture.minOffsets.has(1));
});

test('without a limit only snapshots are pruned', async (t) => {
  const fixture = new Fixture({});
  await fixture.retention.enforce();
  t.deepEqual(fixture.calls, ['prune 1']);
});

test('what was dropped already is not dropped again', async (t) => {
  const fixture = new Fixture({ logBytesMax: 1_000 });
  fixture.first = 31;
  await fixture.retention.enforce();
  t.deepEqual(fixture.calls, ['prune 31']);
  t.is(fixture.dropped, 0);
});

test('messages are kept for their time, and go in the hour that is set', async (t) => {
  for (const [reserved, expected] of [
    [72, ['prune 1']],
    [25, ['prune 1']],
    [24, ['drop 11', 'prune 11']],
    [9, ['drop 26', 'prune 21']],
    [0, ['drop 31', 'prune 31']],
  ] as const) {
    const fixture = new Fixture({ fileReservedTime: reserved });
    await fixture.retention.enforce();
    t.deepEqual(fixture.calls, ['prune 1'], 'not at noon');
    fixture.hour = 4;
    fixture.calls.length = 0;
    await fixture.retention.enforce();
    t.deepEqual(fixture.calls, [...expected], `${reserved} hours`);
  }
});

test('one message that is not expired is enough to know that nothing goes', async (t) => {
  const fixture = new Fixture({});
  fixture.hour = 4;
  await fixture.retention.enforce();
  t.is(fixture.searches, 1);
});

test('a disk above the ratio lets expired messages go, one nearly full the oldest of all', async (t) => {
  const fixture = new Fixture({ fileReservedTime: 24 });
  fixture.used = 76;
  await fixture.retention.enforce();
  t.deepEqual(fixture.calls, ['drop 11', 'prune 11']);
  await fixture.retention.enforce();
  t.deepEqual(fixture.calls.splice(0), ['drop 11', 'prune 11', 'prune 11']);
  fixture.used = 86;
  await fixture.retention.enforce();
  await fixture.retention.enforce();
  // Whole segments go: the second time nothing lies before the snapshot of 25.
  t.deepEqual(fixture.calls, ['drop 26', 'prune 21', 'drop 26', 'drop 31', 'prune 31']);
});

test('rounds come by themselves until it is stopped', async (t) => {
  const fixture = new Fixture({ logBytesMax: 1_000 });
  fixture.retention.start();
  fixture.clock.advance(59_000);
  t.deepEqual(fixture.calls, []);
  fixture.clock.advance(1_000);
  await fixture.retention.enforce();
  t.is(fixture.calls[0], 'drop 26');
  const before = fixture.calls.length;
  fixture.clock.advance(10_000);
  await fixture.retention.enforce();
  t.true(fixture.calls.length > before);
  await fixture.retention.stop();
  t.is(fixture.clock.timerCount, 0);
});

test('what the state does not hold durably yet stays, however old', async (t) => {
  const fixture = new Fixture({ logBytesMax: 1_000 });
  fixture.checkpointIndex = 24;
  await fixture.retention.enforce();
  t.deepEqual(fixture.calls, ['drop 11', 'prune 11']);
  fixture.checkpointIndex = 25;
  await fixture.retention.enforce();
  t.deepEqual(fixture.calls.slice(2), ['drop 26', 'prune 21']);
});

test('queues that begin before the log after a restart begin with it after the first round', async (t) => {
  const fixture = new Fixture({});
  fixture.first = 21;
  await fixture.retention.enforce();
  t.deepEqual(fixture.calls, ['prune 21']);
  t.is(fixture.minOffsets.get(0), 20);
  t.is(fixture.minOffsets.get(598), 20);
});
