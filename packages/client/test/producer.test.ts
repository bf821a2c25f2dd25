import {
  decodeBatch,
  decodeProperties,
  decodeSendHeader,
  RequestCode,
  ResponseCode,
} from '@ledgermq/protocol';
import test, { type ExecutionContext } from 'ava';
import {
  DefaultMQProducer,
  MQBrokerException,
  MQClientException,
  RemotingConnectException,
  RemotingTimeoutException,
  RemotingTooMuchRequestException,
  type MQError,
  type ProducerOptions,
} from '../src/index.ts';
import { onlyGroup, startFakeCluster, type FakeCluster } from './fake-cluster.ts';
import type { FakeGroup, Intervention } from './fake-group.ts';
import { turns } from './signals.ts';

const SENDS: readonly number[] = [RequestCode.SEND_MESSAGE_V2, RequestCode.SEND_BATCH_MESSAGE];

function startProducer(
  t: ExecutionContext,
  cluster: FakeCluster,
  options: ProducerOptions = {},
): DefaultMQProducer {
  const { namesrvAddr } = cluster;
  const producer = new DefaultMQProducer('producers', { namesrvAddr, logger: false, ...options });
  t.teardown(() => producer.shutdown());
  return producer;
}

/** Steps in for the first sends only, one intervention each. */
function interveneInSends(group: FakeGroup, interventions: readonly Intervention[]): void {
  const left = [...interventions];
  group.intervene = ({ code }) => (SENDS.includes(code) ? (left.shift() ?? null) : null);
}

/** UNIQ_KEYs of every send that reached the group, in order. */
function keysSent(group: FakeGroup): (string | undefined)[] {
  return group.received.flatMap(({ command }) => {
    if (!SENDS.includes(command.code)) return [];
    const header = decodeSendHeader(command.code, command.extFields);
    const encoded = header.batch
      ? decodeBatch(command.body).map(({ properties }) => properties.toString())
      : [header.properties];
    return encoded.map((properties) => decodeProperties(properties).get('UNIQ_KEY'));
  });
}

test('a send resolves with the place of its message', async (t) => {
  const cluster = await startFakeCluster(t, { topics: { Orders: 1 } });
  const producer = startProducer(t, cluster);
  const first = await producer.send({ topic: 'Orders', body: 'one', tags: 'a' });
  const second = await producer.send({ topic: 'Orders', body: 'two' });
  t.is(first.sendStatus, 'SEND_OK');
  t.deepEqual(first.messageQueue, { topic: 'Orders', brokerName: 'broker-a', queueId: 0 });
  t.deepEqual([first.queueOffset, second.queueOffset], [0, 1]);
  t.is(first.attempts, 1);
  t.not(first.msgId, second.msgId);
  t.is(first.offsetMsgId.length, 32);
  const group = onlyGroup(cluster);
  t.deepEqual(group.storage.bodies('Orders', 0), ['one', 'two']);
  t.deepEqual(keysSent(group), [first.msgId, second.msgId]);
});

test('sends of one turn share a frame and get an answer each', async (t) => {
  const cluster = await startFakeCluster(t, { topics: { Orders: 4 } });
  const producer = startProducer(t, cluster);
  await producer.fetchPublishMessageQueues('Orders');
  const bodies = Array.from({ length: 10 }, (_, i) => `m${i}`);
  const results = await producer.send(bodies.map((body) => ({ topic: 'Orders', body })));
  const group = onlyGroup(cluster);
  t.is(group.count(RequestCode.SEND_BATCH_MESSAGE), 1);
  t.is(group.count(RequestCode.SEND_MESSAGE_V2), 0);
  t.deepEqual(
    results.map(({ queueOffset }) => queueOffset),
    bodies.map((_, i) => i),
  );
  t.deepEqual(group.storage.bodies('Orders', results[0]?.messageQueue.queueId ?? -1), bodies);
  t.is(new Set(results.map(({ msgId }) => msgId)).size, bodies.length);
});

