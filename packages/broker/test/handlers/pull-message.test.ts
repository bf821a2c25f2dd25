import { Buffer } from 'node:buffer';
import test from 'ava';
import { encodeSendHeaderV2, readRecords } from '@ledgermq/protocol';
import { FaceFixture, pullFields, sendHeader } from '../face-fixture.ts';

const WITH_SUBSCRIPTION = 4;
const SUSPEND = 2;
const COMMIT = 1;

function withMessages(count: number, tag = 'A'): FaceFixture {
  const fixture = new FaceFixture();
  fixture.group.addTopic('T', 4);
  fixture.group.addGroup('g');
  for (let i = 0; i < count; i += 1) {
    fixture.send({ properties: `TAGS\u0001${tag}\u0002` }, `m${i}`);
  }
  return fixture;
}

function bySubscription(
  subscription: string,
  change: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return pullFields({ sysFlag: String(WITH_SUBSCRIPTION), subscription, ...change });
}

test('a pull returns the stored records and where to go on', (t) => {
  const fixture = withMessages(3);
  const answer = fixture.ask(11, bySubscription('*', { maxMsgNums: '2' }));
  t.is(answer.code, 0);
  t.is(answer.remark, 'FOUND');
  t.deepEqual(
    readRecords(answer.body).map((record) => [record.body.toString(), record.queueOffset]),
    [
      ['m0', 0],
      ['m1', 1],
    ],
  );
  t.is(answer.extFields['nextBeginOffset'], '2');
  t.is(answer.extFields['minOffset'], '0');
  t.is(answer.extFields['maxOffset'], '3');
  t.is(answer.extFields['suggestWhichBrokerId'], '0');
});

test('the lite form of a pull is the same', (t) => {
  t.is(withMessages(1).ask(361, bySubscription('*')).code, 0);
});

test('a tag filter skips and advances', (t) => {
  const fixture = withMessages(2);
  const none = fixture.ask(11, bySubscription('B || C'));
  t.is(none.code, 20);
  t.is(none.extFields['nextBeginOffset'], '2');
  t.is(none.body.length, 0);
  t.is(fixture.ask(11, bySubscription('A || B')).code, 0);
});

const positions: readonly [string, number, number, number][] = [
  ['past the end', 5, 21, 3],
  ['at the end', 3, 19, 3],
  ['before the beginning', 0, 21, 1],
];
for (const [name, offset, code, next] of positions) {
  test(`an offset ${name} is answered with ${code} and all four offsets`, (t) => {
    const fixture = withMessages(3);
    fixture.group.expire('T', 0, 1);
    const answer = fixture.ask(11, bySubscription('*', { queueOffset: String(offset) }));
    t.is(answer.code, code);
    t.is(answer.extFields['nextBeginOffset'], String(next));
    t.is(answer.extFields['minOffset'], '1');
    t.is(answer.extFields['maxOffset'], '3');
    t.truthy(answer.extFields['suggestWhichBrokerId']);
  });
}

test('a queue that nobody wrote to is empty at 0 and illegal elsewhere', (t) => {
  const fixture = withMessages(0);
  t.is(fixture.ask(11, bySubscription('*')).code, 19);
  const moved = fixture.ask(11, bySubscription('*', { queueOffset: '9' }));
  t.is(moved.code, 21);
  t.is(moved.extFields['nextBeginOffset'], '0');
});

const refusals: readonly [
  string,
  (fixture: FaceFixture) => void,
  Readonly<Record<string, string>>,
  number,
][] = [
  ['an unknown topic', () => undefined, { topic: 'none' }, 17],
  ['a queue beyond the read queues', () => undefined, { queueId: '4' }, 29],
  ['a negative queue', () => undefined, { queueId: '-1' }, 29],
  ['a topic without read permission', (f) => f.group.addTopic('T', 4, 2), {}, 16],
  ['a disabled group', (f) => f.group.addGroup('g', { consumeEnable: false }), {}, 16],
  ['an SQL expression', () => undefined, { expressionType: 'SQL92', subscription: 'a > 1' }, 1],
  ['an expression of separators', () => undefined, { subscription: '||' }, 23],
  ['a group without heartbeat', () => undefined, { sysFlag: '0' }, 24],
];
for (const [name, prepare, fields, code] of refusals) {
  test(`${name} is refused with ${code}`, (t) => {
    const fixture = withMessages(1);
    prepare(fixture);
    t.is(fixture.ask(11, bySubscription('*', fields)).code, code);
  });
}

test('without an expression the subscription of the heartbeat filters', (t) => {
  const fixture = withMessages(1);
  fixture.heartbeat('g', ['T'], { tags: 'B' });
  t.is(fixture.ask(11, pullFields()).code, 20);
  t.is(fixture.ask(11, pullFields({ topic: 'TBW102' })).code, 24, 'a topic not subscribed');
  t.is(fixture.ask(11, pullFields({ subVersion: '101' })).code, 25, 'a heartbeat older than the pull');
  t.is(fixture.ask(11, pullFields({ subVersion: '99' })).code, 20);
});

