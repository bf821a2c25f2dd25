import { RequestCode, ResponseCode } from '@ledgermq/protocol';
import test from 'ava';
import { append, Inbox, newConsumer, offsetOf } from './consumer-fixture.ts';
import { onlyGroup, startFakeCluster } from './fake-cluster.ts';
import { turns } from './signals.ts';

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
  t.deepEqual(all.filter((body) => body.startsWith('after')).sort(), [
    'after 0',
    'after 1',
    'after 2',
    'after 3',
  ]);
  t.deepEqual(
    all.filter((body) => body.startsWith('before')),
    [],
  );
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

test('a pull that waits at a silent master moves to the new one', async (t) => {
  const cluster = await startFakeCluster(t, { replicas: 2, topics: { Orders: 1 } });
  const group = onlyGroup(cluster);
  const [oldMaster = '', newMaster = ''] = group.addresses;
  group.intervene = ({ code }, replica) =>
    code === RequestCode.PULL_MESSAGE && replica === 0 ? { type: 'silence' } : null;
  const inbox = new Inbox();
  await newConsumer(t, cluster).subscribe('Orders', inbox.take).start();
  append(group, 'Orders', 0, 'x');
  await group.watch.until(() => group.count(RequestCode.PULL_MESSAGE) > 0);
  cluster.nameServer.setBroker('broker-a', newMaster, [oldMaster]);
  group.notifyMembers('billing');
  t.deepEqual(await inbox.first(1), ['x']);
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

test('a retry topic that a broker group creates late is found when a message goes there', async (t) => {
  const cluster = await startFakeCluster(t, { groups: 2, topics: { Orders: 1 } });
  const [a, b] = cluster.groups;
  b!.onGroup = (): void => undefined;
  b!.intervene = ({ code }) => {
    if (code === RequestCode.CONSUMER_SEND_MSG_BACK)
      cluster.nameServer.setTopic('%RETRY%billing', 'broker-b', 1);
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
