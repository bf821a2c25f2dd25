import { Buffer } from 'node:buffer';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { readRecords } from '@ledgermq/protocol';
import { FaceFixture, pullFields } from '../face-fixture.ts';
import { RecordingConnection } from '../recording-connection.ts';

/** Five messages in T's first queue, of which those before queue offset `warmFrom` are on the disk only. */
function withCold(warmFrom: number, config: Readonly<Record<string, unknown>> = {}): FaceFixture {
  const fixture = new FaceFixture(config);
  fixture.group.addTopic('T', 4);
  fixture.group.addGroup('g');
  for (let i = 0; i < 5; i += 1) fixture.send({}, `m${i}`);
  fixture.group.warmFrom = warmFrom;
  return fixture;
}

function pull(fixture: FaceFixture, offset: number, connection?: RecordingConnection): number {
  const fields = pullFields({ sysFlag: '4', subscription: '*', queueOffset: String(offset) });
  return fixture.request(11, fields, Buffer.alloc(0), {}, connection);
}

function bodies(t: ExecutionContext, fixture: FaceFixture, opaque: number): string[] {
  fixture.clock.endTurn();
  const answer = fixture.connection.answer(opaque);
  t.is(answer?.code, 0);
  return readRecords(answer?.body ?? Buffer.alloc(0)).map((record) => record.body.toString());
}

test('a pull of what is in memory is answered at once, up to the first cold message', (t) => {
  const fixture = withCold(0);
  t.deepEqual(bodies(t, fixture, pull(fixture, 3)), ['m3', 'm4']);
  t.is(fixture.group.fetches.length, 0);
});

test('a pull of cold messages waits for the disk, and nothing else does', (t) => {
  const fixture = withCold(3);
  const opaque = pull(fixture, 1);
  const warm = pull(fixture, 3);
  t.deepEqual(bodies(t, fixture, warm), ['m3', 'm4']);
  t.is(fixture.connection.answer(opaque), undefined);
  t.is(fixture.face.status().coldPulls, 1);
  fixture.group.warmFrom = 0;
  fixture.group.fetches[0]?.done(null);
  t.deepEqual(bodies(t, fixture, opaque), ['m1', 'm2', 'm3', 'm4']);
  t.is(fixture.face.status().coldPulls, 0);
});

test('what changed during the wait counts', (t) => {
  const fixture = withCold(3);
  const opaque = pull(fixture, 1);
  fixture.group.expire('T', 0, 2);
  fixture.group.warmFrom = 0;
  fixture.group.fetches[0]?.done(null);
  fixture.clock.endTurn();
  const answer = fixture.connection.answer(opaque);
  t.is(answer?.code, 21);
  t.is(answer?.extFields['nextBeginOffset'], '2');
});

test('a pull whose messages are pushed out again waits once more, and not for ever', (t) => {
  const fixture = withCold(3);
  const opaque = pull(fixture, 0);
  for (let fetch = 0; fetch < 4; fetch += 1) {
    t.is(fixture.connection.answer(opaque), undefined);
    fixture.group.fetches[fetch]?.done(null);
    fixture.clock.endTurn();
  }
  t.is(fixture.group.fetches.length, 4);
  t.is(fixture.connection.answer(opaque)?.code, 2);
});

test('a file that cannot be read is an error of the pulls that wait for it', (t) => {
  const fixture = withCold(3);
  const opaque = pull(fixture, 0);
  fixture.group.fetches[0]?.done(new Error('decayed'));
  fixture.clock.endTurn();
  t.is(fixture.connection.answer(opaque)?.code, 1);
  t.regex(fixture.connection.answer(opaque)?.remark ?? '', /decayed/);
});

test('more pulls than may wait are told that the broker is busy', (t) => {
  const fixture = withCold(3, { limits: { coldPullsMax: 2 } });
  const opaques = [0, 1, 2].map((offset) => pull(fixture, offset));
  fixture.clock.endTurn();
  t.deepEqual(
    opaques.map((opaque) => fixture.connection.answer(opaque)?.code),
    [undefined, undefined, 2],
  );
});

test('the pulls of a connection that closes are forgotten', (t) => {
  const fixture = withCold(3);
  const other = new RecordingConnection();
  const opaque = pull(fixture, 0, other);
  other.close();
  fixture.face.onClose(other);
  t.is(fixture.face.status().coldPulls, 0);
  fixture.group.warmFrom = 0;
  fixture.group.fetches[0]?.done(null);
  fixture.clock.endTurn();
  t.is(other.answer(opaque), undefined);
});

test('a replica that is deposed meanwhile still gives what is committed', (t) => {
  const fixture = withCold(3);
  const opaque = pull(fixture, 1);
  fixture.lead('n2');
  fixture.group.warmFrom = 0;
  fixture.group.fetches[0]?.done(null);
  t.deepEqual(bodies(t, fixture, opaque), ['m1', 'm2', 'm3', 'm4']);
});

/** Time in which many messages are sent. */
function press(fixture: FaceFixture, ms: number): void {
  for (let passed = 0; passed < ms; passed += 10) {
    fixture.sent += 1000;
    fixture.clock.advance(10);
  }
}

/** Sends press, and an earlier pull has used up what there is at the moment for pulls of older messages. */
function pressed(fixture: FaceFixture): void {
  press(fixture, 200);
  pull(fixture, 0);
  fixture.clock.endTurn();
}

test('while sends press, a pull of older messages gives way, whether they are in memory or not', (t) => {
  const fixture = withCold(0, { limits: { coldReadBytesPerSecond: 1000, coldReadYieldsAt: 10_000 } });
  fixture.group.tailFrom = 3;
  pressed(fixture);
  const older = pull(fixture, 1);
  fixture.group.warmFrom = 3;
  const cold = pull(fixture, 0);
  t.deepEqual(bodies(t, fixture, pull(fixture, 4)), ['m4'], 'the tail is for everybody');
  t.is(fixture.connection.answer(older), undefined);
  t.is(fixture.group.fetches.length, 0);
  fixture.group.warmFrom = 0;
  while (fixture.connection.answer(older) === undefined) press(fixture, 10);
  t.deepEqual(bodies(t, fixture, older), ['m1', 'm2', 'm3', 'm4']);
  t.is(fixture.connection.answer(cold), undefined);
  fixture.group.warmFrom = 3;
  press(fixture, 1000);
  t.is(fixture.group.fetches.length, 1);
  fixture.group.warmFrom = 0;
  fixture.group.fetches[0]?.done(null);
  t.deepEqual(bodies(t, fixture, cold), ['m0', 'm1', 'm2', 'm3', 'm4'], 'it gave way once');
});

test('what changed while a pull gave way counts, and more than may wait are told so', (t) => {
  const fixture = withCold(0, {
    limits: { coldReadBytesPerSecond: 1000, coldReadYieldsAt: 10_000, coldPullsMax: 1 },
  });
  fixture.group.tailFrom = 5;
  pressed(fixture);
  const waits = pull(fixture, 1);
  const refused = pull(fixture, 1);
  fixture.clock.endTurn();
  t.is(fixture.connection.answer(refused)?.code, 2);
  fixture.group.expire('T', 0, 2);
  press(fixture, 2000);
  t.is(fixture.connection.answer(waits)?.code, 21);
});
