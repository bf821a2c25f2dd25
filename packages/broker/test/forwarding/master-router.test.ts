import { Buffer } from 'node:buffer';
import test from 'ava';
import { createResponse, encodeSendHeaderV2 } from '@ledgermq/protocol';
import type { RemotingCommand } from '@ledgermq/protocol';
import { ConnectionError } from '@ledgermq/protocol/net';
import { FORWARDED_FOR, NOT_LEADER } from '../../src/forwarding/master-router.ts';
import { FaceFixture, pullFields, sendHeader } from '../face-fixture.ts';

const WITH_ID = encodeSendHeaderV2(sendHeader());
const WITHOUT_ID = encodeSendHeaderV2(sendHeader({ properties: 'TAGS\u0001A\u0002' }));

function follower(leader: string | null = 'n2', config: Readonly<Record<string, unknown>> = {}): FaceFixture {
  const fixture = new FaceFixture(config);
  fixture.group.addTopic('T');
  fixture.group.addGroup('g');
  fixture.lead(leader);
  return fixture;
}

/** Lets the promises of a forwarded request settle. */
async function settled(): Promise<void> {
  for (let i = 0; i < 5; i += 1) {
    await Promise.resolve();
  }
}

function notLeader(command: RemotingCommand): RemotingCommand {
  return createResponse(command, 14, { extFields: { [NOT_LEADER]: 'true' } });
}

test('a replica that is not the master forwards, and answers in the form and number of the request', async (t) => {
  const fixture = follower();
  const opaque = fixture.request(310, WITH_ID, Buffer.from('a'));
  const [forwarded] = fixture.master.forwarded;
  t.is(forwarded?.address, '127.0.0.1:10921');
  t.is(forwarded?.command.extFields[FORWARDED_FOR], '192.168.1.20:50000');
  t.is(forwarded?.command.serializeType, 1, 'the scanner of JSON headers would pass over the mark');
  forwarded?.answer(
    createResponse({ opaque: 999, serializeType: 1 }, 0, {
      extFields: { queueOffset: '7' },
      body: Buffer.from('b'),
    }),
  );
  await settled();
  const answer = fixture.connection.answer(opaque);
  t.is(answer?.code, 0);
  t.is(answer?.extFields['queueOffset'], '7');
  t.is(answer?.body.toString(), 'b');
  t.is(answer?.serializeType, 0);
  t.deepEqual(fixture.group.proposals, []);
});

test('requests that every replica can serve are not forwarded', (t) => {
  const fixture = follower();
  fixture.heartbeat('g', ['T']);
  t.is(fixture.ask(38, { consumerGroup: 'g' }).code, 0);
  t.is(fixture.ask(28).code, 0);
  t.deepEqual(fixture.master.forwarded, []);
});

test('a forwarded request is never forwarded again', (t) => {
  const fixture = follower('n3');
  const ext = { ...WITH_ID, [FORWARDED_FOR]: '10.0.0.9:4000' };
  const answer = fixture.ask(310, ext, Buffer.from('a'), { serializeType: 1 });
  t.is(answer.code, 14);
  t.is(answer.extFields[NOT_LEADER], 'true');
  t.is(answer.extFields['leaderAddress'], '127.0.0.1:10931');
  t.deepEqual(fixture.master.forwarded, []);
  t.is(fixture.face.status().parkedRequests, 0);
});

test('the master stores a forwarded message as born at its client', (t) => {
  const fixture = follower('n1');
  const ext = { ...WITH_ID, [FORWARDED_FOR]: '10.0.0.9:4000' };
  t.is(fixture.ask(310, ext, Buffer.from('a'), { serializeType: 1 }).code, 0);
  const record = fixture.group.queueTable.get('T|0')?.records[0];
  t.deepEqual([...(record?.subarray(48, 56) ?? [])], [10, 0, 0, 9, 0, 0, 0x0f, 0xa0]);
});

