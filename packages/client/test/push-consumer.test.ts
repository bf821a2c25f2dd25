import { decodeHeartbeat, encodeProperties, RequestCode, ResponseCode } from '@ledgermq/protocol';
import test, { type ExecutionContext } from 'ava';
import {
  DefaultMQProducer,
  DefaultMQPushConsumer,
  MQClientException,
  type MessageExt,
  type PushConsumerOptions,
} from '../src/index.ts';
import { onlyGroup, startFakeCluster, type FakeCluster } from './fake-cluster.ts';
import type { FakeGroup } from './fake-group.ts';
import { turns, Watch } from './signals.ts';

function newConsumer(
  t: ExecutionContext,
  cluster: FakeCluster,
  options: PushConsumerOptions = {},
  group: string = 'billing',
): DefaultMQPushConsumer {
  const consumer = new DefaultMQPushConsumer(group, {
    namesrvAddr: cluster.namesrvAddr,
    logger: false,
    consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
    ...options,
  });
  t.teardown(() => consumer.shutdown());
  return consumer;
}

/** What a listener got, and a way to wait for it. */
class Inbox {
  readonly messages: MessageExt[] = [];
  readonly watch: Watch = new Watch();

  readonly take = (message: MessageExt): void => {
    this.messages.push(message);
    this.watch.notice();
  };

  get bodies(): string[] {
    return this.messages.map(({ body }) => body.toString());
  }

  /** Bodies once there are so many. */
  async first(count: number): Promise<string[]> {
    await this.watch.until(() => this.messages.length >= count);
    return this.bodies;
  }
}

let keys = 0;

function append(group: FakeGroup, topic: string, queueId: number, body: string, tags?: string): void {
  keys += 1;
  const properties = new Map([['UNIQ_KEY', `KEY${keys}`]]);
  if (tags !== undefined) properties.set('TAGS', tags);
  group.storage.append({
    topic,
    queueId,
    body: Buffer.from(body),
    properties: encodeProperties(properties),
  });
  group.wake();
}

function offsetOf(group: FakeGroup, topic: string, queueId: number, consumers: string = 'billing'): unknown {
  return group.storage.offsets.get(`${consumers}@${topic}@${queueId}`);
}

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
  await newConsumer(t, cluster).subscribe('Orders', 'a || b', () => undefined).start();
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

test('offsets are committed on their interval, only when they changed', async (t) => {
  const cluster = await startFakeCluster(t, { topics: { Orders: 2 } });
  const group = onlyGroup(cluster);
  group.storage.offsets.set('billing@Orders@1', 0);
  const inbox = new Inbox();
  await newConsumer(t, cluster, { persistConsumerOffsetInterval: 20 }).subscribe('Orders', inbox.take).start();
  for (let i = 0; i < 5; i += 1) append(group, 'Orders', 0, `m${i}`);
  await inbox.first(5);
  await group.watch.until(() => offsetOf(group, 'Orders', 0) === 5);
  append(group, 'Orders', 0, 'one more');
  await group.watch.until(() => offsetOf(group, 'Orders', 0) === 6);
  const commits = group.of(RequestCode.UPDATE_CONSUMER_OFFSET).map(({ extFields }) => extFields);
  t.deepEqual(
    commits.filter(({ topic, queueId }) => topic === 'Orders' && queueId === '1'),
    [],
  );
  const offsets = commits.flatMap(({ queueId, topic, commitOffset }) =>
    queueId === '0' && topic === 'Orders' ? [Number(commitOffset)] : [],
  );
  t.is(new Set(offsets).size, offsets.length, 'no offset is committed twice');
});

test('a shutdown waits for handlers, commits what they finished, and leaves the group', async (t) => {
  const cluster = await startFakeCluster(t, { topics: { Orders: 1 } });
  const group = onlyGroup(cluster);
  for (let i = 0; i < 3; i += 1) append(group, 'Orders', 0, `m${i}`);
  const watch = new Watch();
  const releases: (() => void)[] = [];
  const consumer = newConsumer(t, cluster, { concurrency: 2 }).subscribe('Orders', async () => {
    await new Promise<void>((resolve) => {
      releases.push(resolve);
      watch.notice();
    });
  });
  await consumer.start();
  await watch.until(() => releases.length === 2);
  const stopping = consumer.shutdown();
  await turns();
  t.is(offsetOf(group, 'Orders', 0), undefined);
  t.is(group.count(RequestCode.UNREGISTER_CLIENT), 0);
  for (const release of releases) release();
  await stopping;
  t.is(offsetOf(group, 'Orders', 0), 2);
  t.is(releases.length, 2, 'the third message is left to others');
  t.is(group.count(RequestCode.UNREGISTER_CLIENT), 1);
  t.is(group.members.get('billing')?.size, 0);
  await t.throwsAsync(consumer.start().then(() => newConsumer(t, cluster).start()), { code: 'ERR_MQ_BAD_OPTIONS' });
});

