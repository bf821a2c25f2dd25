import { decodeHeartbeat, RequestCode } from '@ledgermq/protocol';
import test from 'ava';
import { DefaultMQProducer, MQClientException } from '../src/index.ts';
import { append, Inbox, newConsumer, offsetOf } from './consumer-fixture.ts';
import { onlyGroup, startFakeCluster } from './fake-cluster.ts';
import { turns, Watch } from './signals.ts';

test('what is stored is consumed: before the start, after it, and over several queues', async (t) => {
  const cluster = await startFakeCluster(t, { groups: 2, replicas: 2, topics: { Orders: 2 } });
  const [a, b] = cluster.groups;
  append(a!, 'Orders', 0, 'a0');
  append(b!, 'Orders', 1, 'b1');
  const inbox = new Inbox();
  await newConsumer(t, cluster).subscribe('Orders', inbox.take).start();
  await inbox.first(2);
  append(a!, 'Orders', 1, 'a1');
  append(b!, 'Orders', 1, 'b1 again');
  await inbox.first(4);
  t.deepEqual([...inbox.bodies].sort(), ['a0', 'a1', 'b1', 'b1 again']);
  const last = inbox.messages.find(({ body }) => body.toString() === 'b1 again');
  t.is(`${last?.topic} ${last?.brokerName} ${last?.queueId} ${last?.queueOffset}`, 'Orders broker-b 1 1');
});

test('the heartbeat goes to all replicas and carries the subscriptions; pulls carry no expression', async (t) => {
  const cluster = await startFakeCluster(t, { replicas: 3, topics: { Orders: 1 } });
  const group = onlyGroup(cluster);
  await newConsumer(t, cluster)
    .subscribe('Orders', 'a || b', () => undefined)
    .start();
  const beats = group.received.filter(({ command }) => command.code === RequestCode.HEART_BEAT);
  t.deepEqual([...new Set(beats.map(({ replica }) => replica))].sort(), [0, 1, 2]);
  const [consumer] = decodeHeartbeat(beats[0]!.command.body).consumerDataSet;
  t.is(consumer?.consumeType, 'CONSUME_PASSIVELY');
  t.deepEqual(
    consumer?.subscriptionDataSet.map(({ topic, tagsSet }) => [topic, tagsSet]),
    [
      ['Orders', ['a', 'b']],
      ['%RETRY%billing', []],
    ],
  );
  await group.watch.until(() => group.heldQueues.includes('Orders@0'));
  const [pull] = group.of(RequestCode.PULL_MESSAGE);
  t.is(pull?.extFields['sysFlag'], '2');
  t.is(pull?.extFields['subscription'], undefined);
  t.is(pull?.extFields['suspendTimeoutMillis'], '15000');
});

test('tags are compared exactly, although the broker compares only their hashes', async (t) => {
  const cluster = await startFakeCluster(t, { topics: { Orders: 1 } });
  const group = onlyGroup(cluster);
  const inbox = new Inbox();
  await using consumer = newConsumer(t, cluster).subscribe('Orders', 'Aa || paid', inbox.take);
  await consumer.start();
  // "Aa" and "BB" have the same hash.
  for (const tag of ['BB', 'Aa', undefined, 'paid', 'BB']) append(group, 'Orders', 0, String(tag), tag);
  t.deepEqual(await inbox.first(2), ['Aa', 'paid']);
  await consumer.shutdown();
  t.is(offsetOf(group, 'Orders', 0), 5, 'what is filtered out is done with');
});

test('a listener gets batches, and nothing else than its own topic', async (t) => {
  const cluster = await startFakeCluster(t, { topics: { Orders: 1 } });
  const group = onlyGroup(cluster);
  for (let i = 0; i < 10; i += 1) append(group, 'Orders', 0, `m${i}`);
  const sizes: number[] = [];
  const watch = new Watch();
  await newConsumer(t, cluster, { consumeMessageBatchMaxSize: 4 })
    .subscribe('Orders')
    .registerMessageListener((messages, context) => {
      sizes.push(messages.length);
      t.is(context.messageQueue.queueId, 0);
      watch.notice();
    })
    .start();
  await watch.until(() => sizes.reduce((sum, size) => sum + size, 0) === 10);
  t.deepEqual(sizes, [4, 4, 2]);
});

test('what a handler throws at comes again through the retry topic', async (t) => {
  const cluster = await startFakeCluster(t, { topics: { Orders: 1 } });
  const group = onlyGroup(cluster);
  const seen: { body: string; topic: string; times: number; msgId: string; queue: string }[] = [];
  const watch = new Watch();
  const consumer = newConsumer(t, cluster, { maxReconsumeTimes: 7 }).subscribe(
    'Orders',
    (message, context) => {
      const { body, topic, reconsumeTimes, msgId } = message;
      const queue = context.messageQueue.topic;
      seen.push({ body: body.toString(), topic, times: reconsumeTimes, msgId, queue });
      watch.notice();
      if (reconsumeTimes === 0) throw new Error('not now');
      return reconsumeTimes === 1 ? 'RECONSUME_LATER' : 'CONSUME_SUCCESS';
    },
  );
  await consumer.start();
  append(group, 'Orders', 0, 'odd');
  await watch.until(() => seen.length === 3);
  t.deepEqual(
    seen.map(({ times, topic, queue }) => [times, topic, queue]),
    [
      [0, 'Orders', 'Orders'],
      [1, 'Orders', '%RETRY%billing'],
      [2, 'Orders', '%RETRY%billing'],
    ],
  );
  t.is(new Set(seen.map(({ msgId }) => msgId)).size, 1);
  const [back] = group.of(RequestCode.CONSUMER_SEND_MSG_BACK);
  t.deepEqual(
    { ...back?.extFields },
    {
      offset: '1000',
      group: 'billing',
      delayLevel: '0',
      originMsgId: seen[0]?.msgId,
      originTopic: 'Orders',
      unitMode: 'false',
      maxReconsumeTimes: '7',
      bname: 'broker-a',
    },
  );
  await consumer.shutdown();
  t.deepEqual([offsetOf(group, 'Orders', 0), offsetOf(group, '%RETRY%billing', 0)], [1, 2]);
});

