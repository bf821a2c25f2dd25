import { Buffer } from 'node:buffer';
import test from 'ava';
import {
  decodeProperties,
  encodeBatch,
  encodeSendHeaderV1,
  encodeSendHeaderV2,
  parseOffsetMsgId,
  readRecord,
} from '@ledgermq/protocol';
import { FaceFixture, sendHeader } from '../face-fixture.ts';

function withTopic(config: Readonly<Record<string, unknown>> = {}): FaceFixture {
  const fixture = new FaceFixture(config);
  fixture.group.addTopic('T', 4);
  return fixture;
}

test('a send is stored and answered with what clients need', (t) => {
  const fixture = withTopic();
  const answer = fixture.send({ queueId: 2 });
  t.is(answer.code, 0);
  t.is(answer.extFields['queueId'], '2');
  t.is(answer.extFields['queueOffset'], '0');
  t.is(answer.extFields['transactionId'], '0123456789ABCDEF0123456789ABCDEF');
  t.is(answer.extFields['MSG_REGION'], 'DefaultRegion');
  t.is(answer.extFields['TRACE_ON'], 'true');
  const id = parseOffsetMsgId(answer.extFields['msgId'] ?? '');
  t.is(id.offset, 0);
  const record = readRecord(fixture.group.queueTable.get('T|2')?.records[0] ?? Buffer.alloc(0), 0, {
    verifyBody: true,
  });
  t.is(record.body.toString(), 'hello');
  t.is(record.bornHost.host, '192.168.1.20');
  t.is(record.storeHost.host, '127.0.0.1');
  t.is(record.storeHost.port, 10_911);
  t.is(record.storeTimestamp, fixture.clock.now());
  t.is(decodeProperties(record.properties).get('CLUSTER'), 'DefaultCluster');
});

test('the long and the binary form of a send do the same', (t) => {
  const fixture = withTopic();
  t.is(fixture.ask(10, encodeSendHeaderV1(sendHeader()), Buffer.from('a')).code, 0);
  const binary = fixture.ask(310, encodeSendHeaderV2(sendHeader()), Buffer.from('a'), { serializeType: 1 });
  t.is(binary.code, 0);
  t.is(binary.serializeType, 1);
  t.is(fixture.group.queueTable.get('T|0')?.records.length, 2);
});

test('a one-way send is stored and not answered', (t) => {
  const fixture = withTopic();
  fixture.request(310, encodeSendHeaderV2(sendHeader()), Buffer.from('a'), { flag: 2 });
  t.is(fixture.group.queueTable.get('T|0')?.records.length, 1);
  t.deepEqual(fixture.connection.written, []);
});

test('a negative queue id leaves the choice to the broker', (t) => {
  t.is(withTopic().send({ queueId: -1 }).extFields['queueId'], '0');
});

const refusals: readonly [string, Parameters<FaceFixture['send']>, number][] = [
  ['an illegal topic name', [{ topic: 'a b' }], 29],
  ['a topic of the broker itself', [{ topic: 'SCHEDULE_TOPIC_XXXX' }], 16],
  ['a missing topic without a template', [{ topic: 'New', defaultTopic: 'none' }], 17],
  ['a queue that the topic lacks', [{ queueId: 4 }], 29],
  ['a topic without write permission', [{ topic: 'ReadOnly' }], 16],
  ['a body that is too large', [{}, 'x'.repeat(1025)], 13],
  ['properties that are too large', [{ properties: `A\u0001${'x'.repeat(32_760)}\u0002` }], 13],
  ['a half message', [{ properties: 'TRAN_MSG\u0001true\u0002' }], 13],
  ['a prepared message', [{ sysFlag: 4 }], 13],
  ['a delayed message', [{ properties: 'DELAY\u00013\u0002' }], 13],
  ['a retry for an unknown group', [{ topic: '%RETRY%unknown' }], 26],
];
for (const [name, [header, body], code] of refusals) {
  test(`${name} is refused with ${code} and not stored`, (t) => {
    const fixture = withTopic({ maxMessageSize: 1024 });
    fixture.group.addTopic('ReadOnly', 4, 4);
    const answer = fixture.send(header, body);
    t.is(answer.code, code, answer.remark ?? '');
    t.truthy(answer.remark);
    t.is(fixture.group.queueTable.size, 0);
  });
}

test('a delay level of zero is an ordinary message', (t) => {
  t.is(withTopic().send({ properties: 'DELAY\u00010\u0002' }).code, 0);
});

test('an answer for a new topic waits until the name servers know it', (t) => {
  const fixture = new FaceFixture();
  fixture.holdAnnouncements = true;
  const opaque = fixture.request(310, encodeSendHeaderV2(sendHeader({ topic: 'New' })), Buffer.from('a'));
  t.is(fixture.group.queueTable.get('New|0')?.records.length, 1);
  t.is(fixture.connection.answer(opaque), undefined);
  fixture.announced[0]?.();
  t.is(fixture.connection.answer(opaque)?.code, 0);
  t.deepEqual(fixture.group.proposals, ['putTopic New', 'message']);
});