test('a repeated batch gets the places of its messages one by one', async (t) => {
  const cluster = await startFakeCluster(t, { topics: { Orders: 1 } });
  const producer = startProducer(t, cluster);
  const group = onlyGroup(cluster);
  await producer.fetchPublishMessageQueues('Orders');
  interveneInSends(group, [{ type: 'execute-and-close' }]);
  const results = await producer.send(['a', 'b', 'c'].map((body) => ({ topic: 'Orders', body })));
  t.deepEqual(
    results.map(({ queueOffset, attempts }) => [queueOffset, attempts]),
    [
      [0, 2],
      [1, 2],
      [2, 2],
    ],
  );
  t.deepEqual(group.storage.bodies('Orders', 0), ['a', 'b', 'c']);
});

test('without batches each message travels alone, round robin over the queues', async (t) => {
  const cluster = await startFakeCluster(t, { topics: { Orders: 4 } });
  const producer = startProducer(t, cluster, { batch: false });
  const messages = Array.from({ length: 8 }, (_, i) => ({ topic: 'Orders', body: `m${i}` }));
  const results = await producer.send(messages);
  t.is(onlyGroup(cluster).count(RequestCode.SEND_MESSAGE_V2), 8);
  const queueIds = results.map(({ messageQueue }) => messageQueue.queueId).sort();
  t.deepEqual(queueIds, [0, 0, 1, 1, 2, 2, 3, 3]);
});

test('a fixed queue, a selector and a sharding key decide the queue', async (t) => {
  const cluster = await startFakeCluster(t, { topics: { Orders: 4 } });
  const producer = startProducer(t, cluster);
  const messageQueue = { topic: 'Orders', brokerName: 'broker-a', queueId: 3 };
  const fixed = await producer.send({ topic: 'Orders', body: 'x', messageQueue });
  t.deepEqual(fixed.messageQueue, messageQueue);
  const selected = await producer.send(
    { topic: 'Orders', body: 'x' },
    { messageQueueSelector: (queues) => queues[2] ?? messageQueue },
  );
  t.is(selected.messageQueue.queueId, 2);
  const sharded = await producer.send(
    Array.from({ length: 5 }, () => ({ topic: 'Orders', body: 'x', shardingKey: 'customer 7' })),
  );
  t.is(new Set(sharded.map((result) => result.messageQueue.queueId)).size, 1);
});

test('after a lost answer the same message goes to the same group again, at another replica', async (t) => {
  const cluster = await startFakeCluster(t, { groups: 2, replicas: 2, topics: { Orders: 1 } });
  const producer = startProducer(t, cluster);
  for (const group of cluster.groups) interveneInSends(group, [{ type: 'execute-and-close' }]);
  const result = await producer.send({ topic: 'Orders', body: 'once' });
  const [stored, other] =
    result.messageQueue.brokerName === 'broker-a' ? cluster.groups : [...cluster.groups].reverse();
  t.is(result.attempts, 2);
  t.deepEqual(keysSent(stored!), [result.msgId, result.msgId]);
  t.deepEqual(keysSent(other!), []);
  t.deepEqual(stored!.storage.bodies('Orders', 0), ['once']);
  const sends = stored!.received.filter(({ command }) => SENDS.includes(command.code));
  t.deepEqual(
    sends.map(({ replica }) => replica),
    [0, 1],
  );
});

test('the next attempt goes to the master that a refusal names', async (t) => {
  const cluster = await startFakeCluster(t, { groups: 2, replicas: 3, topics: { Orders: 1 } });
  const producer = startProducer(t, cluster);
  for (const group of cluster.groups) {
    const extFields = { leaderAddress: group.addresses[2] ?? '' };
    interveneInSends(group, [{ type: 'answer', code: ResponseCode.SERVICE_NOT_AVAILABLE, extFields }]);
  }
  const { messageQueue, attempts } = await producer.send({ topic: 'Orders', body: 'hinted' });
  const group = cluster.groups[messageQueue.brokerName === 'broker-a' ? 0 : 1];
  const sends = group?.received.filter(({ command }) => SENDS.includes(command.code)) ?? [];
  t.is(attempts, 2);
  t.deepEqual(
    sends.map(({ replica }) => replica),
    [0, 2],
  );
});