test('a suspended consumer hands out nothing until it is resumed', async (t) => {
  const cluster = await startFakeCluster(t, { topics: { Orders: 1 } });
  const group = onlyGroup(cluster);
  const inbox = new Inbox();
  const consumer = newConsumer(t, cluster).subscribe('Orders', inbox.take);
  await consumer.start();
  append(group, 'Orders', 0, 'one');
  await inbox.first(1);
  await group.watch.until(() => group.heldQueues.includes('Orders@0'));
  consumer.suspend();
  append(group, 'Orders', 0, 'two');
  append(group, 'Orders', 0, 'three');
  await turns();
  t.deepEqual(inbox.bodies, ['one']);
  t.deepEqual(
    group.heldQueues.filter((key) => key === 'Orders@0'),
    [],
  );
  consumer.resume();
  t.deepEqual(await inbox.first(3), ['one', 'two', 'three']);
});

test('a queue is pulled no further than its limits while a handler hangs', async (t) => {
  const cluster = await startFakeCluster(t, { topics: { Orders: 1 } });
  const group = onlyGroup(cluster);
  for (let i = 0; i < 100; i += 1) append(group, 'Orders', 0, `m${i}`);
  const releases: (() => void)[] = [];
  const inbox = new Inbox();
  await newConsumer(t, cluster, { concurrency: 1, pullBatchSize: 8, pullThresholdForQueue: 10 })
    .subscribe('Orders', async (message) => {
      inbox.take(message);
      if (inbox.messages.length === 1) await new Promise<void>((resolve) => releases.push(resolve));
    })
    .start();
  await inbox.first(1);
  await turns();
  const pullsOf = (): number =>
    group.of(RequestCode.PULL_MESSAGE).filter(({ extFields }) => extFields['topic'] === 'Orders').length;
  t.is(pullsOf(), 2, 'two pulls of 8 exceed the limit of 10');
  releases[0]?.();
  const bodies = await inbox.first(100);
  t.is(bodies.length, 100);
});

test('sent, consumed and acknowledged ids agree', async (t) => {
  const cluster = await startFakeCluster(t, { topics: { Orders: 3 } });
  const producer = new DefaultMQProducer('producers', { namesrvAddr: cluster.namesrvAddr, logger: false });
  t.teardown(() => producer.shutdown());
  const inbox = new Inbox();
  await newConsumer(t, cluster).subscribe('Orders', inbox.take).start();
  const body = 'long '.repeat(2000);
  const sent = await producer.send([
    { topic: 'Orders', body, tags: 'x', keys: ['k1', 'k2'], properties: { a: 'b' } },
  ]);
  await inbox.first(1);
  const [message] = inbox.messages;
  t.is(message?.msgId, sent[0]?.msgId);
  t.is(message?.queueOffset, sent[0]?.queueOffset);
  t.is(message?.body.toString(), body, 'it was compressed on the way');
  t.is(message?.keys, 'k1 k2');
  t.is(message?.properties.get('a'), 'b');
});

test('a consumer that could do nothing does not start', async (t) => {
  const cluster = await startFakeCluster(t, { topics: { Orders: 1 } });
  const bad = { instanceOf: MQClientException, code: 'ERR_MQ_BAD_OPTIONS' };
  await t.throwsAsync(newConsumer(t, cluster).start(), bad);
  await t.throwsAsync(newConsumer(t, cluster).subscribe('Orders').start(), bad);
  t.throws(() => newConsumer(t, cluster).subscribe('no spaces'), bad);
  t.throws(() => newConsumer(t, cluster).subscribe('Orders', '||'), bad);
  const error = t.throws(
    () => newConsumer(t, cluster, { concurrency: 0, pullBatchSize: 2.5, consumeTimestamp: '20260230000000' }),
    bad,
  );
  for (const fault of ['concurrency', 'pullBatchSize', 'consumeTimestamp'])
    t.true(error?.message.includes(fault));
  await cluster.nameServer.stop();
  await t.throwsAsync(
    newConsumer(t, cluster)
      .subscribe('Orders', () => undefined)
      .start(),
    {
      code: 'ERR_MQ_CONNECT',
    },
  );
});

test('the signal of the options shuts the consumer down', async (t) => {
  const cluster = await startFakeCluster(t, { topics: { Orders: 1 } });
  const group = onlyGroup(cluster);
  const abort = new AbortController();
  const consumer = newConsumer(t, cluster, { signal: abort.signal }).subscribe('Orders', () => undefined);
  await consumer.start();
  abort.abort();
  await group.watch.until(() => group.count(RequestCode.UNREGISTER_CLIENT) === 1);
  await consumer.shutdown();
  await t.throwsAsync(
    newConsumer(t, cluster, { signal: abort.signal })
      .subscribe('Orders', () => undefined)
      .start(),
    { code: 'ERR_MQ_SHUT_DOWN' },
  );
});
