import test from 'ava';
import { configurationOf, silentLogger, type SnapshotMeta } from '@ledgermq/raft';
import { dropPoint, LogRetention } from '../../src/replication/log-retention.ts';
import type { QueueIndex } from '@ledgermq/store';

const ENTRY_BYTES = 100;

function snapshotAt(index: number): SnapshotMeta {
  return {
    position: { index, term: 1, address: index * ENTRY_BYTES, hash: index },
    configuration: configurationOf(['n1']),
    bytes: 1,
    crc: 0,
  };
}

test('the log may go up to the newest snapshot that leaves enough', (t) => {
  const snapshots = [10, 20, 30].map(snapshotAt);
  t.is(dropPoint(snapshots, 3_500, 1_000)?.position.index, 20);
  t.is(dropPoint(snapshots, 3_500, 1_500)?.position.index, 20);
  t.is(dropPoint(snapshots, 3_500, 1_501)?.position.index, 10);
  t.is(dropPoint(snapshots, 3_500, 2_600), null);
  t.is(dropPoint(snapshots, 3_500, 0), null, 'nothing goes without a limit');
  t.is(dropPoint([], 3_500, 1), null);
});

/** A log in segments of ten entries, and one queue per five entries. */
class Fixture {
  first = 1;
  snapshots: SnapshotMeta[] = [10, 25, 30].map(snapshotAt);
  readonly calls: string[] = [];
  readonly minOffsets: Map<number, number> = new Map();
  readonly queueCount = 600;
  readonly retention: LogRetention;

  constructor(logBytesMax: number) {
    const index = {
      queueCount: this.queueCount,
      findByAddress: (queue: number, address: number) => (queue % 2 === 0 ? address / ENTRY_BYTES : 0),
      minOffset: (queue: number) => this.minOffsets.get(queue) ?? 0,
      setMinOffset: (queue: number, offset: number) => void this.minOffsets.set(queue, offset),
    } as unknown as QueueIndex;
    this.retention = new LogRetention(
      { logBytesMax },
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
        queueIndex: () => index,
        clock: { immediate: (fn) => queueMicrotask(fn) },
        logger: silentLogger,
      },
    );
  }
}

test('segments before the snapshot go, queues begin with what is left, then old snapshots go', async (t) => {
  const fixture = new Fixture(1_000);
  await fixture.retention.enforce();
  t.deepEqual(fixture.calls, ['drop 26', 'prune 21']);
  t.is(fixture.minOffsets.get(0), 20);
  t.is(fixture.minOffsets.get(598), 20);
  t.false(fixture.minOffsets.has(1));
});

test('without a limit only snapshots are pruned', async (t) => {
  const fixture = new Fixture(0);
  await fixture.retention.enforce();
  t.deepEqual(fixture.calls, ['prune 1']);
});

test('what was dropped already is not dropped again', async (t) => {
  const fixture = new Fixture(1_000);
  fixture.first = 31;
  await fixture.retention.enforce();
  t.deepEqual(fixture.calls, ['prune 31']);
});