test('a batch is stored in order and answered with all ids', (t) => {
  const fixture = withTopic();
  const body = encodeBatch([
    { flag: 7, body: Buffer.from('hi'), properties: 'TAGS\u0001A' },
    { flag: 8, body: Buffer.from('yo'), properties: 'TAGS\u0001B' },
  ]);
  const answer = fixture.ask(320, encodeSendHeaderV2(sendHeader({ batch: true })), body);
  t.is(answer.code, 0);
  t.is(answer.extFields['queueOffset'], '0');
  t.is(answer.extFields['msgId']?.split(',').length, 2);
  t.is(answer.extFields['queueOffsets'], undefined);
  const records = (fixture.group.queueTable.get('T|0')?.records ?? []).map((bytes) => readRecord(bytes, 0));
  t.deepEqual(
    records.map((record) => [record.body.toString(), record.flag]),
    [
      ['hi', 7],
      ['yo', 8],
    ],
  );
});

test('a batch of which a part was stored before tells every offset', (t) => {
  const fixture = withTopic();
  const offsets = [5, 9];
  fixture.group.store = () => ({
    type: 'stored',
    queueId: 0,
    queueOffset: offsets.shift() ?? 0,
    physicalOffset: 100,
    duplicate: true,
  });
  const body = encodeBatch([
    { flag: 0, body: Buffer.from('a'), properties: '' },
    { flag: 0, body: Buffer.from('b'), properties: '' },
  ]);
  const answer = fixture.ask(320, encodeSendHeaderV2(sendHeader({ batch: true })), body);
  t.is(answer.extFields['queueOffset'], '5');
  t.is(answer.extFields['queueOffsets'], '5,9');
});

test('a batch that cannot be read, is empty, or goes to a retry topic is illegal', (t) => {
  const fixture = withTopic();
  fixture.group.addGroup('g');
  const header = encodeSendHeaderV2(sendHeader({ batch: true }));
  t.not(fixture.ask(320, header, Buffer.from('garbage')).code, 0);
  t.is(fixture.ask(320, header, Buffer.alloc(0)).code, 13);
  const retry = encodeSendHeaderV2(sendHeader({ batch: true, topic: '%RETRY%g' }));
  const body = encodeBatch([{ flag: 0, body: Buffer.from('a'), properties: '' }]);
  t.is(fixture.ask(320, retry, body).code, 13);
  t.is(fixture.group.queueTable.size, 0);
});

test("a consumer's retry goes to the retry topic, and to the dead letters when the attempts are used up", (t) => {
  const fixture = new FaceFixture();
  fixture.group.addGroup('g', { retryMaxTimes: 3 });
  const retry = { topic: '%RETRY%g', properties: 'DELAY\u00014\u0002TRAN_MSG\u0001true\u0002' };
  t.is(fixture.send({ ...retry, reconsumeTimes: 3 }).code, 0);
  t.is(fixture.group.queueTable.get('%RETRY%g|0')?.records.length, 1);
  t.is(fixture.send({ ...retry, reconsumeTimes: 4 }).code, 0);
  t.is(fixture.group.queueTable.get('%DLQ%g|0')?.records.length, 1);
  t.is(fixture.send({ ...retry, reconsumeTimes: 4, maxReconsumeTimes: 9 }).code, 0);
  t.is(fixture.group.queueTable.get('%RETRY%g|0')?.records.length, 2);
});

const outcomes: readonly ['overloaded' | 'disk-full' | 'stopping' | 'topic-missing' | 'too-large', number][] =
  [
    ['overloaded', 2],
    ['disk-full', 14],
    ['stopping', 14],
    ['topic-missing', 17],
    ['too-large', 13],
  ];
for (const [reason, code] of outcomes) {
  test(`a proposal refused as ${reason} is answered with ${code}`, (t) => {
    const fixture = withTopic();
    fixture.group.outcome = { type: 'refused', reason, leader: null };
    t.is(fixture.send().code, code);
  });
}

test('an unknown outcome is called so', (t) => {
  const fixture = withTopic();
  fixture.group.outcome = { type: 'unknown', reason: 'no answer in time' };
  const answer = fixture.send();
  t.is(answer.code, 1);
  t.regex(answer.remark ?? '', /^\[UNKNOWN_OUTCOME\]/);
});

test('a message whose proposer lost its mastership goes to the new master', async (t) => {
  const fixture = withTopic();
  fixture.group.holdProposals = true;
  const opaque = fixture.request(310, encodeSendHeaderV2(sendHeader()), Buffer.from('a'));
  fixture.group.outcome = { type: 'refused', reason: 'not-leader', leader: null };
  fixture.group.held[0]?.();
  t.is(fixture.connection.answer(opaque), undefined, 'certainly not stored, so nobody needs to know');
  fixture.lead('n2');
  const [forwarded] = fixture.master.forwarded;
  t.is(forwarded?.address, '127.0.0.1:10921');
  t.is(forwarded?.command.body.toString(), 'a');
  forwarded?.answer({
    ...forwarded.command,
    code: 0,
    flag: 1,
    extFields: { msgId: 'X' },
    body: Buffer.alloc(0),
  });
  await Promise.resolve();
  const answer = fixture.connection.answer(opaque);
  t.is(answer?.code, 0);
  t.is(answer?.extFields['msgId'], 'X');
  t.is(answer?.serializeType, 0);
});
