import test from 'ava';
import { ProgressWatch, workText, type WorkMeasure } from '../../src/replication/progress-watch.ts';
import { VirtualClock } from '../virtual-clock.ts';

const config = { intervalMs: 5_000, bytesLeftMin: 100 };

class Fixture {
  readonly clock: VirtualClock = new VirtualClock();
  readonly lines: [string, unknown][] = [];
  work: WorkMeasure[] = [];
  failure: Error | null = null;
  readonly watch: ProgressWatch = new ProgressWatch(config, {
    measure: () => {
      if (this.failure !== null) throw this.failure;
      return this.work;
    },
    clock: this.clock,
    logger: {
      debug: () => undefined,
      info: (text, fields) => this.lines.push([text, fields]),
      warn: (text, fields) => this.lines.push([text, fields]),
      error: () => undefined,
    },
  });

  /** The log of the state is at this address of 10,000. */
  replay(at: number): void {
    this.work = [{ work: 'replay', member: null, at, goal: 10_000 }];
  }
}

test('work is told about at each interval, with the share done since it was first seen and its rate', (t) => {
  const fixture = new Fixture();
  fixture.replay(2_000);
  fixture.watch.start();
  t.like(fixture.watch.current()[0], { work: 'replay', percent: 0, bytesLeft: 8_000, bytesPerSecond: null });
  fixture.replay(4_000);
  fixture.clock.advance(4_999);
  t.is(fixture.lines.length, 1);
  fixture.clock.advance(1);
  t.deepEqual(fixture.lines[1], [
    'work goes on',
    { work: 'replay', member: null, percent: 25, bytesLeft: 6_000, bytesPerSecond: 400 },
  ]);
  t.is(workText(fixture.watch.current()), 'replay 25%');
  fixture.replay(9_950);
  fixture.clock.advance(5_000);
  t.deepEqual(fixture.lines[2], ['work is done', { work: 'replay', ms: 10_000 }]);
  t.deepEqual(fixture.watch.current(), []);
  fixture.clock.advance(60_000);
  t.is(fixture.lines.length, 3);
});

test('work with little left is nobody’s concern', (t) => {
  const fixture = new Fixture();
  fixture.replay(9_901);
  fixture.watch.start();
  fixture.clock.advance(20_000);
  t.deepEqual(fixture.lines, []);
});

test('work that stands still is shown but fills no log', (t) => {
  const fixture = new Fixture();
  fixture.work = [{ work: 'follower', member: 'n2', at: 500, goal: 1_000 }];
  fixture.watch.start();
  fixture.clock.advance(60_000);
  t.is(fixture.lines.length, 1);
  t.is(workText(fixture.watch.current()), 'follower n2 0%');
});

test('pieces are told apart, and a snapshot is measured from its beginning', (t) => {
  const fixture = new Fixture();
  fixture.work = [
    { work: 'snapshot-out', member: 'n2', at: 500, goal: 1_000, from: 0 },
    { work: 'snapshot-out', member: 'n3', at: 250, goal: 1_000, from: 0 },
  ];
  fixture.watch.start();
  t.is(workText(fixture.watch.current()), 'snapshot-out n2 50%, snapshot-out n3 25%');
  fixture.work = fixture.work.slice(1);
  fixture.clock.advance(5_000);
  t.deepEqual(fixture.lines.at(-1), ['work is done', { work: 'snapshot-out n2', ms: 5_000 }]);
});

test('a log that cannot tell ends nothing, and nothing is left running after the stop', (t) => {
  const fixture = new Fixture();
  fixture.failure = new Error('damaged');
  fixture.watch.start();
  fixture.clock.advance(5_000);
  t.is(fixture.lines.length, 2);
  fixture.watch.stop();
  t.is(fixture.clock.timerCount, 0);
});
