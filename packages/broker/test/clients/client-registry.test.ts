import test from 'ava';
import type { ConsumerData, HeartbeatData } from '@ledgermq/protocol';
import { tagSubscription } from '@ledgermq/protocol';
import { ClientRegistry } from '../../src/clients/client-registry.ts';
import { RecordingConnection } from '../recording-connection.ts';

function consumer(groupName: string, topics: readonly string[], subVersion = 1): ConsumerData {
  return {
    groupName,
    consumeType: 'CONSUME_PASSIVELY',
    messageModel: 'CLUSTERING',
    consumeFromWhere: 'CONSUME_FROM_LAST_OFFSET',
    subscriptionDataSet: topics.map((topic) => tagSubscription(topic, '*', subVersion)),
    unitMode: false,
  };
}

function beat(
  clientID: string,
  consumers: readonly ConsumerData[],
  producers: readonly string[] = [],
): HeartbeatData {
  return {
    clientID,
    consumerDataSet: consumers,
    producerDataSet: producers.map((groupName) => ({ groupName })),
    heartbeatFingerprint: 0,
    withoutSub: false,
  };
}

function registry(clientsMax = 100): { clients: ClientRegistry; changed: string[] } {
  const changed: string[] = [];
  const clients = new ClientRegistry({
    channelExpiredTimeoutMs: 120_000,
    clientsMax,
    subscriptionsPerGroupMax: 3,
    onGroupChanged: (group) => changed.push(group.groupName),
  });
  return { clients, changed };
}

const sender = (): { connection: RecordingConnection; language: string; version: number } => ({
  connection: new RecordingConnection(),
  language: 'JAVA',
  version: 479,
});

test('a heartbeat makes a member at once, and only news are announced', (t) => {
  const { clients, changed } = registry();
  const from = sender();
  t.true(clients.heartbeat(beat('c1', [consumer('g', ['T'])]), from, 0));
  t.deepEqual(clients.consumerIds('g'), ['c1']);
  t.deepEqual(changed, ['g']);
  clients.heartbeat(beat('c1', [consumer('g', ['T'])]), from, 30_000);
  t.deepEqual(changed, ['g']);
  clients.heartbeat(beat('c1', [consumer('g', ['T', 'U'])]), from, 60_000);
  t.deepEqual(changed, ['g', 'g']);
});

test('topics that the latest heartbeat leaves out are no longer subscribed', (t) => {
  const { clients, changed } = registry();
  const from = sender();
  clients.heartbeat(beat('c1', [consumer('g', ['T', 'U'])]), from, 0);
  clients.heartbeat(beat('c1', [consumer('g', ['U'])]), from, 1);
  t.deepEqual([...(clients.consumerGroup('g')?.subscriptions.keys() ?? [])], ['U']);
  t.is(changed.length, 2);
});

test('a heartbeat that leaves the subscriptions out keeps the earlier ones', (t) => {
  const { clients } = registry();
  const from = sender();
  clients.heartbeat(beat('c1', [consumer('g', ['T'])]), from, 0);
  clients.heartbeat({ ...beat('c1', [consumer('g', [])]), withoutSub: true }, from, 1);
  t.deepEqual([...(clients.consumerGroup('g')?.subscriptions.keys() ?? [])], ['T']);
});

test('an overtaken heartbeat does not bring an older expression back', (t) => {
  const { clients } = registry();
  const from = sender();
  clients.heartbeat(beat('c1', [consumer('g', ['T'], 5)]), from, 0);
  const older = { ...consumer('g', []), subscriptionDataSet: [tagSubscription('T', 'old', 4)] };
  clients.heartbeat(beat('c1', [older]), from, 1);
  t.is(clients.consumerGroup('g')?.subscriptions.get('T')?.subString, '*');
});

test('the end of a connection removes its members and tells the others', (t) => {
  const { clients, changed } = registry();
  const first = sender();
  const second = sender();
  clients.heartbeat(beat('c1', [consumer('g', ['T'])], ['p']), first, 0);
  clients.heartbeat(beat('c2', [consumer('g', ['T'])]), second, 0);
  changed.length = 0;
  clients.connectionClosed(first.connection);
  t.deepEqual(clients.consumerIds('g'), ['c2']);
  t.is(clients.producerGroup('p'), undefined);
  t.deepEqual(changed, ['g']);
  clients.connectionClosed(second.connection);
  t.deepEqual(changed, ['g'], 'nobody is left to be told');
  t.is(clients.memberships, 0);
});

test('a client that came back over a new connection survives the end of the old one', (t) => {
  const { clients } = registry();
  const old = sender();
  clients.heartbeat(beat('c1', [consumer('g', ['T'])]), old, 0);
  clients.heartbeat(beat('c1', [consumer('g', ['T'])]), sender(), 1);
  clients.connectionClosed(old.connection);
  t.deepEqual(clients.consumerIds('g'), ['c1']);
});

test('a silent client expires after its time and not before', (t) => {
  const { clients } = registry();
  clients.heartbeat(beat('c1', [consumer('g', ['T'])]), sender(), 0);
  clients.expire(120_000);
  t.deepEqual(clients.consumerIds('g'), ['c1']);
  clients.expire(120_001);
  t.deepEqual(clients.consumerIds('g'), []);
});

test('leaving a group is not leaving another', (t) => {
  const { clients } = registry();
  const from = sender();
  clients.heartbeat(beat('c1', [consumer('g1', ['T']), consumer('g2', ['T'])]), from, 0);
  clients.unregister('c1', null, 'g1');
  t.deepEqual(clients.consumerIds('g1'), []);
  t.deepEqual(clients.consumerIds('g2'), ['c1']);
});

test('limits refuse newcomers and leave members alone', (t) => {
  const { clients } = registry(1);
  const from = sender();
  t.true(clients.heartbeat(beat('c1', [consumer('g', ['T'])]), from, 0));
  t.false(clients.heartbeat(beat('c2', [consumer('g', ['T'])]), sender(), 0));
  t.true(clients.heartbeat(beat('c1', [consumer('g', ['T'])]), from, 1));
  t.false(clients.heartbeat(beat('c1', [consumer('g', ['A', 'B', 'C', 'D'])]), from, 2));
  t.deepEqual(clients.consumerIds('g'), ['c1']);
});