test('broadcasting can be forbidden to a group', (t) => {
  const fixture = withMessages(1);
  fixture.heartbeat('g', ['T'], { messageModel: 'BROADCASTING' });
  t.is(fixture.ask(11, pullFields()).code, 0);
  fixture.group.addGroup('g', { consumeBroadcastEnable: false });
  t.is(fixture.ask(11, pullFields()).code, 16);
});

test('an unknown group is created when that is allowed, and refused otherwise', (t) => {
  const fixture = withMessages(1);
  t.is(fixture.ask(11, bySubscription('*', { consumerGroup: 'new' })).code, 0);
  t.true(fixture.group.groupTable.has('new'));
  const strict = new FaceFixture({ autoCreateSubscriptionGroup: false });
  strict.group.addTopic('T');
  t.is(strict.ask(11, bySubscription('*')).code, 26);
});

test('a pull carries a commit along, once and only when it says something new', (t) => {
  const fixture = withMessages(1);
  const fields = bySubscription('*', { sysFlag: String(WITH_SUBSCRIPTION | COMMIT), commitOffset: '1' });
  fixture.ask(11, fields);
  t.is(fixture.group.offsetTable.get('g|T|0'), 1);
  const proposals = fixture.group.proposals.length;
  fixture.ask(11, fields);
  fixture.ask(11, { ...fields, commitOffset: '-1' });
  t.is(fixture.group.proposals.length, proposals);
});

test('a pull at the end is held and answered when a matching message arrives', (t) => {
  const fixture = withMessages(0);
  const opaque = fixture.request(11, bySubscription('A', { sysFlag: String(WITH_SUBSCRIPTION | SUSPEND) }));
  fixture.clock.advance(5_000);
  t.is(fixture.connection.answer(opaque), undefined);
  fixture.send({ properties: 'TAGS\u0001B\u0002' });
  fixture.clock.endTurn();
  t.is(fixture.connection.answer(opaque), undefined, 'another tag');
  const header = encodeSendHeaderV2(sendHeader({ properties: 'TAGS\u0001A\u0002' }));
  fixture.request(310, header, Buffer.from('first'));
  fixture.request(310, header, Buffer.from('second of the same turn'));
  fixture.clock.endTurn();
  const answer = fixture.connection.answer(opaque);
  t.is(answer?.code, 0);
  t.is(answer?.extFields['nextBeginOffset'], '3');
});

test('a held pull whose time is over is answered with 19', (t) => {
  const fixture = withMessages(1);
  const opaque = fixture.request(
    11,
    bySubscription('*', {
      sysFlag: String(WITH_SUBSCRIPTION | SUSPEND),
      queueOffset: '1',
      suspendTimeoutMillis: '1000',
    }),
  );
  fixture.clock.advance(900);
  t.is(fixture.connection.answer(opaque), undefined);
  fixture.clock.advance(200);
  const answer = fixture.connection.answer(opaque);
  t.is(answer?.code, 19);
  t.is(answer?.extFields['nextBeginOffset'], '1');
});

test('held pulls are answered when this replica stops being the master', (t) => {
  const fixture = withMessages(1);
  const opaque = fixture.request(
    11,
    bySubscription('*', { sysFlag: String(WITH_SUBSCRIPTION | SUSPEND), queueOffset: '1' }),
  );
  fixture.lead('n2');
  fixture.clock.endTurn();
  const answer = fixture.connection.answer(opaque);
  t.is(answer?.code, 19);
  t.is(answer?.extFields['nextBeginOffset'], '1');
});

test('the end of a connection forgets what it held', (t) => {
  const fixture = withMessages(0);
  fixture.request(11, bySubscription('*', { sysFlag: String(WITH_SUBSCRIPTION | SUSPEND) }));
  t.is(fixture.face.status().heldPulls, 1);
  fixture.connection.close();
  fixture.face.onClose(fixture.connection);
  t.is(fixture.face.status().heldPulls, 0);
});

test('a consumer that retention overtook is told where messages begin, and goes on from there', (t) => {
  const fixture = withMessages(5);
  fixture.heartbeat('g', ['T']);
  for (const minOffset of [2, 5]) {
    fixture.group.expire('T', 0, minOffset);
    for (let offset = 0; offset < minOffset; offset += 1) {
      const moved = fixture.ask(11, bySubscription('*', { queueOffset: String(offset) }));
      t.is(moved.code, 21);
      t.is(moved.remark, 'OFFSET_TOO_SMALL');
      t.is(moved.extFields['nextBeginOffset'], String(minOffset));
      t.is(moved.extFields['minOffset'], String(minOffset));
      t.is(moved.extFields['maxOffset'], '5');
      const held = {
        sysFlag: String(WITH_SUBSCRIPTION | SUSPEND),
        queueOffset: String(offset),
        suspendTimeoutMillis: '20000',
      };
      t.is(fixture.ask(11, bySubscription('*', held)).code, 21, 'it does not wait for what never comes');
    }
    t.is(fixture.ask(31, { topic: 'T', queueId: '0' }).extFields['offset'], String(minOffset));
    const next = fixture.ask(11, bySubscription('*', { queueOffset: String(minOffset) }));
    t.is(next.code, minOffset === 5 ? 19 : 0);
    if (minOffset < 5) t.is(readRecords(next.body)[0]?.queueOffset, minOffset);
  }
});
