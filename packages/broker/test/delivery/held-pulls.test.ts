import test from 'ava';
import { HeldPulls } from '../../src/delivery/held-pulls.ts';
import { RecordingConnection } from '../recording-connection.ts';
import { VirtualClock } from '../virtual-clock.ts';

interface Fixture {
  readonly clock: VirtualClock;
  readonly held: HeldPulls;
  readonly resumed: string[];
  readonly hold: (
    name: string,
    change?: Partial<{
      connection: RecordingConnection;
      queueId: number;
      fromOffset: number;
      deadline: number;
      matches: (code: number) => boolean;
    }>,
  ) => boolean;
}

function fixture(heldPullsMax = 10): Fixture {
  const clock = new VirtualClock();
  const held = new HeldPulls(clock, { heldPullsMax, scanMs: 100 });
  const resumed: string[] = [];
  const hold: Fixture['hold'] = (name, change = {}) =>
    held.hold({
      connection: change.connection ?? new RecordingConnection(),
      topic: 'T',
      queueId: change.queueId ?? 0,
      fromOffset: change.fromOffset ?? 0,
      deadline: change.deadline ?? 15_000,
      matches: change.matches ?? null,
      resume: () => resumed.push(name),
    });
  return { clock, held, resumed, hold };
}

test('an arrival wakes the pulls of its queue once, at the end of the turn', (t) => {
  const { clock, held, resumed, hold } = fixture();
  hold('a');
  hold('b', { queueId: 1 });
  held.arrived('T', 0, 1, 0);
  held.arrived('T', 0, 2, 0);
  t.deepEqual(resumed, []);
  clock.endTurn();
  t.deepEqual(resumed, ['a']);
  t.is(held.count, 1);
});

test('a message that the consumer has already passed does not wake', (t) => {
  const { clock, held, resumed, hold } = fixture();
  hold('a', { fromOffset: 7 });
  held.arrived('T', 0, 7, 0);
  clock.endTurn();
  t.deepEqual(resumed, []);
  held.arrived('T', 0, 8, 0);
  clock.endTurn();
  t.deepEqual(resumed, ['a']);
});

test('only a matching tag wakes', (t) => {
  const { clock, held, resumed, hold } = fixture();
  hold('a', { matches: (code) => code === 65 });
  held.arrived('T', 0, 1, 66);
  clock.endTurn();
  t.deepEqual(resumed, []);
  held.arrived('T', 0, 2, 65);
  clock.endTurn();
  t.deepEqual(resumed, ['a']);
});

test('deadlines are kept by one timer that exists only while something is held', (t) => {
  const { clock, resumed, hold } = fixture();
  hold('a', { deadline: 250 });
  hold('b', { deadline: 1_000 });
  t.is(clock.timerCount, 1);
  clock.advance(250);
  t.deepEqual(resumed, []);
  clock.advance(50);
  t.deepEqual(resumed, ['a']);
  clock.advance(700);
  t.deepEqual(resumed, ['a', 'b']);
  t.is(clock.timerCount, 0);
});

test('the end of a connection drops its pulls unanswered', (t) => {
  const { clock, held, resumed, hold } = fixture();
  const connection = new RecordingConnection();
  hold('a', { connection });
  hold('b');
  connection.close();
  held.connectionClosed(connection);
  t.is(held.count, 1);
  held.arrived('T', 0, 1, 0);
  clock.endTurn();
  t.deepEqual(resumed, ['b']);
});

test('a pull woken in the turn in which its connection closes is not answered', (t) => {
  const { clock, held, resumed, hold } = fixture();
  const connection = new RecordingConnection();
  hold('a', { connection });
  held.arrived('T', 0, 1, 0);
  connection.close();
  clock.endTurn();
  t.deepEqual(resumed, []);
});

test('a full table refuses', (t) => {
  const { held, hold } = fixture(2);
  t.true(hold('a'));
  t.true(hold('b'));
  t.false(hold('c'));
  held.arrived('T', 0, 1, 0);
  t.true(hold('d'));
});

test('releaseAll wakes everything, stop forgets everything', (t) => {
  const { clock, held, resumed, hold } = fixture();
  hold('a');
  hold('b', { queueId: 3 });
  held.releaseAll();
  clock.endTurn();
  t.deepEqual(resumed, ['a', 'b']);
  hold('c');
  held.stop();
  t.is(clock.timerCount, 0);
  clock.advance(60_000);
  t.deepEqual(resumed, ['a', 'b']);
});