test('without a master requests wait, and are executed in order when one appears', (t) => {
  const fixture = follower(null);
  const first = fixture.request(310, WITH_ID, Buffer.from('first'));
  const second = fixture.request(310, WITH_ID, Buffer.from('second'));
  t.is(fixture.face.status().parkedRequests, 2);
  fixture.clock.advance(1_000);
  t.deepEqual(fixture.connection.written, []);
  fixture.lead('n1');
  t.is(fixture.connection.answer(first)?.extFields['queueOffset'], '0');
  t.is(fixture.connection.answer(second)?.extFields['queueOffset'], '1');
  t.is(fixture.face.status().parkedRequests, 0);
});

test('requests that waited go to a master elsewhere when that appears', (t) => {
  const fixture = follower(null);
  fixture.request(310, WITH_ID, Buffer.from('a'));
  fixture.lead('n3');
  t.deepEqual(
    fixture.master.forwarded.map(({ address }) => address),
    ['127.0.0.1:10931'],
  );
});

test('a wait ends with code 14 before the client gives up', (t) => {
  const fixture = follower(null);
  const opaque = fixture.request(310, WITH_ID, Buffer.from('a'));
  fixture.clock.advance(2_490);
  t.is(fixture.connection.answer(opaque), undefined);
  fixture.clock.advance(30);
  t.is(fixture.connection.answer(opaque)?.code, 14);
  t.is(fixture.clock.timerCount, 0);
});

test('too many waiting requests, or too large ones, are refused', (t) => {
  const fixture = follower(null, { limits: { parkedRequestsMax: 2, parkedBytesMax: 1_000 } });
  t.is(fixture.ask(310, WITH_ID, Buffer.alloc(2_000)).code, 14);
  fixture.request(310, WITH_ID, Buffer.from('a'));
  fixture.request(310, WITH_ID, Buffer.from('a'));
  t.is(fixture.ask(310, WITH_ID, Buffer.from('a')).code, 14);
  t.is(fixture.face.status().parkedRequests, 2);
});

test('a send that certainly never left is tried again', async (t) => {
  const fixture = follower();
  const opaque = fixture.request(310, WITHOUT_ID, Buffer.from('a'));
  fixture.master.forwarded[0]?.fail(new ConnectionError('CONNECT_FAILED', 'refused', false));
  await settled();
  t.is(fixture.connection.answer(opaque), undefined);
  fixture.clock.advance(30);
  t.is(fixture.master.forwarded.length, 2);
});

test('a send whose answer was lost is repeated when duplicates would be recognised', async (t) => {
  const fixture = follower();
  const opaque = fixture.request(310, WITH_ID, Buffer.from('a'));
  fixture.master.forwarded[0]?.fail(new ConnectionError('CLOSED', 'the master died', true));
  await settled();
  t.is(fixture.connection.answer(opaque), undefined);
  fixture.lead('n3');
  t.is(fixture.master.forwarded[1]?.address, '127.0.0.1:10931');
});

for (const [name, ext, config] of [
  ['without an id', WITHOUT_ID, {}],
  ['when duplicates are not looked for', WITH_ID, { enableSendDeduplication: false }],
] as const) {
  test(`a send whose answer was lost is called unknown ${name}`, async (t) => {
    const fixture = follower('n2', config);
    const opaque = fixture.request(310, ext, Buffer.from('a'));
    fixture.master.forwarded[0]?.fail(new ConnectionError('CLOSED', 'the master died', true));
    await settled();
    const answer = fixture.connection.answer(opaque);
    t.is(answer?.code, 1);
    t.regex(answer?.remark ?? '', /^\[UNKNOWN_OUTCOME\]/);
  });
}