test('the next member goes on where the last one left off', async (t) => {
  const cluster = await startFakeCluster(t, { topics: { Orders: 1 } });
  const group = onlyGroup(cluster);
  for (let i = 0; i < 3; i += 1) append(group, 'Orders', 0, `m${i}`);
  const first = new Inbox();
  const consumer = newConsumer(t, cluster).subscribe('Orders', first.take);
  await consumer.start();
  await first.first(3);
  await consumer.shutdown();
  append(group, 'Orders', 0, 'm3');
  const second = new Inbox();
  await newConsumer(t, cluster).subscribe('Orders', second.take).start();
  t.deepEqual(await second.first(1), ['m3']);
});

test('what a handler throws at comes again through the retry topic', async (t) => {
  const cluster = await startFakeCluster(t, { topics: { Orders: 1 } });
  const group = onlyGroup(cluster);
  const seen: { body: string; topic: string; times: number; msgId: string; queue: string }[] = [];
  const watch = new Watch();
  const consumer = newConsumer(t, cluster, { maxReconsumeTimes: 7 }).subscribe('Orders', (message, context) => {
    const { body, topic, reconsumeTimes, msgId } = message;
    const queue = context.messageQueue.topic;
    seen.push({ body: body.toString(), topic, times: reconsumeTimes, msgId, queue });
    watch.notice();
    if (reconsumeTimes === 0) throw new Error('not now');
    return reconsumeTimes === 1 ? 'RECONSUME_LATER' : 'CONSUME_SUCCESS';
  });
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
  t.deepEqual({ ...back?.extFields }, {
    offset: '1000',
    group: 'billing',
    delayLevel: '0',
    originMsgId: seen[0]?.msgId,
    originTopic: 'Orders',
    unitMode: 'false',
    maxReconsumeTimes: '7',
    bname: 'broker-a',
  });
  await consumer.shutdown();
  t.deepEqual([offsetOf(group, 'Orders', 0), offsetOf(group, '%RETRY%billing', 0)], [1, 2]);
});

test('two members share the queues, and one takes over when the other leaves', async (t) => {
  const cluster = await startFakeCluster(t, { topics: { Orders: 4 } });
  const group = onlyGroup(cluster);
  const inboxes = [new Inbox(), new Inbox()];
  const consumers = inboxes.map((inbox) => newConsumer(t, cluster).subscribe('Orders', inbox.take));
  await consumers[0]!.start();
  await group.watch.until(() => group.heldQueues.filter((key) => key.startsWith('Orders')).length === 4);
  for (let i = 0; i < 4; i += 1) append(group, 'Orders', i, `before ${i}`);
  await inboxes[0]!.first(4);

  // As if committed on the interval; the first member does not know it and commits once more what it gives up.
  for (let i = 0; i < 4; i += 1) group.storage.offsets.set(`billing@Orders@${i}`, 1);
  await consumers[1]!.start();
  await group.watch.until(() => group.count(RequestCode.UPDATE_CONSUMER_OFFSET) === 2);
  for (let i = 0; i < 4; i += 1) append(group, 'Orders', i, `shared ${i}`);
  await Promise.all([inboxes[0]!.first(6), inboxes[1]!.first(2)]);
  const shared = inboxes.map(({ bodies }) => bodies.filter((body) => body.startsWith('shared')).sort());
  t.deepEqual(shared.flat().sort(), ['shared 0', 'shared 1', 'shared 2', 'shared 3']);
  t.deepEqual(
    shared.map((bodies) => bodies.length),
    [2, 2],
  );

  await consumers[0]!.shutdown();
  await turns();
  for (let i = 0; i < 4; i += 1) append(group, 'Orders', i, `after ${i}`);
  const all = await inboxes[1]!.first(6);
  t.deepEqual(all.filter((body) => body.startsWith('after')).sort(), ['after 0', 'after 1', 'after 2', 'after 3']);
  t.deepEqual(all.filter((body) => body.startsWith('before')), []);
});

