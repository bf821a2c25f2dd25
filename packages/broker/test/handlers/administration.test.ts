import { Buffer } from 'node:buffer';
import test from 'ava';
import { decodeKvTable, decodeProperties, readRecord } from '@ledgermq/protocol';
import { FaceFixture } from '../face-fixture.ts';

const topicFields = {
  topic: 'T',
  defaultTopic: 'TBW102',
  readQueueNums: '8',
  writeQueueNums: '4',
  perm: '6',
  topicFilterType: 'SINGLE_TAG',
  order: 'false',
};

test('a topic is created, announced, and can be read back', (t) => {
  const fixture = new FaceFixture();
  fixture.holdAnnouncements = true;
  const opaque = fixture.request(17, { ...topicFields, attributes: '+message.type=FIFO' });
  t.is(fixture.connection.answer(opaque), undefined, 'the name servers do not know it yet');
  fixture.announced[0]?.();
  t.is(fixture.connection.answer(opaque)?.code, 0);
  const config = JSON.parse(fixture.ask(351, { topic: 'T' }).body.toString()) as Record<string, unknown>;
  t.is(config['readQueueNums'], 8);
  t.is(config['writeQueueNums'], 4);
  t.deepEqual(config['attributes'], { 'message.type': 'FIFO' });
  const table = JSON.parse(fixture.ask(21).body.toString()) as { topicConfigTable: Record<string, unknown> };
  t.deepEqual(Object.keys(table.topicConfigTable), ['TBW102', 'T']);
});

test('attributes are changed one by one', (t) => {
  const fixture = new FaceFixture();
  fixture.ask(17, { ...topicFields, attributes: '+a=1,+b=2' });
  fixture.ask(17, { ...topicFields, attributes: '-a,+c=x=y' });
  t.deepEqual(fixture.group.topicTable.get('T')?.attributes, { b: '2', c: 'x=y' });
});

const impossible: readonly [string, Readonly<Record<string, string>>][] = [
  ['a system topic', { topic: 'TBW102' }],
  ['a reserved prefix', { topic: 'rmq_sys_x' }],
  ['an illegal name', { topic: 'a b' }],
  ['a negative number of queues', { readQueueNums: '-1' }],
  ['an unknown permission', { perm: '99' }],
];
for (const [name, fields] of impossible) {
  test(`${name} is refused`, (t) => {
    const fixture = new FaceFixture();
    t.is(fixture.ask(17, { ...topicFields, ...fields }).code, 29);
    t.deepEqual(fixture.group.proposals, []);
  });
}

test('an unknown topic has no configuration', (t) => {
  t.is(new FaceFixture().ask(351, { topic: 'none' }).code, 17);
});

test('a message is found by its place in the log', (t) => {
  const fixture = new FaceFixture();
  fixture.group.addTopic('T');
  fixture.send({}, 'first');
  fixture.send({}, 'second');
  const second = readRecord(fixture.group.queueTable.get('T|0')?.records[1] ?? Buffer.alloc(0), 0);
  const answer = fixture.ask(33, { offset: String(second.physicalOffset) });
  t.is(answer.code, 0);
  t.is(readRecord(answer.body, 0).body.toString(), 'second');
  t.is(fixture.ask(33, { offset: String(second.physicalOffset + 1) }).code, 1);
  t.is(fixture.ask(33, { offset: '-5' }).code, 1);
});

test('runtime information has the keys without which tools fail, as numbers', (t) => {
  const fixture = new FaceFixture();
  fixture.clock.advance(10_000);
  const table = decodeKvTable(fixture.ask(28).body);
  for (const key of ['putTps', 'getTotalTps', 'getTransferedTps', 'getTransferredTps']) {
    t.regex(table.get(key) ?? '', /^\d+\.\d+ \d+\.\d+ \d+\.\d+$/);
  }
  for (const key of [
    'msgPutTotalTodayNow',
    'msgGetTotalTodayMorning',
    'commitLogMaxOffset',
    'bootTimestamp',
  ]) {
    t.regex(table.get(key) ?? '', /^\d+$/);
  }
  t.is(table.get('dispatchBehindBytes'), '0');
  fixture.group.addTopic('T');
  fixture.send();
  fixture.group.behindBytes = 70;
  t.is(decodeKvTable(fixture.ask(28).body).get('dispatchBehindBytes'), '70');
});

test('the configuration is told with its version', (t) => {
  const answer = new FaceFixture().ask(26);
  t.is(answer.code, 0);
  t.truthy(JSON.parse(answer.extFields['version'] ?? ''));
  t.regex(answer.body.toString(), /^brokerName=broker-a$/m);
});

function sendBack(fixture: FaceFixture, fields: Readonly<Record<string, string>> = {}): number {
  return fixture.ask(36, { offset: '0', group: 'g', delayLevel: '0', ...fields }).code;
}

test('a message sent back comes again in the retry topic, one attempt older', (t) => {
  const fixture = new FaceFixture();
  fixture.group.addTopic('T');
  fixture.send({}, 'hard to digest');
  t.is(sendBack(fixture), 0);
  const retry = readRecord(fixture.group.queueTable.get('%RETRY%g|0')?.records[0] ?? Buffer.alloc(0), 0);
  t.is(retry.body.toString(), 'hard to digest');
  t.is(retry.reconsumeTimes, 1);
  const properties = decodeProperties(retry.properties);
  t.is(properties.get('RETRY_TOPIC'), 'T');
  t.is(properties.get('ORIGIN_MESSAGE_ID')?.length, 32);
  t.is(properties.get('UNIQ_KEY'), '0123456789ABCDEF0123456789ABCDEF');
});

test('a message sent back too often, or with a negative level, ends among the dead letters', (t) => {
  const fixture = new FaceFixture();
  fixture.group.addTopic('T');
  fixture.send();
  t.is(sendBack(fixture, { maxReconsumeTimes: '0' }), 0);
  t.is(sendBack(fixture, { delayLevel: '-1' }), 0);
  t.is(fixture.group.queueTable.get('%DLQ%g|0')?.records.length, 2);
});

test('what cannot be sent back is refused', (t) => {
  const fixture = new FaceFixture({ autoCreateSubscriptionGroup: false });
  fixture.group.addTopic('T');
  fixture.send();
  t.is(sendBack(fixture), 26);
  fixture.group.addGroup('g');
  t.is(sendBack(fixture, { offset: '7' }), 1);
  fixture.group.addGroup('g', { retryQueueNums: 0 });
  t.is(sendBack(fixture), 0, 'a group that wants no retries loses the message on purpose');
  t.is(fixture.group.queueTable.size, 1);
});
