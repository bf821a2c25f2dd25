import test from 'ava';
import { FaceFixture, pullFields } from '../face-fixture.ts';

const WITH_SUBSCRIPTION = 4;
const pullAt = (queueOffset: number): Record<string, string> =>
  pullFields({ sysFlag: String(WITH_SUBSCRIPTION), subscription: '*', queueOffset: String(queueOffset) });
const queue = { topic: 'T', queueId: '0' };

/** A master with two messages whose confirmations the test gives. */
function unconfirmed(): { fixture: FaceFixture; confirm: (confirmed: boolean) => void } {
  const fixture = new FaceFixture();
  fixture.group.addTopic('T', 4);
  fixture.group.addGroup('g');
  fixture.send({ properties: '' });
  fixture.send({ properties: '' });
  const waiting: ((confirmed: boolean) => void)[] = [];
  fixture.group.confirmations = waiting;
  return {
    fixture,
    confirm: (confirmed) => {
      for (const done of waiting.splice(0)) done(confirmed);
    },
  };
}

test('messages that are there are served at once', (t) => {
  const { fixture } = unconfirmed();
  t.is(fixture.ask(11, pullAt(1)).code, 0);
});

test('that there are no more messages is said only after the mastership was confirmed', (t) => {
  const { fixture, confirm } = unconfirmed();
  const opaque = fixture.request(11, pullAt(2));
  t.is(fixture.connection.answer(opaque), undefined);
  confirm(true);
  t.is(fixture.connection.answer(opaque)?.code, 19);
});

test('that messages are gone is said after the mastership was confirmed: the answer tells the end of the queue', (t) => {
  const { fixture, confirm } = unconfirmed();
  fixture.group.expire('T', 0, 1);
  const opaque = fixture.request(11, pullAt(0));
  t.is(fixture.connection.answer(opaque), undefined);
  confirm(true);
  t.like(fixture.connection.answer(opaque), { code: 21, remark: 'OFFSET_TOO_SMALL' });
});

test('what was stored while the confirmation was under way is in the answer', (t) => {
  const { fixture, confirm } = unconfirmed();
  const opaque = fixture.request(11, pullAt(2));
  fixture.send({ properties: '' });
  confirm(true);
  t.is(fixture.connection.answer(opaque)?.code, 0);
});

test('a deposed master does not deny messages, it passes the pull on', (t) => {
  const { fixture, confirm } = unconfirmed();
  const opaque = fixture.request(11, pullAt(2));
  fixture.lead('n2');
  confirm(false);
  t.is(fixture.connection.answer(opaque), undefined);
  fixture.clock.advance(100);
  t.is(fixture.master.forwarded.length, 1);
});

for (const [name, code, ext] of [
  ['the greatest offset', 30, queue],
  ['the smallest offset', 31, queue],
  ['the offset of a time', 29, { ...queue, timestamp: '0' }],
  ['the offset of a group', 14, { ...queue, consumerGroup: 'g' }],
  ['what is in a topic', 202, { topic: 'T' }],
  ['how far a group has consumed', 208, { consumerGroup: 'g' }],
] as const) {
  test(`${name} is told by a confirmed master only`, (t) => {
    const { fixture, confirm } = unconfirmed();
    const opaque = fixture.request(code, ext);
    t.is(fixture.connection.answer(opaque), undefined);
    confirm(true);
    t.is(fixture.connection.answer(opaque)?.code, 0);
    fixture.request(code, ext);
    fixture.lead('n2');
    confirm(false);
    fixture.clock.advance(100);
    t.is(fixture.master.forwarded.length, 1);
  });
}

test('an offset that seems to be stored already is stored again unless the mastership is confirmed', (t) => {
  const { fixture, confirm } = unconfirmed();
  const commit = { ...queue, consumerGroup: 'g', commitOffset: '1' };
  t.is(fixture.ask(15, commit).code, 0);
  const before = fixture.group.proposals.length;
  const first = fixture.request(15, commit);
  t.is(fixture.connection.answer(first), undefined);
  confirm(true);
  t.is(fixture.connection.answer(first)?.code, 0);
  t.is(fixture.group.proposals.length, before);
  fixture.request(15, commit);
  confirm(false);
  t.is(fixture.group.proposals.length, before + 1);
});