test('pulls go on at another replica when the master is gone', async (t) => {
  const cluster = await startFakeCluster(t, { replicas: 3, topics: { Orders: 1 } });
  const group = onlyGroup(cluster);
  const inbox = new Inbox();
  const consumer = newConsumer(t, cluster).subscribe('Orders', inbox.take);
  await consumer.start();
  append(group, 'Orders', 0, 'before');
  await inbox.first(1);
  await group.watch.until(() => group.heldQueues.includes('Orders@0'));
  // The name server still names the dead master.
  await group.stopReplica(0);
  await group.watch.until(() => group.heldQueues.includes('Orders@0'));
  append(group, 'Orders', 0, 'after');
  t.deepEqual(await inbox.first(2), ['before', 'after']);
  const pulls = group.received.filter(({ command }) => command.code === RequestCode.PULL_MESSAGE);
  t.not(pulls.at(-1)?.replica, 0);
  await consumer.shutdown();
  t.is(offsetOf(group, 'Orders', 0), 2, 'the commit finds another replica too');
});

test('a broker that does not know the subscription gets a heartbeat, and the pull again', async (t) => {
  const cluster = await startFakeCluster(t, { topics: { Orders: 1 } });
  const group = onlyGroup(cluster);
  const codes = [ResponseCode.SUBSCRIPTION_NOT_EXIST, ResponseCode.SUBSCRIPTION_NOT_LATEST];
  let beats = 0;
  group.intervene = ({ code, extFields }) => {
    if (code === RequestCode.HEART_BEAT) beats += 1;
    if (code !== RequestCode.PULL_MESSAGE || extFields['topic'] !== 'Orders') return null;
    const refusal = codes.shift();
    return refusal === undefined ? null : { type: 'answer', code: refusal };
  };
  const inbox = new Inbox();
  append(group, 'Orders', 0, 'x');
  await newConsumer(t, cluster).subscribe('Orders', inbox.take).start();
  await inbox.first(1);
  t.deepEqual(codes, []);
  t.true(beats >= 3, `${beats} heartbeats`);
});

test('an offset that the queue does not have is corrected', async (t) => {
  const cluster = await startFakeCluster(t, { topics: { Orders: 2 } });
  const group = onlyGroup(cluster);
  for (let i = 0; i < 10; i += 1) append(group, 'Orders', 0, `m${i}`);
  group.storage.trim('Orders', 0, 8);
  group.storage.offsets.set('billing@Orders@1', 500);
  const inbox = new Inbox();
  const consumer = newConsumer(t, cluster).subscribe('Orders', inbox.take);
  await consumer.start();
  t.deepEqual(await inbox.first(2), ['m8', 'm9']);
  await group.watch.until(() => group.heldQueues.includes('Orders@1'));
  append(group, 'Orders', 1, 'from the end');
  await inbox.first(3);
  await consumer.shutdown();
  t.deepEqual([offsetOf(group, 'Orders', 0), offsetOf(group, 'Orders', 1)], [10, 1]);
});