test('only what certainly is not stored moves to another group', async (t) => {
  const cluster = await startFakeCluster(t, { groups: 2, topics: { Orders: 1 } });
  const producer = startProducer(t, cluster);
  const refusal: Intervention = { type: 'answer', code: ResponseCode.SERVICE_NOT_AVAILABLE };
  const [a, b] = cluster.groups;
  interveneInSends(a!, [refusal]);
  interveneInSends(b!, []);
  const fixed = { topic: 'Orders', brokerName: 'broker-a', queueId: 0 };
  const stayed = await producer.send({ topic: 'Orders', body: 'fixed', messageQueue: fixed });
  t.deepEqual(stayed.messageQueue, fixed);
  t.is(stayed.attempts, 2);

  a!.intervene = ({ code }) => (SENDS.includes(code) ? refusal : null);
  const moved = await producer.send([1, 2].map((i) => ({ topic: 'Orders', body: `free ${i}` })));
  t.deepEqual(
    moved.map(({ messageQueue }) => messageQueue.brokerName),
    ['broker-b', 'broker-b'],
  );
});

async function errorOf(sending: Promise<unknown>): Promise<MQError> {
  return sending.then(
    () => {
      throw new Error('the send was to fail');
    },
    (error: unknown) => error as MQError,
  );
}

test('outcomes: refused, nobody there, and lost on the way', async (t) => {
  const cluster = await startFakeCluster(t, { topics: { Orders: 1 } });
  const group = onlyGroup(cluster);
  const patient = startProducer(t, cluster);
  const producer = startProducer(t, cluster, { sendMsgTimeout: 200, retryDeadline: 1500 });
  await producer.fetchPublishMessageQueues('Orders');

  const illegal: Intervention = { type: 'answer', code: ResponseCode.MESSAGE_ILLEGAL, remark: 'too odd' };
  interveneInSends(group, [illegal]);
  const rejected = await errorOf(patient.send({ topic: 'Orders', body: 'x' }));
  t.true(rejected instanceof MQBrokerException);
  t.deepEqual([rejected.code, rejected.outcome], ['ERR_MQ_BROKER', 'rejected']);
  t.deepEqual([rejected.responseCode, rejected.retryable, rejected.attempts.length], [13, false, 1]);
  t.true(rejected.message.includes('too odd'));

  group.intervene = ({ code }) => (SENDS.includes(code) ? { type: 'silence' } : null);
  const unknown = await errorOf(producer.send({ topic: 'Orders', body: 'x' }));
  t.true(unknown instanceof RemotingTimeoutException);
  t.deepEqual([unknown.code, unknown.outcome, unknown.retryable], ['ERR_MQ_TIMEOUT', 'unknown', true]);
  t.true(unknown.attempts.length >= 2);
  t.is(new Set(keysSent(group).slice(1)).size, 1, 'all attempts carry the same key');

  await group.stop();
  await turns();
  const unavailable = await errorOf(producer.send({ topic: 'Orders', body: 'x' }));
  t.true(unavailable instanceof RemotingConnectException);
  t.deepEqual([unavailable.code, unavailable.outcome], ['ERR_MQ_CONNECT', 'unavailable']);
  t.is(unavailable.attempts[0]?.brokerName, 'broker-a');
  t.is(unavailable.attempts[0]?.address, group.addresses[0]);
});

