import test from 'ava';
import { decodeConsumerList, decodeLockedQueues, encodeLockQueues } from '@ledgermq/protocol';
import { FaceFixture } from '../face-fixture.ts';
import { RecordingConnection } from '../recording-connection.ts';

const queue = (queueId: number) => ({ brokerName: 'broker-a', topic: 'T', queueId });

function lockBody(clientId: string, ids: readonly number[]): Buffer {
  return encodeLockQueues({ consumerGroup: 'g', clientId, onlyThisBroker: false, mqSet: ids.map(queue) });
}

test('a heartbeat is answered and makes its client a member before the answer', (t) => {
  const fixture = new FaceFixture();
  fixture.heartbeat('g', ['T']);
  t.is(fixture.connection.written.find((command) => (command.flag & 1) === 1)?.code, 0);
  const list = fixture.ask(38, { consumerGroup: 'g' });
  t.is(list.code, 0);
  t.deepEqual(decodeConsumerList(list.body), ['c1']);
});

test('the member list of an unknown group is an error, as clients expect', (t) => {
  t.is(new FaceFixture().ask(38, { consumerGroup: 'none' }).code, 1);
});

test('the master creates the group and its retry topic', (t) => {
  const fixture = new FaceFixture();
  fixture.heartbeat('g', ['T']);
  t.true(fixture.group.groupTable.has('g'));
  t.is(fixture.group.topicTable.get('%RETRY%g')?.writeQueueNums, 1);
  t.is(fixture.group.topicTable.get('%RETRY%g')?.perm, 6);
});

test('another replica knows the client but proposes nothing', (t) => {
  const fixture = new FaceFixture();
  fixture.lead('n2');
  fixture.heartbeat('g', ['T']);
  t.deepEqual(fixture.group.proposals, []);
  t.deepEqual(decodeConsumerList(fixture.ask(38, { consumerGroup: 'g' }).body), ['c1']);
});

test('a new master creates what the heartbeats before its time asked for', (t) => {
  const fixture = new FaceFixture();
  fixture.lead('n2');
  fixture.heartbeat('g', ['T']);
  fixture.lead('n1', 3);
  t.true(fixture.group.groupTable.has('g'));
  t.true(fixture.group.topicTable.has('%RETRY%g'));
});

test('without auto-creation nothing is created', (t) => {
  const fixture = new FaceFixture({ autoCreateSubscriptionGroup: false });
  fixture.heartbeat('g', ['T']);
  t.deepEqual(fixture.group.proposals, []);
});

test('joining, leaving and a broken connection are told to the other members', (t) => {
  const fixture = new FaceFixture();
  const second = new RecordingConnection();
  fixture.heartbeat('g', ['T']);
  fixture.heartbeat('g', ['T'], { clientId: 'c2', connection: second });
  const notices = fixture.connection.requests;
  t.deepEqual(
    notices.map((notice) => [notice.code, notice.extFields['consumerGroup'], notice.flag & 2]),
    [
      [40, 'g', 2],
      [40, 'g', 2],
    ],
  );
  second.close();
  fixture.face.onClose(second);
  t.is(fixture.connection.requests.length, 3);
  t.deepEqual(decodeConsumerList(fixture.ask(38, { consumerGroup: 'g' }).body), ['c1']);
  t.is(fixture.ask(35, { clientID: 'c1', consumerGroup: 'g' }).code, 0);
  t.is(fixture.ask(38, { consumerGroup: 'g' }).code, 1);
});

test('a group may ask not to be told', (t) => {
  const fixture = new FaceFixture();
  fixture.group.addGroup('g', { notifyConsumerIdsChangedEnable: false });
  fixture.heartbeat('g', ['T']);
  t.deepEqual(fixture.connection.requests, []);
});

test('a client that falls silent is gone after its time', (t) => {
  const fixture = new FaceFixture();
  fixture.face.start();
  fixture.heartbeat('g', ['T']);
  fixture.clock.advance(120_000);
  t.is(fixture.ask(38, { consumerGroup: 'g' }).code, 0);
  fixture.clock.advance(20_000);
  t.is(fixture.ask(38, { consumerGroup: 'g' }).code, 1);
  fixture.face.stop();
  t.is(fixture.clock.timerCount, 0);
});

test('a heartbeat that cannot be read, or names an impossible group, is an error of that request', (t) => {
  const fixture = new FaceFixture();
  t.is(fixture.ask(34, {}, Buffer.from('{')).code, 1);
  const impossible = Buffer.from(
    '{"clientID":"c","consumerDataSet":[{"groupName":"a b"}],"producerDataSet":[]}',
  );
  t.is(fixture.ask(34, {}, impossible).code, 29);
  t.is(fixture.face.status().clients, 0);
});

test('queues are locked by one client, and freed by a change of the master', (t) => {
  const fixture = new FaceFixture();
  t.deepEqual(decodeLockedQueues(fixture.ask(41, {}, lockBody('c1', [0, 1])).body), [queue(0), queue(1)]);
  t.deepEqual(decodeLockedQueues(fixture.ask(41, {}, lockBody('c2', [1, 2])).body), [queue(2)]);
  t.is(fixture.ask(42, {}, lockBody('c1', [1])).code, 0);
  t.deepEqual(decodeLockedQueues(fixture.ask(41, {}, lockBody('c2', [1])).body), [queue(1)]);
  fixture.lead('n2');
  fixture.lead('n1', 3);
  t.deepEqual(decodeLockedQueues(fixture.ask(41, {}, lockBody('c3', [0, 1])).body), [queue(0), queue(1)]);
});