test('a new group starts where it is told to', async (t) => {
  const cluster = await startFakeCluster(t, { topics: { Orders: 1 } });
  const group = onlyGroup(cluster);
  const noon = new Date(2026, 0, 2, 12, 0, 0).getTime();
  const properties = '';
  const topic = 'Orders';
  for (const [i, time] of [noon - 2000, noon - 1000, noon, noon + 1000].entries()) {
    group.storage.append({ topic, queueId: 0, body: Buffer.from(`m${i}`), properties }, time);
  }
  const starts: [PushConsumerOptions, string[]][] = [
    [{ consumeFromWhere: 'CONSUME_FROM_LAST_OFFSET' }, ['end']],
    [{ consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET' }, ['m0', 'm1', 'm2', 'm3', 'end']],
    [
      { consumeFromWhere: 'CONSUME_FROM_TIMESTAMP', consumeTimestamp: '20260102120000' },
      ['m2', 'm3', 'end'],
    ],
  ];
  const inboxes = await Promise.all(
    starts.map(async ([options], i) => {
      const inbox = new Inbox();
      await newConsumer(t, cluster, options, `group${i}`).subscribe(topic, inbox.take).start();
      return inbox;
    }),
  );
  t.is(offsetOf(group, topic, 0, 'group0'), 4, 'the choice is committed before anything is consumed');
  group.storage.append({ topic, queueId: 0, body: Buffer.from('end'), properties });
  group.wake();
  for (const [i, [, expected]] of starts.entries()) {
    t.deepEqual(await inboxes[i]?.first(expected.length), expected);
  }
  for (const { extFields } of group.of(RequestCode.QUERY_CONSUMER_OFFSET)) {
    t.is(extFields['setZeroIfNotFound'], 'false');
  }
});

test('a topic that comes into being later is consumed from its first message', async (t) => {
  const cluster = await startFakeCluster(t, { topics: { Orders: 1 } });
  const group = onlyGroup(cluster);
  const inbox = new Inbox();
  await newConsumer(t, cluster, { consumeFromWhere: 'CONSUME_FROM_LAST_OFFSET' })
    .subscribe('Young', inbox.take)
    .start();
  append(group, 'Young', 0, 'first');
  append(group, 'Young', 1, 'second');
  cluster.nameServer.setTopic('Young', 'broker-a', 2);
  t.deepEqual([...(await inbox.first(2))].sort(), ['first', 'second']);
});

test('a retry topic that a broker group creates late is found when a message goes there', async (t) => {
  const cluster = await startFakeCluster(t, { groups: 2, topics: { Orders: 1 } });
  const [a, b] = cluster.groups;
  b!.onGroup = (): void => undefined;
  b!.intervene = ({ code }) => {
    if (code === RequestCode.CONSUMER_SEND_MSG_BACK) cluster.nameServer.setTopic('%RETRY%billing', 'broker-b', 1);
    return null;
  };
  cluster.nameServer.setTopic('%RETRY%billing', 'broker-a', 1);
  const inbox = new Inbox();
  await newConsumer(t, cluster)
    .subscribe('Orders', (message) => {
      inbox.take(message);
      if (message.reconsumeTimes === 0) throw new Error('not now');
    })
    .start();
  append(b!, 'Orders', 0, 'odd');
  t.deepEqual(await inbox.first(2), ['odd', 'odd']);
  t.is(inbox.messages[1]?.brokerName, 'broker-b');
  t.is(a!.count(RequestCode.CONSUMER_SEND_MSG_BACK), 0);
});

test('broadcasting members get everything and leave the offsets of the brokers alone', async (t) => {
  const cluster = await startFakeCluster(t, { topics: { Orders: 2 } });
  const group = onlyGroup(cluster);
  const inboxes = [new Inbox(), new Inbox()];
  for (const inbox of inboxes) {
    const consumer = newConsumer(t, cluster, { messageModel: 'BROADCASTING' });
    await consumer
      .subscribe('Orders', (message) => {
        inbox.take(message);
        throw new Error('only logged');
      })
      .start();
  }
  for (let i = 0; i < 6; i += 1) append(group, 'Orders', i % 2, `m${i}`);
  for (const inbox of inboxes) t.deepEqual([...(await inbox.first(6))].sort(), ['m0', 'm1', 'm2', 'm3', 'm4', 'm5']);
  const codes = new Set(group.received.map(({ command }) => command.code));
  const unused = [
    RequestCode.QUERY_CONSUMER_OFFSET,
    RequestCode.UPDATE_CONSUMER_OFFSET,
    RequestCode.CONSUMER_SEND_MSG_BACK,
    RequestCode.GET_CONSUMER_LIST_BY_GROUP,
  ];
  for (const code of unused) t.false(codes.has(code), String(code));
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
  t.deepEqual(group.heldQueues.filter((key) => key === 'Orders@0'), []);
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
  const sent = await producer.send([{ topic: 'Orders', body, tags: 'x', keys: ['k1', 'k2'], properties: { a: 'b' } }]);
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
  for (const fault of ['concurrency', 'pullBatchSize', 'consumeTimestamp']) t.true(error?.message.includes(fault));
  await cluster.nameServer.stop();
  await t.throwsAsync(newConsumer(t, cluster).subscribe('Orders', () => undefined).start(), {
    code: 'ERR_MQ_CONNECT',
  });
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
    newConsumer(t, cluster, { signal: abort.signal }).subscribe('Orders', () => undefined).start(),
    { code: 'ERR_MQ_SHUT_DOWN' },
  );
});