test('a request that may have been executed is never said to be refused, whatever becomes of its repetition', async (t) => {
  for (const end of ['no master in time', 'refused by the next master', 'executed'] as const) {
    const fixture = follower('n2', { sendParkMs: 1000 });
    const opaque = fixture.request(310, WITH_ID, Buffer.from('a'));
    fixture.master.forwarded[0]?.fail(new ConnectionError('CLOSED', 'gone', true));
    fixture.lead(end === 'no master in time' ? null : 'n3');
    await settled();
    fixture.clock.advance(end === 'no master in time' ? 1100 : 100);
    const [, again] = fixture.master.forwarded;
    if (end === 'refused by the next master')
      again?.answer(createResponse(again.command, 2, { remark: 'busy' }));
    else if (end === 'executed') again?.answer(createResponse(again.command, 0));
    await settled();
    const answer = fixture.connection.answer(opaque);
    t.is(answer?.code, end === 'executed' ? 0 : 1, end);
    t.is(answer?.remark?.startsWith('[UNKNOWN_OUTCOME] ') ?? false, end !== 'executed', end);
  }
});

test('a read that may have been executed is refused like any other', async (t) => {
  const fixture = follower('n2', { sendParkMs: 1000 });
  const opaque = fixture.request(30, { topic: 'T', queueId: '0' });
  fixture.master.forwarded[0]?.fail(new ConnectionError('CLOSED', 'gone', true));
  fixture.lead(null);
  await settled();
  fixture.clock.advance(1100);
  t.is(fixture.connection.answer(opaque)?.code, 14);
});

test('a master that is none any more is asked again after a pause, until the time is over', async (t) => {
  const fixture = follower();
  const opaque = fixture.request(310, WITH_ID, Buffer.from('a'));
  let asked = 0;
  for (let ms = 0; ms < 3_000; ms += 10) {
    const forwarded = fixture.master.forwarded[asked];
    if (forwarded !== undefined) {
      asked += 1;
      forwarded.answer(notLeader(forwarded.command));
      await settled();
    }
    fixture.clock.advance(10);
  }
  t.is(fixture.connection.answer(opaque)?.code, 14);
  t.true(asked > 10 && asked < 150, `${asked} attempts`);
});

test('a new master keeps reads waiting until it knows all that was committed before', (t) => {
  const fixture = follower(null);
  fixture.group.current = false;
  fixture.lead('n1');
  const read = fixture.request(30, { topic: 'T', queueId: '0' });
  const send = fixture.request(310, WITH_ID, Buffer.from('a'));
  t.is(fixture.connection.answer(send)?.code, 0);
  t.is(fixture.connection.answer(read), undefined);
  fixture.group.current = true;
  fixture.clock.advance(20);
  t.is(fixture.connection.answer(read)?.extFields['offset'], '1');
});

test('a new group keeps requests waiting until its first topics exist', (t) => {
  const fixture = follower(null);
  fixture.group.topicTable.clear();
  fixture.lead('n1');
  const opaque = fixture.request(310, WITH_ID, Buffer.from('a'));
  t.is(fixture.connection.answer(opaque), undefined);
  fixture.group.addTopic('TBW102', 8, 7);
  fixture.face.onTopics();
  t.is(fixture.connection.answer(opaque)?.code, 0);
});

test('a long poll that lost its master gets the park time anew', async (t) => {
  const fixture = follower();
  const opaque = fixture.request(11, pullFields({ sysFlag: '6', subscription: '*' }));
  fixture.clock.advance(10_000);
  fixture.master.forwarded[0]?.fail(new ConnectionError('CLOSED', 'the master died', true));
  fixture.lead(null);
  await settled();
  fixture.clock.advance(1_000);
  t.is(fixture.connection.answer(opaque), undefined);
  fixture.lead('n1');
  fixture.clock.advance(20_000);
  t.is(fixture.connection.answer(opaque)?.code, 19);
});

test('requests of a closed connection are forgotten', (t) => {
  const fixture = follower(null);
  fixture.request(310, WITH_ID, Buffer.from('a'));
  fixture.connection.close();
  fixture.lead('n1');
  t.deepEqual(fixture.group.proposals, []);
});

test('stopping answers what waits', (t) => {
  const fixture = follower(null);
  const opaque = fixture.request(310, WITH_ID, Buffer.from('a'));
  fixture.face.stop();
  t.is(fixture.connection.answer(opaque)?.code, 14);
  t.is(fixture.ask(310, WITH_ID, Buffer.from('a')).code, 14);
});