test('a refusal after an attempt whose answer was lost leaves the outcome unknown', async (t) => {
  const cluster = await startFakeCluster(t, { topics: { Orders: 1 } });
  const group = onlyGroup(cluster);
  const producer = startProducer(t, cluster, { retryDeadline: 1500 });
  let sends = 0;
  group.intervene = ({ code }) => {
    if (!SENDS.includes(code)) return null;
    sends += 1;
    return sends === 1 ? { type: 'close' } : { type: 'answer', code: ResponseCode.MESSAGE_ILLEGAL };
  };
  const error = await errorOf(producer.send({ topic: 'Orders', body: 'x' }));
  t.is(error.outcome, 'unknown');
});

test('one bad message of a batch spoils only itself', async (t) => {
  const cluster = await startFakeCluster(t, { topics: { Orders: 1 } });
  const group = onlyGroup(cluster);
  const producer = startProducer(t, cluster);
  group.intervene = ({ code, body }) =>
    SENDS.includes(code) && body.includes('bad') ? { type: 'answer', code: 13 } : null;
  const messages = ['good', 'bad', 'fine'].map((body) => ({ topic: 'Orders', body }));
  const results = await Promise.allSettled(messages.map((message) => producer.send(message)));
  t.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  t.deepEqual(group.storage.bodies('Orders', 0), ['good', 'fine']);
});

test('no more than maxInFlight sends are without an answer; the rest keep their order', async (t) => {
  const cluster = await startFakeCluster(t, { topics: { Orders: 1 } });
  const group = onlyGroup(cluster);
  const producer = startProducer(t, cluster, { maxInFlight: 2, batch: false, sendMsgTimeout: 60_000 });
  let open = 0;
  let openMax = 0;
  group.intervene = ({ code }) => {
    if (SENDS.includes(code)) openMax = Math.max(openMax, (open += 1));
    return null;
  };
  const sends = Array.from({ length: 20 }, async (_, i) => {
    await producer.send({ topic: 'Orders', body: String(i) });
    open -= 1;
  });
  await Promise.all(sends);
  t.is(openMax, 2);
  t.deepEqual(
    group.storage.bodies('Orders', 0),
    Array.from({ length: 20 }, (_, i) => String(i)),
  );
});

test('a send that finds no room by its deadline was not sent', async (t) => {
  const cluster = await startFakeCluster(t, { topics: { Orders: 1 } });
  const group = onlyGroup(cluster);
  const producer = startProducer(t, cluster, { maxInFlight: 1, retryDeadline: 1500 });
  group.intervene = ({ code }) => (SENDS.includes(code) ? { type: 'silence' } : null);
  const first = errorOf(producer.send({ topic: 'Orders', body: 'first' }));
  await group.watch.until(() => keysSent(group).length === 1);
  const second = await errorOf(producer.send({ topic: 'Orders', body: 'second' }, { timeout: 50 }));
  t.true(second instanceof RemotingTooMuchRequestException);
  t.deepEqual([second.code, second.outcome], ['ERR_MQ_TOO_MANY', 'unavailable']);
  t.is((await first).outcome, 'unknown');
});

test('a signal ends the wait, and nothing of it stays behind', async (t) => {
  const cluster = await startFakeCluster(t, { topics: { Orders: 1 } });
  const group = onlyGroup(cluster);
  const producer = startProducer(t, cluster, { retryDeadline: 2000 });
  await producer.send({ topic: 'Orders', body: 'before' });
  group.intervene = ({ code }) => (SENDS.includes(code) ? { type: 'silence' } : null);
  const abort = new AbortController();
  const sending = errorOf(producer.send({ topic: 'Orders', body: 'x' }, { signal: abort.signal }));
  await group.watch.until(() => keysSent(group).length === 2);
  abort.abort(new Error('enough'));
  const error = await sending;
  t.true(error instanceof MQClientException);
  t.deepEqual([error.code, error.outcome], ['ERR_MQ_ABORTED', 'unknown']);
  t.is((error.cause as Error).message, 'enough');

  const late = await errorOf(producer.send({ topic: 'Orders', body: 'y' }, { signal: abort.signal }));
  t.deepEqual([late.code, late.outcome], ['ERR_MQ_ABORTED', 'unavailable']);
  t.is(keysSent(group).length, 2, 'what was aborted before it left is not sent');
});

