import test from 'ava';
import { FaceFixture } from '../face-fixture.ts';

function withMessages(count: number): FaceFixture {
  const fixture = new FaceFixture();
  fixture.group.addTopic('T', 4);
  fixture.group.addGroup('g');
  for (let i = 0; i < count; i += 1) {
    fixture.clock.advance(1_000);
    fixture.send({ properties: '' });
  }
  return fixture;
}

const place = { consumerGroup: 'g', topic: 'T', queueId: '0' };

test('a committed offset is found again', (t) => {
  const fixture = withMessages(3);
  t.is(fixture.ask(15, { ...place, commitOffset: '2' }).code, 0);
  const answer = fixture.ask(14, place);
  t.is(answer.code, 0);
  t.is(answer.extFields['offset'], '2');
});

test('a group without an offset starts at the beginning of a young queue only', (t) => {
  t.is(withMessages(0).ask(14, place).code, 22);
  t.is(withMessages(2).ask(14, place).extFields['offset'], '0');
  t.is(withMessages(2).ask(14, { ...place, setZeroIfNotFound: 'false' }).code, 22);
  const cut = withMessages(2);
  cut.group.expire('T', 0, 1);
  t.is(cut.ask(14, place).code, 22);
});

test('a commit of what is stored already, or of nothing, costs no proposal', (t) => {
  const fixture = withMessages(1);
  fixture.ask(15, { ...place, commitOffset: '1' });
  const before = fixture.group.proposals.length;
  t.is(fixture.ask(15, { ...place, commitOffset: '1' }).code, 0);
  t.is(fixture.ask(15, { ...place, commitOffset: '-1' }).code, 0);
  t.is(fixture.group.proposals.length, before);
});

test('a commit is answered only when it is applied', (t) => {
  const fixture = withMessages(1);
  fixture.group.holdProposals = true;
  const opaque = fixture.request(15, { ...place, commitOffset: '1' });
  t.is(fixture.connection.answer(opaque), undefined);
  fixture.group.held[0]?.();
  t.is(fixture.connection.answer(opaque)?.code, 0);
});

test('a one-way commit is stored and not answered', (t) => {
  const fixture = withMessages(1);
  const written = fixture.connection.written.length;
  fixture.request(15, { ...place, commitOffset: '1' }, undefined, { flag: 2 });
  t.is(fixture.group.offsetTable.get('g|T|0'), 1);
  t.is(fixture.connection.written.length, written);
});

test('commits for what does not exist are refused', (t) => {
  const fixture = withMessages(1);
  t.is(fixture.ask(15, { ...place, topic: 'none', commitOffset: '1' }).code, 17);
  t.is(fixture.ask(15, { ...place, queueId: '-1', commitOffset: '1' }).code, 29);
  const strict = new FaceFixture({ autoCreateSubscriptionGroup: false });
  strict.group.addTopic('T');
  t.is(strict.ask(15, { ...place, commitOffset: '1' }).code, 26);
});

test('ends of queues are answered, also of queues that nobody wrote to', (t) => {
  const fixture = withMessages(3);
  fixture.group.expire('T', 0, 1);
  const queue = { topic: 'T', queueId: '0' };
  const other = { topic: 'T', queueId: '3' };
  t.is(fixture.ask(30, queue).extFields['offset'], '3');
  t.is(fixture.ask(31, queue).extFields['offset'], '1');
  t.is(fixture.ask(30, other).extFields['offset'], '0');
  t.is(fixture.ask(31, other).extFields['offset'], '0');
  t.is(fixture.ask(32, other).extFields['timestamp'], '-1');
  t.is(fixture.ask(29, { ...other, timestamp: '5' }).extFields['offset'], '0');
});

test('offsets are found by time', (t) => {
  const fixture = withMessages(3);
  const queue = { topic: 'T', queueId: '0' };
  const first = fixture.ask(32, queue).extFields['timestamp'] ?? '';
  t.is(Number(first), fixture.clock.now() - 2_000);
  t.is(fixture.ask(29, { ...queue, timestamp: String(Number(first) + 1_000) }).extFields['offset'], '1');
  t.is(fixture.ask(29, { ...queue, timestamp: '9223372036854775807' }).extFields['offset'], '3');
});

test('a missing field is named', (t) => {
  const answer = withMessages(0).ask(14, { consumerGroup: 'g', topic: 'T' });
  t.is(answer.code, 1);
  t.regex(answer.remark ?? '', /HEADER_INVALID.*queueId/);
});
