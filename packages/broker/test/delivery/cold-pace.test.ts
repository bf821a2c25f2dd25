import test from 'ava';
import { ColdPace } from '../../src/delivery/cold-pace.ts';
import { RecordingConnection } from '../recording-connection.ts';
import { VirtualClock } from '../virtual-clock.ts';

const KB = 1000;

/** Pulls at 1 MB/s while at least 1,000 messages a second are sent. */
class Fixture {
  readonly clock = new VirtualClock();
  readonly connection = new RecordingConnection();
  readonly resumed: string[] = [];
  sent = 0;
  readonly pace = new ColdPace(this.clock, () => this.sent, {
    coldReadBytesPerSecond: 1000 * KB,
    coldReadYieldsAt: 1000,
    coldPullsMax: 5,
  });

  /** Time in which so many messages a second are sent. */
  pass(ms: number, perSecond: number): void {
    for (let passed = 0; passed < ms; passed += 10) {
      this.sent += perSecond / 100;
      this.clock.advance(10);
    }
  }

  wait(name: string, bytes: number, connection: RecordingConnection = this.connection): boolean {
    const resume = (): void => {
      this.resumed.push(name);
    };
    return this.pace.wait({ connection, bytes, resume });
  }
}

test('without many sends every pull may read at once', (t) => {
  const idle = new Fixture();
  t.true(idle.pace.take(100_000 * KB));
  const quiet = new Fixture();
  quiet.pass(1000, 900);
  for (let pull = 0; pull < 100; pull += 1) t.true(quiet.pace.take(1000 * KB));
  t.is(idle.clock.timerCount + quiet.clock.timerCount, 0);
});

test('while many messages are sent pulls share the rate', (t) => {
  const fixture = new Fixture();
  fixture.pass(1000, 2000);
  let read = 0;
  for (let ms = 0; ms < 10_000; ms += 10) {
    while (fixture.pace.take(250 * KB)) read += 250 * KB;
    fixture.pass(10, 2000);
  }
  t.true(read >= 9_900 * KB && read <= 10_300 * KB, `${read} bytes in 10 s`);
});

test('those that wait go on in their order, at the rate, and nobody overtakes them', (t) => {
  const fixture = new Fixture();
  fixture.pass(200, 2000);
  t.true(fixture.pace.take(500 * KB));
  t.false(fixture.pace.take(1));
  t.true(fixture.wait('first', 100 * KB));
  t.true(fixture.wait('second', 100 * KB));
  fixture.pass(470, 2000);
  t.deepEqual(fixture.resumed, []);
  fixture.pass(30, 2000);
  t.deepEqual(fixture.resumed, ['first']);
  t.false(fixture.pace.take(1), 'another one waits');
  fixture.pass(110, 2000);
  t.deepEqual(fixture.resumed, ['first', 'second']);
  t.is(fixture.clock.timerCount, 0);
});

test('when the sends stop, those that wait go on at once', (t) => {
  const fixture = new Fixture();
  fixture.pass(200, 2000);
  t.true(fixture.pace.take(9_000 * KB));
  t.true(fixture.wait('one', 100 * KB));
  t.true(fixture.wait('other', 100 * KB));
  fixture.pass(500, 2000);
  t.deepEqual(fixture.resumed, []);
  fixture.pass(200, 10);
  t.deepEqual(fixture.resumed, ['one', 'other']);
});

test('those that waited go on a few in each turn', (t) => {
  const fixture = new Fixture();
  fixture.pass(200, 2000);
  t.true(fixture.pace.take(9_000 * KB));
  for (let pull = 0; pull < 5; pull += 1) t.true(fixture.wait(String(pull), 1_900 * KB));
  fixture.clock.advance(100);
  t.deepEqual(fixture.resumed, ['0', '1', '2']);
  fixture.clock.advance(1);
  t.deepEqual(fixture.resumed, ['0', '1', '2', '3', '4']);
});

test('only so many wait, and none that would wait too long', (t) => {
  const fixture = new Fixture();
  fixture.pass(200, 2000);
  t.true(fixture.pace.take(100 * KB));
  t.true(fixture.wait('large', 20_000 * KB), 'one alone may be larger than the limit');
  t.false(fixture.wait('too long', 1));
  fixture.pace.stop();
  for (let pull = 0; pull < 5; pull += 1) t.true(fixture.wait(String(pull), 1));
  t.false(fixture.wait('too many', 1));
});

test('a connection that closes, and the end, forget what waits', (t) => {
  const fixture = new Fixture();
  fixture.pass(200, 2000);
  t.true(fixture.pace.take(100 * KB));
  const gone = new RecordingConnection();
  fixture.wait('gone', 10 * KB, gone);
  fixture.wait('stays', 10 * KB);
  fixture.pace.connectionClosed(gone);
  t.is(fixture.pace.waiting, 1);
  fixture.pass(150, 2000);
  t.deepEqual(fixture.resumed, ['stays']);
  t.true(fixture.pace.take(100 * KB));
  fixture.wait('too late', 10 * KB);
  fixture.pace.stop();
  t.is(fixture.clock.timerCount, 0);
  fixture.pass(1000, 2000);
  t.deepEqual(fixture.resumed, ['stays']);
});