test('an answered send takes its listener off the signal', async (t) => {
  const cluster = await startFakeCluster(t, { topics: { Orders: 1 } });
  const producer = startProducer(t, cluster);
  const { signal } = new AbortController();
  let listeners = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>): void => {
    listeners += 1;
    add(...args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>): void => {
    listeners -= 1;
    remove(...args);
  };
  for (let i = 0; i < 5; i += 1) await producer.send({ topic: 'Orders', body: 'x' }, { signal });
  await turns(2);
  t.is(listeners, 0);
});

test('the first sends of a new topic ask the name server once', async (t) => {
  const cluster = await startFakeCluster(t, { topics: { TBW102: 8 } });
  const producer = startProducer(t, cluster);
  const results = await producer.send(Array.from({ length: 50 }, () => ({ topic: 'Young', body: 'x' })));
  t.is(results.length, 50);
  t.true(results.every(({ messageQueue }) => messageQueue.queueId < 4));
  t.is(cluster.nameServer.asked.get('Young'), 1);
  t.is(cluster.nameServer.asked.get('TBW102'), 1);
  t.is(onlyGroup(cluster).count(RequestCode.SEND_BATCH_MESSAGE), 1);
});

test('a topic that nobody knows and nobody may create is no route', async (t) => {
  const cluster = await startFakeCluster(t);
  const error = await errorOf(startProducer(t, cluster).send({ topic: 'Nowhere', body: 'x' }));
  t.deepEqual([error.code, error.outcome], ['ERR_MQ_NO_ROUTE', 'unavailable']);
});

test('a shutdown waits for open sends, says good-bye and refuses further ones', async (t) => {
  const cluster = await startFakeCluster(t, { topics: { Orders: 1 } });
  const group = onlyGroup(cluster);
  const producer = startProducer(t, cluster);
  await producer.fetchPublishMessageQueues('Orders');
  const sending = producer.send({ topic: 'Orders', body: 'last' });
  await Promise.all([producer.shutdown(), producer.shutdown()]);
  t.is((await sending).queueOffset, 0);
  t.is(group.count(RequestCode.UNREGISTER_CLIENT), 1);
  const error = await errorOf(producer.send({ topic: 'Orders', body: 'x' }));
  t.deepEqual([error.code, error.outcome], ['ERR_MQ_SHUT_DOWN', 'unavailable']);
});

test('a one-way send asks for no answer', async (t) => {
  const cluster = await startFakeCluster(t, { topics: { Orders: 1 } });
  const group = onlyGroup(cluster);
  await startProducer(t, cluster).sendOneway({ topic: 'Orders', body: 'gone' });
  await group.watch.until(() => group.storage.bodies('Orders', 0).length === 1);
  t.is(group.received[0]?.command.flag, 2);
});

test('a topic is created on every master', async (t) => {
  const cluster = await startFakeCluster(t, { groups: 2, replicas: 2, topics: { Orders: 1 } });
  await startProducer(t, cluster).createTopic('Orders', 8);
  for (const group of cluster.groups) {
    const [request, ...more] = group.received;
    t.is(more.length, 0);
    t.is(request?.replica, 0);
    t.is(request?.command.extFields['readQueueNums'], '8');
  }
});

test('bad options are named all at once', (t) => {
  const error = t.throws(
    () => new DefaultMQProducer('no spaces', { maxInFlight: 0, namesrvAddr: 'nohost' }),
    {
      instanceOf: MQClientException,
      code: 'ERR_MQ_BAD_OPTIONS',
    },
  );
  for (const fault of ['group', 'maxInFlight', 'namesrvAddr']) t.true(error?.message.includes(fault), fault);
});
