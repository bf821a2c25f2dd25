import test from 'ava';
import { decodeConsumeStats, decodeTopicStats } from '@ledgermq/protocol';
import { FaceFixture } from '../face-fixture.ts';

const START = 1_700_000_000_000;

/** A master whose topic T has four messages in queue 0, one second apart, and one in queue 2. */
function served(): FaceFixture {
  const fixture = new FaceFixture();
  fixture.group.addTopic('T', 3);
  fixture.group.addGroup('g');
  for (let i = 0; i < 4; i += 1) {
    fixture.send({ properties: '' });
    fixture.clock.advance(1_000);
  }
  fixture.send({ queueId: 2, properties: '' });
  return fixture;
}

function commit(fixture: FaceFixture, topic: string, queueId: number, commitOffset: number): void {
  const fields = { consumerGroup: 'g', topic, queueId: String(queueId), commitOffset: String(commitOffset) };
  if (fixture.ask(15, fields).code !== 0) throw new Error('the offset was not stored');
}

test('where each queue of a topic begins and ends, and when it was written to last', (t) => {
  const fixture = served();
  fixture.group.expire('T', 0, 1);
  const answer = fixture.ask(202, { topic: 'T' });
  t.is(answer.code, 0);
  const { queues } = decodeTopicStats(answer.body);
  t.deepEqual(
    queues.map(({ queue, minOffset, maxOffset, lastUpdateTimestamp }) => [
      `${queue.topic} ${queue.brokerName} ${queue.queueId}`,
      minOffset,
      maxOffset,
      lastUpdateTimestamp,
    ]),
    [
      ['T broker-a 0', 1, 4, START + 3_000],
      ['T broker-a 1', 0, 0, 0],
      ['T broker-a 2', 0, 1, START + 4_000],
    ],
  );
  t.like(fixture.ask(202, { topic: 'none' }), { code: 17, remark: 'topic[none] not exist' });
});

test('all queues of a topic are told that can be read or written', (t) => {
  const fixture = new FaceFixture();
  fixture.group.addTopic('T', 2);
  const config = fixture.group.topicTable.get('T');
  if (config !== undefined) fixture.group.topicTable.set('T', { ...config, writeQueueNums: 5 });
  t.is(decodeTopicStats(fixture.ask(202, { topic: 'T' }).body).queues.length, 5);
});

test('how far a group has consumed each queue of its topics', (t) => {
  const fixture = served();
  fixture.group.addTopic('other', 1);
  commit(fixture, 'T', 0, 3);
  commit(fixture, 'other', 0, 0);
  const { queues } = decodeConsumeStats(fixture.ask(208, { consumerGroup: 'g' }).body);
  t.deepEqual(
    queues.map(({ queue, brokerOffset, consumerOffset, pullOffset, lastTimestamp }) => [
      `${queue.topic} ${queue.queueId}`,
      brokerOffset,
      consumerOffset,
      pullOffset,
      lastTimestamp,
    ]),
    [
      ['T 0', 4, 3, 3, START + 2_000],
      ['T 1', 0, 0, 0, 0],
      ['T 2', 1, 0, 0, 0],
      ['other 0', 0, 0, 0, 0],
    ],
  );
  const asked = (fields: Record<string, string>): string[] =>
    decodeConsumeStats(fixture.ask(208, { consumerGroup: 'g', ...fields }).body).queues.map(
      ({ queue }) => queue.topic,
    );
  t.deepEqual(asked({ topic: 'other' }), ['other']);
  t.deepEqual(asked({ topicList: 'other;unknown' }), ['other']);
  t.deepEqual(asked({ topic: 'unknown' }), []);
});

test('a live group is told of what it subscribes to, a group that nobody knows of nothing', (t) => {
  const fixture = served();
  fixture.group.addTopic('other', 1);
  commit(fixture, 'T', 0, 3);
  commit(fixture, 'other', 0, 0);
  fixture.heartbeat('g', ['other']);
  const { queues } = decodeConsumeStats(fixture.ask(208, { consumerGroup: 'g' }).body);
  t.deepEqual(
    queues.map(({ queue }) => queue.topic),
    ['other'],
  );
  const nobody = fixture.ask(208, { consumerGroup: 'nobody' });
  t.is(nobody.code, 0);
  t.deepEqual(decodeConsumeStats(nobody.body).queues, []);
});

test('many queues are looked at in several turns, too many are refused', (t) => {
  const fixture = new FaceFixture();
  fixture.group.addTopic('wide', 1_000);
  fixture.group.addTopic('wider', 65_535);
  const opaque = fixture.request(202, { topic: 'wide' });
  t.is(fixture.connection.answer(opaque), undefined);
  fixture.clock.endTurn();
  t.is(decodeTopicStats(fixture.connection.answer(opaque)?.body ?? Buffer.alloc(0)).queues.length, 1_000);
  t.is(fixture.ask(208, { consumerGroup: 'g', topicList: 'wide;wider' }).code, 1);
});
