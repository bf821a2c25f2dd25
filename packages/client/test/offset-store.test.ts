import { RequestCode, ResponseCode } from '@ledgermq/protocol';
import { nodeNet } from '@ledgermq/protocol/net';
import test, { type ExecutionContext } from 'ava';
import { BrokerConnections } from '../src/broker-connections.ts';
import { BrokerRequests } from '../src/broker-requests.ts';
import { NameServers } from '../src/name-servers.ts';
import { BrokerOffsetStore, MemoryOffsetStore } from '../src/offset-store.ts';
import { RouteCache } from '../src/route-cache.ts';
import { onlyGroup, startFakeCluster, type FakeCluster } from './fake-cluster.ts';

const QUEUE = { topic: 'Orders', brokerName: 'broker-a', queueId: 0 };

async function requestsTo(t: ExecutionContext, cluster: FakeCluster): Promise<BrokerRequests> {
  const connections = new BrokerConnections(
    { onRequest: () => undefined, onClosed: () => undefined },
    nodeNet,
  );
  t.teardown(() => connections.stop());
  const routes = new RouteCache(new NameServers([cluster.namesrvAddr], connections));
  await routes.refresh('Orders');
  return new BrokerRequests(connections, routes);
}

test('an unchanged offset is not sent, whether it was read or committed', async (t) => {
  const cluster = await startFakeCluster(t, { topics: { Orders: 1 } });
  const group = onlyGroup(cluster);
  const store = new BrokerOffsetStore('billing', await requestsTo(t, cluster));
  t.is(await store.read(QUEUE), null);
  await store.commit(QUEUE, 5);
  await store.commit(QUEUE, 5);
  t.is(await store.read(QUEUE), 5);
  await store.commit(QUEUE, 5);
  t.is(group.count(RequestCode.UPDATE_CONSUMER_OFFSET), 1);
  store.forget(QUEUE);
  await store.commit(QUEUE, 5);
  t.is(group.count(RequestCode.UPDATE_CONSUMER_OFFSET), 2, 'another member may have changed it');
});

test('commits of one queue do not overtake each other', async (t) => {
  const cluster = await startFakeCluster(t, { topics: { Orders: 1 } });
  const group = onlyGroup(cluster);
  const store = new BrokerOffsetStore('billing', await requestsTo(t, cluster));
  await Promise.all([1, 2, 3, 4].map((offset) => store.commit(QUEUE, offset)));
  const sent = group.of(RequestCode.UPDATE_CONSUMER_OFFSET).map(({ extFields }) => extFields['commitOffset']);
  t.deepEqual(sent, ['1', '4']);
  t.is(group.storage.offsets.get('billing@Orders@0'), 4);
});

test('a refused commit is an error, and is sent again when asked for again', async (t) => {
  const cluster = await startFakeCluster(t, { topics: { Orders: 1 } });
  const group = onlyGroup(cluster);
  const store = new BrokerOffsetStore('billing', await requestsTo(t, cluster));
  group.intervene = () => ({ type: 'answer', code: ResponseCode.SYSTEM_BUSY });
  await t.throwsAsync(store.commit(QUEUE, 7), { code: 'ERR_MQ_BROKER' });
  await t.throwsAsync(store.read(QUEUE), { code: 'ERR_MQ_BROKER' });
  group.intervene = () => null;
  await store.commit(QUEUE, 7);
  t.is(group.storage.offsets.get('billing@Orders@0'), 7);
});

test('a repeatable request goes on to the next replica, another stops when it may have been executed', async (t) => {
  const cluster = await startFakeCluster(t, { replicas: 3, topics: { Orders: 1 } });
  const group = onlyGroup(cluster);
  const requests = await requestsTo(t, cluster);
  const store = new BrokerOffsetStore('billing', requests);
  group.intervene = (_, replica) => {
    if (replica === 0) return { type: 'close' };
    return replica === 1 ? { type: 'answer', code: ResponseCode.SERVICE_NOT_AVAILABLE } : null;
  };
  await store.commit(QUEUE, 9);
  t.deepEqual(
    group.received.map(({ replica }) => replica),
    [0, 1, 2],
  );
  const [command] = group.of(RequestCode.UPDATE_CONSUMER_OFFSET);
  await t.throwsAsync(requests.request('broker-a', command!, { timeoutMs: 1000, repeatable: false }), {
    code: 'ERR_MQ_CONNECT',
  });
  t.is(group.received.length, 4);
});

test('offsets in memory outlive the loss of a queue', async (t) => {
  const store = new MemoryOffsetStore();
  t.is(await store.read(QUEUE), null);
  await store.commit(QUEUE, 3);
  store.forget();
  t.is(await store.read(QUEUE), 3);
});
