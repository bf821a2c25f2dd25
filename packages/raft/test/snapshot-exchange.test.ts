import { crc32 } from 'node:zlib';
import test from 'ava';
import { raftConfigDefaults } from '../src/config.ts';
import { configurationOf } from '../src/configuration-state.ts';
import { silentLogger } from '../src/logger.ts';
import { MemorySnapshotStorage } from '../src/memory-snapshot-storage.ts';
import { MemoryLogStorage } from '../src/memory-storage.ts';
import type { Message, SnapshotAnswer } from '../src/message.ts';
import { SnapshotExchange } from '../src/snapshot-exchange.ts';
import type { RaftStatus, Role } from '../src/status.ts';
import { snapshotOf } from '../src/suite.ts';
import { FixtureMachine } from './driver-fixture.ts';
import { ManualClock } from './manual-clock.ts';

class Fixture {
  readonly clock: ManualClock = new ManualClock();
  readonly snapshots: MemorySnapshotStorage = new MemorySnapshotStorage();
  readonly sent: Message[] = [];
  readonly done: string[] = [];
  readonly machine: FixtureMachine = new FixtureMachine([], 10);
  role: Role = 'follower';
  term = 1;
  readonly exchange: SnapshotExchange;

  constructor() {
    const { meta, content } = snapshotOf(10, 50);
    this.snapshots.keep(meta, content);
    const log = new MemoryLogStorage();
    void log.reset(meta.position);
    this.exchange = new SnapshotExchange({
      options: {
        id: 'n1',
        config: raftConfigDefaults,
        log,
        machine: this.machine,
        snapshots: this.snapshots,
        clock: this.clock,
        logger: silentLogger,
      },
      view: this,
      send: (message) => this.sent.push(message),
      onSent: (peer, index) => this.done.push(`${peer} has ${index}`),
      onFailed: (peer) => this.done.push(`${peer} failed`),
      install: () => Promise.resolve(true),
      schedule: () => undefined,
      onFailure: (error) => this.done.push(String(error)),
    });
  }

  get leader(): string {
    return this.role === 'leader' ? 'n1' : 'n3';
  }

  status(): RaftStatus {
    const { role, term, leader } = this;
    const progress = { commitIndex: 10, appliedIndex: 10, lastIndex: 10, progress: {}, leaseValid: false };
    const configuration = configurationOf(['n1', 'n2', 'n3']);
    const rest = { configuration, standing: 'full', transferTarget: null, pendingReads: 0 } as const;
    return { id: 'n1', role, term, leader, ...progress, ...rest };
  }

  become(role: Role, term: number): void {
    this.role = role;
    this.term = term;
    this.exchange.roleChanged(this.status());
  }

  answer(term: number, status: SnapshotAnswer['status'], offset = 0): void {
    this.exchange.answer({ type: 'snapshot-answer', from: 'n2', to: 'n1', term, index: 10, offset, status });
    this.exchange.flush();
  }
}

test('an answer counts in the term in which the snapshot was sent, and in no other', (t) => {
  const one = new Fixture();
  one.become('leader', 3);
  one.exchange.due(['n2']);
  one.exchange.flush();
  one.answer(2, 'installed');
  t.deepEqual(one.done, []);
  one.answer(3, 'installed');
  t.deepEqual(one.done, ['n2 has 10']);
});

test('transfers end with the leadership, also when the next one is of the same member', (t) => {
  const one = new Fixture();
  one.become('leader', 3);
  one.exchange.due(['n2']);
  one.exchange.flush();
  t.is(one.sent.length, 1);
  one.become('follower', 4);
  one.clock.advance(60_000);
  one.exchange.flush();
  one.answer(3, 'more');
  one.answer(4, 'more');
  t.is(one.sent.length, 1);
  one.become('leader', 5);
  one.answer(5, 'more');
  t.is(one.sent.length, 1, 'nothing is under way in this term');
  one.exchange.due(['n2']);
  one.exchange.flush();
  t.is(one.sent[1]?.term, 5);
});

test('answers name the present term and leave at the end of the turn', (t) => {
  const one = new Fixture();
  one.term = 7;
  const { meta, content } = snapshotOf(20, 10);
  const chunk = {
    from: 'n3',
    to: 'n1',
    term: 7,
    snapshot: meta,
    offset: 0,
    data: content.subarray(0, 0),
    crc: 0,
  };
  one.exchange.chunk({ type: 'snapshot-chunk', ...chunk });
  t.deepEqual(one.sent, []);
  one.exchange.flush();
  t.deepEqual(one.sent, [
    { type: 'snapshot-answer', from: 'n1', to: 'n3', term: 7, index: 20, offset: 0, status: 'more' },
  ]);
});

test('transfers in both directions tell how far they are, while they last', (t) => {
  const one = new Fixture();
  t.deepEqual(one.exchange.transfers(), []);
  const { meta, content } = snapshotOf(20, 10);
  const data = content.subarray(0, 4);
  const to = { from: 'n3', to: 'n1', term: one.term, snapshot: meta };
  one.exchange.chunk({ type: 'snapshot-chunk', ...to, offset: 0, data, crc: crc32(data) });
  t.deepEqual(one.exchange.transfers(), [{ direction: 'in', peer: 'n3', bytesDone: 4, bytes: 10 }]);
  one.machine.appliedIndex = 20;
  t.deepEqual(one.exchange.transfers(), [], 'the log brought it sooner');

  one.become('leader', 3);
  one.exchange.due(['n2']);
  one.exchange.flush();
  t.deepEqual(one.exchange.transfers(), [{ direction: 'out', peer: 'n2', bytesDone: 0, bytes: 50 }]);
  one.answer(3, 'more', 30);
  t.deepEqual(one.exchange.transfers(), [{ direction: 'out', peer: 'n2', bytesDone: 30, bytes: 50 }]);
  one.answer(3, 'installed');
  t.deepEqual(one.exchange.transfers(), []);
});
