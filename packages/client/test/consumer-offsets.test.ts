import { RequestCode } from '@ledgermq/protocol';
import test from 'ava';
import { type PushConsumerOptions } from '../src/index.ts';
import { append, Inbox, newConsumer, offsetOf } from './consumer-fixture.ts';
import { onlyGroup, startFakeCluster } from './fake-cluster.ts';
import { turns, Watch } from './signals.ts';

test('offsets are committed on their interval, only when they changed', async (t) => {
  const cluster = await startFakeCluster(t, { topics: { Orders: 2 } });
  const group = onlyGroup(cluster);
  group.storage.offsets.set('billing@Orders@1', 0);
  const inbox = new Inbox();
  await newConsumer(t, cluster, { persistConsumerOffsetInterval: 20 })
    .subscribe('Orders', inbox.take)
    .start();
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
  await t.throwsAsync(
    consumer.start().then(() => newConsumer(t, cluster).start()),
    { code: 'ERR_MQ_BAD_OPTIONS' },
  );
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
    [{ consumeFromWhere: 'CONSUME_FROM_TIMESTAMP', consumeTimestamp: '20260102120000' }, ['m2', 'm3', 'end']],
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
  for (const inbox of inboxes)
    t.deepEqual([...(await inbox.first(6))].sort(), ['m0', 'm1', 'm2', 'm3', 'm4', 'm5']);
  const codes = new Set(group.received.map(({ command }) => command.code));
  const unused = [
    RequestCode.QUERY_CONSUMER_OFFSET,
    RequestCode.UPDATE_CONSUMER_OFFSET,
    RequestCode.CONSUMER_SEND_MSG_BACK,
    RequestCode.GET_CONSUMER_LIST_BY_GROUP,
  ];
  for (const code of unused) t.false(codes.has(code), String(code));
});
