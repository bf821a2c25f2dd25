import test from 'ava';
import { raftConfigDefaults, type RaftConfig } from '../src/config.ts';
import { configurationOf } from '../src/configuration-state.ts';
import { LeadershipCare } from '../src/leadership-care.ts';
import { silentLogger } from '../src/logger.ts';
import type { RaftStatus } from '../src/status.ts';
import { SyncWatch } from '../src/sync-watch.ts';
import { ManualClock } from './manual-clock.ts';

class Fixture {
  readonly clock: ManualClock = new ManualClock();
  readonly watch: SyncWatch;
  readonly care: LeadershipCare;
  readonly transfers: string[] = [];
  readonly connected: Set<string> = new Set(['n2', 'n3']);
  readonly match: Record<string, number> = { n2: 100, n3: 100 };
  readonly learners: Set<string> = new Set();
  diskFull = false;

  constructor(config: Partial<RaftConfig> = {}) {
    const all = { ...raftConfigDefaults, caughtUpLagMax: 10, ...config };
    this.watch = new SyncWatch(all, this.clock);
    this.care = new LeadershipCare({
      config: all,
      clock: this.clock,
      logger: silentLogger,
      watch: this.watch,
      diskFull: () => this.diskFull,
      isConnected: (peer) => this.connected.has(peer),
      transfer: (to) => this.transfers.push(to) > 0,
    });
  }

  status(term = 3): RaftStatus {
    const progress: Record<string, RaftStatus['progress'][string]> = {};
    for (const [id, match] of Object.entries(this.match)) {
      progress[id] = { match, next: match + 1, state: 'replicate', learner: this.learners.has(id) };
    }
    const log = { commitIndex: 100, appliedIndex: 100, lastIndex: 100, leaseValid: true };
    const rest = { standing: 'full', transferTarget: null, pendingReads: 0 } as const;
    const voters = ['n1', 'n2', 'n3'].filter((id) => !this.learners.has(id));
    return {
      id: 'n1',
      role: 'leader',
      term,
      leader: 'n1',
      ...log,
      progress,
      configuration: { ...configurationOf(voters), learners: [...this.learners] },
      ...rest,
    };
  }

  /** Looks once every 50 ms. */
  pass(ms: number): void {
    for (let passed = 0; passed < ms; passed += 50) {
      this.clock.advance(50);
      const status = this.status();
      this.care.look({ ...status, progressOf: (member) => status.progress[member] ?? null });
    }
  }

  sync(ms: number): void {
    this.watch.begin();
    this.clock.advance(ms);
    this.watch.end();
  }
}

test('slow syncs of the time as a follower do not cost the leadership', (t) => {
  const one = new Fixture();
  for (let at = 0; at < 5; at++) one.sync(1_500);
  one.care.roleChanged(one.status());
  one.pass(200);
  t.deepEqual(one.transfers, []);
  for (let at = 0; at < 2; at++) one.sync(1_500);
  one.sync(5);
  for (let at = 0; at < 2; at++) one.sync(1_500);
  one.pass(200);
  t.deepEqual(one.transfers, [], 'not in a row');
  one.sync(1_500);
  one.pass(200);
  t.is(one.transfers.length, 1);
});

test('the target is the voter that is farthest, connected and caught up, and another one the next time', (t) => {
  const one = new Fixture();
  one.diskFull = true;
  one.match['n2'] = 95;
  one.pass(50);
  t.deepEqual(one.transfers, ['n3']);
  one.pass(raftConfigDefaults.handOverRetryMsMin);
  t.deepEqual(one.transfers, ['n3', 'n2']);

  const two = new Fixture();
  two.diskFull = true;
  two.connected.delete('n3');
  two.match['n2'] = 80;
  two.pass(1_000);
  t.deepEqual(two.transfers, [], 'n2 lags too far behind');
  two.match['n2'] = 90;
  two.pass(50);
  t.deepEqual(two.transfers, ['n2']);

  const three = new Fixture();
  three.diskFull = true;
  three.learners.add('n2').add('n3');
  three.pass(1_000);
  t.deepEqual(three.transfers, []);
});

test('pauses between hand-overs grow up to a limit', (t) => {
  const one = new Fixture({ handOverRetryMsMin: 1_000, handOverRetryMsMax: 4_000 });
  one.diskFull = true;
  const at: number[] = [];
  for (let passed = 0; passed < 20_000; passed += 50) {
    const before = one.transfers.length;
    one.pass(50);
    if (one.transfers.length > before) at.push(one.clock.monotonic());
  }
  const pauses = at.slice(1).map((time, index) => time - (at[index] ?? 0));
  t.deepEqual(pauses.slice(0, 5), [1_000, 2_000, 4_000, 4_000, 4_000]);
});

test('while the disk is in doubt the preferred leader waits', (t) => {
  const one = new Fixture({ preferredLeader: 'n2', preferredReturnMs: 1_000 });
  one.connected.clear();
  one.diskFull = true;
  one.pass(5_000);
  one.diskFull = false;
  one.connected.add('n2');
  one.pass(900);
  t.deepEqual(one.transfers, []);
  one.pass(200);
  t.deepEqual(one.transfers, ['n2']);
});
